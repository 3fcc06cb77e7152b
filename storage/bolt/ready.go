package bolt

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"voronka/internal/outbox"
)

// reindex keeps the moment of the lane's head while the lane changes.
func (t *tx) reindex(lane outbox.Lane, change func() error) error {
	before := bytes.Clone(t.head(lane))
	if err := change(); err != nil {
		return err
	}
	after := bytes.Clone(t.head(lane))
	if err := t.move(bucketReady, headKey(lane, before), headKey(lane, after)); err != nil || after == nil || bytes.Equal(before, after) {
		return err
	}
	return t.announceHead(lane)
}

// head is the entry of the job that stands first in a lane, nil where there is none.
func (t *tx) head(lane outbox.Lane) []byte {
	_, entry := t.in(bucketLanes).first(text(string(lane)))
	return entry
}

// announceHead tells of the job that came to stand first in a lane.
func (t *tx) announceHead(lane outbox.Lane) error {
	head, found, err := t.Head(lane)
	if found {
		t.announced = append(t.announced, head)
	}
	return err
}

// headKey is the lane's key in the index of heads, nil for an empty lane.
func headKey(lane outbox.Lane, head []byte) []byte {
	if head == nil {
		return nil
	}
	return readyKey(lane, head[:momentSize])
}

// heads are the announced jobs that still stand first at the transaction's end.
func (t *tx) heads() []outbox.Job {
	if t.left {
		t.announced = slices.DeleteFunc(t.announced, func(job outbox.Job) bool {
			head := t.head(job.Lane)
			return head == nil || readNumber(head[momentSize:]) != job.ID
		})
	}
	return t.announced
}

func readyKey(lane outbox.Lane, notBefore []byte) []byte {
	return join(text(lane.Destination()), notBefore, []byte(lane))
}

// turn is a lane and when its head may run.
type turn struct {
	lane outbox.Lane
	at   time.Time
}

func (t *tx) Ready(now time.Time, limit int, skip map[outbox.Lane]bool) (lanes []outbox.Lane, next time.Time, err error) {
	var turns []turn
	for _, destination := range t.destinations() {
		if !skip[outbox.Whole(destination)] {
			turns = append(turns, t.turns(destination, now, limit, skip)...)
		}
	}
	slices.SortFunc(turns, func(a, b turn) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.lane, b.lane))
	})
	for _, turn := range turns {
		if len(lanes) >= limit || turn.at.After(now) {
			return lanes, turn.at, nil
		}
		lanes = append(lanes, turn.lane)
	}
	return lanes, time.Time{}, nil
}

// turns lists the lanes of one destination in time: up to limit that are ready, and one more.
func (t *tx) turns(destination string, now time.Time, limit int, skip map[outbox.Lane]bool) []turn {
	var turns []turn
	for key := range t.scan(bucketReady, text(destination)) {
		_, rest := readText(key)
		turn := turn{outbox.Lane(rest[momentSize:]), readMoment(rest)}
		if skip[turn.lane] {
			continue
		}
		turns = append(turns, turn)
		if len(turns) > limit || turn.at.After(now) {
			break
		}
	}
	return turns
}

// destinations lists those that have jobs; there are few.
func (t *tx) destinations() []string {
	var names []string
	cursor := t.in(bucketReady).Cursor()
	for key, _ := cursor.First(); key != nil; {
		name, rest := readText(key)
		names = append(names, name)
		next := after(bytes.Clone(key[:len(key)-len(rest)]))
		if next == nil {
			break
		}
		key, _ = cursor.Seek(next)
	}
	return names
}
