package telegram

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"voronka/flows"
)

// Receiver hands updates to the bot. It returns from handling an update only
// when its turn is committed, or when the update was put aside for an operator.
type Receiver struct {
	// Handle commits the turn of one input; an error means nothing was committed.
	Handle func(ctx context.Context, input flows.Input) error
	// PutAside keeps an update that cannot be understood, as it came.
	PutAside func(ctx context.Context, key string, raw []byte, at time.Time) error
	// Parallel bounds how many customers of one batch are served side by side.
	Parallel int
	Now      func() time.Time
	Log      *slog.Logger
}

// receive commits a batch: one customer's updates in order, customers side by
// side. It reports the first failure; the whole batch is then to be repeated,
// and what was committed already is recognised by its id.
func (r *Receiver) receive(ctx context.Context, updates []Update) error {
	lanes := map[string][]Update{}
	var order []string
	for _, update := range updates {
		if _, known := lanes[update.Contact]; !known {
			order = append(order, update.Contact)
		}
		lanes[update.Contact] = append(lanes[update.Contact], update)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(r.Parallel, 1))
	for _, contact := range order {
		group.Go(func() error {
			for _, update := range lanes[contact] {
				if err := r.one(ctx, update); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

func (r *Receiver) one(ctx context.Context, update Update) error {
	if update.Err != nil {
		r.Log.Warn("telegram update put aside", "update", update.ID, "error", update.Err)
		return r.PutAside(ctx, "telegram/"+strconv.FormatInt(update.ID, 10), update.Raw, r.Now())
	}
	if update.Contact == "" {
		return nil
	}
	return r.Handle(ctx, update.Input)
}
