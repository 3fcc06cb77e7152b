package amocrm

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"voronka/crm"
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
	if w.fields, err = w.directory.fieldValues(ctx, "leads", w.change.Fields); err != nil {
		return err
	}
	if w.person, err = w.directory.fieldValues(ctx, "contacts", w.change.PersonFields); err != nil {
		return err
	}
	if w.responsible, err = w.directory.responsible(ctx, w.change.Map.Responsible); err != nil {
		return err
	}
	if w.change.Stage == crm.Lost {
		if w.lossReason, err = w.directory.lossReason(ctx, w.change.Map.LossReason); err != nil {
			return err
		}
	}
	return w.chooseStage(ctx)
}

func (w *work) chooseStage(ctx context.Context) error {
	var current number
	if w.deal != nil {
		current = w.deal.PipelineID
	}
	var err error
	w.stage, err = w.directory.stageFor(ctx, w.change.Map.Pipeline, w.change.Stage, current)
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
	if w.refs.Deal != id(w.deal.ID) {
		w.refs.Goods = nil // they hang on the deal of before
	}
	w.refs.Deal = id(w.deal.ID)
	if w.refs.Place == "" && w.deal.StatusID != 0 {
		w.refs.Place = placeName(w.deal.PipelineID, w.deal.StatusID)
	}
	if err := w.joinContact(ctx); err != nil {
		return err
	}
	patch := newEntity{LossReasonID: w.lossReason, Price: wholeRoubles(w.change.Price), Fields: w.fields, TagsToAdd: tags(w.change.Tags)}
	waits := false
	if w.change.Stage != "" && w.change.Map.Unsorted {
		var err error
		if waits, err = w.waits(ctx); err != nil {
			return err
		}
	}
	if w.change.Stage != "" && !waits {
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
	if !waits {
		w.recent.moved(w.refs.Deal, w.stage)
		w.stood(w.stage)
	}
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
	source, err := w.directory.sourceValues(ctx, w.change.Contact.Source, w.change.Map.Tracking)
	if err != nil {
		return err
	}
	name := w.change.Title
	if name == "" {
		name = fullName(w.change.Contact)
	}
	deal := newEntity{
		Name: short(name), Price: wholeRoubles(w.change.Price),
		PipelineID: w.stage.pipeline, StatusID: w.stage.status, ResponsibleID: w.responsible, LossReasonID: w.lossReason,
		Fields:    withSource(w.fields, source),
		TagsToAdd: append(append([]tag{{w.cfg.Tag}}, tags(w.change.Map.Tags)...), tags(w.change.Tags)...),
		Embedded:  &embedded{Contacts: []linked{{ID: number(contactID), IsMain: true}}},
	}
	rest := []fieldValue(nil)
	if w.unsorted() {
		rest, deal.Fields = beyond(deal.Fields)
	}
	dealID, err := w.postDeal(ctx, deal)
	if err != nil {
		return fmt.Errorf("make the deal: %w", err)
	}
	w.refs.Deal, w.newDeal, w.refs.Goods = fmt.Sprint(dealID), true, nil
	w.deal = w.bornDeal(dealID, contactID)
	w.stood(w.stage)
	if len(rest) == 0 {
		return nil
	}
	patch := newEntity{ID: number(dealID), Fields: rest}
	if _, err := w.api.together(ctx, kind{http.MethodPatch, "leads", "leads"}, w.refs.Deal, patch); err != nil {
		return fmt.Errorf("write the rest of the deal's fields: %w", err)
	}
	return nil
}

// unsorted tells whether a deal that is made now goes among the unsorted: where
// the map wants it and the deal does not begin at its end.
func (w *work) unsorted() bool {
	return w.change.Map.Unsorted && w.change.Stage != crm.Won && w.change.Stage != crm.Lost
}

// complexFields is how many fields a deal may be made with among the unsorted
// (API v4, leads-api, complex: 40 values of fields for each entity).
const complexFields = 40

// beyond are the fields that have to be written once the deal is there, and those
// that it is made with: the last ones, for where the customer came from is among
// them, which nothing writes later.
func beyond(fields []fieldValue) (rest, first []fieldValue) {
	cut := max(0, len(fields)-complexFields)
	return fields[:cut], fields[cut:]
}

// stood keeps where a deal of ours stands by our own hand: news of that are an echo.
func (w *work) stood(at place) {
	if at.status != 0 {
		w.refs.Place = placeName(cmp.Or(at.pipeline, w.deal.PipelineID), at.status)
	}
}

func placeName(pipeline, status number) string { return id(pipeline) + "/" + id(status) }

// postDeal makes the deal.
func (w *work) postDeal(ctx context.Context, deal newEntity) (int64, error) {
	if !w.unsorted() {
		return w.api.together(ctx, kind{http.MethodPost, "leads", "leads"}, "", deal)
	}
	deal.Embedded.Metadata = &formMetadata{
		Category: "forms", FormID: w.cfg.Tag, FormName: w.cfg.Service, FormPage: "https://t.me", IP: "127.0.0.1", SentAt: w.cfg.Now().Unix(),
	}
	var made []struct {
		ID number `json:"id"`
	}
	if _, err := w.api.call(ctx, http.MethodPost, "leads/complex", nil, []any{deal}, &made); err != nil {
		return 0, err
	}
	if len(made) == 0 || made[0].ID == 0 {
		return 0, lost(http.MethodPost, "leads/complex")
	}
	all, _, err := w.directory.pipelines.get(w.cfg.Now(), func() ([]pipeline, error) { return w.directory.loadPipelines(ctx) })
	for _, p := range all {
		if waiting := p.unsorted(); p.ID == w.stage.pipeline && waiting != 0 {
			w.stage.status = waiting
		}
	}
	return int64(made[0].ID), err
}

// waits tells whether a deal stands among the unsorted: only a manager moves it
// from there, by accepting it.
func (w *work) waits(ctx context.Context) (bool, error) {
	all, _, err := w.directory.pipelines.get(w.cfg.Now(), func() ([]pipeline, error) { return w.directory.loadPipelines(ctx) })
	for _, p := range all {
		if p.ID == w.deal.PipelineID && w.deal.StatusID != 0 && p.unsorted() == w.deal.StatusID {
			return true, err
		}
	}
	return false, err
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
	return w.link(ctx, number(contactID))
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
