package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"voronka/bot"
	"voronka/internal/outbox"
	"voronka/storage"
	"voronka/storage/bolt"
)

// neighboured is a store that another process works with, too: it does something
// right after the first snapshot.
type neighboured struct {
	*bolt.Store
	then func(storage.Tx) error
}

func (n *neighboured) View(ctx context.Context, fn func(storage.Tx) error) error {
	err := n.Store.View(ctx, fn)
	if then := n.then; then != nil {
		n.then = nil
		err = errors.Join(err, n.Store.Update(ctx, then))
	}
	return err
}

// failed puts jobs into the store that failed and wait for an hour.
func failed(w *world, count int, lane func(n int) outbox.Lane) (jobs []outbox.Job) {
	w.Helper()
	err := w.store.Update(w.ctx(), func(tx storage.Tx) error {
		jobs = nil
		for n := range count {
			job, err := outbox.New(lane(n), "nobody", struct{}{}, w.clock.Now())
			if err != nil {
				return err
			}
			job.Attempts, job.Code, job.NotBefore = 1, "telegram_unreachable", w.clock.Now().Add(time.Hour)
			if job, err = tx.Enqueue(job); err != nil {
				return err
			}
			jobs = append(jobs, job)
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return jobs
}

// graves are the jobs that were buried.
func (w *world) graves(limit int) (jobs []outbox.Job) {
	w.Helper()
	w.view(func(tx storage.Tx) (err error) {
		jobs, err = tx.Buried(limit)
		return err
	})
	return jobs
}

// starts runs the bot until nothing is left to do.
func starts(w *world) {
	w.Helper()
	ctx, stop := context.WithCancel(w.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Bot.Run(ctx) }()
	<-time.After(3 * time.Minute)
	synctest.Wait()
	stop()
	if err := <-ended; err != nil {
		w.Fatal(err)
	}
}

// TestAStartKeepsWhatANeighbourDoes: while a process starts, another one begins a
// job that it is about to hasten, and has a second one refused for an hour.
func TestAStartKeepsWhatANeighbourDoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, shop)
		jobs := failed(w, 3, func(n int) outbox.Lane { return outbox.Lane(fmt.Sprint("chat/tg:", n)) })
		w.config.Store = &neighboured{Store: w.store.(*bolt.Store), then: func(tx storage.Tx) error {
			jobs[0].Began, jobs[0].NotBefore = true, w.clock.Now()
			jobs[1].Attempts, jobs[1].Code, jobs[1].NotBefore = 2, bot.ChatFlood, w.clock.Now().Add(30*time.Minute)
			return errors.Join(tx.Save(jobs[0]), tx.Save(jobs[1]))
		}}
		w.restart()
		starts(w)
		w.view(func(tx storage.Tx) error {
			refused, _, err := tx.Head("chat/tg:1")
			if err != nil || refused.Attempts != 2 || refused.Code != bot.ChatFlood || !refused.NotBefore.Equal(jobs[1].NotBefore) {
				t.Errorf("the one that a neighbour was refused: %+v, %v", refused, err)
			}
			return nil
		})
		// Nobody knows the kind: what is tried is buried, as it was read.
		if buried := w.graves(10); len(buried) != 2 || !slices.ContainsFunc(buried, func(job outbox.Job) bool { return job.Began }) {
			t.Errorf("tried at once: %+v", buried)
		}
	})
}

// TestAStartHastensBehindABacklog: a customer waits behind more jobs than are
// looked at in one go, and those are taken up in a few commits.
func TestAStartHastensBehindABacklog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, shop)
		failed(w, 12_000, func(n int) outbox.Lane { return outbox.Lane(fmt.Sprint("crm/tg:", n)) })
		failed(w, 1000, func(n int) outbox.Lane { return outbox.Lane(fmt.Sprint("chat/tg:", n)) })
		starts(w)
		buried := len(w.graves(2000))
		if buried != 1000 {
			t.Errorf("%d of 1000 were tried at once", buried)
		}
	})
}
