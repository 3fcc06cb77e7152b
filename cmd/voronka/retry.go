package main

import (
	"context"
	"time"

	"voronka/sales"
)

// untilDone repeats something with a growing pause until it succeeds, ctx
// ends, or its error says that repeating is useless.
func untilDone(ctx context.Context, try func() error, failed func(error)) error {
	for pause := 500 * time.Millisecond; ; pause = min(2*pause, 30*time.Second) {
		err := try()
		if err == nil || ctx.Err() != nil {
			return nil
		}
		coded := sales.AsError(err)
		if coded.Action != sales.Retry {
			return err
		}
		failed(err)
		timer := time.NewTimer(max(pause, coded.After))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}
