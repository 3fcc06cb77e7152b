package flows

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrNoRequest is an answer that nobody waits for.
var ErrNoRequest = errors.New("no server was asked")

// Expected are the fields that the waiting request wants of an answer; false
// when no server was asked.
func (r *Rehearsal) Expected() ([]string, bool) {
	if r.Session.Request == nil {
		return nil, false
	}
	at, run := r.Session.Request.At, r.run()
	b, found := run.block(&at)
	if !found || at.Step >= len(b.steps) {
		return nil, false
	}
	step, asks := b.steps[at.Step].(Requester)
	if !asks {
		return nil, false
	}
	return step.Expects(), true
}

// Sample is a JSON document in which Field finds a value, given as JSON, at
// each of the paths that do not contradict each other.
func Sample(paths []string, value string) string {
	root := map[string]any{}
	for _, path := range paths {
		keys := strings.Split(path, ".")
		at := root
		for i, key := range keys {
			if i == len(keys)-1 {
				if _, there := at[key]; !there {
					at[key] = json.RawMessage(value)
				}
				break
			}
			inner, ok := at[key].(map[string]any)
			if !ok {
				inner = map[string]any{}
				at[key] = inner
			}
			at = inner
		}
	}
	raw, err := json.Marshal(listed(root))
	if err != nil {
		return "{}"
	}
	return string(raw)
}

// listed turns objects whose keys are numbers into lists.
func listed(value any) any {
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	most := -1
	for key, inner := range object {
		object[key] = listed(inner)
		number, err := strconv.Atoi(key)
		if err != nil || number < 0 || number > 20 {
			most = 21
		}
		most = max(most, number)
	}
	if most < 0 || most > 20 {
		return object
	}
	list := make([]any, most+1)
	for i := range list {
		list[i] = object[strconv.Itoa(i)]
	}
	return list
}

// doSubscribed tells what Telegram knows of the customer's membership.
func (r *Rehearsal) doSubscribed(how string) (Turn, error) {
	switch how {
	case "yes":
		return r.doHTTP("200 true")
	case "no":
		return r.doHTTP("200 false")
	case "unknown":
		return r.doHTTP("0")
	}
	return Turn{}, fmt.Errorf("%w: /subscribed %s: yes, no or unknown?", ErrScript, how)
}

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
