package storagetest

import (
	"fmt"
	"strings"
	"testing"

	"voronka/storage"
)

func inputs() map[string]func(*testing.T, storage.Store) {
	return map[string]func(*testing.T, storage.Store){
		"an input is new once":                     newOnce,
		"one of many at once is new":               newOnceAmongMany,
		"marks are forgotten oldest first":         forgotten,
		"a forgotten input is new":                 newAfterForgetting,
		"an empty id is refused, a long one works": inputIDs,
	}
}

func newOnce(t *testing.T, store storage.Store) {
	for i, id := range []string{"tg:1", "tg:10", "payment:1:оплачен", "🌷", "tg:1", "🌷"} {
		update(t, store, func(tx storage.Tx) error {
			seen, err := tx.See(id, day(10, i))
			if want := i >= 4; err == nil && seen != want {
				err = fmt.Errorf("%s: seen %v", id, seen)
			}
			return err
		})
	}
}

func newOnceAmongMany(t *testing.T, store storage.Store) {
	first := make([]bool, 64)
	each(len(first), func(i int) error {
		return store.Update(t.Context(), func(tx storage.Tx) error {
			seen, err := tx.See("tg:1", day(10, 0))
			first[i] = !seen && err == nil
			return err
		})
	})
	count := 0
	for _, is := range first {
		if is {
			count++
		}
	}
	if count != 1 {
		t.Errorf("the input was new %d times", count)
	}
}

func forgotten(t *testing.T, store storage.Store) {
	update(t, store, func(tx storage.Tx) error {
		for i := range 10 {
			if _, err := tx.See(fmt.Sprintf("tg:%d", 9-i), day(10, i)); err != nil {
				return err
			}
		}
		return nil
	})
	// Marks of 10:00 to 10:06 are due, in two portions.
	for _, want := range []int{4, 3, 0} {
		var got int
		update(t, store, func(tx storage.Tx) (err error) {
			got, err = tx.Forget(day(10, 7), 4)
			return err
		})
		if got != want {
			t.Errorf("forgot %d, want %d", got, want)
		}
	}
	update(t, store, func(tx storage.Tx) error {
		for i := range 10 {
			seen, err := tx.See(fmt.Sprintf("tg:%d", 9-i), day(11, 0))
			if err != nil {
				return err
			}
			if want := i >= 7; seen != want {
				t.Errorf("input of 10:%02d: seen %v", i, seen)
			}
		}
		return nil
	})
}

func newAfterForgetting(t *testing.T, store storage.Store) {
	see := func() (seen bool) {
		update(t, store, func(tx storage.Tx) (err error) {
			seen, err = tx.See("tg:1", day(10, 0))
			return err
		})
		return seen
	}
	forget := func() (n int) {
		update(t, store, func(tx storage.Tx) (err error) {
			n, err = tx.Forget(day(11, 0), 10)
			return err
		})
		return n
	}
	for range 3 {
		if see() || !see() {
			t.Fatal("want new, then seen")
		}
		if n := forget(); n != 1 {
			t.Fatalf("forgot %d", n)
		}
	}
}

func inputIDs(t *testing.T, store storage.Store) {
	err := store.Update(t.Context(), func(tx storage.Tx) error {
		_, err := tx.See("", day(10, 0))
		return err
	})
	if err == nil {
		t.Error("an empty id is taken")
	}
	long := strings.Repeat("я", 500)
	for i, id := range []string{long, long + "1", long} {
		update(t, store, func(tx storage.Tx) error {
			seen, err := tx.See(id, day(10, 0))
			if want := i == 2; err == nil && seen != want {
				err = fmt.Errorf("id %d: seen %v", i, seen)
			}
			return err
		})
	}
}
