package bot

import (
	"context"
	"fmt"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

// BroadcastEstimate is what a broadcast would do now.
type BroadcastEstimate struct {
	// Reaches counts customers by whether it reaches them, and why not.
	Reaches map[flows.Reach]int `json:"reaches"`
	// Now is how many it reaches in all: those who sleep get it later.
	Now int `json:"now"`
	// Sample is what the first of them would read, as HTML; empty where that is
	// nothing but a change of state.
	Sample string `json:"sample,omitempty"`
}

// EstimateBroadcast counts whom a broadcast would reach and says nothing to
// anybody. It reads page by page: nobody's answer waits for it.
func (b *Bot) EstimateBroadcast(ctx context.Context, plan Broadcast) (BroadcastEstimate, error) {
	estimate := BroadcastEstimate{Reaches: map[flows.Reach]int{}}
	now := b.Now()
	if plan.At.Before(now) {
		plan.At = now
	}
	audience, err := b.prepare(&plan)
	if err != nil {
		return estimate, err
	}
	for page := (glimpse{audience: audience}); !page.over; {
		if err := ctx.Err(); err != nil {
			return estimate, err
		}
		// A snapshot for each has its price: it is of as many as may be held at once.
		err := b.Store.View(ctx, func(tx storage.Tx) (err error) {
			if page, err = b.survey(tx, page, walkMost, walkMost, now); err != nil {
				return err
			}
			if estimate.Sample != "" || len(page.reached) == 0 {
				return nil
			}
			estimate.Sample, err = b.sample(tx, plan, page.reached[0])
			return err
		})
		if err != nil {
			return estimate, fmt.Errorf("count whom a broadcast reaches: %w", err)
		}
		for reach, n := range page.skipped {
			estimate.Reaches[reach] += n
		}
		estimate.Reaches[flows.ReachYes] += len(page.reached)
	}
	estimate.Now = estimate.Reaches[flows.ReachYes] + estimate.Reaches[flows.ReachQuiet]
	return estimate, nil
}

// sample is what one customer would be told first.
func (b *Bot) sample(tx storage.Tx, plan Broadcast, id string) (string, error) {
	contact, err := tx.Contact(id)
	if err != nil {
		return "", err
	}
	session, err := tx.Session(id)
	if err != nil {
		return "", err
	}
	known, err := b.known(tx, id)
	if err != nil {
		return "", err
	}
	in := flows.Input{
		ID: "sample", Kind: flows.Announced, Contact: id, At: b.Now(), Broadcast: plan.ID, Text: plan.Text, Payload: plan.To,
	}
	turn, err := b.Engine.Advance(b.flow(session.Flow), contact, known, session, in)
	if err != nil {
		return "", &sales.Error{Code: "broadcast_sample", Action: sales.Bury, Err: err}
	}
	for _, effect := range turn.Effects {
		if say, ok := effect.(flows.Say); ok {
			return say.Text, nil
		}
	}
	return "", nil
}
