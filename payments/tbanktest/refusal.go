package tbanktest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

// errorsJSON holds the rows of the bank's table "Коды ошибок" (API 1.80) for the codes this server answers.
//
//go:embed errors.json
var errorsJSON []byte

type errorTable struct {
	Source string     `json:"source"`
	Codes  []errorRow `json:"codes"`
}

// errorRow is one text of a code; a code can have several.
type errorRow struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Details string `json:"details"`
}

// refusal is a business error: HTTP 200 with Success false.
type refusal struct {
	Code, Message, Details string
	// Protocol says that the request broke the protocol itself; Field and Problem go to Violations.
	Protocol       bool
	Field, Problem string
	// Extra are fields that go into the answer beside the error, such as Status and PaymentId.
	Extra answer
}

func loadErrors(raw []byte) map[string][]errorRow {
	var table errorTable
	if err := json.Unmarshal(raw, &table); err != nil {
		panic(fmt.Sprintf("tbanktest: embedded errors.json: %v", err))
	}
	rows := map[string][]errorRow{}
	for _, r := range table.Codes {
		rows[r.Code] = append(rows[r.Code], r)
	}
	return rows
}

// refuse answers the first text of the code; pairs fill its placeholders ("{min}", "1", …).
func (s *Server) refuse(code string, pairs ...string) *refusal {
	return s.refuseRow(code, 0, pairs...)
}

// refuseRow answers the text with the given number. Validation errors carry "Неверные параметры." as their
// Message and the reason in Details, as answers of the live service do.
func (s *Server) refuseRow(code string, row int, pairs ...string) *refusal {
	rows := s.texts[code]
	if row >= len(rows) {
		rows, row = s.texts["9999"], 0 // a code that only a test asked for, by Inject
	}
	r := rows[row]
	fill := strings.NewReplacer(append(pairs, "`", "")...).Replace
	if isValidation(code) {
		details := r.Message
		if r.Details != "" && code != "205" {
			details = r.Details
		}
		return &refusal{Code: code, Message: "Неверные параметры.", Details: sentence(fill(details))}
	}
	return &refusal{Code: code, Message: sentence(fill(r.Message)), Details: fill(r.Details)}
}

// breach is a refusal for breaking the protocol: it is recorded as a violation too.
func (s *Server) breach(field, problem, code string, pairs ...string) *refusal {
	return s.refuse(code, pairs...).because(field, problem)
}

func (r *refusal) because(field, problem string) *refusal {
	r.Protocol, r.Field, r.Problem = true, field, problem
	return r
}

func (r *refusal) with(extra answer) *refusal {
	r.Extra = extra
	return r
}

func (r *refusal) answer() answer {
	out := answer{"Success": false, "ErrorCode": r.Code, "Message": r.Message}
	if r.Details != "" {
		out["Details"] = r.Details
	}
	for k, v := range r.Extra {
		out[k] = v
	}
	return out
}

func isValidation(code string) bool {
	switch len(code) {
	case 3:
		return code[0] == '2' || code[0] == '3' || code == "501"
	case 4:
		return code == "1125" || code == "1126"
	}
	return code == "1" || code == "12" || code == "20"
}

func sentence(text string) string {
	if text == "" || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}
