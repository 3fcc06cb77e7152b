package telegram

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	core "voronka/bot"
	"voronka/flows"
)

// TestReadingThatPanicsIsPutAside: an oversight in reading one kind of update
// ends neither the process nor, by getting the same update again for ever, the bot.
func TestReadingThatPanicsIsPutAside(t *testing.T) {
	t.Parallel()
	raw := json.RawMessage(`{"update_id":12,"message":{"message_id":1,"text":"Анна"}}`)
	update := read(raw, time.Now(), func(w *wire) (flows.Input, bool) { return flows.Input{Text: w.Message.From.FirstName}, true })
	if update.ID != 12 || update.Contact != "" || update.Err == nil || strings.Contains(update.Err.Error(), "Анна") {
		t.Fatalf("read %+v", update)
	}
	var kept []core.Aside
	r := &Receiver{Now: time.Now, Log: slog.New(slog.DiscardHandler), PutAside: func(_ context.Context, aside core.Aside) error {
		kept = append(kept, aside)
		return nil
	}}
	if err := r.receive(t.Context(), []Update{update}); err != nil || len(kept) != 1 || string(kept[0].Raw) != string(raw) {
		t.Errorf("%v, kept %+v", err, kept)
	}
}

// FuzzRead reads anything that looks like an update: no panic, no input without
// a customer, and an error exactly where nothing was understood.
func FuzzRead(f *testing.F) {
	for _, body := range []string{
		`{"update_id":1,"message":{"message_id":1,` + from + `,` + chat + `,"text":"/start promo"}}`,
		`{"update_id":2,"message":{"message_id":1,` + from + `,` + chat + `,"contact":{"phone_number":"+79120000000","user_id":7},"forward_origin":{}}}`,
		`{"update_id":3,"message":{"message_id":1,` + from + `,` + chat + `,"photo":[{"file_id":"a"}],"caption":"чек"}}`,
		`{"update_id":4,"callback_query":{"id":"1",` + from + `,"data":"v1:x","message":{"message_id":1,"date":1,` + chat + `}}}`,
		`{"update_id":5,"callback_query":{"id":"1",` + from + `,"data":"v1:x","message":{"message_id":1,"date":0,` + chat + `}}}`,
		`{"update_id":6,"my_chat_member":{` + from + `,` + chat + `,"new_chat_member":{"status":"kicked"}}}`,
		`{"update_id":7,"chat_member":{` + from + `,"chat":{"id":-1,"type":"channel"},"old_chat_member":{"status":"left","user":{"id":7}},"new_chat_member":{"status":"member","user":{"id":7}}}}`,
		`{"update_id":8,"chat_member":{"new_chat_member":{"status":"restricted"}}}`,
		`{"update_id":9,"message":null}`, `null`, `[]`, `{`, "\xff",
	} {
		f.Add([]byte(body))
	}
	at := time.Unix(1_700_000_000, 0)
	f.Fuzz(func(t *testing.T, raw []byte) {
		update := Read(raw, at)
		if update.Err != nil {
			if strings.Contains(update.Err.Error(), "panic") {
				t.Fatal(update.Err)
			}
			if update.Contact != "" {
				t.Errorf("an update that was not understood is of %s", update.Contact)
			}
			return
		}
		if update.Contact == "" {
			return
		}
		if in := update.Input; in.ID == "" || in.Contact != update.Contact || in.Kind == "" || !in.At.Equal(at) {
			t.Errorf("read %+v", in)
		}
	})
}
