package main

import (
	"context"
	"strings"
	"testing"
	"time"
)

// TestReplicasDisagreeAboutTheTime sells at three processes whose clocks are hours or
// minutes apart, and jump: who reads the time where must not matter to customers.
func TestReplicasDisagreeAboutTheTime(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"polling", "webhook"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			f, ctx := newFleet(t, mode, 3)
			for i, clock := range []string{"5m,4m", "-3h", "-1m,2m"} {
				f.ships[i].clock = clock
			}
			f.sail(ctx)
			customers := f.sell(ctx, 4, 2*time.Second, func(ctx context.Context) {
				for i, clock := range []string{"-3m,5m", "", "6m"} { // and one after the other gets another clock
					f.ships[i].stop()
					f.ships[i].clock = clock
					f.ships[i].start()
					f.ships[i].ready(ctx)
				}
			})
			f.moor(ctx)
			f.judge(customers)
			for _, one := range customers {
				f.onceEach(one)
			}
		})
	}
}

// TestNetworkToTheDatabaseHangs lets the network between PostgreSQL and the
// process that leads hang for longer than its word holds, again and again, while
// all of them live: another one leads and does its work, nobody polls Telegram
// beside it, and what the hanging one knows or sends late spoils nothing.
func TestNetworkToTheDatabaseHangs(t *testing.T) {
	t.Parallel()
	f, ctx := newFleet(t, "polling", 3)
	f.lay()
	f.sail(ctx)
	customers := f.sell(ctx, 3, time.Second, func(ctx context.Context) {
		for round := range 3 {
			leader := f.leader(ctx)
			f.cuts.now()
			leader.wire.hang()
			f.leader(ctx)                                     // another one
			if err := pause(ctx, 3*time.Second); err != nil { // the others go on meanwhile
				t.Error(err)
			}
			if round == 1 {
				leader.wire.cut()
			} else {
				leader.wire.mend()
			}
			f.cuts.now()
		}
	})
	f.moor(ctx)
	f.judge(customers)
}

// leader waits until a process that hears the database says that it leads, and
// gives it.
func (f *fleet) leader(ctx context.Context) (leader *ship) {
	f.t.Helper()
	err := comesTrue(ctx, "somebody leads", func() bool {
		for _, one := range f.ships {
			if !one.wire.hanging() && f.says(ctx, one) {
				leader = one
				return true
			}
		}
		return false
	})
	if err != nil {
		f.t.Fatalf("%v\n%s", err, f.logs())
	}
	return leader
}

// says tells whether a process says that it leads.
func (f *fleet) says(ctx context.Context, one *ship) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second) // one that hangs cannot say all
	defer cancel()
	body, err := get(ctx, "http://"+one.listen+"/metrics")
	return err == nil && strings.Contains(body, "\nvoronka_leads 1\n")
}
