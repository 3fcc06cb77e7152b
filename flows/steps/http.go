package steps

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"voronka/flows"
)

// request calls a server and keeps what it answers:
//
//	http: https://api.example.ru/discount?client=#{client_id}
//	method: POST               # GET without a body, POST with one
//	headers: {Authorization: "Bearer #{secret.crm}"}
//	body: {name: "#{name}"}    # a JSON object of texts; or form:, or json: of any shape
//	into: {discount: data.items.0.discount}
//	code: answer_code          # the variable for the answer's HTTP status
//	timeout: 10s
//	retry: 3                   # how often again when the server is down
//	failed: by_hand            # no good answer; else an operator is called
//
// Values in the address are escaped.
type request struct {
	pos     flows.Pos
	address flows.Template
	method  string
	headers []header
	payload payload
	into    []field
	code    flows.Ref
	timeout time.Duration
	tries   int
	failed  flows.Ref
}

// field is a variable and where its value stands in the answer.
type field struct {
	name flows.Ref
	path string
}

// maxRetries is how often a request is repeated at most.
const maxRetries = 10

func readHTTP(n flows.Node) flows.Step {
	n.Only("http", "method", "headers", "body", "form", "json", "into", "code", "timeout", "retry", "failed")
	step := &request{
		pos: n.Pos(), address: flows.ReadTemplate(n.Field("http")), headers: readHeaders(n.Field("headers")), payload: readPayload(n),
		method: n.Field("method").Text(), timeout: n.Field("timeout").DurationWithin(time.Second, time.Minute),
		code: n.Field("code").Ref(), failed: n.Field("failed").Ref(), tries: readRetry(n.Field("retry")),
	}
	switch {
	case step.method == "" && step.payload.key != "":
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

// readRetry gives how often a request is tried, zero where it is not said.
func readRetry(n flows.Node) int {
	if n.Zero() {
		return 0
	}
	again, err := strconv.Atoi(n.Text())
	if err != nil || again < 0 || again > maxRetries {
		n.Error("http_retry", "Value", n.Text(), "Max", maxRetries)
		return 0
	}
	return again + 1
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
	body, contentType := s.payload.fill(r)
	r.Request(flows.Request{
		Method: s.method, URL: r.FillEscaped(s.address, url.QueryEscape), Body: body, Type: contentType,
		Headers: fillHeaders(r, s.headers), Seconds: int64(s.timeout / time.Second), Tries: s.tries,
	})
}

// Responded implements flows.Requester.
func (s *request) Responded(r *flows.Run, response flows.Response) {
	if s.code.Name != "" {
		r.Set(s.code.Name, strconv.Itoa(response.Status))
	}
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

// Expects implements flows.Requester.
func (s *request) Expects() []string {
	var paths []string
	for _, one := range s.into {
		paths = append(paths, one.path)
	}
	return paths
}

// Uses implements flows.Step.
func (s *request) Uses() flows.Uses {
	uses := flows.Uses{Pos: s.pos, Waits: true, Reads: slices.Concat(s.address.Reads(), s.payload.reads())}
	for _, one := range s.headers {
		uses.Reads = slices.Concat(uses.Reads, one.before.Reads(), one.after.Reads())
	}
	for _, one := range s.into {
		uses.Sets = append(uses.Sets, one.name)
	}
	if s.code.Name != "" {
		uses.Sets = append(uses.Sets, s.code)
	}
	if s.failed.Name != "" {
		uses.Targets = []flows.Ref{{Name: s.failed.Name, Pos: s.failed.Pos, Label: "http"}}
	}
	return uses
}
