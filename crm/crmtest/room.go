package crmtest

import (
	"strings"
	"testing"
	"time"

	"voronka/crm"
	"voronka/sales"
)

// room is one case with its account.
type room struct {
	Account
	*testing.T
	h     Harness
	door  *Door
	clock *Clock
}

func (h Harness) room(t *testing.T) *room {
	t.Helper()
	r := &room{T: t, h: h, door: &Door{}, clock: NewClock(start())}
	r.Account = h.Open(t, r.door, r.clock)
	t.Cleanup(func() {
		for _, offence := range r.Offences() {
			t.Errorf("the CRM did not like: %s", offence)
		}
	})
	return r
}

func start() time.Time {
	return time.Date(2026, 3, 2, 12, 0, 0, 0, time.FixedZone("MSK", 3*60*60))
}

// anna is a customer who has just pressed /start.
func anna() sales.Contact {
	return sales.Contact{ID: "tg:4200017", ChatID: 4200017, Name: "Анна", Source: map[string]string{"utm_source": "vk"}}
}

// reachable is the customer after phone and e-mail were asked.
func reachable() sales.Contact {
	who := anna()
	who.Phone, who.Email = "+79161234567", "anna@example.com"
	return who
}

// must applies a change that has to succeed.
func (r *room) must(change crm.Change, known crm.Refs) crm.Refs {
	r.Helper()
	r.clock.Advance(time.Second)
	if change.At.IsZero() {
		change.At = r.clock.Now()
	}
	refs, err := r.Apply(r.Context(), change, known)
	if err != nil {
		r.Fatalf("apply %s: %v", change.ID, err)
	}
	if refs.Contact == "" || refs.Deal == "" {
		r.Fatalf("apply %s: refs %+v lack something", change.ID, refs)
	}
	return refs
}

// fails applies a change that has to fail, and gives back what came of it.
func (r *room) fails(change crm.Change, known crm.Refs) (crm.Refs, *sales.Error) {
	r.Helper()
	refs, err := r.Apply(r.Context(), change, known)
	if err == nil {
		r.Fatalf("apply %s succeeded", change.ID)
	}
	r.private(err)
	return refs, sales.AsError(err)
}

// private checks that an error tells no secret and nothing about the person.
func (r *room) private(err error) {
	r.Helper()
	for _, secret := range []string{r.h.Secret, "9161234567", "anna@example.com", "Анна"} {
		if strings.Contains(err.Error(), secret) {
			r.Errorf("the error tells %q: %v", secret, err)
		}
	}
}

// onlyDeal is the one deal that there may be, of the one contact.
func (r *room) onlyDeal() Deal {
	r.Helper()
	people, deals := r.People(), r.Deals()
	if len(people) != 1 || len(deals) != 1 {
		r.Fatalf("%d contacts and %d deals, want one of each:\n%+v\n%+v", len(people), len(deals), people, deals)
	}
	if len(deals[0].People) != 1 || deals[0].People[0] != people[0].Ref {
		r.Fatalf("the deal hangs on %v, want the contact %s", deals[0].People, people[0].Ref)
	}
	return deals[0]
}
