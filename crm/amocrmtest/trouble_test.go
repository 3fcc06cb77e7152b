package amocrmtest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"voronka/crm/amocrmtest"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind   amocrmtest.FaultKind
		status int // 0: the connection is cut
		made   int
		html   bool
	}{
		{amocrmtest.TooManyRequests, 429, 0, true},
		{amocrmtest.Forbidden, 403, 0, true},
		{amocrmtest.Unauthorized, 401, 0, false},
		{amocrmtest.ServerError, 500, 0, false},
		{amocrmtest.BadGateway, 502, 0, true},
		{amocrmtest.DropBefore, 0, 0, false},
		{amocrmtest.GatewayTimeout, 504, 1, true},
		{amocrmtest.NoContent, 204, 1, false},
		{amocrmtest.EmptyBody, 200, 1, false},
		{amocrmtest.DropAfter, 0, 1, false},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			t.Parallel()
			a := open(t, amocrmtest.Config{})
			a.Inject(amocrmtest.Fault{Method: "POST", Path: "/api/v4/leads", Kind: c.kind})
			a.want(200, "GET", "/api/v4/account", "") // another call goes through
			got, err := a.try("POST", "/api/v4/leads", `[{"name":"Курс"}]`)
			if (err != nil) != (c.status == 0) || got.status != c.status {
				t.Errorf("status %d, error %v", got.status, err)
			}
			if strings.HasPrefix(got.kind, "text/html") != c.html {
				t.Errorf("content type %q", got.kind)
			}
			if n := len(a.Leads()); n != c.made {
				t.Errorf("%d deals, want %d", n, c.made)
			}
			a.want(200, "POST", "/api/v4/leads", `[{"name":"Курс"}]`) // once is over
		})
	}
}

func TestFaultSkipsAndRepeats(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	a.Inject(amocrmtest.Fault{Path: "/api/v4/leads*", Kind: amocrmtest.ServerError, Skip: 1, Times: 2})
	for i, want := range []int{204, 500, 500, 204} {
		if got := a.do("GET", "/api/v4/leads", ""); got.status != want {
			t.Errorf("request %d: %d, want %d", i, got.status, want)
		}
	}
	a.Inject(amocrmtest.Fault{Kind: amocrmtest.BadGateway, Times: -1})
	a.want(502, "GET", "/api/v4/leads", "")
	a.want(502, "GET", "/api/v4/leads", "")
	a.Heal()
	a.want(204, "GET", "/api/v4/leads", "")
}

func TestDelayHoldsUntilReleased(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	release, answered := make(chan struct{}), make(chan answer)
	a.Inject(amocrmtest.Fault{Method: "POST", Kind: amocrmtest.Delayed, Release: release})
	go func() {
		got, _ := a.try("POST", "/api/v4/leads", `[{"name":"Курс"}]`)
		answered <- got
	}()
	a.want(204, "GET", "/api/v4/leads", "") // the slow one holds nobody up
	close(release)
	if got := <-answered; got.status != 200 {
		t.Errorf("status %d after the delay", got.status)
	}
}

func TestSevenASecond(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{Limits: amocrmtest.RealLimits()})
	for range 7 {
		a.want(204, "GET", "/api/v4/leads", "")
	}
	got := a.want(429, "GET", "/api/v4/leads", "")
	if !strings.HasPrefix(got.kind, "text/html") {
		t.Errorf("429 usually is HTML, this is %s", got.kind)
	}
	a.clock.Advance(time.Second)
	a.want(204, "GET", "/api/v4/leads", "")
}

// TestFiftyASecondForAllIntegrations: each has seven of its own, the account fifty
// for all of them.
func TestFiftyASecondForAllIntegrations(t *testing.T) {
	t.Parallel()
	var others []string
	for i := range 9 {
		others = append(others, fmt.Sprint("integration-", i))
	}
	a := open(t, amocrmtest.Config{Limits: amocrmtest.RealLimits(), Others: others})
	ask := func(token string) int {
		return page(t, "GET", a.url+"/api/v4/leads", "", map[string]string{"Authorization": "Bearer " + token}).status
	}
	for _, token := range others[:7] {
		for range 7 {
			if got := ask(token); got != 204 {
				t.Fatalf("%s: %d", token, got)
			}
		}
		if got := ask(token); got != 429 {
			t.Errorf("%s asked eight times: %d", token, got)
		}
	}
	if got := ask(others[7]); got != 204 {
		t.Errorf("the 50th request of the account: %d", got)
	}
	if got := ask(others[8]); got != 429 {
		t.Errorf("the 51st request of the account, the first of its integration: %d", got)
	}
	if got := ask(token); got != 429 {
		t.Errorf("the 52nd request of the account: %d", got)
	}
	a.clock.Advance(time.Second)
	if got := ask(token); got != 204 {
		t.Errorf("a second later: %d", got)
	}
}

func TestWhoGoesOnIsBlocked(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{Limits: amocrmtest.Limits{PerSecond: 1, BlockAfter: 3, JSON: true}})
	a.want(204, "GET", "/api/v4/leads", "")
	for range 3 {
		if got := a.want(429, "GET", "/api/v4/leads", ""); got.kind != "application/problem+json" {
			t.Errorf("asked for JSON, got %s", got.kind)
		}
	}
	a.clock.Advance(time.Hour) // a block does not pass by itself
	got := a.want(403, "GET", "/api/v4/leads", "")
	want := strings.ReplaceAll(string(sample(t, "error_403_nginx_block.html")), "\r\n", "\n")
	if have := strings.ReplaceAll(got.text, "\r\n", "\n"); strings.TrimSpace(have) != strings.TrimSpace(want) {
		t.Errorf("the page of a block:\n%s\nwant\n%s", have, want)
	}
	a.Unblock()
	a.want(204, "GET", "/api/v4/leads", "")
}

func TestPatientClientIsNotBlocked(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{Limits: amocrmtest.Limits{PerSecond: 1, BlockAfter: 2}})
	for range 5 {
		a.want(204, "GET", "/api/v4/leads", "")
		a.want(429, "GET", "/api/v4/leads", "")
		a.clock.Advance(time.Minute)
	}
}

func TestSearchLag(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{SearchLag: 30 * time.Second})
	a.want(200, "POST", "/api/v4/contacts", `[{"name":"Анна"}]`)
	a.want(204, "GET", "/api/v4/contacts?query="+"Анна", "")
	a.clock.Advance(time.Minute)
	a.want(200, "GET", "/api/v4/contacts?query="+"Анна", "")
}

func TestDuplicateControl(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{DuplicateControl: true})
	body := func(phone string) string {
		return `[{"name":"Курс","price":4900,"_embedded":{"contacts":[{"name":"Анна","custom_fields_values":[{"field_code":"PHONE","values":[{"value":"` + phone + `"}]}]}]}}]`
	}
	first := a.want(200, "POST", "/api/v4/leads/complex", body("+79123456789"))
	again := a.want(200, "POST", "/api/v4/leads/complex", body("8 912 345-67-89"))
	if again.at(t, "0.merged") != true || again.id(t, "0.id") != first.id(t, "0.id") {
		t.Errorf("not merged: %s", again.text)
	}
	if len(a.Leads()) != 1 || len(a.Contacts()) != 1 {
		t.Error("the duplicate was made")
	}
}
