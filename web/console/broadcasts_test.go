package console_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/flows"
	"voronka/sales"
	"voronka/web/console"
)

// herald is a broadcaster that remembers what it was asked.
type herald struct {
	err     error
	plans   []bot.Broadcast
	counted int
	steered []string
	all     []bot.BroadcastReport
}

func (h *herald) Announce(_ context.Context, plan bot.Broadcast) (bot.Broadcast, error) {
	h.plans = append(h.plans, plan)
	return plan, h.err
}

func (h *herald) EstimateBroadcast(context.Context, bot.Broadcast) (bot.BroadcastEstimate, error) {
	h.counted++
	return bot.BroadcastEstimate{Reaches: map[flows.Reach]int{flows.ReachYes: 12, flows.ReachOptOut: 3}, Now: 12, Sample: evil}, h.err
}

func (h *herald) Broadcasts(context.Context, int) ([]bot.BroadcastReport, error) { return h.all, nil }

func (h *herald) SteerBroadcast(_ context.Context, id, word string) error {
	h.steered = append(h.steered, id+" "+word)
	return h.err
}

func withHerald(t *testing.T) (*desk, *herald) {
	h := &herald{}
	return open(t, func(c *console.Config) { c.Broadcasts, c.Zone = h, time.FixedZone("", 3*3600) }), h
}

func TestBroadcastIsCountedThenSent(t *testing.T) {
	t.Parallel()
	d, h := withHerald(t)
	cookie := d.enter()
	form := url.Values{
		"token": {d.token(cookie)}, "act": {"b1"}, "text": {evil}, "if": {"tag.vip"}, "hours": {"10:00–21:00"}, "at": {"2026-12-02T10:30"}, "word": {"count"},
	}
	page := d.ask(http.MethodPost, "/console/broadcasts", cookie, form).Body.String()
	if h.counted != 1 || len(h.plans) != 0 || !strings.Contains(page, "Получат: 12") || !strings.Contains(page, `value="b1"`) || strings.Contains(page, evil) {
		t.Fatalf("counted %d, %+v\n%s", h.counted, h.plans, page)
	}
	form.Set("word", "send")
	if w := d.ask(http.MethodPost, "/console/broadcasts", cookie, form); w.Code != http.StatusSeeOther {
		t.Fatalf("answered %d: %s", w.Code, w.Body)
	}
	want := bot.Broadcast{ID: "b1", Text: evil, If: "tag.vip", Hours: "10:00–21:00", At: time.Date(2026, 12, 2, 7, 30, 0, 0, time.UTC)}
	if diff := cmp.Diff([]bot.Broadcast{want}, h.plans); diff != "" {
		t.Error(diff)
	}
	form.Set("token", "forged")
	if w := d.ask(http.MethodPost, "/console/broadcasts", cookie, form); w.Code != http.StatusForbidden || len(h.plans) != 1 {
		t.Errorf("a forged form: %d", w.Code)
	}
	if w := d.ask(http.MethodPost, "/console/broadcasts", "", form); w.Code != http.StatusSeeOther || len(h.plans) != 1 {
		t.Errorf("a stranger: %d", w.Code)
	}
}

func TestWrongBroadcastKeepsWhatWasWritten(t *testing.T) {
	t.Parallel()
	d, h := withHerald(t)
	cookie := d.enter()
	h.err = &sales.Error{Code: "broadcast_if", Action: sales.Bury, Message: evil}
	form := url.Values{"token": {d.token(cookie)}, "act": {"b1"}, "text": {"Скидка"}, "if": {"tag.vip ="}, "word": {"send"}}
	w := d.ask(http.MethodPost, "/console/broadcasts", cookie, form)
	if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "Условие не читается") ||
		!strings.Contains(body, "Скидка</textarea>") || strings.Contains(body, evil) || strings.Contains(body, "‹") {
		t.Errorf("answered %d: %s", w.Code, body)
	}
	form.Set("at", "завтра")
	if w := d.ask(http.MethodPost, "/console/broadcasts", cookie, form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Время не читается") {
		t.Errorf("answered %d", w.Code)
	}
	h.err = errors.New("the disk is full")
	form.Del("at")
	if w := d.ask(http.MethodPost, "/console/broadcasts", cookie, form); w.Code != http.StatusServiceUnavailable {
		t.Errorf("answered %d", w.Code)
	}
}

func TestBroadcastsAreShownAndSteered(t *testing.T) {
	t.Parallel()
	d, h := withHerald(t)
	for _, status := range []bot.BroadcastStatus{bot.BroadcastPlanned, bot.BroadcastRuns, bot.BroadcastPaused, bot.BroadcastStopped, bot.BroadcastDone} {
		for _, why := range []string{"", "engine_failed", "broadcast_refused", "broadcast_state", "broadcast_flow", "broadcast_if", "broadcast_text"} {
			skipped := map[flows.Reach]int{"quiet": 1, "opted_out": 1, "blocked": 1, "manual": 1, "had": 1, "others": 1}
			h.all = append(h.all, bot.BroadcastReport{
				Broadcast: bot.Broadcast{ID: "b1", Text: evil, If: evil, Hours: evil, Status: status, Why: why, Skipped: skipped, Wake: d.now, Over: d.now},
				Outcome:   bot.BroadcastOutcome{Arrived: 1, Gone: 2, Unknown: 3, Failed: 4},
			})
		}
	}
	cookie := d.enter()
	page := d.page("/console/broadcasts", cookie)
	if strings.Contains(page, evil) || strings.Count(page, "/console/broadcasts/b1/stop") != 21 {
		t.Error("hostile words, or buttons of broadcasts that have ended")
	}
	form := url.Values{"token": {d.token(cookie)}}
	for _, word := range []string{"pause", "resume", "stop"} {
		if w := d.ask(http.MethodPost, "/console/broadcasts/b1/"+word, cookie, form); w.Code != http.StatusSeeOther {
			t.Errorf("%s: %d", word, w.Code)
		}
	}
	if diff := cmp.Diff([]string{"b1 pause", "b1 resume", "b1 stop"}, h.steered); diff != "" {
		t.Error(diff)
	}
}

func TestProgramsNeedThePassword(t *testing.T) {
	t.Parallel()
	d, h := withHerald(t)
	ask := func(method, path, secret, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "/console/api/broadcasts"+path, strings.NewReader(body))
		r.SetBasicAuth("broadcast", secret)
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		return w
	}
	plan := `{"id":"b1","text":"Скидка"}`
	if w := ask(http.MethodPost, "", "wrong", plan); w.Code != http.StatusUnauthorized || len(h.plans) != 0 {
		t.Errorf("a wrong password: %d", w.Code)
	}
	var made bot.Broadcast
	w := ask(http.MethodPost, "", password, plan)
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || w.Code != http.StatusOK || made.Text != "Скидка" || len(h.plans) != 1 {
		t.Errorf("%d %v %+v", w.Code, err, made)
	}
	var estimate bot.BroadcastEstimate
	if err := json.Unmarshal(ask(http.MethodPost, "?count", password, plan).Body.Bytes(), &estimate); err != nil || estimate.Now != 12 {
		t.Errorf("%v %+v", err, estimate)
	}
	if w := ask(http.MethodPost, "", password, "{"); w.Code != http.StatusBadRequest {
		t.Errorf("half a request: %d", w.Code)
	}
	if w := ask(http.MethodGet, "", password, ""); w.Code != http.StatusOK {
		t.Errorf("the list: %d", w.Code)
	}
	h.err = &sales.Error{Code: "broadcast_unknown", Message: "b9"}
	if w := ask(http.MethodPost, "/b9/stop", password, ""); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "broadcast_unknown") {
		t.Errorf("an unknown one: %d %s", w.Code, w.Body)
	}
}
