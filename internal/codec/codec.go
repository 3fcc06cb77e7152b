// Package codec reads and writes JSON as encoding/json does, in a third and two
// thirds of its time: most of what a turn costs is reading and writing records.
// It can go once encoding/json does so by itself (golang.org/issue/71497).
package codec

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	v1 "github.com/go-json-experiment/json/v1"
)

// Unmarshal is encoding/json's, but that it may have written into a value whose
// JSON turns out to be broken further on: looking through it first was a third
// of the time.
func Unmarshal(data []byte, into any) error { return json.Unmarshal(data, into, asItReads) }

var asItReads = json.JoinOptions(v1.DefaultOptionsV1(), v1.ReportErrorsWithLegacySemantics(false))

// Marshal is encoding/json's, but for <, > and &, which it writes as they are.
func Marshal(value any) ([]byte, error) { return json.Marshal(value, asEncodingJSON) }

// asEncodingJSON are the options of v1 without those that cost time and change
// nothing that is read back. Joined once: that costs more than a small record.
var asEncodingJSON = json.JoinOptions(
	json.Deterministic(true), json.FormatNilSliceAsNull(true), json.FormatNilMapAsNull(true),
	jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true),
	v1.OmitEmptyWithLegacySemantics(true), v1.FormatDurationAsNano(true), v1.FormatBytesWithLegacySemantics(true),
	v1.StringifyWithLegacySemantics(true), v1.CallMethodsWithLegacySemantics(true), v1.FormatByteArrayAsArray(true),
)
