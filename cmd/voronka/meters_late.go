package main

import (
	"maps"
	"time"

	"voronka/internal/outbox"
)

// latePage is how many lanes are looked at in one go.
const latePage = 100

// lateness tells for how long the lane that is behind most could have run
// already, by destination, however many wait there or elsewhere.
func lateness(tx outbox.Queue, now time.Time) (map[string]float64, error) {
	late, whole := map[string]float64{}, map[outbox.Lane]bool{}
	for {
		lanes, _, err := tx.Ready(now, 1, whole)
		if err != nil {
			return nil, err
		}
		if len(lanes) == 0 || whole[outbox.Whole(lanes[0].Destination())] {
			break
		}
		destination := lanes[0].Destination()
		whole[outbox.Whole(destination)], late[destination] = true, 0
	}
	for destination := range late {
		skip := maps.Clone(whole)
		delete(skip, outbox.Whole(destination))
		behind, err := mostBehind(tx, now, skip)
		if err != nil {
			return nil, err
		}
		late[destination] = behind.Seconds()
	}
	return late, nil
}

// mostBehind is how late the lane is that is late most. Lanes come in the order
// of when they may run; only one in a hurry stands as if it had come long ago,
// so the first that is in none ends the search.
func mostBehind(tx outbox.Queue, now time.Time, skip map[outbox.Lane]bool) (late time.Duration, err error) {
	for {
		lanes, _, err := tx.Ready(now, latePage, skip)
		if err != nil {
			return late, err
		}
		for _, lane := range lanes {
			skip[lane] = true
			head, found, err := tx.Head(lane)
			if err != nil {
				return late, err
			}
			if !found {
				continue
			}
			since := head.NotBefore
			if head.EnqueuedAt.After(since) {
				since = head.EnqueuedAt
			}
			late = max(late, now.Sub(since))
			if since.Equal(head.NotBefore) {
				return late, nil
			}
		}
		if len(lanes) < latePage {
			return late, nil
		}
	}
}
