package tbanktest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// checkData checks Init.DATA: at most 20 pairs, keys up to 20 and values up to 100 characters
// (T-Bank API 1.80, Init), and the initiator of the operation (codes 1125 and 1126).
func (s *Server) checkData(c *call) *refusal {
	if !c.has("DATA") {
		return s.checkInitiator(c, "")
	}
	var data map[string]any
	if err := json.Unmarshal(c.root["DATA"], &data); err != nil {
		return s.breach("DATA", "is not an object", "250")
	}
	if len(data) > 20 {
		return s.breach("DATA", "has more than 20 pairs", "207")
	}
	for _, key := range slices.Sorted(maps.Keys(data)) {
		if utf8.RuneCountInString(key) > 20 && !s.isOwnKey(key) {
			return s.breach("DATA", "has a key longer than 20", "208")
		}
		switch v := data[key].(type) {
		case string:
			if utf8.RuneCountInString(v) > 100 {
				return s.breach("DATA."+key, "is longer than 100", "209")
			}
		case bool: // DeviceWebView and TinkoffPayWeb are booleans in the document
		default:
			return s.breach("DATA."+key, "is not a string", "250")
		}
	}
	return s.checkInitiator(c, c.data()["OperationInitiatorType"])
}

// isOwnKey says that the bank's document itself names the key of DATA: several of those, OperationInitiatorType
// among them, are longer than the limit it gives.
func (s *Server) isOwnKey(key string) bool {
	for _, name := range []string{"Common", "T-Pay", "LongPay1", "LongPay2", "LongPay3"} {
		if known, _ := s.spec.object(name); known[key].Name == key {
			return true
		}
	}
	return key == "notificationEnableSource" || strings.HasPrefix(key, "ticket") || strings.HasPrefix(key, "tripleg")
}

// checkInitiator checks the table of API 1.80 "OperationInitiatorType": the values, Recurrent beside them,
// and what an ECOM or AFT terminal may do. D and N are of the 2026 portal.
func (s *Server) checkInitiator(c *call, kind string) *refusal {
	recurrent := c.str("Recurrent") == "Y"
	wrong := func(problem string) *refusal {
		return s.breach("DATA.OperationInitiatorType", problem, "1126")
	}
	known, _ := s.spec.object("Common")
	switch {
	case kind == "":
		return nil
	case !slices.Contains(known["OperationInitiatorType"].Enum, kind) && kind != "D" && kind != "N":
		return s.breach("DATA.OperationInitiatorType", "is not in the list", "1125")
	case kind == "1" && !recurrent:
		return wrong("1 stores a card and needs Recurrent=Y")
	case kind != "1" && recurrent:
		return wrong("only 1 goes with Recurrent=Y")
	case kind == "I" && !c.terminal.AFT:
		return wrong("I is for AFT terminals")
	case (kind == "2" || kind == "R") && c.terminal.AFT:
		return wrong("2 and R are for ECOM terminals")
	}
	return nil
}
