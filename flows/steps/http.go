package steps

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"voronka/flows"
)

// request calls a server and keeps what it answers:
//
//	http: https://api.example.ru/discount?client=#{client_id}
//	method: POST               # GET without a body, POST with one
//	body: {name: "#{name}"}
//	into: {discount: data.items.0.discount}
//	timeout: 10s
//	failed: by_hand            # no good answer; else an operator is called
//
// Values in the address are escaped. The body is a JSON object of texts.
type request struct {
	pos     flows.Pos
	address flows.Template
	method  string
	body    []assignment
	into    []field
	timeout time.Duration
	failed  flows.Ref
}

// field is a variable and where its value stands in the answer.
type field struct {
	name flows.Ref
	path string
}

func readHTTP(n flows.Node) flows.Step {
	n.Only("http", "method", "body", "into", "timeout", "failed")
	step := &request{
		pos: n.Pos(), address: flows.ReadTemplate(n.Field("http")), body: readAssignments(n.Field("body")),
		method: n.Field("method").Text(), timeout: n.Field("timeout").DurationWithin(time.Second, time.Minute),
		failed: n.Field("failed").Ref(),
	}
	switch {
	case step.method == "" && len(step.body) > 0:
		step.method = "POST"
	case step.method == "":
		step.method = "GET"
	case !slices.Contains(flows.Methods(), step.method):
		n.Field("method").Error("unknown_word", "Word", step.method,
			"Suggest", flows.Nearest(step.method, flows.Methods()), "Known", strings.Join(flows.Methods(), ", "))
	}
	if step.timeout == 0 {
		step.timeout = 10 * time.Second
	}
	if !fixedHost(step.address.Source) {
		n.Field("http").Error("http_address", "Link", step.address.Source)
	}
	for _, entry := range n.Field("into").Entries() {
		step.into = append(step.into, field{flows.Ref{Name: entry.Name, Pos: entry.Key.Pos()}, entry.Value.Text()})
	}
	return step
}

// fixedHost wants https and a host that no variable can change.
func fixedHost(address string) bool {
	rest, secure := strings.CutPrefix(address, "https://")
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	return secure && host != "" && !strings.ContainsAny(host, "#{}@\\ ")
}

// Run implements flows.Step.
func (s *request) Run(r *flows.Run) {
	body := ""
	if len(s.body) > 0 {
		// Texts always encode.
		raw, _ := json.Marshal(fillAssignments(r, s.body))
		body = string(raw)
	}
	r.Request(s.method, r.FillEscaped(s.address, url.QueryEscape), body, s.timeout)
}

// Responded implements flows.Requester.
func (s *request) Responded(r *flows.Run, response flows.Response) {
	bad := response.Failure != ""
	for _, one := range s.into {
		value, found := flows.Field(response.Body, one.path)
		bad = bad || !found
		r.Set(one.name.Name, value)
	}
	switch {
	case bad && s.failed.Name != "":
		r.Go(s.failed.Name)
	case bad:
		r.Trouble("http: no good answer")
	}
}

// Uses implements flows.Step.
func (s *request) Uses() flows.Uses {
	uses := flows.Uses{Pos: s.pos, Waits: true, Reads: s.address.Reads()}
	for _, one := range s.body {
		uses.Reads = append(append(uses.Reads, one.text.Reads()...), one.formula.Reads()...)
	}
	for _, one := range s.into {
		uses.Sets = append(uses.Sets, one.name)
	}
	if s.failed.Name != "" {
		uses.Targets = []flows.Ref{{Name: s.failed.Name, Pos: s.failed.Pos, Label: "http"}}
	}
	return uses
}
