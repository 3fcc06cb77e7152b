package crmtest

import (
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"voronka/crm"
	"voronka/sales"
)

// everything is a first change that makes all that a change can make.
func everything(r *room) crm.Change {
	return crm.Change{
		ID: "c1", Contact: reachable(), Title: "Курс", Person: true, At: start(),
		Stage: r.h.Stages[1], Price: sales.Roubles(4900), Tags: []string{"курс"},
		Fields: map[string]string{r.h.Fields[0]: "order-1"},
		Note:   "Ждёт оплату", Task: &crm.Task{Text: "Позвонить", Due: start().Add(time.Hour)},
	}
}

// manyCalls is more than an adapter may need for one change.
const manyCalls = 60

// faults are the ways in which one call goes wrong without a refusal.
func faults() map[string]Fault {
	page := "<html><body>nginx</body></html>"
	return map[string]Fault{
		"cut before":        {},
		"cut after":         {Handled: true},
		"bad gateway":       {Status: 502, Body: page},
		"gateway timeout":   {Status: 504, Body: page, Handled: true},
		"a page of a proxy": {Status: 200, Body: page, Handled: true},
		"an empty answer":   {Status: 200, Handled: true},
		"too many requests": {Status: 429, Body: page},
	}
}

// doublesNothing spoils each call of a change in turn, repeats the change as
// the outbox does, and compares the account with one where all went well.
func doublesNothing(r *room) {
	want := r.h.calm(r)
	for name, fault := range faults() {
		for skip := range manyCalls {
			fault.Skip = skip
			if !r.h.spoilt(r, fmt.Sprintf("%s, call %d", name, skip+1), fault, true, want) {
				break
			}
		}
	}
}

// killed is the same with a process that died before it could keep the refs.
func killed(r *room) {
	want := r.h.calm(r)
	for skip := range manyCalls {
		fault := Fault{Writes: true, Handled: true, Skip: skip}
		if !r.h.spoilt(r, fmt.Sprintf("killed at write %d", skip+1), fault, false, want) {
			break
		}
	}
}

// bornClosed loses the answers of a first change that makes a deal and closes
// it; a closed deal of an earlier sale is not taken for it.
func bornClosed(r *room) {
	for skip := range manyCalls {
		sick := r.h.room(r.T)
		before := sick.must(crm.Change{ID: "c0", Contact: reachable(), Stage: crm.Won}, crm.Refs{})
		sick.clock.Advance(24 * time.Hour)
		change := crm.Change{ID: "c1", Contact: reachable(), Stage: crm.Won, At: sick.clock.Now(), Note: "Ещё раз"}
		sick.door.Break(&Fault{Writes: true, Handled: true, Skip: skip})
		after := sick.repeated(fmt.Sprintf("killed at write %d", skip+1), change, crm.Refs{}, false)
		if people, deals := sick.People(), sick.Deals(); len(people) != 1 || len(deals) != 2 || after.Deal == before.Deal {
			r.Fatalf("killed at write %d: %d contacts and %d deals, want one and two", skip+1, len(people), len(deals))
		}
		if !sick.door.Fired() {
			return
		}
	}
}

type state struct {
	People []Person
	Deals  []Deal
}

// calm is the account after the two changes when nothing goes wrong.
func (h Harness) calm(r *room) state {
	calm := h.room(r.T)
	refs := calm.must(everything(calm), crm.Refs{})
	calm.must(second(calm), refs)
	return state{calm.People(), calm.Deals()}
}

func second(r *room) crm.Change {
	return crm.Change{
		ID: "c2", Contact: reachable(), Person: true, At: start().Add(time.Minute), Stage: crm.Won,
		Note: "Оплачено", CloseTask: "Позвонить", Task: &crm.Task{Text: "Позвонить", Due: start().Add(25 * time.Hour)},
	}
}

// spoilt runs both changes with one spoilt call; false when no call was left to spoil.
func (h Harness) spoilt(r *room, name string, fault Fault, keepRefs bool, want state) bool {
	r.Helper()
	sick := h.room(r.T)
	sick.door.Break(&fault)
	refs := crm.Refs{}
	for _, change := range []crm.Change{everything(sick), second(sick)} {
		refs = sick.repeated(name, change, refs, keepRefs)
	}
	fired := sick.door.Fired()
	got := state{sick.People(), sick.Deals()}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		r.Errorf("%s: the account differs from one where all went well (-want +got):\n%s", name, diff)
	}
	return fired
}

// repeated applies a change as the outbox does: until it is done.
func (r *room) repeated(name string, change crm.Change, refs crm.Refs, keepRefs bool) crm.Refs {
	r.Helper()
	for range 3 {
		after, err := r.Apply(r.Context(), change, refs)
		if err == nil {
			return after
		}
		r.private(err)
		coded := sales.AsError(err)
		if coded.Action != sales.Retry {
			r.Fatalf("%s: %v is not to be retried", name, err)
		}
		r.clock.Advance(max(time.Second, coded.After))
		change.Repeat = true
		if keepRefs {
			refs = after
		}
	}
	r.Fatalf("%s: %s does not succeed after one fault", name, change.ID)
	return refs
}

// sick CRMs are asked again, later; one that is too busy says when.
func sick(r *room) {
	for name, fault := range faults() {
		fault.Always, fault.Handled = true, false
		r.door.Break(&fault)
		_, err := r.fails(everything(r), crm.Refs{})
		if err.Action != sales.Retry {
			r.Errorf("%s: error %+v, want a retry", name, err)
		}
		if fault.Status == 429 && err.After <= 0 {
			r.Errorf("%s: no time is named", name)
		}
		r.clock.Advance(max(time.Second, err.After))
	}
	r.door.Break(nil)
	r.must(everything(r), crm.Refs{})
	r.onlyDeal()
}

func refusedEntry(r *room) {
	for _, status := range []int{401, 403} {
		r.door.Break(&Fault{Status: status, Body: "<html>" + r.h.Secret + "</html>", Always: true})
		if _, err := r.fails(everything(r), crm.Refs{}); err.Action != sales.Stop {
			r.Errorf("status %d: error %+v, want a stop", status, err)
		}
	}
}

func impossible(r *room) {
	nameless := everything(r)
	nameless.Contact.ID = ""
	below := everything(r)
	below.Price = -1
	idle := everything(r)
	idle.Task = &crm.Task{Text: "Позвонить"}
	for _, change := range []crm.Change{nameless, below, idle} {
		if _, err := r.fails(change, crm.Refs{}); err.Code != "crm_change" || err.Action != sales.Bury {
			r.Errorf("error %+v, want crm_change buried", err)
		}
	}
	if len(r.People())+len(r.Deals()) != 0 {
		r.Error("something was made")
	}
}
