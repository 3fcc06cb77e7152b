package amocrm

import (
	"context"
	"net/url"
	"strings"
)

// user, reason and sort are rows of the account's directories that people name.
type user struct {
	ID    number `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

type reason struct {
	ID   number `json:"id"`
	Name string `json:"name"`
}

type sort struct {
	ID   number `json:"id"`
	Name string `json:"name"`
	Code string `json:"code"`
}

// catalog is a list of the account (API v4, catalogs-api).
type catalog struct {
	ID   number `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
}

// named finds a row by what people call it; 0 where there is none. Who is not
// there is looked for again when the directory is read anew: a name that the
// account does not have is told by Check, and holds nothing up.
func named[T any](ctx context.Context, d *directory, s *shelf[T], load func() ([]T, error), fits func(T) number) (number, error) {
	items, _, err := s.get(d.now(), load)
	for _, item := range items {
		if id := fits(item); id != 0 {
			return id, err
		}
	}
	return 0, err
}

// responsible is a manager by name or e-mail.
func (d *directory) responsible(ctx context.Context, name string) (number, error) {
	if name == "" {
		return 0, nil
	}
	return named(ctx, d, d.users, func() ([]user, error) { return listed[user](ctx, d, "users", "users") }, func(u user) number {
		if fold(u.Name) == fold(name) || strings.EqualFold(u.Email, strings.TrimSpace(name)) {
			return u.ID
		}
		return 0
	})
}

func (d *directory) lossReason(ctx context.Context, name string) (number, error) {
	if name == "" {
		return 0, nil
	}
	return named(ctx, d, d.reasons, func() ([]reason, error) { return listed[reason](ctx, d, "leads/loss_reasons", "loss_reasons") }, func(r reason) number {
		if fold(r.Name) == fold(name) {
			return r.ID
		}
		return 0
	})
}

// taskType is a kind of tasks by name or code (API v4, account-info, task_types).
func (d *directory) taskType(ctx context.Context, name string) (number, error) {
	if name == "" {
		return typeFollowUp, nil
	}
	id, err := named(ctx, d, d.sorts, func() ([]sort, error) { return d.loadSorts(ctx) }, func(s sort) number {
		if fold(s.Name) == fold(name) || strings.EqualFold(s.Code, name) {
			return s.ID
		}
		return 0
	})
	if id == 0 {
		id = typeFollowUp
	}
	return id, err
}

func (d *directory) loadSorts(ctx context.Context) ([]sort, error) {
	var found struct {
		Embedded object[struct {
			Types []sort `json:"task_types"`
		}] `json:"_embedded"`
	}
	_, err := d.api.get(ctx, "account", url.Values{"with": {"task_types"}}, &found)
	return found.Embedded.Value.Types, err
}

// list is the id of the account's list of a type: invoices, products, suppliers;
// 0 where it has none.
func (d *directory) list(ctx context.Context, kind string) (number, error) {
	return named(ctx, d, d.catalogs, func() ([]catalog, error) { return listed[catalog](ctx, d, "catalogs", "catalogs") }, func(c catalog) number {
		if c.Type == kind {
			return c.ID
		}
		return 0
	})
}

// listed reads a whole directory.
func listed[T any](ctx context.Context, d *directory, path, name string) ([]T, error) {
	var all []T
	err := each(ctx, d.api, path, name, url.Values{}, 4, func(item T) bool {
		all = append(all, item)
		return true
	})
	return all, err
}
