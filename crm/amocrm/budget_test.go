package amocrm

import (
	"net/http"
	"testing"
	"time"

	"voronka/internal/rest"
	"voronka/sales"
)

// TestBudgetTellsOfPauses: requests are counted, a 429 halves what is allowed and
// lets nothing leave for a while, and a block stops everything.
func TestBudgetTellsOfPauses(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	c := New(Config{URL: "http://127.0.0.1:1", Token: "t", RequestsPerSecond: 6, Now: func() time.Time { return now }})
	p := c.api.gate.pace
	want := func(want Budget) {
		t.Helper()
		if got := c.Budget(); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	want(Budget{Allowed: 6})
	_ = p.heed(http.MethodGet, &rest.Response{Status: http.StatusOK}, nil)
	want(Budget{Allowed: 6, Sent: 1})
	_ = p.heed(http.MethodPost, &rest.Response{Status: http.StatusTooManyRequests}, &sales.Error{Code: "crm_busy", After: 7 * time.Second})
	want(Budget{Allowed: 3, Sent: 2, Rest: 7 * time.Second})
	now = now.Add(10 * time.Second)
	_ = p.heed(http.MethodPost, &rest.Response{Status: http.StatusForbidden}, &sales.Error{Code: codeDenied, Action: sales.Stop})
	now = now.Add(time.Minute)
	want(Budget{Allowed: 3, Sent: 3, Stop: stopTime - time.Minute})
	c.Resume()
	want(Budget{Allowed: 3, Sent: 3})
}
