package storagetest

import (
	"testing"

	"voronka/flows"
	"voronka/storage"
)

// erased wants a journal without a word, of one contact alone, and numbered on.
func erased(t *testing.T, store storage.Store) {
	said := flows.Line{
		At: day(10, 0), Who: flows.Customer, Kind: "text", Text: "anna@mail.ru", Buttons: []string{"Да"}, State: "email",
		Trace: []flows.Considered{{Rule: "a", Label: "b", Result: "matched"}}, Input: "tg:1",
		Heard: &flows.Heard{Kind: flows.Command, Text: "start", Profile: &flows.HeardProfile{Name: "Анна"}},
	}
	update(t, store, func(tx storage.Tx) error {
		return tx.Append("tg:1", said, flows.Line{At: day(10, 1), Heard: said.Heard}, said)
	})
	update(t, store, func(tx storage.Tx) error { return tx.Append("tg:11", said) })
	update(t, store, func(tx storage.Tx) error { return tx.Erase("tg:1") })
	update(t, store, func(tx storage.Tx) error { return tx.Erase("nobody") })
	update(t, store, func(tx storage.Tx) error { return tx.Append("tg:1", flows.Line{At: day(10, 2), Text: "после"}) })

	blank := flows.Line{At: day(10, 0), Who: flows.Customer, Kind: "text", State: "email", Input: "tg:1"}
	want := []flows.Line{blank, {At: day(10, 1)}, blank, {At: day(10, 2), Text: "после"}}
	for i := range want {
		want[i].Seq = int64(i + 1)
	}
	same(t, "an erased journal", journal(t, store, "tg:1", 0, 10), want)
	said.Seq = 1
	same(t, "the journal of another", journal(t, store, "tg:11", 0, 10), []flows.Line{said})
}
