package flows

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Responded is the answer to a Request; Response is set. It cannot be typed.
const Responded InputKind = "http"

// Request calls somebody else's server. Its answer comes back as a Responded input.
type Request struct {
	// ID is unguessable and unique; a repeated request has the same.
	ID     string `json:"id"`
	Method string `json:"method"`
	// URL is https, on a host that the owner allows.
	URL string `json:"url"`
	// Body is empty for none; Type is its content type, JSON where there is none.
	Body string `json:"body,omitempty"`
	Type string `json:"type,omitempty"`
	// Headers go with it beside the bot's own.
	Headers []Header `json:"headers,omitempty"`
	// Tries is how often it is tried at most; zero leaves that to the bot.
	Tries int `json:"tries,omitempty"`
	// Seconds is how long one attempt may take.
	Seconds int64 `json:"seconds"`
}

// Header is one header: Before, the owner's secret of that name, After.
type Header struct {
	Name   string `json:"name"`
	Before string `json:"before,omitempty"`
	// Secret is a name: its value is known to the owner's settings alone.
	Secret string `json:"secret,omitempty"`
	After  string `json:"after,omitempty"`
}

func (Request) effect() {}

// Requested is a request that a session waits for.
type Requested struct {
	ID string `json:"id"`
	// At is the step that asked, a Requester.
	At Asking `json:"at"`
	// What was asked when it was no server: "subscribed".
	What string `json:"what,omitempty"`
}

// Response is what came of a request.
type Response struct {
	ID string
	// Status is the HTTP status, 0 when nobody answered.
	Status int
	Body   string
	// Failure says why there is no good answer, in a word; empty when there is one.
	Failure string
}

// Requester is a step that waits for the answer of a server.
type Requester interface {
	Step
	// Responded takes the answer; it may Go somewhere.
	Responded(*Run, Response)
	// Expects are the paths of the fields it takes from a good answer.
	Expects() []string
}

// Request asks a server and ends the turn; the running step, a Requester, hears
// the answer unless the customer has left the state. The request gets its ID here.
func (r *Run) Request(request Request) {
	request.ID = r.ID("http")
	r.Session.Request = &Requested{ID: request.ID, At: *r.place()}
	r.Emit(request)
	r.waits = true
}

// responded gives an answer to the step that waits for it.
func (r *Run) responded() {
	response, waiting := r.Input.Response, r.Session.Request
	if waiting == nil || waiting.ID != response.ID {
		r.Event("http", "late answer")
		return
	}
	r.Session.Request = nil
	b, found := r.block(&waiting.At)
	var step Requester
	if found && waiting.At.Step < len(b.steps) {
		step, _ = b.steps[waiting.At.Step].(Requester)
	}
	outcome := strings.TrimSpace(strconv.Itoa(response.Status) + " " + response.Failure)
	if waiting.What != "" {
		outcome = cmp.Or(response.Failure, response.Body)
	}
	r.Event(cmp.Or(waiting.What, "http"), waiting.At.String()+": "+outcome)
	switch {
	case step == nil:
		r.Event("error", "request is gone: "+waiting.At.String())
		return
	case r.Session.Manual:
		return
	}
	r.here, r.step, r.Flow = b, waiting.At.Step, b.flow
	step.Responded(r, *response)
	if target := r.target; target != "" {
		r.target = ""
		r.enter(b.flow, target)
		return
	}
	r.do(b, waiting.At.Step+1)
}

// Field finds a value in a JSON document by a path of keys and numbers,
// "data.items.0.price". Lists and objects are given as JSON; null is empty.
func Field(document, path string) (value string, found bool) {
	decoder := json.NewDecoder(strings.NewReader(document))
	decoder.UseNumber() // amounts stay as they were written
	var at any
	if decoder.Decode(&at) != nil {
		return "", false
	}
	keys := strings.Split(path, ".")
	if path == "" || path == "." {
		keys = nil
	}
	for _, key := range keys {
		switch inner := at.(type) {
		case map[string]any:
			if at, found = inner[key]; !found {
				return "", false
			}
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(inner) {
				return "", false
			}
			at = inner[i]
		default:
			return "", false
		}
	}
	return written(at)
}

func written(at any) (string, bool) {
	switch at := at.(type) {
	case nil:
		return "", true
	case string:
		return at, true
	case json.Number:
		return at.String(), true
	case bool:
		return strconv.FormatBool(at), true
	}
	raw, err := json.Marshal(at)
	return string(raw), err == nil
}

// Methods are those of requests.
func Methods() []string { return slices.Clone([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}) }

// FillEscaped fills in an address: shown escapes each value.
func (r *Run) FillEscaped(t Template, shown func(string) string) string { return r.expand(t, shown) }
