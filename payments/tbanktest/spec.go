package tbanktest

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// specJSON is the extract of T-Bank's OpenAPI 1.80 that this server enforces: request fields of the modelled
// methods with their types, lengths and enumerations. spec_test.go makes it and compares it with the source.
//
//go:embed spec.json
var specJSON []byte

// spec is the shape of spec.json.
type spec struct {
	Source   string             `json:"source"`
	Requests map[string][]field `json:"requests"`
	Objects  map[string][]field `json:"objects"`
}

// field is one property of a request, a response or an object in them. Lengths are in characters; for a
// number they are the digits it is written with.
type field struct {
	Name      string   `json:"name,omitempty"`
	Type      string   `json:"type,omitempty"`
	Format    string   `json:"format,omitempty"`
	Required  bool     `json:"required,omitempty"`
	MinLength int      `json:"minLength,omitempty"`
	MaxLength int      `json:"maxLength,omitempty"`
	Enum      []string `json:"enum,omitempty"`
	Object    []string `json:"object,omitempty"` // names in Objects; several mean "one of"
	Items     *field   `json:"items,omitempty"`
}

func loadSpec(raw []byte) spec {
	var s spec
	if err := json.Unmarshal(raw, &s); err != nil {
		panic(fmt.Sprintf("tbanktest: embedded spec.json: %v", err))
	}
	return s
}

func (s spec) object(name string) (map[string]field, []field) {
	list := s.Objects[name]
	byName := make(map[string]field, len(list))
	for _, f := range list {
		byName[f.Name] = f
	}
	return byName, list
}
