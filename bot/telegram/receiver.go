package telegram

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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
// side. A failure ends its customer's turn alone and is reported; the whole
// batch is then to be repeated, and what was committed already is recognised
// by its id.
func (r *Receiver) receive(ctx context.Context, updates []Update) error {
	lanes := map[string][]Update{}
	var order []string
	for _, update := range updates {
		if _, known := lanes[update.Contact]; !known {
			order = append(order, update.Contact)
		}
		lanes[update.Contact] = append(lanes[update.Contact], update)
	}
	var group errgroup.Group
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
		return r.PutAside(ctx, "telegram/"+update.name(), update.Raw, r.Now())
	}
	if update.Contact == "" {
		return nil
	}
	return r.Handle(ctx, update.Input)
}

// name is an update's id, or a digest of one that has none that can be read.
func (u Update) name() string {
	if u.ID != 0 {
		return strconv.FormatInt(u.ID, 10)
	}
	sum := sha256.Sum256(u.Raw)
	return hex.EncodeToString(sum[:16])
}
