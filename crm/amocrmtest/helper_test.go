package amocrmtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"voronka/crm/amocrmtest"
)

const token = "long-lived-token"

// account is a running server and a bare HTTP client beside it.
type account struct {
	*amocrmtest.Server
	t     *testing.T
	url   string
	clock *clock
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func open(t *testing.T, cfg amocrmtest.Config) *account {
	t.Helper()
	cfg.Token = token
	moscow := time.FixedZone("MSK", 3*60*60)
	ticking := &clock{at: time.Date(2026, 3, 2, 12, 0, 0, 0, moscow)}
	cfg.Now = ticking.Now
	srv := amocrmtest.New(cfg)
	listener := httptest.NewServer(srv)
	t.Cleanup(listener.Close)
	t.Cleanup(srv.Close)
	return &account{Server: srv, t: t, url: listener.URL, clock: ticking}
}

// answer is what came back: status, body as text and as JSON where it is JSON.
type answer struct {
	status int
	kind   string
	text   string
	json   any
}

func (a *account) do(method, path, body string) answer {
	a.t.Helper()
	got, err := a.try(method, path, body)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	return got
}

func (a *account) try(method, path, body string) (answer, error) {
	req, err := http.NewRequest(method, a.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return send(req)
}

func send(req *http.Request) (answer, error) {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	got := answer{status: resp.StatusCode, kind: resp.Header.Get("Content-Type"), text: string(body)}
	if json.Valid(body) {
		json.Unmarshal(body, &got.json)
	}
	return got, err
}

// want fails unless the answer has the status.
func (a *account) want(status int, method, path, body string) answer {
	a.t.Helper()
	got := a.do(method, path, body)
	if got.status != status {
		a.t.Fatalf("%s %s: status %d, want %d\n%s", method, path, got.status, status, got.text)
	}
	return got
}

// at walks the answer by a dotted path; numbers index lists.
func (got answer) at(t *testing.T, path string) any {
	t.Helper()
	value := got.json
	for _, step := range strings.Split(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i := int(step[0] - '0')
			if i >= len(v) {
				t.Fatalf("%s: there is no %s in %s", path, step, got.text)
			}
			value = v[i]
		default:
			t.Fatalf("%s: there is no %s in %s", path, step, got.text)
		}
	}
	return value
}

func (got answer) id(t *testing.T, path string) int64 {
	t.Helper()
	n, isNumber := got.at(t, path).(float64)
	if !isNumber {
		t.Fatalf("%s is no number in %s", path, got.text)
	}
	return int64(n)
}

// patience is how long a test waits for what must come: on a busy machine too.
const patience = 2 * time.Minute

// waitFor waits until what holds.
func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			t.Fatalf("waited in vain for %s", what)
		case <-poll.C:
		}
	}
}
