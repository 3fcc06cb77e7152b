package amocrm_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/crm"
	"voronka/crm/amocrm"
	"voronka/crm/amocrmtest"
)

// listened is an account whose webhooks come to a channel.
func listened(t *testing.T) (*account, *amocrm.CRM, chan []byte) {
	t.Helper()
	a := mappedShop(t)
	bodies := make(chan []byte, 100)
	hooks := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			t.Errorf("webhook %v, %v", r.Header, err)
		}
		bodies <- body
	}))
	t.Cleanup(hooks.Close)
	c := a.CRM.(*amocrm.CRM)
	if err := c.Setup(t.Context(), crm.Lacks{Hook: hooks.URL}); err != nil {
		t.Fatal(err)
	}
	return a, c, bodies
}

// hear waits for the hints of one webhook about the deal.
func hear(t *testing.T, c *amocrm.CRM, bodies chan []byte, good func(crm.Hint) bool) crm.Hint {
	t.Helper()
	for {
		select {
		case body := <-bodies:
			for _, hint := range c.Hints(body) {
				if good(hint) {
					return hint
				}
			}
		case <-t.Context().Done():
			t.Fatal("no webhook told")
		case <-time.After(2 * time.Minute):
			t.Fatal("no webhook told in time")
		}
	}
}

func TestManagersHandIsHeard(t *testing.T) {
	t.Parallel()
	a, c, bodies := listened(t)
	refs := apply(t, a, crm.Change{ID: "c1", Contact: customer(), Stage: "Знакомство", Note: "Наша", Map: crm.Map{Notes: crm.NotesCommon},
		Task: &crm.Task{Text: "Позвонить", Due: time.Unix(2_000_000_000, 0)}}, crm.Refs{})
	look := func(hint crm.Hint) crm.News {
		t.Helper()
		news, err := c.Look(t.Context(), hint, refs)
		if err != nil {
			t.Fatal(err)
		}
		return news
	}
	if news := look(crm.Hint{Deal: refs.Deal, Notes: true, Tasks: true}); news.Place != refs.Place || len(news.Notes)+len(news.Done) != 0 || news.Stage != "Знакомство" {
		t.Errorf("our own hand is news: %+v of %+v", news, refs)
	}
	a.must(a.MoveLead(a.number(refs.Deal), 501))
	moved := hear(t, c, bodies, func(h crm.Hint) bool { return h.Deal == refs.Deal && h.Place == "500/501" })
	if news := look(moved); news.Place != "500/501" || news.Stage != "Новый" {
		t.Errorf("news %+v", news)
	}
	a.must(a.MoveLead(a.number(refs.Deal), amocrmtest.Won))
	if news := look(crm.Hint{Deal: refs.Deal}); news.Stage != crm.Won {
		t.Errorf("news %+v", news)
	}
	a.AddNote(a.number(refs.Deal), "! Ждём вас")
	noted := hear(t, c, bodies, func(h crm.Hint) bool { return h.Notes })
	news := look(noted)
	if len(news.Notes) != 1 || news.Notes[0].Text != "! Ждём вас" {
		t.Fatalf("news %+v", news)
	}
	refs.LastNote = news.Notes[0].ID
	if news := look(noted); len(news.Notes) != 0 {
		t.Errorf("a note is told twice: %+v", news)
	}
	a.FinishTask(a.Tasks()[0].ID, "Дозвонилась")
	done := hear(t, c, bodies, func(h crm.Hint) bool { return h.Tasks })
	if diff := cmp.Diff([]crm.DoneTask{{ID: refs.Tasks[0], Text: "Позвонить", Result: "Дозвонилась"}}, look(done).Done); diff != "" {
		t.Error(diff)
	}
	refs.Responsible = "71"
	a.Assign(a.number(refs.Deal), 72)
	if news := look(crm.Hint{Deal: refs.Deal}); news.Responsible != "72" || news.Manager != "Ольга Ёлкина" {
		t.Errorf("news %+v", news)
	}
	a.must(a.DeleteLead(a.number(refs.Deal)))
	if news := look(crm.Hint{Deal: refs.Deal}); !news.Gone {
		t.Errorf("news %+v", news)
	}
}

func TestHistoryTellsWhatNoWebhookTold(t *testing.T) {
	t.Parallel()
	a := mappedShop(t)
	c := a.CRM.(*amocrm.CRM)
	refs := apply(t, a, crm.Change{ID: "c1", Contact: customer()}, crm.Refs{})
	since := a.clock.Now()
	a.clock.Advance(time.Hour)
	a.must(a.MoveLead(a.number(refs.Deal), 501))
	a.AddNote(a.number(refs.Deal), "!привет")
	hints, until, err := c.Missed(t.Context(), since.Add(time.Minute))
	if err != nil || !until.Equal(a.clock.Now()) {
		t.Fatal(until, err)
	}
	places, notes := 0, 0
	for _, hint := range hints {
		if hint.Deal == refs.Deal && hint.Place == "500/501" {
			places++
		}
		if hint.Deal == refs.Deal && hint.Notes {
			notes++
		}
	}
	if places != 1 || notes != 1 {
		t.Errorf("hints %+v", hints)
	}
	if later, _, err := c.Missed(t.Context(), a.clock.Now().Add(time.Minute)); err != nil || len(later) != 0 {
		t.Errorf("later %+v, %v", later, err)
	}
}

// TestHistoryOfALongOutage reads three thousand events of a day and a half: none
// is left out, and of the moves of a deal only the last one is told.
func TestHistoryOfALongOutage(t *testing.T) {
	t.Parallel()
	a := mappedShop(t)
	c := a.CRM.(*amocrm.CRM)
	refs := apply(t, a, crm.Change{ID: "c1", Contact: customer()}, crm.Refs{})
	a.clock.Advance(time.Minute)
	since := a.clock.Now()
	a.AddNote(a.number(refs.Deal), "!первое")
	for i := range 3000 {
		if i < 1000 || i%20 == 0 {
			a.clock.Advance(30 * time.Second)
		}
		a.must(a.MoveLead(a.number(refs.Deal), []int64{501, amocrmtest.Won}[i%2]))
	}
	a.clock.Advance(24 * time.Hour)
	notes, places, pieces := 0, []string{}, 0
	for at := since; at.Before(a.clock.Now()); pieces++ {
		hints, until, err := c.Missed(t.Context(), at)
		if err != nil || !until.After(at) {
			t.Fatal(until, err)
		}
		for _, hint := range hints {
			if hint.Notes {
				notes++
			}
			if hint.Place != "" {
				places = append(places, hint.Place)
			}
		}
		at = until
	}
	if notes != 1 || pieces < 24 || len(places) > pieces || len(places) < 8 || places[len(places)-1] != "500/142" {
		t.Errorf("%d notes, %d pieces, places %q", notes, pieces, places)
	}
}

// TestWebhooksOfTheDocuments reads the samples, and nothing out of what is none.
func TestWebhooksOfTheDocuments(t *testing.T) {
	t.Parallel()
	c := amocrm.New(amocrm.Config{URL: "https://example.amocrm.ru", Token: "t"})
	status, err := os.ReadFile("testdata/webhook_leads_status.form.txt")
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string][]crm.Hint{
		string(status): {{Deal: "10701093", Place: "9217056/142"}},
		"task[update][7][id]=1&task[update][7][element_id]=33322211&task[update][7][element_type]=2&task[update][7][action_close]=1": {{Deal: "33322211", Tasks: true}},
		"task[update][0][id]=1&task[update][0][element_id]=5&task[update][0][element_type]=1":                                        nil,
		"leads[note][0][note][element_id]=9&leads[note][0][note][note_type]=service_message":                                         nil,
		"leads[note][3][element_id]=9&leads[note][3][note_type]=4":                                                                   {{Deal: "9", Notes: true}},
		"leads[delete][0][id]=../../x": nil,
		"%zz":                          nil,
		"":                             nil,
		"contacts[add][0][id]=1":       nil,
		strings.Repeat("a[", 10000):    nil,
	} {
		if diff := cmp.Diff(want, c.Hints([]byte(body))); diff != "" {
			t.Errorf("%.60s: %s", body, diff)
		}
	}
}
