package flows

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrNoRequest is an answer that nobody waits for.
var ErrNoRequest = errors.New("no server was asked")

// doHTTP answers the request that the session waits for: "200 {…}".
func (r *Rehearsal) doHTTP(how string) (Turn, error) {
	if r.Session.Request == nil {
		return Turn{}, ErrNoRequest
	}
	word, body, _ := strings.Cut(how, " ")
	status, err := strconv.Atoi(word)
	if err != nil {
		return Turn{}, fmt.Errorf("%w: /http %s: /http 200 {\"a\": 1}", ErrScript, how)
	}
	response := Response{ID: r.Session.Request.ID, Status: status, Body: body}
	if status < 200 || status > 299 {
		response.Failure = "http_refused"
	}
	return r.Send(Input{Kind: Responded, Response: &response})
}
