package amocrm

import (
	"context"
	"net/url"
	"strings"
	"time"

	"voronka/sales"
)

// freshness is how long the account's directory is believed. A name that is
// not found, and a refused request, have it read anew at once.
const freshness = 10 * time.Minute

// directory remembers what the account consists of: pipelines and custom fields.
type directory struct {
	api      *client
	now      func() time.Time
	pipeline string

	pipelines *shelf[pipeline]
	ofLeads   *shelf[field]
	ofPeople  *shelf[field]
	ofBills   *shelf[field]
	ofGoods   *shelf[field]
	users     *shelf[user]
	reasons   *shelf[reason]
	sorts     *shelf[sort]
	catalogs  *shelf[catalog]
	suppliers *shelf[element]
}

func newDirectory(api *client, cfg Config) *directory {
	return &directory{
		api: api, now: cfg.Now, pipeline: cfg.Pipeline,
		pipelines: newShelf[pipeline](), ofLeads: newShelf[field](), ofPeople: newShelf[field](), ofBills: newShelf[field](), ofGoods: newShelf[field](),
		users: newShelf[user](), reasons: newShelf[reason](), sorts: newShelf[sort](), catalogs: newShelf[catalog](), suppliers: newShelf[element](),
	}
}

// shelf holds one list of the directory. Who reads it anew has the key, so that
// others wait for what it brings; a channel, since the reading waits itself.
type shelf[T any] struct {
	key   chan struct{}
	items []T
	at    time.Time
}

func newShelf[T any]() *shelf[T] { return &shelf[T]{key: make(chan struct{}, 1)} }

// get gives the list; fresh tells that it was read just now.
func (s *shelf[T]) get(now time.Time, load func() ([]T, error)) (items []T, fresh bool, err error) {
	s.key <- struct{}{}
	defer func() { <-s.key }()
	if !s.at.IsZero() && now.Sub(s.at) < freshness {
		return s.items, false, nil
	}
	items, err = load()
	if err != nil {
		return nil, false, err
	}
	s.items, s.at = items, now
	return items, true, nil
}

func (s *shelf[T]) forget() {
	s.key <- struct{}{}
	defer func() { <-s.key }()
	s.at = time.Time{}
}

func (d *directory) forget() {
	d.pipelines.forget()
	d.ofLeads.forget()
	d.ofPeople.forget()
	d.ofBills.forget()
	d.ofGoods.forget()
	d.users.forget()
	d.reasons.forget()
	d.sorts.forget()
	d.catalogs.forget()
	d.suppliers.forget()
}

// lookup asks the remembered list first, and a fresh one when seek finds nothing there.
func lookup[T any](s *shelf[T], now time.Time, load func() ([]T, error), seek func([]T) bool) error {
	for {
		items, fresh, err := s.get(now, load)
		if err != nil {
			return err
		}
		if seek(items) || fresh {
			return nil
		}
		s.forget()
	}
}

func (d *directory) loadPipelines(ctx context.Context) ([]pipeline, error) {
	var found []pipeline
	err := each(ctx, d.api, "leads/pipelines", "pipelines", url.Values{}, 1, func(p pipeline) bool {
		if !p.IsArchive {
			found = append(found, p)
		}
		return true
	})
	if err == nil && len(found) == 0 {
		err = &sales.Error{Code: "crm_address", Action: sales.Stop, Message: "no pipelines found: check the account's address"}
	}
	return found, err
}

// Fields are listed 50 to a page by default and 250 at most (API v4,
// custom-fields); four pages are a thousand.
func (d *directory) loadFields(ctx context.Context, entity string) ([]field, error) {
	var found []field
	err := each(ctx, d.api, entity+"/custom_fields", "custom_fields", url.Values{}, 4, func(f field) bool {
		found = append(found, f)
		return true
	})
	return found, err
}

// namedField finds a field of deals or contacts by name or code; nil when the
// account has none.
func (d *directory) namedField(ctx context.Context, entity, name string) (*field, error) {
	var found *field
	err := lookup(d.shelfOf(entity), d.now(), func() ([]field, error) { return d.loadFields(ctx, entity) }, func(fields []field) bool {
		found = fieldNamed(fields, name)
		return found != nil
	})
	return found, err
}

// fieldsOf are the fields of deals or contacts as remembered.
func (d *directory) fieldsOf(ctx context.Context, entity string) ([]field, error) {
	fields, _, err := d.shelfOf(entity).get(d.now(), func() ([]field, error) { return d.loadFields(ctx, entity) })
	return fields, err
}

func (d *directory) shelfOf(entity string) *shelf[field] {
	if entity == "contacts" {
		return d.ofPeople
	}
	return d.ofLeads
}

// listFields are the fields of the list of invoices.
func (d *directory) listFields(ctx context.Context, list number) ([]field, error) {
	fields, _, err := d.ofBills.get(d.now(), func() ([]field, error) { return d.loadFields(ctx, "catalogs/"+id(list)) })
	return fields, err
}

// goodsFields are the fields of the list of products.
func (d *directory) goodsFields(ctx context.Context, list number) ([]field, error) {
	fields, _, err := d.ofGoods.get(d.now(), func() ([]field, error) { return d.loadFields(ctx, "catalogs/"+id(list)) })
	return fields, err
}

// fieldNamed prefers the name that people see to the code.
func fieldNamed(fields []field, name string) *field {
	for i := range fields {
		if fold(fields[i].Name) == fold(name) {
			return &fields[i]
		}
	}
	return fieldCoded(fields, name)
}

func fieldCoded(fields []field, code string) *field {
	for i := range fields {
		if fields[i].Code != "" && strings.EqualFold(fields[i].Code, code) {
			return &fields[i]
		}
	}
	return nil
}

// fold makes names comparable as people compare them: case, ё and spaces aside.
func fold(name string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(strings.ToLower(name)), " "), "ё", "е")
}
