package outbox_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"voronka/internal/outbox"
)

// TestWhatWasKnownEndsWithTheTerm lets the store's answer to what was done come
// when the term in which the lane was held is over: the job behind it, which the
// answer told of, is not done before it is looked for anew.
func TestWhatWasKnownEndsWithTheTerm(t *testing.T) {
	t.Parallel()
	for name, once := range map[string]bool{"between two jobs": false, "between its beginning and the job": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &memory{}
				var term atomic.Value
				term.Store("first")
				var did atomic.Int32
				handle := func(context.Context, outbox.Job) (func(tx) error, error) { did.Add(1); return nil, nil }
				r := runner(m, map[string]outbox.Route[tx]{"say": {Handle: handle, Once: once}})
				r.Term = func() string { return term.Load().(string) }
				update := r.Update
				writes := 0
				r.Update = func(ctx context.Context, fn func(tx) error) error {
					err := update(ctx, fn)
					if writes++; writes == 1 {
						term.Store("")
					}
					return err
				}
				err := m.Update(t.Context(), func(tx tx) error {
					for range 2 {
						job, err := outbox.New("chat/tg:1", "say", "", time.Now())
						if err == nil {
							_, err = tx.Enqueue(job)
						}
						if err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				start(t, r)
				pass(10 * time.Second)
				synctest.Wait()
				want := int32(1)
				if once {
					want = 0
				}
				if n := did.Load(); n != want {
					t.Errorf("%d jobs were done, want %d", n, want)
				}
			})
		})
	}
}
