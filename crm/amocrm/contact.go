package amocrm

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"voronka/sales"
)

// ensureContact sets the contact's ref: known and alive, found, or made. With
// a living deal and nothing to write to the contact, the ref is believed.
func (w *work) ensureContact(ctx context.Context) error {
	if w.refs.Contact != "" && w.deal != nil && !w.change.Person && len(w.person) == 0 {
		return nil
	}
	fields, err := w.directory.fieldsOf(ctx, "contacts")
	if err != nil {
		return err
	}
	if err := w.findContact(ctx, fields); err != nil {
		return err
	}
	if w.contact == nil {
		return w.makeContact(ctx, fields)
	}
	w.refs.Contact = id(w.contact.ID)
	if err := w.adopt(ctx, fields); err != nil {
		return err
	}
	return w.updateContact(ctx, fields)
}

// findContact tries the ref, then the contact of the deal (the survivor of a
// merge), then the search.
func (w *work) findContact(ctx context.Context, fields []field) error {
	candidates := []string{w.refs.Contact}
	if w.deal != nil {
		candidates = append(candidates, w.deal.mainContact())
	}
	for _, candidate := range candidates {
		if candidate == "" {
			continue
		}
		who, err := w.readContact(ctx, candidate)
		if err != nil {
			return err
		}
		if who != nil {
			w.contact = who
			return nil
		}
	}
	return w.searchContact(ctx, fields)
}

func (w *work) readContact(ctx context.Context, id string) (*contact, error) {
	var who contact
	found, err := w.api.get(ctx, "contacts/"+url.PathEscape(id), url.Values{"with": {"leads"}}, &who)
	if err != nil || !found || who.IsDeleted {
		return nil, err
	}
	return &who, nil
}

// searchContact looks for our mark first, because it is exact, then for the
// phone and the e-mail. The search is over all fields and fuzzy, so each hit
// has to prove itself; of several the oldest is taken.
func (w *work) searchContact(ctx context.Context, fields []field) error {
	m := markOf(w.change.Contact.ID)
	marked := func(c *contact) bool { return m.on(c, fields) }
	if w.change.Repeat {
		if err := w.searchNewest(ctx, marked); err != nil || w.contact != nil {
			return err
		}
	}
	probes := append([]probe{{m.query(fields), marked}}, w.reachProbes()...)
	found, err := w.search(ctx, probes, func(*contact) bool { return true })
	w.contact = found
	return err
}

// search tries probes one after another; of those that one finds the oldest is taken.
func (w *work) search(ctx context.Context, probes []probe, fits func(*contact) bool) (found *contact, err error) {
	for _, probe := range probes {
		if probe.query == "" {
			continue
		}
		err := each(ctx, w.api, "contacts", "contacts", url.Values{"query": {probe.query}, "with": {"leads"}}, 2, func(c contact) bool {
			if !c.IsDeleted && probe.same(&c) && fits(&c) && (found == nil || c.ID < found.ID) {
				found = &c
			}
			return true
		})
		if err != nil || found != nil {
			return found, err
		}
	}
	return nil, nil
}

// searchNewest walks the newest contacts back to the time of the change. What
// an attempt without an answer made is among them, though the search index,
// which lags behind, may not know it yet.
func (w *work) searchNewest(ctx context.Context, same func(*contact) bool) error {
	since := w.earliest()
	return w.people.each(ctx, 20, func(c contact) bool {
		if !c.IsDeleted && same(&c) {
			w.contact = &c
		}
		return w.contact == nil && c.CreatedAt >= since
	})
}

// earliest is when an attempt at the change may have made something at the
// earliest, by amoCRM's clock.
func (w *work) earliest() number { return number(w.change.Since().Add(-time.Hour).Unix()) }

// makeContact posts a new contact with all that is known of the person.
func (w *work) makeContact(ctx context.Context, fields []field) error {
	who := w.change.Contact
	made := newEntity{
		Name:      short(fullName(who)),
		TagsToAdd: []tag{{w.cfg.Tag}}, ResponsibleID: w.responsible,
		Fields: append(w.reach(nil), w.person...),
	}
	if who.LastName != "" {
		made.FirstName, made.LastName = short(who.Name), short(who.LastName)
	}
	markOf(who.ID).put(&made, nil, fields)
	contactID, err := w.api.together(ctx, kind{http.MethodPost, "contacts", "contacts"}, "", made)
	if err != nil {
		return fmt.Errorf("make the contact: %w", err)
	}
	w.refs.Contact, w.newContact = fmt.Sprint(contactID), true
	return nil
}

// updateContact writes what is missing. The name of a contact that a manager
// made stays as the manager wrote it.
func (w *work) updateContact(ctx context.Context, fields []field) error {
	patch := newEntity{Fields: slices.Clone(w.person)}
	who, m := w.change.Contact, markOf(w.change.Contact.ID)
	if !m.on(w.contact, fields) {
		m.put(&patch, w.contact, fields)
	}
	if w.change.Person {
		patch.Fields = append(patch.Fields, w.reach(w.contact)...)
		ours := w.contact.tagged(w.cfg.Tag)
		if name := short(fullName(who)); who.Name != "" && name != w.contact.Name && (ours || strings.TrimSpace(w.contact.Name) == "") {
			patch.Name, patch.FirstName, patch.LastName = name, short(who.Name), short(who.LastName)
		}
	}
	if patch.empty() {
		return nil
	}
	patch.ID = w.contact.ID
	if _, err := w.api.together(ctx, kind{http.MethodPatch, "contacts", "contacts"}, id(w.contact.ID), patch); err != nil {
		return fmt.Errorf("update the contact: %w", err)
	}
	return nil
}

// reach are the phone and the e-mail that the contact has not yet, each with
// the values that it has: they go first, as the manager ordered them.
func (w *work) reach(have *contact) []fieldValue {
	var out []fieldValue
	add := func(code, text string) {
		var values []value
		if have != nil {
			values = kept(have.coded(code))
		}
		out = append(out, fieldValue{Code: code, Values: append(values, value{Value: text, EnumCode: "WORK"})})
	}
	who := w.change.Contact
	if who.Phone != "" && (have == nil || !have.hasPhone(who.Phone, w.cfg.Region)) {
		add(codePhone, who.Phone)
	}
	if who.Email != "" && (have == nil || !have.hasEmail(who.Email)) {
		add(codeEmail, who.Email)
	}
	return out
}

// fullName is what the customer calls themselves, or what else is known.
func fullName(who sales.Contact) string {
	switch {
	case who.Name != "" || who.LastName != "":
		return strings.TrimSpace(who.Name + " " + who.LastName)
	case who.Username != "":
		return "@" + who.Username
	case markOf(who.ID).telegram != "":
		return "Telegram " + markOf(who.ID).telegram
	}
	return who.ID
}
