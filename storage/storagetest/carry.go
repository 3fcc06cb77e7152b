package storagetest

import (
	"errors"
	"strings"
	"testing"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// RunCarry carries everything from a store into an empty one, wants it to be
// the same there, and the way back. from and to make empty stores; they may be
// of different kinds.
func RunCarry(t *testing.T, from, to func(t *testing.T) storage.Carrier) {
	first := from(t)
	fill(t, first)
	hostile(t, first)
	second, third := to(t), from(t)
	carry(t, first, second)
	same(t, "the copy", everything(t, second), everything(t, first))
	carry(t, second, third)
	same(t, "the copy of the copy", everything(t, third), everything(t, first))
	for _, store := range []storage.Carrier{second, third} {
		if _, err := storage.Carry(t.Context(), first, store); !errors.Is(err, storage.ErrNotEmpty) {
			t.Errorf("into a store that is full: %v", err)
		}
		last := waiting(t, first)
		if next := enqueue(t, store, "chat/tg:1", "later")[0]; next.ID <= last[len(last)-1].ID {
			t.Errorf("job %d comes after job %d", next.ID, last[len(last)-1].ID)
		}
		update(t, store, func(tx storage.Tx) error { return tx.Post(entry("p9", 5, day(12, 0))) })
		list := entries(t, store, 0, 10)
		if want := int64(len(entries(t, first, 0, 10)) + 1); list[len(list)-1].Number != want {
			t.Errorf("the ledger goes on with %d, want %d", list[len(list)-1].Number, want)
		}
	}
	same(t, "the source", len(waiting(t, first)), len(waiting(t, third))-1)
}

func carry(t *testing.T, from, to storage.Carrier) {
	t.Helper()
	tally, err := storage.Carry(t.Context(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	if kinds := tally.Sums(); len(kinds) != 16 {
		t.Errorf("%d kinds were carried, want all 16: %v", len(kinds), kinds)
	}
}

// hostile writes what could get lost on the way.
func hostile(t *testing.T, store storage.Store) {
	t.Helper()
	update(t, store, func(tx storage.Tx) error {
		_, err := tx.See("имя \\ 🌷\x00", day(10, 0).Add(123456789))
		odd := session("tg:\x00odd\\", day(15, 0).Add(999))
		odd.Vars["<&>"] = strings.Repeat("я🌷", 2048)
		err = errors.Join(err, tx.PutContact(contact("tg:\x00odd\\", day(11, 0))), tx.PutSession(odd))
		err = errors.Join(err, tx.Append("tg:\x00odd\\", flows.Line{At: day(10, 0), Text: "<b>\x00"}))
		err = errors.Join(err, tx.PutSubscription(subscription("s1", "tg:1", day(10, 0), day(12, 0))))
		err = errors.Join(err, tx.PutRefund(refund("r1", "payment-1", day(10, 0))))
		err = errors.Join(err, tx.Post(entry("payment-1", 100, day(10, 0)), entry("payment-1", 200, day(9, 0))))
		err = errors.Join(err, tx.PutRef("file:\\", "не \xff текст"), tx.Publish(version("aa", 1)), tx.Publish(version("bb", 2)))
		_, recordErr := tx.Record("raw", []byte("\x00\xff"), day(10, 0))
		return errors.Join(err, recordErr)
	})
	// One is revived to the head of its lane, where its place is before its id.
	jobs := enqueue(t, store, "chat/tg:1", "<revived>")
	revive(t, store, bury(t, store, jobs[0]).ID)
	update(t, store, func(tx storage.Tx) error {
		return tx.Save(outbox.Job{ID: jobs[0].ID, Kind: "saved", NotBefore: day(13, 0)})
	})
	update(t, store, func(tx storage.Tx) error { return tx.PutOrder(sales.Order{ID: "пустой"}) })
}
