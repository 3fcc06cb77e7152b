// Package storagetest is the suite that every store must pass: what one store
// promises, the others do.
package storagetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"voronka/storage"
)

// Run holds every promise of package storage against stores made by open: each
// call makes an empty one, and closes it when its test ends.
func Run(t *testing.T, open func(t *testing.T) storage.Store) {
	suites := []struct {
		name  string
		tests map[string]func(*testing.T, storage.Store)
	}{
		{"transaction", transactions()},
		{"inputs", inputs()},
		{"dialogs", dialogs()},
		{"reach", reached()},
		{"money", money()},
		{"subscriptions and refunds", subscriptions()},
		{"ledger", ledger()},
		{"queue", queue()},
		{"ready", ready()},
		{"versions", versions()},
	}
	for _, suite := range suites {
		t.Run(suite.name, func(t *testing.T) {
			for name, test := range suite.tests {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(t, open(t))
				})
			}
		})
	}
}

// RunReopen proves durability: open opens the same store again and again, the
// suite closes it in between.
func RunReopen(t *testing.T, open func(t *testing.T) storage.Store) {
	first := open(t)
	fill(t, first)
	want := everything(t, first)
	if err := first.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	second := open(t)
	defer func() {
		if err := second.Close(); err != nil {
			t.Errorf("close again: %v", err)
		}
	}()
	same(t, "store opened again", everything(t, second), want)
	update(t, second, func(tx storage.Tx) error {
		job, err := tx.Enqueue(job("chat/tg:1", "later"))
		if err == nil && job.ID <= want.Waiting[len(want.Waiting)-1].ID {
			return errors.New("ids of jobs do not go on growing after a restart")
		}
		return err
	})
}

func day(hour, minute int) time.Time {
	return time.Date(2026, 11, 22, hour, minute, 0, 0, time.FixedZone("MSK", 3*60*60))
}

func update(t *testing.T, store storage.Store, fn func(storage.Tx) error) {
	t.Helper()
	if err := store.Update(t.Context(), fn); err != nil {
		t.Fatalf("update: %v", err)
	}
}

func view(t *testing.T, store storage.Store, fn func(storage.Tx) error) {
	t.Helper()
	if err := store.View(t.Context(), fn); err != nil {
		t.Fatalf("view: %v", err)
	}
}

// read gives what one question to a store answers.
func read[T any](t *testing.T, store storage.Store, fn func(storage.Tx) (T, error)) (value T) {
	t.Helper()
	view(t, store, func(tx storage.Tx) (err error) {
		value, err = fn(tx)
		return err
	})
	return value
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// missing wants an error for a record that does not exist.
func missing[T any](t *testing.T, store storage.Store, what string, fn func(storage.Tx) (T, error)) {
	t.Helper()
	err := store.View(context.Background(), func(tx storage.Tx) error {
		_, err := fn(tx)
		return err
	})
	if !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("%s: got error %v, want storage.ErrNotFound", what, err)
	}
}
