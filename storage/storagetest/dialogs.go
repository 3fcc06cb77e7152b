package storagetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

func dialogs() map[string]func(*testing.T, storage.Store) {
	return map[string]func(*testing.T, storage.Store){
		"a contact comes back as it went in":          contactReturns,
		"contacts come last active first, in pages":   contactPages,
		"everyone comes in the order of ids":          everyonePages,
		"a session comes back as it went in":          sessionReturns,
		"timers follow their session":                 timersFollow,
		"timers ring earliest first, up to a limit":   timersRing,
		"a journal is numbered and read in pages":     journalPages,
		"an erased journal says nothing":              erased,
		"journals are apart":                          journalsApart,
		"a line of 4096 characters and an odd name":   journalHostile,
		"what is given out is a copy":                 copies,
		"a record without an id is refused":           emptyIDs,
		"lines appended at once keep their own order": journalAtOnce,
	}
}

func contactReturns(t *testing.T, store storage.Store) {
	missing(t, store, "unknown contact", func(tx storage.Tx) (sales.Contact, error) { return tx.Contact("tg:1") })
	for _, want := range []sales.Contact{contact("tg:1", day(10, 0)), {ID: "Имя с пробелом / 🌷"}, {ID: "tg:1", Blocked: true}} {
		update(t, store, func(tx storage.Tx) error { return tx.PutContact(want) })
		got := read(t, store, func(tx storage.Tx) (sales.Contact, error) { return tx.Contact(want.ID) })
		same(t, "contact", got, want)
	}
}

func contactPages(t *testing.T, store storage.Store) {
	const count = 23
	update(t, store, func(tx storage.Tx) error {
		for i := range count {
			// Three of them are active at each moment.
			if err := tx.PutContact(contact(fmt.Sprintf("tg:%d", i), day(10, i/3))); err != nil {
				return err
			}
		}
		return tx.PutContact(contact("tg:4", day(23, 0)))
	})
	var after sales.Contact
	var pages []sales.Contact
	for {
		page := read(t, store, func(tx storage.Tx) ([]sales.Contact, error) { return tx.Contacts(after, 5) })
		if len(page) == 0 {
			break
		}
		pages = append(pages, page...)
		after = page[len(page)-1]
		if len(pages) > count {
			t.Fatal("pages repeat contacts")
		}
	}
	if len(pages) != count || pages[0].ID != "tg:4" {
		t.Fatalf("got %d contacts, beginning with %s; want %d and tg:4", len(pages), pages[0].ID, count)
	}
	met := map[string]bool{}
	for i, c := range pages {
		if met[c.ID] || i > 0 && c.ActiveAt.After(pages[i-1].ActiveAt) {
			t.Errorf("contact %s stands wrong in the list", c.ID)
		}
		met[c.ID] = true
	}
}

func everyonePages(t *testing.T, store storage.Store) {
	const count = 12
	update(t, store, func(tx storage.Tx) error {
		for i := range count {
			if err := tx.PutContact(contact(fmt.Sprintf("tg:%02d", i), day(10, 24-i))); err != nil {
				return err
			}
		}
		return nil
	})
	var ids []string
	for after := ""; ; {
		page := read(t, store, func(tx storage.Tx) ([]sales.Contact, error) { return tx.Everyone(after, 5) })
		if len(page) == 0 {
			break
		}
		for _, one := range page {
			ids, after = append(ids, one.ID), one.ID
			// Who speaks during the walk keeps their place.
			one.ActiveAt = day(20, 0)
			update(t, store, func(tx storage.Tx) error { return tx.PutContact(one) })
		}
	}
	if len(ids) != count || !slices.IsSorted(ids) {
		t.Errorf("walked over %q", ids)
	}
	behind := read(t, store, func(tx storage.Tx) ([]sales.Contact, error) { return tx.Everyone("tg:07x", 1) })
	if len(behind) != 1 || behind[0].ID != "tg:08" {
		t.Errorf("behind a contact that is not there: %+v", behind)
	}
}

func sessionReturns(t *testing.T, store storage.Store) {
	missing(t, store, "unknown session", func(tx storage.Tx) (flows.Session, error) { return tx.Session("tg:1") })
	for _, want := range []flows.Session{session("tg:1", day(12, 0), day(11, 0)), {Contact: "имя 🌷"}, {Contact: "tg:1"}} {
		update(t, store, func(tx storage.Tx) error { return tx.PutSession(want) })
		got := read(t, store, func(tx storage.Tx) (flows.Session, error) { return tx.Session(want.Contact) })
		same(t, "session", got, want)
	}
}

type rings struct {
	Contacts []string
	Next     time.Time
}

func ringing(t *testing.T, store storage.Store, now time.Time, limit int) rings {
	t.Helper()
	return read(t, store, func(tx storage.Tx) (r rings, err error) {
		r.Contacts, r.Next, err = tx.Ringing(now, limit)
		return r, err
	})
}

func timersFollow(t *testing.T, store storage.Store) {
	put := func(due ...time.Time) {
		t.Helper()
		update(t, store, func(tx storage.Tx) error { return tx.PutSession(session("tg:1", due...)) })
	}
	steps := []struct {
		name string
		due  []time.Time
		want rings
	}{
		{"none", nil, rings{}},
		{"later", []time.Time{day(13, 0)}, rings{Next: day(13, 0)}},
		{"earliest of two", []time.Time{day(14, 0), day(11, 0)}, rings{Contacts: []string{"tg:1"}}},
		{"due this moment", []time.Time{day(12, 0)}, rings{Contacts: []string{"tg:1"}}},
		{"moved", []time.Time{day(15, 0)}, rings{Next: day(15, 0)}},
		{"cleared", nil, rings{}},
	}
	for _, step := range steps {
		put(step.due...)
		same(t, step.name, ringing(t, store, day(12, 0), 10), step.want)
	}
}

func timersRing(t *testing.T, store storage.Store) {
	update(t, store, func(tx storage.Tx) error {
		for i, minute := range []int{30, 10, 50, 20, 40} {
			if err := tx.PutSession(session(fmt.Sprintf("tg:%d", i), day(10, minute))); err != nil {
				return err
			}
		}
		return nil
	})
	same(t, "two of three", ringing(t, store, day(10, 35), 2), rings{[]string{"tg:1", "tg:3"}, day(10, 30)})
	same(t, "all three", ringing(t, store, day(10, 35), 9), rings{[]string{"tg:1", "tg:3", "tg:0"}, day(10, 40)})
	same(t, "all", ringing(t, store, day(11, 0), 9), rings{Contacts: []string{"tg:1", "tg:3", "tg:0", "tg:4", "tg:2"}})
	same(t, "none yet", ringing(t, store, day(9, 0), 9), rings{Next: day(10, 10)})
}

func journal(t *testing.T, store storage.Store, contact string, before int64, limit int) []flows.Line {
	t.Helper()
	return read(t, store, func(tx storage.Tx) ([]flows.Line, error) { return tx.Journal(contact, before, limit) })
}

func texts(lines []flows.Line) (all []string) {
	for _, line := range lines {
		all = append(all, line.Text)
	}
	return all
}

func journalPages(t *testing.T, store storage.Store) {
	if lines := journal(t, store, "tg:1", 0, 10); len(lines) != 0 {
		t.Errorf("a new journal has %d lines", len(lines))
	}
	var want []string
	for i := range 300 {
		want = append(want, fmt.Sprint("строка ", i))
	}
	for chunk := range slices.Chunk(want, 7) {
		update(t, store, func(tx storage.Tx) error {
			var lines []flows.Line
			for _, text := range chunk {
				lines = append(lines, flows.Line{At: day(10, 0), Who: flows.Bot, Text: text, Seq: 999})
			}
			return tx.Append("tg:1", lines...)
		})
	}
	var all []flows.Line
	for before := int64(0); ; before = all[0].Seq {
		page := journal(t, store, "tg:1", before, 40)
		if len(page) == 0 {
			break
		}
		all = append(slices.Clone(page), all...)
		if len(all) > len(want) {
			t.Fatal("pages repeat lines")
		}
	}
	same(t, "lines", texts(all), want)
	for i := range all[1:] {
		if all[i].Seq >= all[i+1].Seq {
			t.Fatalf("numbers do not grow: %d, %d", all[i].Seq, all[i+1].Seq)
		}
	}
}

func journalsApart(t *testing.T, store storage.Store) {
	contacts := []string{"tg:1", "tg:10", "tg:2", "tg:1\x00", "t", "ключ", "ключ🌷"}
	update(t, store, func(tx storage.Tx) error {
		for i := range 3 {
			for _, contact := range contacts {
				if err := tx.Append(contact, flows.Line{Text: fmt.Sprint(contact, i)}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for _, contact := range contacts {
		want := []string{fmt.Sprint(contact, 0), fmt.Sprint(contact, 1), fmt.Sprint(contact, 2)}
		same(t, "journal", texts(journal(t, store, contact, 0, 10)), want)
		same(t, "last line", texts(journal(t, store, contact, 0, 1)), want[2:])
	}
}

func journalHostile(t *testing.T, store storage.Store) {
	want := flows.Line{
		Seq: 1, At: day(10, 0), Who: flows.Customer, Kind: "text", Text: strings.Repeat("я🌷", 2048), State: "оплата",
		Buttons: []string{"<b>Купить</b>", "\"'\\`"}, Input: "tg:1",
		Trace: []flows.Considered{{Rule: "course.yaml:12", Label: "text", Result: "matched"}},
	}
	update(t, store, func(tx storage.Tx) error { return tx.Append("tg:1", want) })
	same(t, "line", journal(t, store, "tg:1", 0, 1), []flows.Line{want})
}

func journalAtOnce(t *testing.T, store storage.Store) {
	const contacts, lines = 8, 10
	each(contacts, func(i int) error {
		for n := range lines {
			if err := store.Update(t.Context(), func(tx storage.Tx) error {
				return tx.Append(fmt.Sprint("tg:", i), flows.Line{Text: fmt.Sprint(n)})
			}); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range contacts {
		got := journal(t, store, fmt.Sprint("tg:", i), 0, 100)
		if strings.Join(texts(got), "") != "0123456789" {
			t.Errorf("contact %d: lines %v", i, texts(got))
		}
	}
}

func copies(t *testing.T, store storage.Store) {
	fill(t, store)
	want := everything(t, store)
	view(t, store, func(tx storage.Tx) error {
		c, err := tx.Contact("tg:1")
		c.Source["utm_source"] = "changed"
		s, err2 := tx.Session("tg:1")
		s.Vars["имя"], s.Asking.State = "changed", "changed"
		p, err3 := tx.Payment("payment-1")
		p.Receipt.Items[0].Name = "changed"
		j, _, err4 := tx.Head("chat/tg:1")
		copy(j.Payload, "changed")
		for _, err := range []error{err, err2, err3, err4} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	same(t, "store after its records were changed", everything(t, store), want)
}

func emptyIDs(t *testing.T, store storage.Store) {
	writes := map[string]func(storage.Tx) error{
		"contact": func(tx storage.Tx) error { return tx.PutContact(sales.Contact{Name: "Анна"}) },
		"session": func(tx storage.Tx) error { return tx.PutSession(flows.Session{Flow: "course"}) },
		"journal": func(tx storage.Tx) error { return tx.Append("", flows.Line{Text: "?"}) },
		"order":   func(tx storage.Tx) error { return tx.PutOrder(sales.Order{Contact: "tg:1"}) },
		"payment": func(tx storage.Tx) error { return tx.PutPayment(sales.Payment{Order: "1"}) },
		"record":  func(tx storage.Tx) error { _, err := tx.Record("", nil, day(10, 0)); return err },
		"ref":     func(tx storage.Tx) error { return tx.PutRef("", "1") },
		"lane":    func(tx storage.Tx) error { _, err := tx.Enqueue(job("", "say")); return err },
		"kind":    func(tx storage.Tx) error { _, err := tx.Enqueue(job("chat/tg:1", "")); return err },
	}
	for name, write := range writes {
		if err := store.Update(t.Context(), write); err == nil {
			t.Errorf("a %s without an id is taken", name)
		}
	}
}
