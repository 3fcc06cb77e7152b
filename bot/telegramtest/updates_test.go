package telegramtest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// got is an update as a bot reads it.
type got struct {
	UpdateID int64 `json:"update_id"`
	Message  *struct {
		Text    string
		Contact *struct {
			UserID int64 `json:"user_id"`
		}
	}
	Callback *struct {
		ID   string
		Data string
	} `json:"callback_query"`
	Member *struct {
		New struct{ Status string } `json:"new_chat_member"`
	} `json:"my_chat_member"`
	Join *struct {
		UserChatID int64 `json:"user_chat_id"`
	} `json:"chat_join_request"`
}

func (f *fixture) poll(t *testing.T, params params) []got {
	t.Helper()
	r := f.call(t, "getUpdates", params)
	var out []got
	if err := json.Unmarshal(r.Result, &out); err != nil {
		t.Fatalf("%s: %v", r.Description, err)
	}
	return out
}

func ids(updates []got) []int64 {
	var out []int64
	for _, u := range updates {
		out = append(out, u.UpdateID)
	}
	return out
}

func TestOffsetConfirms(t *testing.T) {
	t.Parallel()
	f := open(t, Config{FirstUpdateID: 500})
	for _, text := range []string{"раз", "два", "три", "четыре"} {
		f.anna.Send(text)
	}
	steps := []struct {
		params params
		want   []int64
	}{
		{params{"limit": 2}, []int64{500, 501}},
		{params{"limit": 2}, []int64{500, 501}},
		{params{"offset": 501}, []int64{501, 502, 503}},
		{params{"offset": -1}, []int64{503}},
		{params{}, []int64{503}},
		{params{"offset": 504}, nil},
	}
	for i, step := range steps {
		if diff := cmp.Diff(step.want, ids(f.poll(t, step.params))); diff != "" {
			t.Errorf("step %d: %s", i, diff)
		}
	}
}

func TestLongPollWakesAndSecondPollerEndsTheFirst(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	first := make(chan reply, 1)
	go func() { first <- f.call(t, "getUpdates", params{"timeout": 50}) }()
	f.untilPolling(t)
	second := make(chan []got, 1)
	go func() { second <- f.poll(t, params{"timeout": 50}) }()
	if r := <-first; r.Code != 409 || !strings.Contains(r.Description, "terminated by other getUpdates request") {
		t.Errorf("first poll: %+v", r)
	}
	f.anna.Start("promo")
	if got := <-second; len(got) != 1 || got[0].Message.Text != "/start promo" {
		t.Errorf("second poll: %+v", got)
	}
}

// untilPolling blocks until somebody polls.
func (f *fixture) untilPolling(t *testing.T) {
	t.Helper()
	ctx := within(t)
	for {
		f.mu.Lock()
		polling, changed := f.updates.poller != nil, f.changed
		f.mu.Unlock()
		if polling {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatal("nobody polls")
		}
	}
}

func TestEveryUpdateHasItsShape(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	everything := []string{"message", "callback_query", "my_chat_member", "chat_member", "chat_join_request"}
	f.call(t, "getUpdates", params{"allowed_updates": everything})
	f.anna.Start("")
	f.call(t, "sendMessage", params{"chat_id": 1001, "text": "Купить?", "reply_markup": keyboard(params{"text": "Да", "callback_data": "yes"})})
	if _, err := f.anna.Press("Да"); err != nil {
		t.Fatal(err)
	}
	f.anna.ShareContact("+79001234567")
	f.anna.ShareForeignContact("+79007654321", 0)
	f.anna.SendLocation(55.75, 37.61)
	f.anna.SendDocument("план.pdf", []byte("%PDF-1.4"), "План")
	f.anna.SendPhoto("точка.png", picture(t), "")
	f.anna.SendVoice([]byte("OggS"), 3*time.Second)
	f.anna.Block()
	f.anna.Unblock()
	club := f.Channel(-1001, "Клуб")
	var link wireLink
	_ = json.Unmarshal(f.call(t, "createChatInviteLink", params{"chat_id": -1001, "creates_join_request": true}).Result, &link)
	if err := f.anna.Join(link.InviteLink); err != nil {
		t.Fatal(err)
	}
	f.call(t, "approveChatJoinRequest", params{"chat_id": -1001, "user_id": 1001})
	f.anna.Leave(club)
	r := f.call(t, "getUpdates", nil)
	var raw []map[string]json.RawMessage
	if err := json.Unmarshal(r.Result, &raw); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, u := range raw {
		for kind := range u {
			kinds[kind]++
		}
	}
	want := map[string]int{"update_id": 13, "message": 7, "callback_query": 1, "my_chat_member": 2, "chat_join_request": 1, "chat_member": 2}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
}

func TestUnaskedUpdatesAreNotMade(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	f.call(t, "getUpdates", params{"allowed_updates": []string{"message"}})
	f.anna.Start("")
	f.anna.Block()
	f.anna.Unblock()
	if got := f.poll(t, params{}); len(got) != 1 {
		t.Errorf("got %+v, want the message only", got)
	}
	f.call(t, "getUpdates", params{"allowed_updates": []string{}})
	f.anna.Block()
	if got := f.poll(t, params{}); len(got) != 2 || got[1].Member.New.Status != "kicked" {
		t.Errorf("got %+v, want the block too", got)
	}
}

func TestRedeliveredUpdateComesAgain(t *testing.T) {
	t.Parallel()
	f := open(t, Config{FirstUpdateID: 10})
	id := f.anna.Send("раз")
	f.poll(t, params{"offset": id + 1})
	f.anna.Send("два")
	if !f.Redeliver(id) || f.Redeliver(999) {
		t.Error("only known updates can be repeated")
	}
	if diff := cmp.Diff([]int64{11, 10}, ids(f.poll(t, params{"offset": 11}))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int64{11}, ids(f.poll(t, params{"offset": 11}))); diff != "" {
		t.Error(diff)
	}
}

func TestUpdatesExpire(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	f := open(t, Config{Now: func() time.Time { return now }})
	f.anna.Start("")
	f.call(t, "sendMessage", params{"chat_id": 1001, "text": "Да?", "reply_markup": keyboard(params{"text": "Да", "callback_data": "yes"})})
	if _, err := f.anna.Press("Да"); err != nil {
		t.Fatal(err)
	}
	now = now.Add(3 * time.Minute)
	if got := f.Pending(); got != 1 {
		t.Errorf("after 3 minutes %d updates wait, want the message without the press", got)
	}
	now = now.Add(24 * time.Hour)
	if got := f.Pending(); got != 0 {
		t.Errorf("after a day %d updates wait", got)
	}
}
