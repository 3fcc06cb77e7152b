package storagetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

func transactions() map[string]func(*testing.T, storage.Store) {
	return map[string]func(*testing.T, storage.Store){
		"an error leaves no trace":                    errorLeavesNoTrace,
		"an error among many leaves the others be":    errorAmongMany,
		"every verb that failed among many is undone": failuresAmongMany,
		"a panic is an error and leaves no trace":     panicLeavesNoTrace,
		"updates are serial":                          updatesAreSerial,
		"a transaction sees its own writes":           seesOwnWrites,
		"a view does not write":                       viewDoesNotWrite,
		"a view is one moment":                        viewIsOneMoment,
		"a cancelled context runs nothing":            cancelledContext,
		"the error is the function's own":             errorIsOwn,
		"an error tells whose fault it is":            errorTellsWhose,
	}
}

var errOnPurpose = errors.New("on purpose")

func errorLeavesNoTrace(t *testing.T, store storage.Store) {
	fill(t, store)
	want := everything(t, store)
	err := store.Update(t.Context(), func(tx storage.Tx) error {
		if err := scribble(tx); err != nil {
			return err
		}
		return errOnPurpose
	})
	if !errors.Is(err, errOnPurpose) {
		t.Fatalf("got error %v, want the function's", err)
	}
	same(t, "store after an update that failed", everything(t, store), want)
}

func panicLeavesNoTrace(t *testing.T, store storage.Store) {
	fill(t, store)
	want := everything(t, store)
	err := store.Update(t.Context(), func(tx storage.Tx) error {
		if err := scribble(tx); err != nil {
			return err
		}
		panic("on purpose")
	})
	if err == nil || !strings.Contains(err.Error(), "panic") {
		t.Fatalf("got error %v, want one that tells of the panic", err)
	}
	same(t, "store after an update that panicked", everything(t, store), want)
	if err := store.View(t.Context(), func(storage.Tx) error { panic("on purpose") }); err == nil {
		t.Error("a panic in a view is not an error")
	}
	update(t, store, func(tx storage.Tx) error { return tx.PutRef("still", "alive") })
}

// errorAmongMany makes updates that fail and updates that do not share commits.
func errorAmongMany(t *testing.T, store storage.Store) {
	const updates = 200
	failed := each(updates, func(i int) error {
		return store.Update(t.Context(), func(tx storage.Tx) error {
			count, err := tx.Ref("count")
			if err != nil {
				return err
			}
			n, _ := strconv.Atoi(count)
			if err := errors.Join(tx.PutRef("count", "half done"), tx.PutRef("count", strconv.Itoa(n+1))); err != nil {
				return err
			}
			if err := tx.PutRef(fmt.Sprint("mark", i), "set"); err != nil {
				return err
			}
			if i%3 == 0 {
				return errOnPurpose
			}
			return nil
		})
	})
	for i, err := range failed {
		if want := i%3 == 0; errors.Is(err, errOnPurpose) != want || !want && err != nil {
			t.Fatalf("update %d: got error %v", i, err)
		}
		mark := read(t, store, func(tx storage.Tx) (string, error) { return tx.Ref(fmt.Sprint("mark", i)) })
		if want := i%3 != 0; (mark == "set") != want {
			t.Errorf("update %d: mark %q", i, mark)
		}
	}
	count := read(t, store, func(tx storage.Tx) (string, error) { return tx.Ref("count") })
	if want := strconv.Itoa(updates - (updates+2)/3); count != want {
		t.Errorf("counted %s updates, want %s", count, want)
	}
}

// failuresAmongMany fails updates that use every verb beside updates that do well.
func failuresAmongMany(t *testing.T, store storage.Store) {
	fill(t, store)
	want := everything(t, store)
	failed := each(64, func(i int) error {
		return store.Update(t.Context(), func(tx storage.Tx) error {
			if i%2 == 0 {
				return tx.PutRef(fmt.Sprint("mark", i), "set")
			}
			if err := errors.Join(scribble(tx), scribble(tx)); err != nil {
				return err
			}
			return errOnPurpose
		})
	})
	for i, err := range failed {
		if want := i%2 == 1; errors.Is(err, errOnPurpose) != want || !want && err != nil {
			t.Errorf("update %d: got error %v", i, err)
		}
	}
	same(t, "store after updates that failed", everything(t, store), want)
}

func updatesAreSerial(t *testing.T, store storage.Store) {
	const goroutines, rounds = 64, 10
	var mu sync.Mutex
	var fail error
	each(goroutines, func(int) error {
		for range rounds {
			err := store.Update(t.Context(), func(tx storage.Tx) error {
				count, err := tx.Ref("count")
				if err != nil {
					return err
				}
				n, _ := strconv.Atoi(count)
				return tx.PutRef("count", strconv.Itoa(n+1))
			})
			if err != nil {
				mu.Lock()
				fail = err
				mu.Unlock()
			}
		}
		return nil
	})
	if fail != nil {
		t.Fatal(fail)
	}
	count := read(t, store, func(tx storage.Tx) (string, error) { return tx.Ref("count") })
	if count != strconv.Itoa(goroutines*rounds) {
		t.Errorf("counted %s of %d updates", count, goroutines*rounds)
	}
}

func seesOwnWrites(t *testing.T, store storage.Store) {
	update(t, store, func(tx storage.Tx) error {
		if err := tx.PutContact(sales.Contact{ID: "tg:1", Name: "Анна"}); err != nil {
			return err
		}
		contact, err := tx.Contact("tg:1")
		if err == nil && contact.Name != "Анна" {
			err = fmt.Errorf("read %q", contact.Name)
		}
		return err
	})
}

func viewDoesNotWrite(t *testing.T, store storage.Store) {
	fill(t, store)
	want := everything(t, store)
	writes := map[string]func(storage.Tx) error{
		"See":             func(tx storage.Tx) error { _, err := tx.See("tg:new", day(12, 0)); return err },
		"Forget":          func(tx storage.Tx) error { _, err := tx.Forget(day(23, 0), 10); return err },
		"PutContact":      func(tx storage.Tx) error { return tx.PutContact(sales.Contact{ID: "tg:new"}) },
		"PutSession":      func(tx storage.Tx) error { return tx.PutSession(flows.Session{Contact: "tg:new"}) },
		"Append":          func(tx storage.Tx) error { return tx.Append("tg:new", flows.Line{Text: "?"}) },
		"PutOrder":        func(tx storage.Tx) error { return tx.PutOrder(sales.Order{ID: "new"}) },
		"PutPayment":      func(tx storage.Tx) error { return tx.PutPayment(sales.Payment{ID: "new"}) },
		"PutSubscription": func(tx storage.Tx) error { return tx.PutSubscription(sales.Subscription{ID: "new"}) },
		"PutRefund":       func(tx storage.Tx) error { return tx.PutRefund(sales.Refund{ID: "new"}) },
		"Post":            func(tx storage.Tx) error { return tx.Post(entry("new", 1, day(10, 0))) },
		"Record":          func(tx storage.Tx) error { _, err := tx.Record("new", nil, day(12, 0)); return err },
		"PutRef":          func(tx storage.Tx) error { return tx.PutRef("new", "1") },
		"Enqueue":         func(tx storage.Tx) error { _, err := tx.Enqueue(job("chat/tg:1", "new")); return err },
		"Save":            func(tx storage.Tx) error { j := want.Waiting[0]; j.Attempts = 9; return tx.Save(j) },
		"Remove":          func(tx storage.Tx) error { return tx.Remove(want.Waiting[0]) },
		"Bury":            func(tx storage.Tx) error { return tx.Bury(want.Waiting[0]) },
		"Revive":          func(tx storage.Tx) error { _, err := tx.Revive(want.Buried[0].ID, day(12, 0)); return err },
	}
	for name, write := range writes {
		if err := store.View(t.Context(), write); err == nil {
			t.Errorf("%s in a view is not refused", name)
		}
	}
	same(t, "store after writes in views", everything(t, store), want)
}

func viewIsOneMoment(t *testing.T, store storage.Store) {
	view(t, store, func(tx storage.Tx) error {
		if _, err := tx.Ref("word"); err != nil {
			return err
		}
		done := make(chan error)
		go func() {
			done <- store.Update(t.Context(), func(tx storage.Tx) error { return tx.PutRef("word", "later") })
		}()
		if err := <-done; err != nil {
			return err
		}
		word, err := tx.Ref("word")
		if err == nil && word != "" {
			err = fmt.Errorf("the view sees %q, written after it began", word)
		}
		return err
	})
}

func cancelledContext(t *testing.T, store storage.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ran := false
	fn := func(storage.Tx) error { ran = true; return nil }
	if err := store.Update(ctx, fn); !errors.Is(err, context.Canceled) {
		t.Errorf("update: got error %v", err)
	}
	if err := store.View(ctx, fn); !errors.Is(err, context.Canceled) {
		t.Errorf("view: got error %v", err)
	}
	if ran {
		t.Error("a transaction ran in a context that had ended")
	}
}

func errorIsOwn(t *testing.T, store storage.Store) {
	coded := &sales.Error{Code: "telegram_blocked", Action: sales.Bury}
	err := store.Update(t.Context(), func(storage.Tx) error { return fmt.Errorf("send: %w", coded) })
	if sales.AsError(err).Code != coded.Code {
		t.Errorf("update: got error %v", err)
	}
	if err := store.View(t.Context(), func(storage.Tx) error { return coded }); sales.AsError(err).Code != coded.Code {
		t.Errorf("view: got error %v", err)
	}
}

// each calls fn with 0 to n-1 at once and gives their errors.
func each(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = fn(i) })
	}
	wg.Wait()
	return errs
}

// errorTellsWhose: what a turn is to blame for is told apart from a store that
// takes nothing.
func errorTellsWhose(t *testing.T, store storage.Store) {
	for name, fn := range map[string]func(storage.Tx) error{
		"an error of its own": func(storage.Tx) error { return errOnPurpose },
		"a panic":             func(storage.Tx) error { panic("on purpose") },
		"an empty key":        func(tx storage.Tx) error { return tx.PutRef("", "1") },
		"a record not there":  func(tx storage.Tx) error { _, err := tx.Session("tg:0"); return err },
	} {
		if err := store.Update(t.Context(), fn); err == nil || errors.Is(err, storage.ErrUnavailable) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	nothing := func(storage.Tx) error { return nil }
	if err := errors.Join(store.Update(t.Context(), nothing), store.View(t.Context(), nothing)); !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("closed: got %v", err)
	}
}
