package telegramtest

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestHastyRequestsAreSeen(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	f := open(t, Config{Now: func() time.Time { return now }})
	f.anna.Start("")
	f.Channel(-1009, "Тревоги")
	say := func(chat int64) reply {
		return f.call(t, "sendMessage", params{"chat_id": chat, "text": "Привет"})
	}
	f.Inject(Fault{Method: "sendMessage", Status: http.StatusTooManyRequests, RetryAfter: 3 * time.Second})
	say(1001)
	now = now.Add(time.Second)
	say(-1009) // another chat need not wait
	if got := f.Hasty(); len(got) != 0 {
		t.Errorf("hasty: %+v", got)
	}
	say(1001)
	now = now.Add(2 * time.Second)
	say(1001) // as it was told
	got := f.Hasty()
	if len(got) != 1 || got[0].ChatID != 1001 || got[0].Until.Sub(got[0].At) != 2*time.Second {
		t.Errorf("hasty: %+v", got)
	}
}

// TestAnswerIsHeldBack: the message is there, its sender hears nothing in time.
func TestAnswerIsHeldBack(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	f := open(t, Config{Wait: func(ctx context.Context, _ time.Duration) error {
		select {
		case <-release:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}})
	f.anna.Start("")
	f.Inject(Fault{Method: "sendMessage", Hold: time.Minute})
	heard := make(chan error, 1)
	go func() {
		res, err := http.Post(f.url+"/bot"+f.Token()+"/sendMessage", "application/json", strings.NewReader(`{"chat_id":1001,"text":"Привет"}`))
		if err == nil {
			res.Body.Close()
		}
		heard <- err
	}()
	if _, err := f.anna.WaitForText(t.Context(), "Привет"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-heard:
		t.Errorf("answered at once: %v", err)
	default:
	}
	close(release)
	if err := <-heard; err != nil {
		t.Error(err)
	}
	if sent := f.Sent("sendMessage"); len(sent) != 1 || !sent[0].Unheard || sent[0].Code != http.StatusOK {
		t.Errorf("sent %+v", sent)
	}
}
