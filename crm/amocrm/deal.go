package amocrm

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"voronka/sales"
)

// readDeal looks at the deal of the ref. One that was deleted or merged into
// another is not there any more: it is found or made anew further on.
func (w *work) readDeal(ctx context.Context) error {
	if w.refs.Deal == "" {
		return nil
	}
	if !w.change.Repeat {
		if w.deal = w.recent.get(w.refs.Deal); w.deal != nil {
			return nil
		}
	}
	deal, err := w.leadByID(ctx, w.refs.Deal)
	w.deal = deal
	return err
}

func (w *work) leadByID(ctx context.Context, id string) (*lead, error) {
	var deal lead
	found, err := w.api.get(ctx, "leads/"+url.PathEscape(id), url.Values{"with": {"contacts"}}, &deal)
	if err != nil || !found || deal.IsDeleted {
		return nil, err
	}
	w.recent.put(deal)
	return &deal, nil
}

// plan resolves every name of the change, so that a wrong one is refused before
// anything is made.
func (w *work) plan(ctx context.Context) error {
	var err error
	if w.fields, err = w.directory.fieldValues(ctx, w.change.Fields); err != nil {
		return err
	}
	return w.chooseStage(ctx)
}

func (w *work) chooseStage(ctx context.Context) error {
	var current number
	if w.deal != nil {
		current = w.deal.PipelineID
	}
	var err error
	w.stage, err = w.directory.stageFor(ctx, w.change.Stage, current)
	return err
}

// ensureDeal updates the deal there is, or makes one.
func (w *work) ensureDeal(ctx context.Context) error {
	if w.deal == nil {
		if err := w.findDeal(ctx); err != nil {
			return err
		}
		if w.deal == nil {
			return w.makeDeal(ctx)
		}
		if err := w.chooseStage(ctx); err != nil {
			return err
		}
	}
	w.refs.Deal = id(w.deal.ID)
	if err := w.joinContact(ctx); err != nil {
		return err
	}
	patch := newEntity{Price: wholeRoubles(w.change.Price), Fields: w.fields, TagsToAdd: tags(w.change.Tags)}
	if w.change.Stage != "" {
		patch.StatusID = w.stage.status
		// A deal that was taken to another pipeline a moment ago is refused then, not dragged back.
		if w.stage.pipeline != w.deal.PipelineID {
			patch.PipelineID = w.stage.pipeline
		}
	}
	if patch.empty() {
		return nil
	}
	patch.ID = w.deal.ID
	if _, err := w.api.together(ctx, kind{http.MethodPatch, "leads", "leads"}, id(w.deal.ID), patch); err != nil {
		return fmt.Errorf("update the deal: %w", err)
	}
	w.recent.moved(w.refs.Deal, w.stage)
	return nil
}

// dealsLookedAt bounds how many deals of one contact are read: the filter by
// id is a paid add-on and ignored without it, so each takes a request.
const dealsLookedAt = 25

// findDeal looks among the contact's deals for one that we made and that is
// still open, newest first. A deal that a manager made is not ours to move.
func (w *work) findDeal(ctx context.Context) error {
	if w.newContact || w.contact == nil {
		return nil
	}
	fields, err := w.directory.fieldsOf(ctx, "contacts")
	if err != nil || markOf(w.change.Contact.ID).foreign(w.contact, fields) {
		return err
	}
	deals := slices.Clone(w.contact.Embedded.Value.Leads)
	slices.SortFunc(deals, func(a, b reference) int { return int(b.ID - a.ID) })
	for _, ref := range deals[:min(len(deals), dealsLookedAt)] {
		deal, err := w.leadByID(ctx, id(ref.ID))
		if err != nil {
			return err
		}
		if deal != nil && deal.tagged(w.cfg.Tag) && (deal.open() || w.madeBefore(deal)) {
			w.deal = deal
			return nil
		}
	}
	return nil
}

// madeBefore tells that an earlier attempt at this change made the deal, and
// made it closed at once.
func (w *work) madeBefore(deal *lead) bool {
	return w.change.Repeat && deal.CreatedAt >= number(w.change.Since().Add(-time.Minute).Unix())
}

func (w *work) makeDeal(ctx context.Context) error {
	contactID, err := strconv.ParseInt(w.refs.Contact, 10, 64)
	if err != nil {
		return &sales.Error{Code: "crm_change", Action: sales.Bury, Message: "the ref of the contact is not an amoCRM id"}
	}
	source, err := w.directory.sourceValues(ctx, w.change.Contact.Source)
	if err != nil {
		return err
	}
	name := w.change.Title
	if name == "" {
		name = fullName(w.change.Contact)
	}
	dealID, err := w.api.together(ctx, kind{http.MethodPost, "leads", "leads"}, "", newEntity{
		Name: short(name), Price: wholeRoubles(w.change.Price),
		PipelineID: w.stage.pipeline, StatusID: w.stage.status,
		Fields: withSource(w.fields, source), TagsToAdd: append([]tag{{w.cfg.Tag}}, tags(w.change.Tags)...),
		Embedded: &embedded{Contacts: []linked{{ID: number(contactID), IsMain: true}}},
	})
	if err != nil {
		return fmt.Errorf("make the deal: %w", err)
	}
	w.refs.Deal, w.newDeal = fmt.Sprint(dealID), true
	w.deal = w.bornDeal(dealID, contactID)
	return nil
}

// bornDeal is what is known of a deal that was made just now.
func (w *work) bornDeal(dealID, contactID int64) *lead {
	deal := lead{ID: number(dealID), PipelineID: w.stage.pipeline, StatusID: w.stage.status, CreatedAt: number(w.cfg.Now().Unix())}
	deal.Embedded.Value.Tags = []tag{{w.cfg.Tag}}
	deal.Embedded.Value.Contacts = append(deal.Embedded.Value.Contacts, linked{ID: number(contactID), IsMain: true})
	w.recent.put(deal)
	return &deal
}

// joinContact links a contact that was found or made in this run to a deal that
// stands without it (API v4, entity-links-api).
func (w *work) joinContact(ctx context.Context) error {
	if w.deal.has(w.refs.Contact) || !w.newContact && w.deal.mainContact() != "" {
		return nil
	}
	contactID, err := strconv.ParseInt(w.refs.Contact, 10, 64)
	if err != nil {
		return nil
	}
	type metadata struct {
		IsMain bool `json:"is_main"`
	}
	link := []any{struct {
		ID       int64    `json:"to_entity_id"`
		Type     string   `json:"to_entity_type"`
		Metadata metadata `json:"metadata"`
	}{contactID, "contacts", metadata{true}}}
	if _, err := w.api.call(ctx, "POST", "leads/"+id(w.deal.ID)+"/link", nil, link, nil); err != nil {
		return fmt.Errorf("link the contact to the deal: %w", err)
	}
	return nil
}

func (l *lead) open() bool { return l.StatusID != statusWon && l.StatusID != statusLost }

func (l *lead) tagged(name string) bool { return slices.Contains(l.Embedded.Value.Tags, tag{name}) }

// mainContact is the deal's main contact, else its first, else "".
func (l *lead) mainContact() string {
	all := l.Embedded.Value.Contacts
	for _, c := range all {
		if c.IsMain {
			return id(c.ID)
		}
	}
	if len(all) > 0 {
		return id(all[0].ID)
	}
	return ""
}

func (l *lead) has(contact string) bool {
	for _, c := range l.Embedded.Value.Contacts {
		if id(c.ID) == contact {
			return true
		}
	}
	return false
}

// wholeRoubles rounds half up: a price on amocrm.ru is an integer (API v4, leads-api).
func wholeRoubles(price sales.Money) int64 { return int64(price+50) / 100 }

func tags(names []string) []tag {
	var out []tag
	for _, name := range names {
		out = append(out, tag{name})
	}
	return out
}
