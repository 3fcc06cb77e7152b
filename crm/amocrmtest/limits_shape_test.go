package amocrmtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"voronka/crm/amocrmtest"
)

// filled is a deal with so many fields, and a contact with so many.
func filled(deal, contact int) string {
	values := func(count int) string {
		rows := make([]string, count)
		for i := range rows {
			rows[i] = `{"field_code":"%s","values":[{"value":"x"}]}`
		}
		return strings.Join(rows, ",")
	}
	return fmt.Sprintf(`[{"name":"Курс","custom_fields_values":[%s],"_embedded":{"contacts":[{"name":"Анна","custom_fields_values":[%s]}]}}]`,
		strings.ReplaceAll(values(deal), "%s", "UTM_SOURCE"), strings.ReplaceAll(values(contact), "%s", "POSITION"))
}

// TestComplexDealTakesFortyFields counts the fields of each entity of a complex
// deal for itself.
func TestComplexDealTakesFortyFields(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ deal, contact, status int }{
		"forty of each":        {40, 40, 200},
		"one more of a deal":   {41, 0, 400},
		"one more of a person": {1, 41, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t, amocrmtest.Config{})
			a.want(test.status, "POST", "/api/v4/leads/complex", filled(test.deal, test.contact))
			if made := len(a.Leads()); made != map[int]int{200: 1, 400: 0}[test.status] {
				t.Errorf("%d deals", made)
			}
		})
	}
}

// TestEventsAreAHundredToAPage asks for more than a page of the history has.
func TestEventsAreAHundredToAPage(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	for range 3 {
		a.want(200, "POST", "/api/v4/leads", "["+strings.Repeat(`{"name":"Курс"},`, 49)+`{"name":"Курс"}]`)
	}
	seen := 0
	for page, want := range []int{100, 50} {
		got := a.want(200, "GET", fmt.Sprintf("/api/v4/events?limit=250&filter[type][]=lead_added&page=%d", page+1), "")
		events := got.at(t, "_embedded.events").([]any)
		if seen += len(events); len(events) != want {
			t.Errorf("page %d has %d events, want %d", page+1, len(events), want)
		}
	}
	if seen != 150 {
		t.Errorf("%d events of 150", seen)
	}
}

// TestRefreshTokenEndsAfterThreeMonths leaves an integration without traffic.
func TestRefreshTokenEndsAfterThreeMonths(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		idle   time.Duration
		status int
	}{
		"after two months":   {60 * 24 * time.Hour, http.StatusOK},
		"after three months": {92 * 24 * time.Hour, http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := integration(t)
			pair := a.token(map[string]string{"grant_type": "authorization_code", "code": a.Grant()})
			a.clock.Advance(test.idle)
			got := a.token(map[string]string{"grant_type": "refresh_token", "refresh_token": pair.at(t, "refresh_token").(string)})
			if got.status != test.status {
				t.Errorf("answer %d: %s", got.status, got.text)
			}
		})
	}
}
