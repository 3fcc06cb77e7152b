package bolt

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"voronka/internal/outbox"
)

// A job is written by hand as encoding/json would write it: a field that is
// added to it must be added there.
func TestJobIsWrittenWhole(t *testing.T) {
	t.Parallel()
	type plain struct {
		outbox.Job
		Place int64
	}
	at := time.Date(2026, 12, 1, 12, 0, 0, 123, time.FixedZone("", 3*3600))
	for _, one := range []plain{{}, {Place: -7, Job: outbox.Job{
		ID: 1 << 60, Lane: "chat/tg:1", Kind: "say", Payload: json.RawMessage(`{"text":"Привет \"Аня\" 😀"}`), EnqueuedAt: at, NotBefore: at.UTC(),
		Attempts: 3, FailedAt: at, Began: true, Code: "telegram_flood", Error: "\"quoted\"\n\x00 и ещё", BuriedAt: at,
	}}} {
		want, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(placed(one))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	full := reflect.ValueOf(placed{Job: outbox.Job{}}).Field(0)
	if full.NumField() != 12 {
		t.Errorf("a job has %d fields: write the new one in MarshalJSON, and set it in this test", full.NumField())
	}
	if _, err := (placed{Job: outbox.Job{Error: "bad \xff text"}}).MarshalJSON(); err != nil {
		t.Error(err)
	}
}
