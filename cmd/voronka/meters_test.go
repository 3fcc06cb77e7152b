package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/storage"
	"voronka/storage/bolt"
)

func TestMetersNameNobody(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC)
	m := newMeters()
	store, err := bolt.Open(filepath.Join(t.TempDir(), "voronka.db"), bolt.Options{NoSync: true, Committed: m.committed})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	m.registry.MustRegister(newQueueMeter(store, func() time.Time { return at.Add(90 * time.Second) }))
	err = store.Update(t.Context(), func(tx storage.Tx) error {
		for _, lane := range []outbox.Lane{"chat/tg:4242", "chat/tg:4242", "crm/tg:4242"} {
			job, err := outbox.New(lane, "say", "Анна anna@mail.ru", at)
			if err != nil {
				return err
			}
			if job, err = tx.Enqueue(job); err != nil {
				return err
			}
			if lane.Destination() == "crm" {
				job.BuriedAt = at
				return tx.Bury(job)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	m.handled(flows.Input{ID: "tg:4242", Kind: flows.Text, Contact: "tg:4242", Text: "anna@mail.ru"}, time.Millisecond, nil)
	m.handled(flows.Input{ID: "tg:4243", Kind: flows.Text, Contact: "tg:4242"}, time.Second, errors.New("disk full"))
	m.ran(outbox.Job{Lane: "chat/tg:4242", Kind: "say"}, "again", time.Second)
	m.noticed("tbank", "forged")

	const want = `
# HELP voronka_jobs_buried Jobs that wait for an operator, at most 10000.
# TYPE voronka_jobs_buried gauge
voronka_jobs_buried 1
# HELP voronka_jobs_late_seconds For how long the lane that is behind most could have run already.
# TYPE voronka_jobs_late_seconds gauge
voronka_jobs_late_seconds{destination="chat"} 90
# HELP voronka_jobs_oldest_seconds Age of the oldest job that waits, of as many.
# TYPE voronka_jobs_oldest_seconds gauge
voronka_jobs_oldest_seconds{destination="chat"} 90
# HELP voronka_jobs_queued Those that wait for their run, by destination: of the 10000 oldest and the 10000 newest.
# TYPE voronka_jobs_queued gauge
voronka_jobs_queued{destination="chat"} 2
# HELP voronka_jobs_waiting Jobs that wait for their run, at most 10000.
# TYPE voronka_jobs_waiting gauge
voronka_jobs_waiting 2
# HELP voronka_notifications_total Notifications of payment providers, by how they ended: accepted, idle, unknown, stranger, forged, unreadable, failed.
# TYPE voronka_notifications_total counter
voronka_notifications_total{end="forged",provider="tbank"} 1
`
	err = testutil.GatherAndCompare(m.registry, strings.NewReader(want), "voronka_jobs_buried", "voronka_jobs_late_seconds",
		"voronka_jobs_oldest_seconds", "voronka_jobs_queued", "voronka_jobs_waiting", "voronka_notifications_total")
	if err != nil {
		t.Error(err)
	}
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]uint64{}
	for _, family := range families {
		for _, one := range family.GetMetric() {
			for _, label := range one.GetLabel() {
				if strings.Contains(label.GetValue(), "4242") || strings.Contains(label.GetValue(), "anna") {
					t.Errorf("%s names somebody: %s", family.GetName(), label)
				}
			}
			counted[family.GetName()] += one.GetHistogram().GetSampleCount()
		}
	}
	for name, want := range map[string]uint64{"voronka_turn_seconds": 2, "voronka_job_seconds": 1, "voronka_commit_seconds": 1, "voronka_commit_updates": 1} {
		if counted[name] != want {
			t.Errorf("%s holds %d, want %d", name, counted[name], want)
		}
	}
}

// TestLongQueueHidesNoOtherDestination: a CRM that is down for long leaves more
// jobs than a scrape looks at, and replies that are late are seen all the same.
func TestLongQueueHidesNoOtherDestination(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC)
	store, err := bolt.Open(filepath.Join(t.TempDir(), "voronka.db"), bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	err = store.Update(t.Context(), func(tx storage.Tx) error {
		for n := range queueDepth + 2 {
			lane := outbox.Lane("crm/tg:1")
			if n == queueDepth {
				lane = "chat/tg:2"
			}
			if _, err := tx.Enqueue(outbox.Job{Lane: lane, Kind: "say", EnqueuedAt: at, NotBefore: at}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `
# HELP voronka_jobs_late_seconds For how long the lane that is behind most could have run already.
# TYPE voronka_jobs_late_seconds gauge
voronka_jobs_late_seconds{destination="chat"} 90
voronka_jobs_late_seconds{destination="crm"} 90
# HELP voronka_jobs_queued Those that wait for their run, by destination: of the 10000 oldest and the 10000 newest.
# TYPE voronka_jobs_queued gauge
voronka_jobs_queued{destination="chat"} 1
voronka_jobs_queued{destination="crm"} 10001
`
	meter := newQueueMeter(store, func() time.Time { return at.Add(90 * time.Second) })
	if err := testutil.CollectAndCompare(meter, strings.NewReader(want), "voronka_jobs_late_seconds", "voronka_jobs_queued"); err != nil {
		t.Error(err)
	}
}

// TestLatenessIsSeenBehindAnyBacklog: an answer that is late stands in the middle
// of more jobs than a scrape looks at from either end, behind some in a hurry.
func TestLatenessIsSeenBehindAnyBacklog(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC)
	store, err := bolt.Open(filepath.Join(t.TempDir(), "voronka.db"), bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	const many = 3 * queueDepth
	err = store.Update(t.Context(), func(tx storage.Tx) error {
		for n := range many {
			job := outbox.Job{Lane: outbox.Lane(fmt.Sprint("crm/tg:", n)), Kind: "mirror", EnqueuedAt: at.Add(30 * time.Second)}
			switch job.NotBefore = job.EnqueuedAt; {
			case n < 2*latePage:
				job.NotBefore = at.Add(-24 * time.Hour) // in a hurry
			case n == 2*latePage:
				job.NotBefore, job.EnqueuedAt = at.Add(10*time.Second), at
			case n == many/2:
				job.Lane, job.NotBefore, job.EnqueuedAt = "chat/tg:2", at, at
			case n == many-1:
				job.Lane, job.NotBefore = "later/tg:3", at.Add(time.Hour)
			}
			if _, err := tx.Enqueue(job); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `
# HELP voronka_jobs_late_seconds For how long the lane that is behind most could have run already.
# TYPE voronka_jobs_late_seconds gauge
voronka_jobs_late_seconds{destination="chat"} 90
voronka_jobs_late_seconds{destination="crm"} 80
voronka_jobs_late_seconds{destination="later"} 0
`
	meter := newQueueMeter(store, func() time.Time { return at.Add(90 * time.Second) })
	if err := testutil.CollectAndCompare(meter, strings.NewReader(want), "voronka_jobs_late_seconds"); err != nil {
		t.Error(err)
	}
}
