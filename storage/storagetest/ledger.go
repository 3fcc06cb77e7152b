package storagetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"voronka/sales"
	"voronka/storage"
)

func ledger() map[string]func(*testing.T, storage.Store) {
	return map[string]func(*testing.T, storage.Store){
		"entries are numbered without gaps":                entriesNumbered,
		"an entry that failed leaves no gap":               entryFailed,
		"entries come back by page, payment and day":       entriesRead,
		"an entry moves money from one account to another": entryRefused,
		"entries posted at once are numbered one by one":   entriesAtOnce,
	}
}

func entry(payment string, amount sales.Money, at time.Time) sales.Entry {
	return sales.Entry{
		At: at, Kind: sales.EntryPayment, From: sales.AccountCustomers, To: sales.ProviderAccount("tbank"),
		Amount: amount, Contact: "tg:1", Order: "order-1", Payment: payment, Refund: "r1", Because: "T:1:CONFIRMED 🌷",
	}
}

func entries(t *testing.T, store storage.Store, after int64, limit int) []sales.Entry {
	t.Helper()
	return read(t, store, func(tx storage.Tx) ([]sales.Entry, error) { return tx.Entries(after, limit) })
}

// numbers checks that each entry is as it was posted and gives their numbers.
func numbers(list []sales.Entry) (got []int64) {
	for _, one := range list {
		got = append(got, one.Number)
	}
	return got
}

func entriesNumbered(t *testing.T, store storage.Store) {
	same(t, "an empty ledger", entries(t, store, 0, 10), []sales.Entry(nil))
	want := []sales.Entry{entry("p1", 100, day(10, 0)), entry("p2", 200, day(10, 1)), entry("p1", 300, day(10, 2))}
	update(t, store, func(tx storage.Tx) error { return tx.Post(want[0], want[1]) })
	update(t, store, func(tx storage.Tx) error { return tx.Post() })
	update(t, store, func(tx storage.Tx) error { return tx.Post(want[2]) })
	for i := range want {
		want[i].Number = int64(i + 1)
	}
	same(t, "ledger", entries(t, store, 0, 10), want)
}

func entryFailed(t *testing.T, store storage.Store) {
	err := store.Update(t.Context(), func(tx storage.Tx) error {
		return errors.Join(tx.Post(entry("p1", 100, day(10, 0))), errOnPurpose)
	})
	if !errors.Is(err, errOnPurpose) {
		t.Fatalf("got error %v", err)
	}
	update(t, store, func(tx storage.Tx) error { return tx.Post(entry("p2", 200, day(10, 0))) })
	same(t, "numbers", numbers(entries(t, store, 0, 10)), []int64{1})
}

func entriesRead(t *testing.T, store storage.Store) {
	// The clock went back between 3 and 4.
	for i, minute := range []int{0, 1, 5, 2, 5, 9} {
		update(t, store, func(tx storage.Tx) error {
			return tx.Post(entry([]string{"p1", "p11"}[i%2], sales.Money(i+1), day(10, minute)))
		})
	}
	same(t, "first page", numbers(entries(t, store, 0, 4)), []int64{1, 2, 3, 4})
	same(t, "second page", numbers(entries(t, store, 4, 4)), []int64{5, 6})
	of := read(t, store, func(tx storage.Tx) ([]sales.Entry, error) { return tx.EntriesOf("p1") })
	same(t, "of a payment", numbers(of), []int64{1, 3, 5})
	same(t, "of a stranger", numbers(read(t, store, func(tx storage.Tx) ([]sales.Entry, error) { return tx.EntriesOf("p") })), []int64(nil))
	var got []int64
	for last := (sales.Entry{}); ; {
		page := read(t, store, func(tx storage.Tx) ([]sales.Entry, error) { return tx.EntriesIn(day(10, 1), day(10, 9), last, 2) })
		if len(page) == 0 {
			break
		}
		got, last = append(got, numbers(page)...), page[len(page)-1]
	}
	same(t, "in a span", got, []int64{2, 4, 3, 5})
}

func entryRefused(t *testing.T, store storage.Store) {
	wrong := map[string]func(*sales.Entry){
		"nothing":      func(e *sales.Entry) { e.Amount = 0 },
		"less":         func(e *sales.Entry) { e.Amount = -1 },
		"to itself":    func(e *sales.Entry) { e.To = e.From },
		"from nowhere": func(e *sales.Entry) { e.From = "" },
		"to nowhere":   func(e *sales.Entry) { e.To = "" },
	}
	for name, spoil := range wrong {
		one := entry("p1", 100, day(10, 0))
		spoil(&one)
		if err := store.Update(t.Context(), func(tx storage.Tx) error { return tx.Post(one) }); err == nil {
			t.Errorf("%s: posted", name)
		}
	}
	same(t, "ledger", entries(t, store, 0, 10), []sales.Entry(nil))
}

func entriesAtOnce(t *testing.T, store storage.Store) {
	const writers = 40
	for i, err := range each(writers, func(i int) error {
		return store.Update(t.Context(), func(tx storage.Tx) error { return tx.Post(entry(fmt.Sprint("p", i), 1, day(10, 0))) })
	}) {
		if err != nil {
			t.Fatalf("writer %d: %v", i, err)
		}
	}
	for i, number := range numbers(entries(t, store, 0, 100)) {
		if number != int64(i+1) {
			t.Fatalf("entry %d has the number %d", i+1, number)
		}
	}
}
