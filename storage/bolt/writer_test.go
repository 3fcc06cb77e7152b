package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"voronka/storage"
	"voronka/storage/bolt"
)

func TestClose(t *testing.T) {
	t.Parallel()
	store := open(t, temp(t), bolt.Options{NoSync: true})
	var wg sync.WaitGroup
	results := make([]error, 100)
	for i := range results {
		wg.Go(func() {
			results[i] = store.Update(context.Background(), func(tx storage.Tx) error { return tx.PutRef(fmt.Sprint(i), "1") })
		})
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	for i, err := range results {
		if err != nil && !errors.Is(err, bolt.ErrClosed) {
			t.Errorf("update %d: %v", i, err)
		}
	}
	fn := func(storage.Tx) error { return nil }
	if err := store.Update(t.Context(), fn); !errors.Is(err, bolt.ErrClosed) {
		t.Errorf("update after closing: %v", err)
	}
	if err := store.View(t.Context(), fn); !errors.Is(err, bolt.ErrClosed) {
		t.Errorf("view after closing: %v", err)
	}
}

// An update that waits behind a slow one gives up with its context, and does not run later.
func TestGiveUpWaiting(t *testing.T) {
	t.Parallel()
	store := open(t, temp(t), bolt.Options{NoSync: true})
	inside, release := make(chan struct{}), make(chan struct{})
	slow := make(chan error)
	go func() {
		slow <- store.Update(context.Background(), func(tx storage.Tx) error {
			close(inside)
			<-release
			return tx.PutRef("slow", "done")
		})
	}()
	<-inside
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	go func() {
		waiting <- store.Update(ctx, func(tx storage.Tx) error { return tx.PutRef("waiting", "done") })
	}()
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v", err)
	}
	close(release)
	if err := <-slow; err != nil {
		t.Error(err)
	}
	if get(t, store, "slow") != "done" || get(t, store, "waiting") != "" {
		t.Error("the wrong updates were done")
	}
}

// A test that fails inside a transaction ends its goroutine, which is the writer's.
func TestGoexit(t *testing.T) {
	t.Parallel()
	store := open(t, temp(t), bolt.Options{NoSync: true})
	err := store.Update(t.Context(), func(tx storage.Tx) error {
		if err := tx.PutRef("half", "done"); err != nil {
			return err
		}
		runtime.Goexit()
		return nil
	})
	if err == nil {
		t.Error("an update that did not end is no error")
	}
	put(t, store, "next", "done")
	if get(t, store, "half") != "" || get(t, store, "next") != "done" {
		t.Error("the wrong updates were done")
	}
}

func TestWriteAfterTheEnd(t *testing.T) {
	t.Parallel()
	store := open(t, temp(t), bolt.Options{NoSync: true})
	var kept storage.Tx
	err := store.Update(t.Context(), func(tx storage.Tx) error { kept = tx; return nil })
	if err != nil {
		t.Fatal(err)
	}
	err = store.Update(t.Context(), func(storage.Tx) error { return kept.PutRef("late", "done") })
	if err == nil {
		t.Error("a transaction that has ended is written to")
	}
}
