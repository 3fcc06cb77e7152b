package amocrm_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/crm"
	"voronka/crm/amocrm"
	"voronka/crm/amocrmtest"
	"voronka/crm/crmtest"
	"voronka/sales"
)

func shop(t *testing.T, cfg amocrmtest.Config) (*account, *crmtest.Door, *crmtest.Clock) {
	t.Helper()
	door, clock := &crmtest.Door{}, crmtest.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	if cfg.Fields == nil {
		cfg.Fields = fieldsWithout(nil)
	}
	a := open(t, door, clock, cfg)
	t.Cleanup(func() {
		for _, offence := range a.Offences() {
			t.Errorf("amoCRM did not like: %s", offence)
		}
	})
	return a, door, clock
}

func customer() sales.Contact { return sales.Contact{ID: "tg:4200017", Name: "Анна"} }

func apply(t *testing.T, a *account, change crm.Change, known crm.Refs) crm.Refs {
	t.Helper()
	refs, err := a.Apply(t.Context(), change, known)
	if err != nil {
		t.Fatalf("apply %s: %v", change.ID, err)
	}
	return refs
}

// TestSearchThatLags loses the answer of each POST while the search index knows
// nothing of the last hour, in an account with no field for the mark.
func TestSearchThatLags(t *testing.T) {
	t.Parallel()
	for skip := range 2 {
		a, door, clock := shop(t, amocrmtest.Config{SearchLag: time.Hour, Fields: fieldsWithout([]string{"TELEGRAM_ID", "IM"})})
		change := crm.Change{ID: "c1", Contact: customer(), At: clock.Now(), Note: "Пришла"}
		door.Break(&crmtest.Fault{Writes: true, Skip: skip, Handled: true})
		if _, err := a.Apply(t.Context(), change, crm.Refs{}); !sales.AsError(err).Uncertain {
			t.Fatalf("error %v, want an uncertain one", err)
		}
		change.Repeat = true
		clock.Advance(10 * time.Minute)
		apply(t, a, change, crm.Refs{})
		if len(a.Contacts()) != 1 || len(a.Leads()) != 1 || !a.Contacts()[0].HasTag("tg:4200017") {
			t.Errorf("after a lost answer %d: %d contacts, %d deals", skip+1, len(a.Contacts()), len(a.Leads()))
		}
	}
}

func TestSourceLandsInTracking(t *testing.T) {
	t.Parallel()
	a, _, _ := shop(t, amocrmtest.Config{})
	who := customer()
	who.Source = map[string]string{"utm_source": "vk", "utm_medium": "cpc", "utm_campaign": "весна", "start": "vk__cpc", "yclid": "1"}
	apply(t, a, crm.Change{ID: "c1", Contact: who, Price: 499050, Tags: []string{"курс"}}, crm.Refs{})
	deal := a.Leads()[0]
	got := map[string][]string{}
	for _, code := range []string{"UTM_SOURCE", "UTM_MEDIUM", "UTM_CAMPAIGN", "UTM_REFERRER"} {
		got[code] = deal.Values(code)
	}
	want := map[string][]string{"UTM_SOURCE": {"vk"}, "UTM_MEDIUM": {"cpc"}, "UTM_CAMPAIGN": {"весна"}, "UTM_REFERRER": {"vk__cpc"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tracking (-want +got):\n%s", diff)
	}
	if deal.Price != 4991 || !deal.HasTag("voronka") || !deal.HasTag("курс") {
		t.Errorf("deal %+v", deal)
	}
	if mark := a.Contacts()[0].Values("TELEGRAM_ID"); len(mark) != 1 || mark[0] != "4200017" {
		t.Errorf("mark %q", mark)
	}
}

func TestMessengersAreKept(t *testing.T) {
	t.Parallel()
	a, _, _ := shop(t, amocrmtest.Config{Fields: fieldsWithout([]string{"TELEGRAM_ID"})})
	a.Server.AddContact(amocrmtest.Contact{Card: amocrmtest.Card{Name: "Анна", Fields: []amocrmtest.FieldValue{
		{Code: "PHONE", Values: []amocrmtest.Value{{Value: "89161234567"}}},
		{Code: "IM", Values: []amocrmtest.Value{{Value: "anna.skype", EnumCode: "SKYPE", EnumID: 193240}}},
	}}})
	who := customer()
	who.Phone = "+79161234567"
	for _, id := range []string{"c1", "c2"} {
		apply(t, a, crm.Change{ID: id, Contact: who}, crm.Refs{})
	}
	if diff := cmp.Diff([]string{"anna.skype", "tg:4200017"}, a.Contacts()[0].Values("IM")); diff != "" {
		t.Errorf("messengers (-want +got):\n%s", diff)
	}
}

func TestFieldsOfEachType(t *testing.T) {
	t.Parallel()
	a, _, _ := shop(t, amocrmtest.Config{})
	refs := apply(t, a, crm.Change{ID: "c1", Contact: customer(), Fields: map[string]string{
		"тариф": "полный", "Дата старта": "02.03.2026", "Согласие": "Да", "Баллы": "1 200,5", "Темы": "go; ёлки", "ORDER_ID": "17",
	}}, crm.Refs{})
	got := a.Deals()[0].Fields
	want := map[string]string{"Тариф": "Полный", "Дата старта": "1772445600", "Согласие": "true", "Баллы": "1200.5", "Темы": "Go", "Заказ": "17"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	for name, text := range map[string]string{"Тариф": "Платиновый", "Дата старта": "завтра", "Согласие": "может быть", "Баллы": "много", "Темы": "Go, Rust"} {
		_, err := a.Apply(t.Context(), crm.Change{ID: "c2", Contact: customer(), Fields: map[string]string{name: text}}, refs)
		if coded := sales.AsError(err); coded.Code != "crm_field" || coded.Action != sales.Bury || !strings.Contains(coded.Message, name) {
			t.Errorf("%s = %q: error %v", name, text, err)
		}
	}
	apply(t, a, crm.Change{ID: "c3", Contact: customer(), Fields: map[string]string{"Баллы": ""}}, refs)
	if _, filled := a.Deals()[0].Fields["Баллы"]; filled {
		t.Error("an empty text did not clear the field")
	}
}

// board is two pipelines that share the name of a stage.
func board(extra ...amocrmtest.Status) []amocrmtest.Pipeline {
	partners := amocrmtest.Pipeline{ID: 500, Name: "Партнёры", Sort: 2, Statuses: []amocrmtest.Status{
		{ID: 501, Name: "Новый", Sort: 10}, {ID: 502, Name: "Ждем оплату", Sort: 20}, {ID: amocrmtest.Won, Name: "Успех", Sort: 10000}, {ID: amocrmtest.Lost, Name: "Отказ", Sort: 11000},
	}}
	partners.Statuses = append(partners.Statuses, extra...)
	return []amocrmtest.Pipeline{amocrmtest.DefaultPipeline(), partners}
}

// TestManagersPipeline leaves a deal in the pipeline to which a manager took it.
func TestManagersPipeline(t *testing.T) {
	t.Parallel()
	a, _, clock := shop(t, amocrmtest.Config{Pipelines: board()})
	refs := apply(t, a, crm.Change{ID: "c1", Contact: customer()}, crm.Refs{})
	if err := a.MoveLead(a.number(refs.Deal), 501); err != nil {
		t.Fatal(err)
	}
	clock.Advance(10 * time.Minute)
	for i, step := range []struct {
		stage            string
		pipeline, status int64
	}{{"Ждём оплату", 500, 502}, {crm.Won, 500, amocrmtest.Won}, {"Знакомство", 3177727, 32392162}} {
		apply(t, a, crm.Change{ID: string(rune('d' + i)), Contact: customer(), Stage: step.stage}, refs)
		if deal := a.Leads()[0]; deal.PipelineID != step.pipeline || deal.StatusID != step.status {
			t.Errorf("stage %s: pipeline %d, status %d", step.stage, deal.PipelineID, deal.StatusID)
		}
	}
}

// TestDirectoryIsReadAnew finds a stage that was added after it was missed.
func TestDirectoryIsReadAnew(t *testing.T) {
	t.Parallel()
	a, _, clock := shop(t, amocrmtest.Config{})
	refs := apply(t, a, crm.Change{ID: "c1", Contact: customer()}, crm.Refs{})
	late := crm.Change{ID: "c2", Contact: customer(), Stage: "Рассрочка"}
	if _, err := a.Apply(t.Context(), late, refs); sales.AsError(err).Code != "crm_stage" {
		t.Fatalf("error %v", err)
	}
	request := httptest.NewRequest(http.MethodPost, "/api/v4/leads/pipelines/3177727/statuses", strings.NewReader(`[{"name":"Рассрочка","sort":55}]`))
	request.Header.Set("Authorization", "Bearer "+token)
	answer := httptest.NewRecorder()
	a.ServeHTTP(answer, request)
	if answer.Code >= 300 {
		t.Fatal(answer.Body)
	}
	apply(t, a, late, refs)
	before := len(a.Requests())
	clock.Advance(time.Minute)
	apply(t, a, crm.Change{ID: "c3", Contact: customer(), Stage: "рассрочка", Price: 100}, refs)
	if calls := len(a.Requests()) - before; calls != 1 {
		t.Errorf("%d calls for a deal that was seen a minute ago, want the change alone", calls)
	}
	clock.Advance(time.Hour)
	before = len(a.Requests())
	apply(t, a, crm.Change{ID: "c4", Contact: customer(), Note: "Вернулась"}, refs)
	if calls := len(a.Requests()) - before; calls != 2 {
		t.Errorf("%d calls for a deal of an hour ago, want two: look and note", calls)
	}
}

func TestUnknownPipeline(t *testing.T) {
	t.Parallel()
	server := amocrmtest.New(amocrmtest.Config{Token: token})
	t.Cleanup(server.Close)
	c := amocrm.New(amocrm.Config{URL: "http://amocrm.test", Token: token, Pipeline: "Опт", HTTP: direct(server)})
	_, err := c.Apply(t.Context(), crm.Change{ID: "c1", Contact: customer()}, crm.Refs{})
	if coded := sales.AsError(err); coded.Code != "crm_stage" || !strings.Contains(coded.Message, "Опт") {
		t.Errorf("error %v", err)
	}
}

// TestManagerWhoLeft still gets the task written, to the token's own user.
func TestManagerWhoLeft(t *testing.T) {
	t.Parallel()
	door, clock := &crmtest.Door{}, crmtest.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	a := open(t, door, clock, amocrmtest.Config{})
	who := a.Server.AddContact(amocrmtest.Contact{Card: amocrmtest.Card{Name: "Анна"}})
	deal := a.AddLead(amocrmtest.Lead{Card: amocrmtest.Card{Name: "Курс", ResponsibleUserID: 1}, Contacts: []int64{who}})
	refs := crm.Refs{Contact: "1", Deal: fmt.Sprint(deal)}
	apply(t, a, crm.Change{ID: "c1", Contact: customer(), Task: &crm.Task{Text: "Позвонить", Due: clock.Now()}}, refs)
	if tasks := a.Tasks(); len(tasks) != 1 || tasks[0].ResponsibleUserID == 1 {
		t.Errorf("tasks %+v", tasks)
	}
}

// TestPauseAfter429 leaves amoCRM alone for as long as was agreed, for every contact.
func TestPauseAfter429(t *testing.T) {
	t.Parallel()
	a, _, clock := shop(t, amocrmtest.Config{})
	a.Inject(amocrmtest.Fault{Kind: amocrmtest.TooManyRequests, Times: 2})
	for _, want := range []time.Duration{time.Second, 2 * time.Second} {
		_, err := a.Apply(t.Context(), crm.Change{ID: "c1", Contact: customer()}, crm.Refs{})
		if coded := sales.AsError(err); coded.Code != "crm_busy" || coded.After != want {
			t.Fatalf("error %+v, want a pause of %v", coded, want)
		}
		calls := len(a.Requests())
		other := crm.Change{ID: "c2", Contact: sales.Contact{ID: "tg:5"}}
		if _, err := a.Apply(t.Context(), other, crm.Refs{}); sales.AsError(err).After != want || len(a.Requests()) != calls {
			t.Fatalf("error %v after %d calls in the pause", err, len(a.Requests())-calls)
		}
		clock.Advance(want)
	}
	apply(t, a, crm.Change{ID: "c1", Contact: customer()}, crm.Refs{})
}

// TestBudget keeps many changes at once under amoCRM's real limits.
func TestBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := amocrmtest.New(amocrmtest.Config{Token: token, Limits: amocrmtest.RealLimits()})
		defer server.Close()
		c := amocrm.New(amocrm.Config{URL: "http://amocrm.test", Token: token, HTTP: direct(server)})
		// The directory is read under a lock, which stops the clock of synctest: first by one alone.
		if _, err := c.Apply(t.Context(), crm.Change{ID: "first", Contact: sales.Contact{ID: "tg:5"}}, crm.Refs{}); err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		for i := range 20 {
			go func() {
				who := customer()
				who.ID += fmt.Sprint(i)
				_, err := c.Apply(t.Context(), crm.Change{ID: who.ID, Contact: who, Note: "Пришла"}, crm.Refs{})
				done <- err
			}()
		}
		for range 20 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if len(server.Contacts()) != 21 || len(server.Leads()) != 21 {
			t.Errorf("%d contacts and %d deals, want 21 of each", len(server.Contacts()), len(server.Leads()))
		}
	})
}

// direct is a client that needs no network.
func direct(handler http.Handler) *http.Client { return &http.Client{Transport: transport{handler}} }

type transport struct{ handler http.Handler }

func (d transport) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	d.handler.ServeHTTP(answer, r)
	return answer.Result(), nil
}

// unawed is a shop whose account may dislike what a change meets in a race.
func unawed(t *testing.T, cfg amocrmtest.Config) (*account, *crmtest.Clock) {
	t.Helper()
	clock := crmtest.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	cfg.Fields = fieldsWithout(nil)
	return open(t, &crmtest.Door{}, clock, cfg), clock
}

// TestManagerActsInTheSameMinute moves, then deletes a deal that was seen a
// second ago.
func TestManagerActsInTheSameMinute(t *testing.T) {
	t.Parallel()
	a, _ := unawed(t, amocrmtest.Config{Pipelines: board()})
	refs := apply(t, a, crm.Change{ID: "c1", Contact: customer()}, crm.Refs{})
	a.must(a.MoveLead(a.number(refs.Deal), 501))
	apply(t, a, crm.Change{ID: "c2", Contact: customer(), Stage: "Ждём оплату"}, refs)
	if deal := a.Leads()[0]; deal.PipelineID != 500 || deal.StatusID != 502 {
		t.Errorf("pipeline %d, status %d: the deal was dragged back", deal.PipelineID, deal.StatusID)
	}
	a.must(a.DeleteLead(a.number(refs.Deal)))
	again := apply(t, a, crm.Change{ID: "c3", Contact: customer(), Note: "Оплатила"}, refs)
	if again.Deal == refs.Deal || len(a.Leads()) != 1 || len(a.Notes("leads", a.Leads()[0].ID)) != 1 {
		t.Errorf("refs %+v, deals %+v", again, a.Leads())
	}
}
