package bot

import (
	"context"

	"voronka/sales"
	"voronka/storage"
)

// Charged is what was taken from saved cards within the project's day, and how
// much of it there may be.
type Charged struct {
	// Day is the sum of all, Plan that of the plan charged most.
	Day, Plan sales.Money
	Caps      Caps
	// Stopped is who switched charges off, empty while they are on.
	Stopped string
}

// Charged tells how near the caps are.
func (b *Bot) Charged(ctx context.Context) (so Charged, err error) {
	plans := map[string]bool{}
	for _, flow := range b.Live().Flows {
		for _, product := range flow.Products {
			plans[product.ID] = true
		}
	}
	err = b.peek(ctx, func(tx storage.Tx) (err error) {
		so = Charged{Caps: b.Caps}
		if so.Stopped, err = b.ChargesStopped(tx); err != nil {
			return err
		}
		if so.Day, err = b.chargedToday(tx, counters("", "")["day"]); err != nil {
			return err
		}
		for plan := range plans {
			sum, err := b.chargedToday(tx, counters("", plan)["plan"])
			if err != nil {
				return err
			}
			so.Plan = max(so.Plan, sum)
		}
		return nil
	})
	return so, err
}
