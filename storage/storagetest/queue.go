package storagetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/internal/outbox"
	"voronka/storage"
)

func queue() map[string]func(*testing.T, storage.Store) {
	return map[string]func(*testing.T, storage.Store){
		"a job comes back as it went in":               jobReturns,
		"jobs of a lane leave in the order they came":  laneOrder,
		"a lane is listed from its head":               lineListed,
		"a job is found by its id, buried or not":      jobFound,
		"a job saved stays where it stands":            savedInPlace,
		"a buried job lets its lane go on":             buriedAside,
		"a revived job is at the head, and fresh":      revivedAtHead,
		"several are revived, the last comes first":    revivedTwice,
		"a buried job can be removed":                  buriedRemoved,
		"an unknown job is an error":                   unknownJobs,
		"waiting and buried are listed up to a limit":  jobsListed,
		"a job enqueued by a failed update is no more": failedEnqueue,
	}
}

// enqueue adds jobs to the lane, one for each kind.
func enqueue(t *testing.T, store storage.Store, lane outbox.Lane, kinds ...string) []outbox.Job {
	t.Helper()
	var jobs []outbox.Job
	update(t, store, func(tx storage.Tx) error {
		jobs = nil
		for _, kind := range kinds {
			job, err := tx.Enqueue(job(lane, kind))
			if err != nil {
				return err
			}
			jobs = append(jobs, job)
		}
		return nil
	})
	return jobs
}

func lineListed(t *testing.T, store storage.Store) {
	enqueue(t, store, "crm/tg:2", "other")
	jobs := enqueue(t, store, "crm/tg:1", "a", "b", "c", "d")
	enqueue(t, store, "crm/tg:11", "other")
	update(t, store, func(tx storage.Tx) error {
		jobs[0].BuriedAt = jobs[0].EnqueuedAt
		return errors.Join(tx.Bury(jobs[0]), tx.Remove(jobs[2]))
	})
	update(t, store, func(tx storage.Tx) error {
		_, err := tx.Revive(jobs[0].ID, jobs[0].EnqueuedAt)
		return err
	})
	for limit, want := range map[int][]string{0: nil, 1: {"a"}, 2: {"a", "b"}, 9: {"a", "b", "d"}} {
		got := read(t, store, func(tx storage.Tx) (kinds []string, err error) {
			line, err := tx.Lane("crm/tg:1", limit)
			for _, job := range line {
				kinds = append(kinds, job.Kind)
			}
			return kinds, err
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("up to %d (-want +got):\n%s", limit, diff)
		}
	}
}

// head is the kind of the lane's first job, empty when it has none.
func head(t *testing.T, store storage.Store, lane outbox.Lane) string {
	t.Helper()
	return read(t, store, func(tx storage.Tx) (string, error) {
		job, found, err := tx.Head(lane)
		if !found {
			return "", err
		}
		return job.Kind, err
	})
}

// drain removes all jobs of a lane from its head on, and gives their kinds.
func drain(t *testing.T, store storage.Store, lane outbox.Lane) (kinds []string) {
	t.Helper()
	for more := true; more; {
		update(t, store, func(tx storage.Tx) error {
			job, found, err := tx.Head(lane)
			if more = found; err != nil || !found {
				return err
			}
			kinds = append(kinds, job.Kind)
			return tx.Remove(job)
		})
	}
	return kinds
}

func waiting(t *testing.T, store storage.Store) []outbox.Job {
	t.Helper()
	return read(t, store, func(tx storage.Tx) ([]outbox.Job, error) { return tx.Waiting(1000) })
}

func buried(t *testing.T, store storage.Store) []outbox.Job {
	t.Helper()
	return read(t, store, func(tx storage.Tx) ([]outbox.Job, error) { return tx.Buried(1000) })
}

func bury(t *testing.T, store storage.Store, job outbox.Job) outbox.Job {
	t.Helper()
	job.BuriedAt, job.Code, job.Error, job.Attempts, job.Began = day(11, 0), "telegram_blocked", "бот заблокирован", 3, true
	update(t, store, func(tx storage.Tx) error { return tx.Bury(job) })
	return job
}

func jobReturns(t *testing.T, store storage.Store) {
	want := enqueue(t, store, "chat/tg:1", "say")[0]
	if want.ID <= 0 {
		t.Errorf("got id %d", want.ID)
	}
	got := read(t, store, func(tx storage.Tx) (outbox.Job, error) { job, _, err := tx.Head("chat/tg:1"); return job, err })
	same(t, "job", got, want)
	same(t, "waiting", waiting(t, store), []outbox.Job{want})
}

func laneOrder(t *testing.T, store storage.Store) {
	lanes := []outbox.Lane{"chat/tg:1", "chat/tg:10", "crm/tg:1", "chat/🌷", "без черты", "/"}
	for _, kind := range []string{"1", "2", "3"} {
		for _, lane := range lanes {
			enqueue(t, store, lane, kind)
		}
	}
	jobs := waiting(t, store)
	for i := range jobs[1:] {
		if jobs[i].ID >= jobs[i+1].ID {
			t.Errorf("ids do not grow: %d, %d", jobs[i].ID, jobs[i+1].ID)
		}
	}
	for _, lane := range lanes {
		same(t, string(lane), drain(t, store, lane), []string{"1", "2", "3"})
	}
	if left := waiting(t, store); len(left) > 0 {
		t.Errorf("%d jobs are left", len(left))
	}
}

func savedInPlace(t *testing.T, store storage.Store) {
	jobs := enqueue(t, store, "chat/tg:1", "1", "2", "3")
	for _, at := range []int{1, 0} {
		job := jobs[at]
		job.Attempts, job.Began, job.Code, job.NotBefore = 2, true, "telegram_flood", day(15, 0)
		update(t, store, func(tx storage.Tx) error { return tx.Save(job) })
		same(t, "saved job", waiting(t, store)[at], job)
	}
	same(t, "order", drain(t, store, "chat/tg:1"), []string{"1", "2", "3"})
}

func buriedAside(t *testing.T, store storage.Store) {
	jobs := enqueue(t, store, "chat/tg:1", "1", "2", "3")
	want := bury(t, store, jobs[0])
	same(t, "buried", buried(t, store), []outbox.Job{want})
	if kind := head(t, store, "chat/tg:1"); kind != "2" {
		t.Errorf("head is %q", kind)
	}
	bury(t, store, jobs[2])
	same(t, "order", drain(t, store, "chat/tg:1"), []string{"2"})
	if len(buried(t, store)) != 2 {
		t.Error("a buried job went away with its lane")
	}
}

func revive(t *testing.T, store storage.Store, id int64) (job outbox.Job) {
	t.Helper()
	update(t, store, func(tx storage.Tx) (err error) {
		job, err = tx.Revive(id, day(12, 0))
		return err
	})
	return job
}

func revivedAtHead(t *testing.T, store storage.Store) {
	jobs := enqueue(t, store, "chat/tg:1", "1", "2", "3")
	want := bury(t, store, jobs[1])
	got := revive(t, store, jobs[1].ID)
	want.NotBefore, want.Attempts, want.Began, want.BuriedAt = day(12, 0), 0, false, time.Time{}
	same(t, "revived job", got, want)
	same(t, "waiting", waiting(t, store), []outbox.Job{jobs[0], want, jobs[2]})
	if len(buried(t, store)) != 0 {
		t.Error("the revived job is still buried")
	}
	same(t, "order", drain(t, store, "chat/tg:1"), []string{"2", "1", "3"})

	last := enqueue(t, store, "chat/tg:1", "4")[0]
	bury(t, store, last)
	revive(t, store, last.ID)
	enqueue(t, store, "chat/tg:1", "5")
	same(t, "order in a lane that was empty", drain(t, store, "chat/tg:1"), []string{"4", "5"})
}

func revivedTwice(t *testing.T, store storage.Store) {
	jobs := enqueue(t, store, "chat/tg:1", "1", "2", "3", "4")
	for _, job := range jobs[:3] {
		bury(t, store, job)
	}
	for _, at := range []int{0, 2, 1} {
		revive(t, store, jobs[at].ID)
	}
	bury(t, store, jobs[1])
	revive(t, store, jobs[1].ID)
	enqueue(t, store, "chat/tg:1", "5")
	same(t, "order", drain(t, store, "chat/tg:1"), []string{"2", "3", "1", "4", "5"})
}

func buriedRemoved(t *testing.T, store storage.Store) {
	job := bury(t, store, enqueue(t, store, "chat/tg:1", "1")[0])
	update(t, store, func(tx storage.Tx) error { return tx.Remove(job) })
	if len(buried(t, store)) != 0 {
		t.Error("the job is still buried")
	}
}

func unknownJobs(t *testing.T, store storage.Store) {
	gone := enqueue(t, store, "chat/tg:1", "1")[0]
	update(t, store, func(tx storage.Tx) error { return tx.Remove(gone) })
	waits := enqueue(t, store, "chat/tg:1", "2")[0]
	aside := bury(t, store, enqueue(t, store, "chat/tg:1", "3")[0])
	verbs := map[string]func(storage.Tx) error{
		"save one that is gone":     func(tx storage.Tx) error { return tx.Save(gone) },
		"remove one that is gone":   func(tx storage.Tx) error { return tx.Remove(gone) },
		"bury one that is gone":     func(tx storage.Tx) error { return tx.Bury(gone) },
		"revive one that is gone":   func(tx storage.Tx) error { _, err := tx.Revive(gone.ID, day(12, 0)); return err },
		"revive one that never was": func(tx storage.Tx) error { _, err := tx.Revive(-1, day(12, 0)); return err },
		"revive one that waits":     func(tx storage.Tx) error { _, err := tx.Revive(waits.ID, day(12, 0)); return err },
		"save one that is buried":   func(tx storage.Tx) error { return tx.Save(aside) },
		"bury one that is buried":   func(tx storage.Tx) error { return tx.Bury(aside) },
		"save one that has no id":   func(tx storage.Tx) error { return tx.Save(job("chat/tg:1", "4")) },
		"remove one that has no id": func(tx storage.Tx) error { return tx.Remove(job("chat/tg:1", "4")) },
	}
	for name, verb := range verbs {
		if err := store.Update(t.Context(), verb); !errors.Is(err, outbox.ErrUnknownJob) {
			t.Errorf("%s: got error %v, want outbox.ErrUnknownJob", name, err)
		}
	}
	same(t, "waiting", waiting(t, store), []outbox.Job{waits})
	same(t, "buried", buried(t, store), []outbox.Job{aside})
}

func jobsListed(t *testing.T, store storage.Store) {
	jobs := enqueue(t, store, "chat/tg:2", "1", "2", "3")
	jobs = append(jobs, enqueue(t, store, "chat/tg:1", "4", "5", "6")...)
	for _, at := range []int{5, 0, 3} {
		bury(t, store, jobs[at])
	}
	view(t, store, func(tx storage.Tx) error {
		waits, err := tx.Waiting(2)
		if err != nil {
			return err
		}
		same(t, "waiting", waits, []outbox.Job{jobs[1], jobs[2]})
		for below, want := range map[int64][]outbox.Job{0: {jobs[4], jobs[2]}, jobs[4].ID: {jobs[2], jobs[1]}, jobs[2].ID: {jobs[1]}, jobs[1].ID: nil} {
			latest, err := tx.Latest(below, 2)
			if err != nil {
				return err
			}
			same(t, fmt.Sprintf("latest below %d", below), latest, want)
		}
		aside, err := tx.Buried(2)
		if err != nil {
			return err
		}
		if len(aside) != 2 || aside[0].ID != jobs[0].ID || aside[1].ID != jobs[3].ID {
			t.Errorf("buried: got %v", aside)
		}
		return nil
	})
}

func failedEnqueue(t *testing.T, store storage.Store) {
	enqueue(t, store, "chat/tg:1", "1")
	err := store.Update(t.Context(), func(tx storage.Tx) error {
		if _, err := tx.Enqueue(job("chat/tg:1", "2")); err != nil {
			return err
		}
		return errOnPurpose
	})
	if !errors.Is(err, errOnPurpose) {
		t.Fatal(err)
	}
	enqueue(t, store, "chat/tg:1", "3")
	same(t, "order", drain(t, store, "chat/tg:1"), []string{"1", "3"})
}

func jobFound(t *testing.T, store storage.Store) {
	jobs := enqueue(t, store, "chat/tg:1", "a", "b", "c")
	update(t, store, func(tx storage.Tx) error {
		jobs[1].Code, jobs[1].BuriedAt = "refused", jobs[1].EnqueuedAt
		return errors.Join(tx.Remove(jobs[0]), tx.Bury(jobs[1]))
	})
	look := func(tx storage.Tx) error {
		for i, want := range jobs {
			got, err := tx.Find(want.ID)
			if gone := i == 0; errors.Is(err, outbox.ErrUnknownJob) != gone || !gone && (err != nil || got.Kind != want.Kind || got.Code != want.Code) {
				t.Errorf("job %s: %+v, %v", want.Kind, got, err)
			}
		}
		return nil
	}
	update(t, store, look)
	if err := store.View(t.Context(), look); err != nil {
		t.Error(err)
	}
	update(t, store, func(tx storage.Tx) error {
		late, err := tx.Enqueue(job("chat/tg:1", "late"))
		if err == nil {
			_, err = tx.Find(late.ID) // what the transaction itself wrote
		}
		return errors.Join(err, tx.Remove(late))
	})
}
