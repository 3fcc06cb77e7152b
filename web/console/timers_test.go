package console_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/flows"
	"voronka/flows/steps"
	"voronka/sales"
	"voronka/storage"
	"voronka/web/console"
)

const reminding = `start: a
states:
  a:
    do: [{say: Привет}]
    timers: [{after: 1h, to: b}, {after: 2h, do: [{say: "<b>Скоро</b> начнём"}]}, {after: 30h, to: b}]
  b: {do: [{say: Ждём вас}], end: true}
`

// remind opens a console over a dialog with three reminders.
func remind(t *testing.T) *desk {
	t.Helper()
	flow, found := flows.Loader{Kinds: steps.All()}.LoadText("a.yaml", reminding)
	if flow == nil {
		t.Fatal(found)
	}
	project := &flows.Project{Flows: []*flows.Flow{flow}}
	d := open(t, func(c *console.Config) {
		c.Live, c.Zone = func() *flows.Project { return project }, time.FixedZone("MSK", 3*3600)
	})
	d.put(func(tx storage.Tx) error {
		session := flows.Session{Contact: "tg:7", Flow: "a", State: "a", Seed: "s"}
		for i, after := range []time.Duration{time.Hour, 2 * time.Hour, 30 * time.Hour} {
			session.Timers = append(session.Timers, flows.Timer{ID: string(rune('x' + i)), State: "a", Index: i, Due: d.now.Add(after)})
		}
		session.Timers = append(session.Timers, flows.Timer{ID: "g", State: "gone", Due: d.now.Add(3 * time.Hour)})
		return errors.Join(tx.PutContact(sales.Contact{ID: "tg:7", Name: "Анна", ActiveAt: d.now}), tx.PutSession(session))
	})
	return d
}

func TestCalendarShowsTheNextDay(t *testing.T) {
	t.Parallel()
	d := remind(t)
	page := d.page("/console/calendar", d.enter())
	for _, want := range []string{"16:00:00", "Ждём вас", "17:00:00", "Скоро начнём", "такого напоминания в воронке больше нет", "Анна"} {
		if !strings.Contains(page, want) {
			t.Errorf("the calendar lacks %q", want)
		}
	}
	if strings.Contains(page, "02.12.2026") {
		t.Error("it shows what comes after a day")
	}
}

func TestRemindersAreEdited(t *testing.T) {
	t.Parallel()
	d := remind(t)
	cookie := d.enter()
	token := d.token(cookie)
	if page := d.page("/console/dialogs/tg:7", cookie); !strings.Contains(page, `value="2026-12-01T16:00"`) {
		t.Error("the moment of the first reminder is not in its form")
	}
	act := func(timer string, form url.Values) int {
		form.Set("token", token)
		return d.ask(http.MethodPost, "/console/dialogs/tg:7/timers/"+timer, cookie, form).Code
	}
	for _, c := range []struct {
		form url.Values
		want int
	}{
		{url.Values{"word": {"cancel"}}, 303},
		{url.Values{"word": {"now"}}, 303},
		{url.Values{"word": {"move"}, "at": {"2026-12-02T10:30"}}, 303},
		{url.Values{"word": {"move"}, "at": {"завтра"}}, 422},
		{url.Values{"word": {"explode"}}, 404},
	} {
		if got := act("x", c.form); got != c.want {
			t.Errorf("%v: %d", c.form, got)
		}
	}
	d.bot.err = bot.ErrNoTimer
	if got := act("x", url.Values{"word": {"cancel"}}); got != 303 {
		t.Errorf("a reminder that has rung meanwhile: %d", got)
	}
	d.bot.err = storage.ErrNotFound
	if got := act("x", url.Values{"word": {"cancel"}}); got != 404 {
		t.Errorf("a dialog that is gone: %d", got)
	}
	if got := d.ask(http.MethodPost, "/console/dialogs/tg:7/timers/x", cookie, url.Values{"word": {"cancel"}}).Code; got == 303 {
		t.Error("a form without its token was taken")
	}
	want := []string{"tg:7|x|01.01 00:00", "tg:7|x|01.12 12:00", "tg:7|x|02.12 10:30", "tg:7|x|01.01 00:00", "tg:7|x|01.01 00:00"}
	if diff := cmp.Diff(want, d.bot.acts); diff != "" {
		t.Error(diff)
	}
}
