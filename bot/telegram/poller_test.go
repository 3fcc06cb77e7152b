package telegram

import (
	"fmt"
	"net/http"
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
	failures, pending := 3, []int{}
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
	if diff := cmp.Diff([]int{4, 4, 4}, pending); diff != "" {
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

func TestWrongTokenStopsThePoller(t *testing.T) {
	t.Parallel()
	_, api := fake(t)
	b := keepBooks(nil)
	err := (&Poller{Receiver: b.Receiver, API: api, Token: "13:WRONG-secret"}).Run(within(t))
	coded := sales.AsError(err)
	if coded.Code != "telegram_token" || coded.Action != sales.Stop {
		t.Errorf("got %+v", coded)
	}
	if strings.Contains(err.Error(), "WRONG") || strings.Contains(b.log.String(), "WRONG") {
		t.Errorf("the token is in the error or the log: %v\n%s", err, b.log)
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
