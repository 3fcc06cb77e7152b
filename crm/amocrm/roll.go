package amocrm

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"sync"

	"voronka/sales"
)

// roll is a list, the newest first, that many look through at once: after a
// restart hundreds of changes look for what became of them, and with a reading
// of its own for each the budget of minutes went into the same pages.
type roll[T any] struct {
	api        *client
	path, name string
	query      url.Values

	// turn is held while a reading's first page is fetched. Whoever comes
	// meanwhile waits for the next reading together with all others who do.
	turn chan struct{}
	mu   sync.Mutex
	next *reading[T]
}

// reading is the list as it was from one moment on.
type reading[T any] struct {
	of *roll[T]
	// fetch is held while a page is fetched; it guards what follows.
	fetch chan struct{}
	pages [][]T
	ended bool
}

func newRoll[T any](api *client, path, name string, query url.Values) *roll[T] {
	return &roll[T]{api: api, path: path, name: name, query: query, turn: make(chan struct{}, 1)}
}

// each walks the list, read after the call began, until it ends, see says stop,
// or limit pages are read. What see is given belongs to others, too.
func (r *roll[T]) each(ctx context.Context, limit int, see func(T) bool) error {
	reading := r.join()
	for number := range limit {
		items, err := reading.page(ctx, number)
		if err != nil || items == nil {
			return err
		}
		for _, item := range items {
			if !see(item) {
				return nil
			}
		}
	}
	return nil
}

// join gives the reading that has not begun yet.
func (r *roll[T]) join() *reading[T] {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next == nil {
		r.next = &reading[T]{of: r, fetch: make(chan struct{}, 1)}
	}
	return r.next
}

// begin closes a reading to those who come from now on.
func (r *roll[T]) begin(one *reading[T]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next == one {
		r.next = nil
	}
}

// page is one page of the reading, nil behind the last.
func (l *reading[T]) page(ctx context.Context, number int) ([]T, error) {
	if err := hold(ctx, l.fetch); err != nil {
		return nil, err
	}
	defer func() { <-l.fetch }()
	for len(l.pages) <= number && !l.ended {
		if err := l.more(ctx); err != nil {
			return nil, err
		}
	}
	if number >= len(l.pages) {
		return nil, nil
	}
	return l.pages[number], nil
}

// more fetches the next page.
func (l *reading[T]) more(ctx context.Context) error {
	if len(l.pages) == 0 {
		if err := hold(ctx, l.of.turn); err != nil {
			return err
		}
		defer func() { <-l.of.turn }()
		l.of.begin(l)
	}
	// Among those who wait for it may be money.
	ctx = withRank(ctx, ofMoney)
	items, more, err := readPage[T](ctx, l.of.api, l.of.path, l.of.name, maps.Clone(l.of.query), len(l.pages)+1)
	if err != nil {
		return err
	}
	l.ended = len(items) == 0 || !more
	l.pages = append(l.pages, items)
	return nil
}

// billRolls are the rolls of the lists that invoices are in.
type billRolls struct {
	api   *client
	mu    sync.Mutex
	lists map[number]*roll[element]
}

func (b *billRolls) of(list number) *roll[element] {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.lists[list] == nil {
		path := fmt.Sprintf("catalogs/%d/elements", list)
		b.lists[list] = newRoll[element](b.api, path, "elements", url.Values{"order[id]": {"desc"}})
	}
	return b.lists[list]
}

// hold takes a place that only one can have.
func hold(ctx context.Context, place chan struct{}) error {
	select {
	case place <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &sales.Error{Code: "crm_timeout", Action: sales.Retry, Err: ctx.Err()}
	}
}
