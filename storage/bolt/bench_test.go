package bolt_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"voronka/internal/outbox"
	"voronka/storage"
	"voronka/storage/bolt"
)

const writers = 64

// BenchmarkUpdate compares updates that share commits with one commit for each.
// The last line reports how many times faster they are.
func BenchmarkUpdate(b *testing.B) {
	value := strings.Repeat("x", 512)
	var alone, grouped float64
	b.Run("alone", func(b *testing.B) {
		db, err := bbolt.Open(temp(b), 0o600, &bbolt.Options{NoFreelistSync: true, FreelistType: bbolt.FreelistMapType})
		if err != nil {
			b.Fatal(err)
		}
		defer db.Close()
		err = db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("refs")); return err })
		if err != nil {
			b.Fatal(err)
		}
		alone = race(b, func(i int64) error {
			return db.Update(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("refs")).Put(fmt.Append(nil, i), []byte(value))
			})
		})
	})
	b.Run("grouped", func(b *testing.B) {
		store := open(b, temp(b), bolt.Options{})
		grouped = race(b, func(i int64) error {
			return store.Update(context.Background(), func(tx storage.Tx) error { return tx.PutRef(fmt.Sprint(i), value) })
		})
		if alone > 0 {
			b.ReportMetric(grouped/alone, "ratio")
		}
	})
}

// race divides b.N updates between the writers and gives updates a second.
func race(b *testing.B, update func(i int64) error) float64 {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range writers {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if err := update(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	rate := float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(rate, "updates/s")
	return rate
}

// BenchmarkRunner does jobs that do nothing, ten in a lane.
func BenchmarkRunner(b *testing.B) {
	store := open(b, temp(b), bolt.Options{})
	for first := 0; first < b.N; first += 1000 {
		err := store.Update(context.Background(), func(tx storage.Tx) error {
			for i := first; i < min(first+1000, b.N); i++ {
				job, err := outbox.New(outbox.Lane(fmt.Sprint("chat/tg:", i/10)), "say", "Привет", time.Now())
				if err != nil {
					return err
				}
				if _, err := tx.Enqueue(job); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	runner := &outbox.Runner[storage.Tx]{
		Update: store.Update, View: store.View, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Handlers: map[string]outbox.Route[storage.Tx]{"say": {
			Handle: func(context.Context, outbox.Job) (func(storage.Tx) error, error) { return nil, nil },
		}},
	}
	b.ResetTimer()
	if err := runner.Drain(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
}
