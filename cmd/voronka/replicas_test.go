package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"voronka/flows"
	"voronka/storage"
)

// TestThreeReplicas sells with three processes on one database: nothing is
// lost, doubled or said twice, and the work is done by more than one of them.
func TestThreeReplicas(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"polling", "webhook"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			f, ctx := newFleet(t, mode, 3)
			f.sail(ctx)
			customers := f.sell(ctx, 8, 3*time.Second, func(context.Context) {})
			f.moor(ctx)
			f.judge(customers)
			for _, one := range customers {
				f.onceEach(one)
			}
		})
	}
}

// sell lets customers come while something happens, for at least some time.
func (f *fleet) sell(ctx context.Context, atOnce int, least time.Duration, meanwhile func(context.Context)) []*customer {
	f.t.Helper()
	market := f.open(ctx, atOnce)
	meanwhile(ctx)
	if err := pause(ctx, least); err != nil {
		f.t.Fatal(err)
	}
	if err := comesTrue(ctx, "enough customers came", func() bool { return market.size() >= 12 }); err != nil {
		f.t.Error(err)
	}
	return market.close()
}

// TestRollingRestart stops and starts one process after the other while
// customers buy: nothing is lost, and nothing at all is said twice.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"polling", "webhook"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			f, ctx := newFleet(t, mode, 3)
			f.sail(ctx)
			customers := f.sell(ctx, 4, time.Second, func(ctx context.Context) {
				for range 2 {
					for _, one := range f.ships {
						one.stop()
						one.start()
						one.ready(ctx)
					}
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

// TestDatabaseRestartsUnderLoad restarts PostgreSQL, in order and as a crash
// does, while customers buy at three processes. It costs time only.
func TestDatabaseRestartsUnderLoad(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"polling", "webhook"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			f, ctx := newFleet(t, mode, 3)
			f.sail(ctx)
			customers := f.sell(ctx, 4, time.Second, func(ctx context.Context) {
				for i := range 4 {
					f.restartAfter(ctx, 300*time.Millisecond, i%2 == 1, i == 3)
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

// restartAfter restarts PostgreSQL after a while; with long it is away for longer
// than a moment.
func (f *fleet) restartAfter(ctx context.Context, wait time.Duration, crash, long bool) {
	f.t.Helper()
	if err := pause(ctx, wait); err != nil {
		f.t.Fatal(err)
	}
	f.cuts.now()
	if err := f.cluster.Stop(crash); err != nil {
		f.t.Fatal(err)
	}
	if long {
		if err := pause(ctx, 2*time.Second); err != nil {
			f.t.Fatal(err)
		}
	}
	if err := f.cluster.Start(); err != nil {
		f.t.Fatal(err)
	}
}

// TestLeaderIsKilled kills the process that polls (SIGKILL), again and again:
// another one polls within seconds and takes the lanes that the dead one held.
func TestLeaderIsKilled(t *testing.T) {
	t.Parallel()
	f, ctx := newFleet(t, "polling", 3)
	f.sail(ctx)
	holder := func() string {
		return ask[string](ctx, f, "select coalesce(max(holder), '') from leases where until > now()")
	}
	customers := f.sell(ctx, 3, time.Second, func(ctx context.Context) {
		led := map[string]bool{}
		for i := 0; len(led) < 3; i++ {
			leader := holder()
			f.ships[i%3].kill() // whoever it is: after three of them the leader was among them
			if err := comesTrue(ctx, "somebody leads", func() bool { leader = holder(); return leader != "" }); err != nil {
				t.Error(err)
				return
			}
			led[leader] = true
			f.ships[i%3].start()
			f.ships[i%3].ready(ctx)
		}
	})
	f.moor(ctx)
	f.judge(customers)
}

// TestSameUpdateAtTwoReplicas hands one update to two processes at the same
// moment, many times: it is handled once.
func TestSameUpdateAtTwoReplicas(t *testing.T) {
	t.Parallel()
	f, ctx := newFleet(t, "webhook", 2)
	f.sail(ctx)
	const updates = 40
	var knocks sync.WaitGroup
	for i := range updates {
		body := fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"date":1796000000,"chat":{"id":77,"type":"private"},`+
			`"from":{"id":77,"is_bot":false,"first_name":"Анна"},"text":"привет %d"}}`, 900_000+i, i+1, i)
		for _, one := range append(f.ships, f.ships...) {
			knocks.Go(func() {
				own := &outside{t: t, listen: one.listen}
				if status, answer := own.knock(t, http.MethodPost, "/telegram", "hook-secret", body); status != http.StatusOK {
					t.Errorf("answered %d %s", status, answer)
				}
			})
		}
	}
	knocks.Wait()
	f.moor(ctx)
	f.read(func(tx storage.Tx) error {
		lines, err := tx.Journal("tg:77", 0, 10*updates)
		heard := map[string]int{}
		for _, line := range lines {
			if line.Who == flows.Customer {
				heard[line.Input]++
			}
		}
		for input, n := range heard {
			if n != 1 {
				t.Errorf("%s was handled %d times", input, n)
			}
		}
		if len(heard) != updates {
			t.Errorf("%d of %d updates were handled", len(heard), updates)
		}
		return err
	})
	if n := strings.Count(f.logs(), "panic"); n > 0 {
		t.Errorf("%d panics\n%s", n, f.logs())
	}
}
