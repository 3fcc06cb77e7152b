package console_test

import (
	"context"
	"testing"

	"voronka/storage"
	"voronka/storage/bolt"
	"voronka/web/console"
)

// viewed counts the snapshots that are asked for: each has bbolt settle what
// stands in its log alone.
type viewed struct {
	*bolt.Store
	views int
}

func (v *viewed) View(ctx context.Context, fn func(storage.Tx) error) error {
	v.views++
	return v.Store.View(ctx, fn)
}

// TestWatchedDialogsSettleNothing: a page that is watched is asked for every
// three seconds by each who watches it.
func TestWatchedDialogsSettleNothing(t *testing.T) {
	t.Parallel()
	seen := &viewed{}
	d := open(t, func(c *console.Config) {
		seen.Store = c.Store.(*bolt.Store)
		c.Store = seen
	})
	fill(d)
	cookie := d.enter()
	for _, path := range []string{"/console/", "/console/dialogs/tg:7"} {
		if d.page(path, cookie); seen.views > 0 {
			t.Errorf("%s takes %d snapshots", path, seen.views)
		}
		seen.views = 0
	}
}
