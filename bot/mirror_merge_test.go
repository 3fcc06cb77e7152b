package bot_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

const talk = `
flow: talk
title: Разговор
start: one
states:
  one: {do: [{say: Раз}], on: [{any: true, to: two}]}
  two: {do: [{crm: {note: Второе}}, {crm: {stage: Нет такой, note: С ошибкой}}], on: [{any: true, to: three}]}
  three: {do: [{crm: {note: Третье}}], end: true}
`

// TestOneRefusedChangeDoesNotTakeItsCompanyAlong lets a wrong stage wait for an
// operator, with nothing of the others lost or said twice.
func TestOneRefusedChangeDoesNotTakeItsCompanyAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, talk)
	w.crm.dislike = "Нет такой"
	w.say("/start")
	w.say("раз")
	w.say("два")
	w.drain()
	want := []string{
		"deal1  → one", "deal1  → two", "deal1  Второе", // together, then without the wrong one
		"deal1  → three", "deal1  Третье",
	}
	if diff := cmp.Diff(want, w.crm.log()); diff != "" {
		t.Error(diff)
	}
	if jobs, _ := w.buried(); len(jobs) != 1 || jobs[0] != "mirror crm_stage" {
		t.Errorf("buried %q", jobs)
	}
}

// hurried is a CRM that can be told to hurry.
type hurried struct {
	*board
	contacts []string
	at       []time.Time
}

func (h *hurried) Hasten(contact string, at time.Time) {
	h.contacts, h.at = append(h.contacts, contact), append(h.at, at)
}

// TestMoneyHastensWhatIsUnderWay tells the CRM to let past what stands before
// money in its lane, each time that something does.
func TestMoneyHastensWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	var told *hurried
	w := newWorld(t, shop, func(c *bot.Config) {
		told = &hurried{board: c.CRM.(*board)}
		c.CRM = told
	})
	w.crm.fall(&sales.Error{Code: "crm_down"})
	payment := w.toPay()
	if told.contacts != nil {
		t.Errorf("hurried without money: %q", told.contacts)
	}
	w.notify(paid(payment))
	if len(told.contacts) == 0 || told.contacts[0] != "tg:7" {
		t.Fatalf("hurried %q", told.contacts)
	}
	w.crm.fall(nil)
	w.pass(time.Hour)
	for _, change := range w.crm.changes {
		if change.Money && change.At.Before(told.at[0]) {
			t.Errorf("the money is of %v, hurried was what stands before %v", change.At, told.at[0])
		}
	}
}

// TestMoneyOvertakesOtherLanes puts a lane with money before those that wait longer.
func TestMoneyOvertakesOtherLanes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.crm.fall(&sales.Error{Code: "crm_down"})
	payment := w.toPay()
	w.crm.fall(nil)
	w.pass(time.Minute)
	for i := range 50 {
		in := flows.Input{ID: fmt.Sprint("other:", i), Kind: flows.Text, Text: "привет", Contact: fmt.Sprint("tg:1", i), At: w.clock.Now()}
		if err := w.Handle(w.ctx(), in); err != nil {
			t.Fatal(err)
		}
	}
	w.notify(paid(payment))
	w.view(func(tx storage.Tx) error {
		lanes, _, err := tx.Ready(w.clock.Now(), 1, map[outbox.Lane]bool{outbox.Whole("chat"): true})
		if len(lanes) != 1 || lanes[0] != "crm/tg:7" {
			t.Errorf("first in line is %q", lanes)
		}
		return err
	})
}
