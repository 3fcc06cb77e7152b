package telegram

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot/telegramtest"
	"voronka/flows"
	"voronka/sales"
)

func TestPollConfirmsOnlyWhatIsCommitted(t *testing.T) {
	t.Parallel()
	server, api := fake(t)
	anna, boris := server.User(telegramtest.Profile{ID: 1}), server.User(telegramtest.Profile{ID: 2, FirstName: "Борис"})
	var mu sync.Mutex
	failures, pending := 3*turnTries, []int{}
	b := keepBooks(func(in flows.Input) error {
		mu.Lock()
		defer mu.Unlock()
		if in.Text == "два" && failures > 0 {
			failures--
			pending = append(pending, server.Pending())
			return errStore
		}
		return nil
	})
	b.full.Store(true) // a store that takes no turn takes nothing aside either
	anna.Send("раз")
	anna.Send("два")
	boris.Send("привет")
	anna.Send("три 🎉")
	waits := poll(t, b, api, server.Token())
	b.wait(t, 4)
	anna.Send("конец") // comes by a poll that confirms what was before
	b.wait(t, 1)
	if n := server.Pending(); n != 1 {
		t.Errorf("%d updates are unconfirmed, want the last one", n)
	}
	if diff := cmp.Diff(slices.Repeat([]int{4}, 3*turnTries), pending); diff != "" {
		t.Errorf("updates were confirmed before they were committed: %s", diff)
	}
	if diff := cmp.Diff([]string{"раз", "два", "три 🎉", "конец"}, b.texts("tg:1")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"привет"}, b.texts("tg:2")); diff != "" {
		t.Error(diff)
	}
	want := []time.Duration{500 * time.Millisecond, time.Second, 1500 * time.Millisecond}
	if diff := cmp.Diff(want, waits.list()); diff != "" {
		t.Errorf("pauses: %s", diff)
	}
}

func TestFailureOfOneCustomerHoldsNobodyElseUp(t *testing.T) {
	t.Parallel()
	var batch []string
	for i := range 40 {
		batch = append(batch, update(100+i, int64(1+i), "привет"))
	}
	_, api := play(t, "["+strings.Join(batch, ",")+"]")
	b := keepBooks(func(in flows.Input) error {
		if in.Contact == "tg:1" {
			return errStore
		}
		return nil
	})
	poll(t, b, api, "42:secret")
	b.wait(t, 39)
}

// TestFailuresInABatchAreTriedAgainInOrder fails the second of Anna's three
// updates, and with it the third, until it is tried by itself.
func TestFailuresInABatchAreTriedAgainInOrder(t *testing.T) {
	t.Parallel()
	_, api := play(t, "["+strings.Join([]string{
		update(1, 1, "раз"), update(2, 1, "два"), update(3, 2, "я"), `{"update_id":4,"message":[]}`, update(5, 1, "три"), `{"update_id":6,"poll":{}}`,
	}, ",")+"]")
	b := keepBooks(nil)
	b.HandleAll = func(ctx context.Context, inputs []flows.Input) []error {
		errs := make([]error, len(inputs))
		for i, in := range inputs {
			if errs[i] = errStore; in.Text == "раз" || in.Text == "я" {
				errs[i] = b.handle(ctx, in)
			}
		}
		return errs
	}
	poll(t, b, api, "42:secret")
	b.wait(t, 4)
	if diff := cmp.Diff([]string{"раз", "два", "три"}, b.texts("tg:1")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"я"}, b.texts("tg:2")); diff != "" {
		t.Error(diff)
	}
}

func TestChatsRunSideBySideAndEachInOrder(t *testing.T) {
	t.Parallel()
	server, api := fake(t)
	anna, boris := server.User(telegramtest.Profile{ID: 1}), server.User(telegramtest.Profile{ID: 2})
	borisSpoke := make(chan struct{})
	ctx := within(t)
	b := keepBooks(func(in flows.Input) error {
		switch in.Text {
		case "медленно": // Anna's first turn ends only after Boris's last
			select {
			case <-borisSpoke:
			case <-ctx.Done():
				return ctx.Err()
			}
		case "и":
			close(borisSpoke)
		}
		return nil
	})
	var want []string
	anna.Send("медленно")
	for i := range 30 {
		text := fmt.Sprint("сообщение ", i)
		anna.Send(text)
		want = append(want, text)
	}
	boris.Send("я")
	boris.Send("и")
	poll(t, b, api, server.Token())
	b.wait(t, 33)
	if diff := cmp.Diff(append([]string{"медленно"}, want...), b.texts("tg:1")); diff != "" {
		t.Error(diff)
	}
}

func update(id int, chat int64, text string) string {
	return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":1,"date":1,"chat":{"id":%d,"type":"private"},"from":{"id":%d,"first_name":"Анна"},"text":%q}}`, id, chat, chat, text)
}

func TestUnreadableUpdateIsPutAsideAndBlocksNobody(t *testing.T) {
	t.Parallel()
	broken := `{"update_id":11,"message":{"message_id":"eleven","chat":{"id":1,"type":"private"}}}`
	nameless := `{"update_id":"?","message":null}`
	s, api := play(t, "["+update(10, 1, "раз")+","+broken+","+nameless+","+update(12, 1, "два")+"]")
	b := keepBooks(nil)
	done := s.done
	poll(t, b, api, "42:secret")
	b.wait(t, 2)
	<-done
	if diff := cmp.Diff([]string{"раз", "два"}, b.texts("")); diff != "" {
		t.Error(diff)
	}
	if b.aside["telegram/11"] != broken || len(b.aside) != 2 {
		t.Errorf("put aside: %q", b.aside)
	}
	if diff := cmp.Diff([]int64{0, 13}, s.offsets); diff != "" {
		t.Errorf("offsets: %s", diff)
	}
}

// TestPoisonousUpdateIsPutAsideAndBlocksNobody has a turn that fails each time:
// its customer's next words and everybody else's are heard, and the offset moves.
func TestPoisonousUpdateIsPutAsideAndBlocksNobody(t *testing.T) {
	t.Parallel()
	s, api := play(t, "["+update(10, 1, "яд")+","+update(11, 1, "раз")+"]", "["+update(12, 2, "два")+"]", "[]")
	tries := 0
	b := keepBooks(func(in flows.Input) error {
		if in.Text == "яд" {
			tries++
			return errStore
		}
		return nil
	})
	done := s.done
	poll(t, b, api, "42:secret")
	b.wait(t, 2)
	<-done
	if diff := cmp.Diff([]string{"раз", "два"}, b.texts("")); diff != "" {
		t.Error(diff)
	}
	if b.aside["telegram/10"] != update(10, 1, "яд") || tries != turnTries {
		t.Errorf("tried %d times, put aside: %q", tries, b.aside)
	}
	if diff := cmp.Diff([]int64{0, 12, 13, 13}, s.offsets); diff != "" {
		t.Errorf("offsets: %s", diff)
	}
}

func TestOffsetFollowsIdsThatBeginAnew(t *testing.T) {
	t.Parallel()
	s, api := play(t, "["+update(1000, 1, "раз")+"]", "["+update(5, 1, "два")+"]", "[]")
	b := keepBooks(nil)
	done := s.done
	poll(t, b, api, "42:secret")
	b.wait(t, 2)
	<-done
	if diff := cmp.Diff([]int64{0, 1001, 6, 6}, s.offsets); diff != "" {
		t.Errorf("offsets: %s", diff)
	}
}

// TestAPollerThatComesBackKnowsNoOffset lets it lose the lead and regain it: ids
// may have begun anew meanwhile, and an offset above them would drop updates.
func TestAPollerThatComesBackKnowsNoOffset(t *testing.T) {
	t.Parallel()
	script, api := play(t, "["+update(900, 1, "раз")+"]")
	b := keepBooks(nil)
	poller := &Poller{Receiver: b.Receiver, API: api, Token: "42:secret"}
	for _, more := range []string{"", "[" + update(7, 1, "два") + "]"} {
		done := make(chan struct{})
		script.mu.Lock()
		if script.done = done; more != "" {
			script.batches = append(script.batches, more)
		}
		script.mu.Unlock()
		ctx, stop := context.WithCancel(within(t))
		ended := make(chan struct{})
		go func() { poller.Run(ctx); close(ended) }()
		select {
		case <-done:
		case <-ctx.Done():
		}
		stop()
		<-ended
	}
	if diff := cmp.Diff([]int64{0, 901, 0, 8}, script.offsets); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"раз", "два"}, b.texts("")); diff != "" {
		t.Error(diff)
	}
}

// TestWrongTokenCallsAPerson: the poller goes on, for a token may be known again,
// and says what is wrong without telling the token.
func TestWrongTokenCallsAPerson(t *testing.T) {
	t.Parallel()
	server, api := fake(t)
	b := keepBooks(nil)
	var poller *Poller
	ctx, cancel := context.WithCancel(within(t))
	var pauses []time.Duration
	poller = &Poller{Receiver: b.Receiver, API: api, Token: "13:WRONG-secret", Wait: func(_ context.Context, d time.Duration) {
		pauses = append(pauses, d)
		switch len(pauses) {
		case 1:
			if poller.Trouble() != "telegram_token" {
				t.Errorf("trouble %q", poller.Trouble())
			}
			poller.Token = server.Token()
			server.User(telegramtest.Profile{ID: 1}).Send("раз")
		case 2:
			cancel()
		}
	}}
	b.before = func(flows.Input) error {
		if poller.Trouble() != "telegram_token" {
			t.Error("forgotten before the poll is over")
		}
		server.Inject(telegramtest.Fault{Method: "getUpdates", Status: http.StatusBadGateway})
		return nil
	}
	poller.Run(ctx)
	if poller.Trouble() != "" || pauses[0] != tokenPause {
		t.Errorf("trouble %q, pauses %v", poller.Trouble(), pauses)
	}
	if strings.Contains(b.log.String(), "WRONG") {
		t.Errorf("the token is in the log: %s", b.log)
	}
}

// TestSecondPollerCallsAPerson: a conflict that does not pass is another bot.
func TestSecondPollerCallsAPerson(t *testing.T) {
	t.Parallel()
	server, api := fake(t)
	server.Inject(telegramtest.Fault{Method: "getUpdates", Times: -1, Status: http.StatusConflict, Description: "Conflict: terminated by other getUpdates request"})
	ctx, cancel := context.WithCancel(within(t))
	b, polls := keepBooks(nil), 0
	poller := &Poller{Receiver: b.Receiver, API: api, Token: server.Token()}
	poller.Wait = func(context.Context, time.Duration) {
		polls++
		if want := polls >= strangerPolls; (poller.Trouble() == "telegram_conflict") != want {
			t.Errorf("after %d conflicts: %q", polls, poller.Trouble())
		}
		if polls == strangerPolls+1 {
			cancel()
		}
	}
	poller.Run(ctx)
	if poller.Trouble() != "" {
		t.Errorf("it polls no more, and still calls for a person: %q", poller.Trouble())
	}
}

func TestBadWeatherIsWaitedOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault telegramtest.Fault
		pause time.Duration
	}{
		"another poller":  {telegramtest.Fault{Status: http.StatusConflict}, 3 * time.Second},
		"a page":          {telegramtest.Fault{Status: http.StatusBadGateway}, 500 * time.Millisecond},
		"an error":        {telegramtest.Fault{Status: http.StatusInternalServerError}, 500 * time.Millisecond},
		"a flood":         {telegramtest.Fault{Status: http.StatusTooManyRequests, RetryAfter: 17 * time.Second}, 17 * time.Second},
		"cut before":      {telegramtest.Fault{Drop: telegramtest.DropBefore}, 500 * time.Millisecond},
		"answer lost":     {telegramtest.Fault{Drop: telegramtest.DropAfter}, 500 * time.Millisecond},
		"a strange words": {telegramtest.Fault{Status: http.StatusBadRequest, Description: "Bad Request: что-то"}, 500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, api := fake(t)
			c.fault.Method = "getUpdates"
			server.Inject(c.fault)
			server.User(telegramtest.Profile{ID: 1}).Send("привет")
			b := keepBooks(nil)
			waits := poll(t, b, api+"/", server.Token())
			b.wait(t, 1)
			if diff := cmp.Diff([]time.Duration{c.pause}, waits.list()); diff != "" {
				t.Errorf("pauses: %s", diff)
			}
			if log := b.log.String(); strings.Contains(log, server.Token()) || !strings.Contains(log, "poll failed") {
				t.Errorf("log: %s", log)
			}
		})
	}
}

func TestPollerIsPolite(t *testing.T) {
	t.Parallel()
	server, api := fake(t)
	b := keepBooks(nil)
	poll(t, b, api, server.Token())
	server.User(telegramtest.Profile{ID: 1}).Send("привет")
	b.wait(t, 1)
	if wrong := server.Violations(); len(wrong) > 0 {
		t.Errorf("violations: %q", wrong)
	}
	got := server.Sent("getUpdates")[0].Params
	want := map[string]string{"offset": "0", "limit": "100", "timeout": "50", "allowed_updates": `["message","callback_query","my_chat_member","chat_member"]`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnreachableServerKeepsItsTokenSecret(t *testing.T) {
	t.Parallel()
	poller := &Poller{Receiver: keepBooks(nil).Receiver, API: "http://127.0.0.1:1", Token: "42:SECRET"}
	poller.client = &http.Client{Transport: newTransport()}
	_, err := poller.updates(within(t))
	if coded := sales.AsError(err); coded.Code != "telegram_unreachable" || coded.Uncertain || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("got %v", err)
	}
	poller.API = "http://[broken"
	if _, err := poller.updates(within(t)); sales.AsError(err).Code != "telegram_address" || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("got %v", err)
	}
}
