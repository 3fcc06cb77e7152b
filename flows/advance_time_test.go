package flows_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
)

// said are the texts of all turns of a wait.
func said(t *testing.T, stage *flows.Rehearsal, d time.Duration) []string {
	t.Helper()
	turns, err := stage.Wait(d)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, turn := range turns {
		for _, say := range all[flows.Say](turn) {
			texts = append(texts, say.Text)
		}
	}
	return texts
}

func TestTimers(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		script []string
		want   []string
	}{
		"silence":              {nil, []string{"Уже час", "Вы тут?", "Неделя"}},
		"answered":             {[]string{"бу"}, []string{"Уже час", "Неделя"}},
		"left":                 {[]string{"стоп"}, []string{"Неделя"}},
		"paid":                 {[]string{"[Книга]", "/pay success"}, nil},
		"started again":        {[]string{"/start", "/start"}, []string{"Уже час", "Вы тут?", "Неделя"}},
		"a person leads":       {[]string{"/join"}, nil},
		"the customer blocked": {[]string{"/block"}, nil},
	} {
		stage := rehearse(t, shop, "/start")
		perform(t, stage, one.script...)
		if diff := cmp.Diff(one.want, said(t, stage, 8*24*time.Hour)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if len(stage.Session.Timers) != 0 {
			t.Errorf("%s: timers are left: %+v", name, stage.Session.Timers)
		}
	}
}

// TestTimerGone: an alarm that was cancelled or rang before does nothing.
func TestTimerGone(t *testing.T) {
	t.Parallel()
	stage := rehearse(t, shop, "/start")
	timers := slices.Clone(stage.Session.Timers)
	ids := map[string]bool{}
	for _, timer := range timers {
		ids[timer.ID] = true
	}
	if len(ids) != 3 || !stage.Session.NextTimer().Equal(noon().Add(time.Hour)) {
		t.Fatalf("timers %+v", timers)
	}
	for range 2 {
		turn, err := stage.Send(flows.Input{Kind: flows.Rang, Timer: timers[1].ID})
		if err != nil {
			t.Fatal(err)
		}
		if rang := len(turn.Effects) > 0; rang != (len(turn.Session.Timers) == 2 && ids[timers[1].ID]) {
			t.Errorf("effects %+v", turn.Effects)
		}
		delete(ids, timers[1].ID)
	}
	// An alarm whose rule an edit took away says so and is silent.
	stage.Session.Timers[0].Index = 9
	turn, err := stage.Send(flows.Input{Kind: flows.Rang, Timer: stage.Session.Timers[0].ID})
	if err != nil || len(turn.Effects) > 0 || len(turn.Journal) != 1 {
		t.Errorf("%v %+v", err, turn)
	}
}

func TestButtons(t *testing.T) {
	t.Parallel()
	stage := rehearse(t, shop, "/start")
	for _, button := range stage.Live {
		if len(button.Data) == 0 || len(button.Data) > flows.MaxCallback {
			t.Errorf("callback data %q", button.Data)
		}
	}
	for name, data := range map[string]string{"forged": "v1:welcome", "empty": "", "old": "buy", "huge": string(make([]byte, 100))} {
		turn, err := stage.Send(flows.Input{Kind: flows.Button, Payload: data, Callback: "c"})
		want := []flows.Effect{flows.Acknowledge{Callback: "c", Text: "outdated_button"}}
		if diff := cmp.Diff(want, turn.Effects); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
	// The same button again, after it has moved on, only stops the spinner …
	first := stage.Live[1]
	for i, state := range []string{"book", "book"} {
		turn, err := stage.Press(first)
		if err != nil || turn.Session.State != state || (i == 1) != (len(turn.Effects) == 1) {
			t.Errorf("press %d: %v %s %+v", i, err, turn.Session.State, turn.Effects)
		}
	}
	// … but after something else happened it is pressed on purpose.
	perform(t, stage, "/start")
	if turn, err := stage.Press(first); err != nil || turn.Session.State != "book" {
		t.Errorf("%v %s", err, turn.Session.State)
	}
	if len(stage.Session.Choices) > 10 {
		t.Errorf("the same buttons pile up: %d", len(stage.Session.Choices))
	}
}

func TestDeepLink(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]map[string]string{
		"":                       nil,
		"friend":                 {"start": "friend"},
		"src-vk_cmp-may":         {"start": "src-vk_cmp-may", "utm_source": "vk", "utm_campaign": "may"},
		"src-tg-ads_trm-a_med-x": {"start": "src-tg-ads_trm-a_med-x", "utm_source": "tg-ads", "utm_term": "a", "utm_medium": "x"},
		"cnt-_foo-bar":           {"start": "cnt-_foo-bar"},
	} {
		stage := rehearse(t, shop, "/start "+payload, "/start src-later")
		if want == nil {
			want = map[string]string{"start": "src-later", "utm_source": "later"}
		}
		if diff := cmp.Diff(want, stage.Contact.Source); diff != "" {
			t.Errorf("%q (-want +got):\n%s", payload, diff)
		}
		if stage.Session.Vars["start"] != "src-later" {
			t.Errorf("start = %q", stage.Session.Vars["start"])
		}
	}
}

// TestSessionJSON: the names in stored sessions are a promise.
func TestSessionJSON(t *testing.T) {
	t.Parallel()
	session := flows.Session{
		Contact: "tg:1", Flow: "course", Version: "v", State: "email", Entered: noon(),
		Asking: &flows.Asking{State: "email", In: "on:2", Step: 1}, Vars: map[string]string{"a": "b"},
		Timers:   []flows.Timer{{ID: "t1.1", State: "s", Index: 1, Set: noon(), Due: noon()}},
		Answered: noon(), Order: "o", Payment: "p", Manual: true, Asked: map[string]string{"course": "pay"}, Turns: 3, Seed: "s",
		Choices: map[string]flows.Choice{"v1:x": {Text: "t", To: "to", Set: map[string]string{"a": "b"}, Ask: &flows.Asking{State: "email"}, State: "s", Turn: 1}},
		Tapped:  "v1:x@1", Keyboard: true, Once: []string{"s/text: a"},
	}
	got, err := json.Marshal(session)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"contact":"tg:1","flow":"course","version":"v","state":"email","entered":"2026-12-01T12:00:00Z",` +
		`"asking":{"state":"email","in":"on:2","step":1},"vars":{"a":"b"},` +
		`"timers":[{"id":"t1.1","state":"s","index":1,"set":"2026-12-01T12:00:00Z","due":"2026-12-01T12:00:00Z"}],` +
		`"answered":"2026-12-01T12:00:00Z","order":"o","payment":"p","manual":true,"asked":{"course":"pay"},"turns":3,"seed":"s",` +
		`"choices":{"v1:x":{"text":"t","to":"to","set":{"a":"b"},"ask":{"state":"email","step":0},"state":"s","turn":1}},` +
		`"tapped":"v1:x@1","keyboard":true,"once":["s/text: a"]}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("session (-want +got):\n%s", diff)
	}
}
