package storagetest

import (
	"fmt"
	"testing"
	"time"

	"voronka/internal/outbox"
	"voronka/storage"
)

func ready() map[string]func(*testing.T, storage.Store) {
	return map[string]func(*testing.T, storage.Store){
		"lanes come longest waiting first":              readyOrder,
		"next is the earliest lane not listed":          readyNext,
		"lanes and destinations are skipped":            readySkip,
		"a lane waits for its head":                     readyFollowsHead,
		"a crowded destination does not hide the other": readyCrowd,
	}
}

// lanes is an answer of Ready.
type lanes struct {
	Ready []outbox.Lane
	Next  time.Time
}

func readyAt(t *testing.T, store storage.Store, now time.Time, limit int, skip ...outbox.Lane) lanes {
	t.Helper()
	set := map[outbox.Lane]bool{}
	for _, lane := range skip {
		set[lane] = true
	}
	return read(t, store, func(tx storage.Tx) (l lanes, err error) {
		l.Ready, l.Next, err = tx.Ready(now, limit, set)
		return l, err
	})
}

// enqueueAt adds one job to each lane, ready at the moment given.
func enqueueAt(t *testing.T, store storage.Store, at map[outbox.Lane]time.Time) {
	t.Helper()
	update(t, store, func(tx storage.Tx) error {
		for lane, moment := range at {
			job := job(lane, "say")
			job.NotBefore = moment
			if _, err := tx.Enqueue(job); err != nil {
				return err
			}
		}
		return nil
	})
}

func fourLanes(t *testing.T, store storage.Store) {
	enqueueAt(t, store, map[outbox.Lane]time.Time{
		"chat/tg:1": day(10, 20), "crm/tg:1": day(10, 10), "chat/tg:2": day(10, 30), "pay/🌷": day(10, 40),
	})
}

func readyOrder(t *testing.T, store storage.Store) {
	same(t, "an empty queue", readyAt(t, store, day(12, 0), 10), lanes{})
	fourLanes(t, store)
	same(t, "all", readyAt(t, store, day(12, 0), 10), lanes{Ready: []outbox.Lane{"crm/tg:1", "chat/tg:1", "chat/tg:2", "pay/🌷"}})
	same(t, "this moment", readyAt(t, store, day(10, 10), 10), lanes{[]outbox.Lane{"crm/tg:1"}, day(10, 20)})
}

func readyNext(t *testing.T, store storage.Store) {
	fourLanes(t, store)
	same(t, "none yet", readyAt(t, store, day(9, 0), 10), lanes{Next: day(10, 10)})
	same(t, "one of them", readyAt(t, store, day(10, 25), 1), lanes{[]outbox.Lane{"crm/tg:1"}, day(10, 20)})
	same(t, "two of four", readyAt(t, store, day(10, 25), 10), lanes{[]outbox.Lane{"crm/tg:1", "chat/tg:1"}, day(10, 30)})
}

func readySkip(t *testing.T, store storage.Store) {
	fourLanes(t, store)
	same(t, "a lane", readyAt(t, store, day(10, 25), 10, "crm/tg:1"), lanes{[]outbox.Lane{"chat/tg:1"}, day(10, 30)})
	same(t, "the next one", readyAt(t, store, day(10, 25), 10, "chat/tg:2"),
		lanes{[]outbox.Lane{"crm/tg:1", "chat/tg:1"}, day(10, 40)})
	same(t, "a destination", readyAt(t, store, day(12, 0), 10, outbox.Whole("chat")),
		lanes{Ready: []outbox.Lane{"crm/tg:1", "pay/🌷"}})
	same(t, "everything", readyAt(t, store, day(12, 0), 10, outbox.Whole("chat"), "crm/tg:1", "pay/🌷"), lanes{})
}

func readyFollowsHead(t *testing.T, store storage.Store) {
	const lane = outbox.Lane("chat/tg:1")
	jobs := enqueue(t, store, lane, "1", "2") // both since 10:00
	steps := []struct {
		name string
		do   func(storage.Tx) error
		want lanes
	}{
		{"enqueued", func(storage.Tx) error { return nil }, lanes{Ready: []outbox.Lane{lane}}},
		{"put off", func(tx storage.Tx) error { jobs[0].NotBefore = day(13, 0); return tx.Save(jobs[0]) }, lanes{Next: day(13, 0)}},
		{"the second is put off", func(tx storage.Tx) error { jobs[1].NotBefore = day(14, 0); return tx.Save(jobs[1]) }, lanes{Next: day(13, 0)}},
		{"the first is removed", func(tx storage.Tx) error { return tx.Remove(jobs[0]) }, lanes{Next: day(14, 0)}},
		{"the second is buried", func(tx storage.Tx) error { return tx.Bury(jobs[1]) }, lanes{}},
		{"and revived", func(tx storage.Tx) error { _, err := tx.Revive(jobs[1].ID, day(11, 0)); return err }, lanes{Ready: []outbox.Lane{lane}}},
	}
	for _, step := range steps {
		update(t, store, step.do)
		same(t, step.name, readyAt(t, store, day(12, 0), 10), step.want)
	}
	drain(t, store, lane)
	same(t, "drained", readyAt(t, store, day(12, 0), 10), lanes{})
}

func readyCrowd(t *testing.T, store storage.Store) {
	crowd := map[outbox.Lane]time.Time{}
	for i := range 300 {
		crowd[outbox.Lane(fmt.Sprint("crm/tg:", i))] = day(9, 0)
	}
	enqueueAt(t, store, crowd)
	fourLanes(t, store)
	same(t, "past the crowd", readyAt(t, store, day(10, 20), 10, outbox.Whole("crm")),
		lanes{[]outbox.Lane{"chat/tg:1"}, day(10, 30)})
	if got := readyAt(t, store, day(10, 20), 10); len(got.Ready) != 10 || !got.Next.Equal(day(9, 0)) {
		t.Errorf("got %d lanes and next at %v", len(got.Ready), got.Next)
	}
}
