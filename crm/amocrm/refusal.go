package amocrm

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"voronka/internal/rest"
	"voronka/sales"
)

// codeRefused is a request that amoCRM will not have as it is.
const codeRefused = "crm_refused"

// problem is the body of a refusal, application/problem+json (API v4, error-codes).
type problem struct {
	Detail string  `json:"detail"`
	Items  []wrong `json:"validation-errors"`
}

// wrong is one entity of a request that is refused.
type wrong struct {
	Request json.RawMessage `json:"request_id"`
	Errors  []struct {
		Code string `json:"code"`
		Path string `json:"path"`
	} `json:"errors"`
}

func (w wrong) faults() []string {
	var out []string
	for _, fault := range w.Errors {
		out = append(out, strings.TrimSpace(fault.Code+" "+fault.Path))
	}
	return out
}

var legacyCode = regexp.MustCompile(`Код ошибки (\d+)`)

// refusal reads a 4xx. Of the body it keeps codes and paths only: a detail may
// quote what was sent.
func refusal(answer *rest.Response) *sales.Error {
	switch answer.Status {
	case http.StatusUnauthorized:
		return &sales.Error{Code: codeToken, Action: sales.Stop, Message: "amoCRM does not accept the token: it is wrong, expired or revoked"}
	case http.StatusPaymentRequired:
		return &sales.Error{Code: "crm_unpaid", Action: sales.Stop, Message: "the amoCRM account is not paid"}
	case http.StatusForbidden:
		return &sales.Error{Code: codeDenied, Action: sales.Stop, Message: "amoCRM refuses us: no rights, an address that is not on its list, or a block for too many requests"}
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return invalid(answer.Body)
	}
	return nil
}

func invalid(body []byte) *sales.Error {
	var told problem
	if json.Unmarshal(body, &told) != nil {
		return nil
	}
	var faults []string
	for _, item := range told.Items {
		faults = append(faults, item.faults()...)
	}
	if code := legacyCode.FindStringSubmatch(told.Detail); code != nil {
		// 244 is "no rights", and what an unpaid account answers too (API v4, error-codes).
		if code[1] == "244" {
			return &sales.Error{Code: codeDenied, Action: sales.Stop, Message: "amoCRM answers code 244: no rights, or the account is not paid"}
		}
		faults = append(faults, "code "+code[1])
	}
	return &sales.Error{Code: codeRefused, Action: sales.Bury, Message: "amoCRM does not accept the request: " + strings.Join(faults, ", ")}
}
