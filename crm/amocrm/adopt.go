package amocrm

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"voronka/crm"
)

// probe is one way to find a person in the account's search.
type probe struct {
	query string
	same  func(*contact) bool
}

// reachProbes look for the customer's phone and e-mail, as the map allows.
func (w *work) reachProbes() []probe {
	who, match := w.change.Contact, w.change.Map.Match
	var probes []probe
	if match != crm.MatchEmail && match != crm.MatchNever {
		probes = append(probes, probe{national(who.Phone, w.cfg.Region), func(c *contact) bool { return c.hasPhone(who.Phone, w.cfg.Region) }})
	}
	if match != crm.MatchPhone && match != crm.MatchNever {
		probes = append(probes, probe{strings.TrimSpace(who.Email), func(c *contact) bool { return c.hasEmail(who.Email) }})
	}
	return probes
}

// adopt gives the deal of a contact that we made to one whom the account knew
// before: the customer has told a phone or an e-mail that is there already. Our
// own contact stays behind, without its mark and with the tag «дубль», for there
// is no way to delete or merge it (API v4 has none).
func (w *work) adopt(ctx context.Context, fields []field) error {
	mine := w.contact
	if !w.change.Person || w.change.Map.Match == crm.MatchNever || !mine.tagged(w.cfg.Tag) || w.deal == nil {
		return nil
	}
	if w.reach(mine) == nil {
		return nil // both are known here already
	}
	m := markOf(w.change.Contact.ID)
	older, err := w.search(ctx, w.reachProbes(), func(c *contact) bool { return c.ID != mine.ID && !m.foreign(c, fields) })
	if err != nil || older == nil {
		return err
	}
	if err := w.handOver(ctx, older.ID); err != nil {
		return err
	}
	if err := w.retire(ctx, mine, fields); err != nil {
		return err
	}
	w.contact = older
	w.refs.Contact = id(older.ID)
	return nil
}

// handOver makes another contact the main one of the deal, and takes ours off it.
func (w *work) handOver(ctx context.Context, to number) error {
	if err := w.link(ctx, to); err != nil {
		return err
	}
	mine, err := strconv.ParseInt(w.refs.Contact, 10, 64)
	if err != nil {
		return nil
	}
	row := []any{newLink{EntityID: w.deal.ID, ToID: number(mine), ToType: "contacts"}}
	if _, err := w.api.call(ctx, http.MethodPost, "leads/unlink", nil, row, nil); err != nil {
		return fmt.Errorf("take the double off the deal: %w", err)
	}
	w.recent.forget(w.refs.Deal)
	return nil
}

// retire takes the mark off a contact of ours that turned out to be a double.
func (w *work) retire(ctx context.Context, who *contact, fields []field) error {
	m := markOf(w.change.Contact.ID)
	patch := newEntity{ID: who.ID, TagsToAdd: []tag{{"дубль"}}}
	if who.tagged(m.id) {
		patch.TagsToDelete = []tag{{m.id}}
	}
	if f := telegramField(fields); f != nil && len(who.values(f)) > 0 {
		patch.Fields = append(patch.Fields, fieldValue{ID: f.ID})
	}
	if f := fieldCoded(fields, codeMessenger); f != nil {
		var others []value
		for _, v := range kept(who.values(f)) {
			if v.text() != m.id {
				others = append(others, v)
			}
		}
		if len(others) < len(who.values(f)) {
			patch.Fields = append(patch.Fields, fieldValue{ID: f.ID, Values: others})
		}
	}
	if _, err := w.api.together(ctx, kind{http.MethodPatch, "contacts", "contacts"}, id(who.ID), patch); err != nil {
		return fmt.Errorf("mark the double: %w", err)
	}
	return nil
}
