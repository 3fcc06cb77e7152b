package amocrmtest

import (
	"fmt"
	"net/http"
)

// flaw is one entry of validation-errors (API v4, error-codes).
type flaw struct {
	Code   string `json:"code"`
	Path   string `json:"path"`
	Detail string `json:"detail"`
}

func notSupported(path string) flaw {
	return flaw{"NotSupportedChoice", path, "The value you selected is not a valid choice."}
}

func notExpected(path string) flaw {
	return flaw{"FieldNotExpected", path, "This field was not expected."}
}

// missing and wrongType follow the Symfony wording of the two codes above; the
// documents do not list every code (inferred).
func missing(path string) flaw {
	return flaw{"FieldMissing", path, "This field is missing."}
}

func wrongType(path, kind string) flaw {
	return flaw{"InvalidType", path, fmt.Sprintf("This value should be of type %s.", kind)}
}

// problem is an application/problem+json answer.
func problem(status int, title, detail string) reply {
	return reply{status: status, body: object{
		"title":  title,
		"type":   fmt.Sprintf("https://httpstatus.es/%d", status),
		"status": status,
		"detail": detail,
	}}
}

// refused is the 400 that names each wrong item by its request_id. One wrong
// item refuses the whole batch (inferred from the single answer).
func refused(byItem []object) reply {
	answer := problem(http.StatusBadRequest, "Bad Request", "Request validation failed")
	answer.body.(object)["validation-errors"] = byItem
	return answer
}

func (c *call) refuse(flaws ...flaw) reply {
	for _, f := range flaws {
		c.offend(f.Code, f.Path, f.Detail)
	}
	return refused([]object{{"request_id": "0", "errors": flaws}})
}

func notFound() reply {
	return problem(http.StatusNotFound, "Not Found", "Not Found")
}
