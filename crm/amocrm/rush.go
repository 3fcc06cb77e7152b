package amocrm

import (
	"context"
	"maps"
	"time"

	"voronka/crm"
)

// rush is money that waits behind other changes of its contact.
type rush struct{ at, until time.Time }

// rushTime bounds a rush: the money may never come, for its step may have been
// undone or may be done by another process.
const rushTime = 2 * time.Minute

var _ crm.Hastener = (*CRM)(nil)

// Hasten gives the rank of money to the calls of a contact, those that wait and
// those to come, until money of that time or later is applied, at most two minutes.
func (c *CRM) Hasten(contact string, at time.Time) { c.api.gate.hasten(contact, at) }

func (g *gate) hasten(contact string, at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(g.rushed, func(_ string, r rush) bool { return !now.Before(r.until) })
	if known, given := g.rushed[contact]; given && known.at.After(at) {
		at = known.at
	}
	g.rushed[contact] = rush{at, now.Add(rushTime)}
	for _, p := range g.waiting {
		if p.contact == contact {
			p.rank = ofMoney
		}
	}
}

// reached ends a contact's rush where the change is the money that waited.
func (g *gate) reached(change crm.Change) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if known, given := g.rushed[change.Contact.ID]; given && change.Money && !change.At.Before(known.at) {
		delete(g.rushed, change.Contact.ID)
	}
}

// rushes tells whether money waits behind a contact's calls; mu is held.
func (g *gate) rushes(contact string) bool {
	known, given := g.rushed[contact]
	return given && time.Now().Before(known.until)
}

type contactKey struct{}

// withContact tells whose calls are made in a context.
func withContact(ctx context.Context, contact string) context.Context {
	return context.WithValue(ctx, contactKey{}, contact)
}

// contactOf is whose call it is, empty for nobody's.
func contactOf(ctx context.Context) string {
	contact, _ := ctx.Value(contactKey{}).(string)
	return contact
}
