package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"voronka/storage"
)

// Processes that share one store tell each other that they are alive, so that
// each takes its part of amoCRM's budget.
const (
	// processesRef is the ref under which they do.
	processesRef = "amocrm/processes"
	// presence is how often a process tells, absence when it counts as gone.
	presence = 10 * time.Second
	absence  = 35 * time.Second
)

// attend tells that a process is alive, and gives how many are.
func attend(ctx context.Context, store storage.Store, process string, now time.Time) (alive int, err error) {
	err = store.Update(ctx, func(tx storage.Tx) error {
		raw, err := tx.Ref(processesRef)
		if err != nil {
			return err
		}
		seen := map[string]time.Time{}
		if raw != "" && json.Unmarshal([]byte(raw), &seen) != nil {
			seen = map[string]time.Time{}
		}
		for name, at := range seen {
			if now.Sub(at) > absence {
				delete(seen, name)
			}
		}
		seen[process] = now
		alive = len(seen)
		kept, err := json.Marshal(seen)
		if err != nil {
			return err
		}
		return tx.PutRef(processesRef, string(kept))
	})
	if err != nil {
		return 0, fmt.Errorf("tell that the process is alive: %w", err)
	}
	return alive, nil
}

// shareAmoBudget keeps this process's part of the budget true until ctx ends.
func (s *service) shareAmoBudget(ctx context.Context) error {
	process := rand.Text()
	ticker := time.NewTicker(presence)
	defer ticker.Stop()
	for {
		alive, err := attend(ctx, s.store, process, s.now())
		switch {
		case err == nil:
			s.amo.Share(alive)
		case ctx.Err() == nil:
			s.log.Error("the budget of amocrm is not shared", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
