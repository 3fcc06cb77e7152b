package crmtest

import (
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/crm"
	"voronka/sales"
)

// Hands are a manager's, of an account that can be heard: an Account that has them
// is tried as a crm.Hearer, too.
type Hands interface {
	Hearer() crm.Hearer
	// MoveDeal takes a deal to one of Harness.Stages.
	MoveDeal(deal, stage string)
	// Remark is a note by hand, Finish the end of a task of ours.
	Remark(deal, text string)
	Finish(task, result string)
}

// Invoices are the bills of an account that has a list of them: an Account that
// shows them is tried with bills, too.
type Invoices interface {
	Invoices() []Invoice
}

// Invoice is a bill as the account has it.
type Invoice struct {
	Total sales.Money
	Paid  bool
}

// heard is a room with a deal of ours at its first stage, and who hears of it.
func (r *room) heard() (Hands, crm.Hearer, crm.Refs) {
	r.Helper()
	hands, able := r.Account.(Hands)
	if !able {
		return nil, nil, crm.Refs{}
	}
	refs := r.must(crm.Change{ID: "c1", Contact: anna(), Stage: r.h.Stages[0], Note: "Наше",
		Task: &crm.Task{Text: "Позвонить", Due: start().Add(time.Hour)}}, crm.Refs{})
	r.clock.Advance(time.Minute)
	return hands, hands.Hearer(), refs
}

func (r *room) look(hearer crm.Hearer, hint crm.Hint, known crm.Refs) crm.News {
	r.Helper()
	news, err := hearer.Look(r.Context(), hint, known)
	if err != nil {
		r.Fatalf("look: %v", err)
	}
	return news
}

// missed are the hints about a deal since a moment, read to the end.
func (r *room) missed(hearer crm.Hearer, deal string, since time.Time) (found []crm.Hint) {
	r.Helper()
	for since.Before(r.clock.Now()) {
		hints, until, err := hearer.Missed(r.Context(), since)
		if err != nil || !until.After(since) {
			r.Fatalf("missed since %v: until %v, %v", since, until, err)
		}
		for _, hint := range hints {
			if hint.Deal == deal {
				found = append(found, hint)
			}
		}
		since = until
	}
	return found
}

func ownHand(r *room) {
	hands, hearer, refs := r.heard()
	if hands == nil {
		return
	}
	if refs.Place == "" || len(refs.Tasks) != 1 {
		r.Fatalf("refs %+v tell nothing of where the deal stands, or of the task", refs)
	}
	news := r.look(hearer, crm.Hint{Deal: refs.Deal, Notes: true, Tasks: true}, refs)
	if news.Gone || news.Place != refs.Place || news.Stage != r.h.Stages[0] || len(news.Notes)+len(news.Done) > 0 {
		r.Errorf("what we did ourselves is news: %+v", news)
	}
}

func managersMove(r *room) {
	hands, hearer, refs := r.heard()
	if hands == nil {
		return
	}
	since := r.clock.Now()
	r.clock.Advance(time.Minute)
	hands.MoveDeal(refs.Deal, r.h.Stages[1])
	r.clock.Advance(30 * time.Hour)
	hints := r.missed(hearer, refs.Deal, since)
	if len(hints) == 0 {
		r.Fatal("the history tells nothing of the move")
	}
	news := r.look(hearer, hints[0], refs)
	if news.Stage != r.h.Stages[1] || news.Place == refs.Place || hints[0].Place != "" && hints[0].Place != news.Place {
		r.Errorf("hint %+v, news %+v", hints[0], news)
	}
	if later := r.missed(hearer, refs.Deal, r.clock.Now().Add(-time.Hour)); len(later) > 0 {
		r.Errorf("an hour without anything tells %+v", later)
	}
}

func managersWords(r *room) {
	hands, hearer, refs := r.heard()
	if hands == nil {
		return
	}
	var texts []string
	for _, text := range []string{"! Ждём вас", "Для себя", "! Ёлка 🎄"} {
		hands.Remark(refs.Deal, text)
		r.clock.Advance(time.Minute)
	}
	hint := crm.Hint{Deal: refs.Deal, Notes: true}
	news := r.look(hearer, hint, refs)
	for _, note := range news.Notes {
		texts = append(texts, note.Text)
		refs.LastNote = note.ID
	}
	if diff := cmp.Diff([]string{"! Ждём вас", "Для себя", "! Ёлка 🎄"}, texts); diff != "" {
		r.Errorf("notes, the oldest first (-want +got):\n%s", diff)
	}
	if again := r.look(hearer, hint, refs); len(again.Notes) > 0 {
		r.Errorf("heard twice: %+v", again.Notes)
	}
}

func managersTask(r *room) {
	hands, hearer, refs := r.heard()
	if hands == nil {
		return
	}
	hands.Finish(refs.Tasks[0], "Дозвонилась")
	want := []crm.DoneTask{{ID: refs.Tasks[0], Text: "Позвонить", Result: "Дозвонилась"}}
	if diff := cmp.Diff(want, r.look(hearer, crm.Hint{Deal: refs.Deal, Tasks: true}, refs).Done); diff != "" {
		r.Errorf("done (-want +got):\n%s", diff)
	}
}

func goneDeal(r *room) {
	hands, hearer, refs := r.heard()
	if hands == nil {
		return
	}
	r.DeleteDeal(refs.Deal)
	if news := r.look(hearer, crm.Hint{Deal: refs.Deal}, refs); !news.Gone {
		r.Errorf("news of a deal that is gone: %+v", news)
	}
	for _, rubbish := range []string{"", "%zz", "{", "a[b][c]=1", "<html>", string([]byte{0, 0xff})} {
		if hints := hearer.Hints([]byte(rubbish)); len(hints) > 0 {
			r.Errorf("%q hints at %+v", rubbish, hints)
		}
	}
}

// oneBill makes a bill, loses answers, repeats, and marks it as paid: there is one.
func oneBill(r *room) {
	list, able := r.Account.(Invoices)
	if !able {
		return
	}
	bill := crm.Invoice{ID: "p1", Title: "Курс", Total: sales.Roubles(4900),
		Items: []crm.BillItem{{Name: "Курс", Price: sales.Roubles(4900), Quantity: 1000, Tax: "none"}}}
	refs := r.must(crm.Change{ID: "c1", Contact: anna(), Bill: &bill}, crm.Refs{})
	if refs.Bills["p1"] == "" {
		r.Fatalf("refs %+v do not know the bill", refs)
	}
	forgotten := refs
	forgotten.Bills = nil // killed before they were kept
	refs = r.must(crm.Change{ID: "c1", Contact: anna(), Bill: &bill, Repeat: true}, forgotten)
	if got := list.Invoices(); !slices.Equal(got, []Invoice{{Total: sales.Roubles(4900)}}) {
		r.Fatalf("bills %+v", got)
	}
	bill.PaidAt = r.clock.Now()
	paid := crm.Change{ID: "c2", Contact: anna(), Bill: &bill, Money: true, Price: bill.Total}
	refs = r.must(paid, refs)
	paid.Repeat = true
	r.must(paid, refs)
	if got := list.Invoices(); !slices.Equal(got, []Invoice{{Total: sales.Roubles(4900), Paid: true}}) {
		r.Errorf("bills %+v", got)
	}
}

// mapHolds makes a deal by a map, as far as every CRM knows of it.
func mapHolds(r *room) {
	change := crm.Change{ID: "c1", Contact: anna(), Title: "Курс", Stage: r.h.Stages[0], Map: crm.Map{Tags: []string{"телеграм"}, Match: crm.MatchNever}}
	r.AddContact(Person{Name: "Анна", Phones: []string{reachable().Phone}})
	refs := r.must(change, crm.Refs{})
	change.ID, change.Contact, change.Person = "c2", reachable(), true
	r.must(change, refs)
	if people := r.People(); len(people) != 2 {
		r.Errorf("%d contacts: who is never to be recognised was joined", len(people))
	}
	if deals := r.Deals(); len(deals) != 1 || !slices.Contains(deals[0].Tags, "телеграм") || deals[0].Title != "Курс" {
		r.Errorf("deals %+v lack what the map gives", deals)
	}
}
