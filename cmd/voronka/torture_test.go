package main

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// tortureVariable sets how many kills each kind of run gets; `make torture`
// asks for a thousand.
const tortureVariable = "VORONKA_TEST_ROUNDS"

// TestTorture kills processes (SIGKILL) at random moments while everything
// around them misbehaves as weathers says, and then lets judge compare what the
// outside saw with what must have happened.
func TestTorture(t *testing.T) {
	t.Parallel()
	rounds := 8
	if asked, err := strconv.Atoi(os.Getenv(tortureVariable)); err == nil {
		rounds = asked
	}
	for _, mode := range []string{"polling", "webhook"} {
		t.Run("bbolt/"+mode, func(t *testing.T) {
			t.Parallel()
			w := newOutside(t, mode)
			w.torture(rounds, w.crew())
		})
		for _, replicas := range []int{1, 3} {
			t.Run(fmt.Sprintf("postgres/%d/%s", replicas, mode), func(t *testing.T) {
				t.Parallel()
				f, _ := newFleet(t, mode, replicas)
				f.torture(rounds, f.crew())
			})
		}
	}
}

// crew is the processes that are killed, and what happens around them.
type crew struct {
	weathers []weather
	// start lets those run that do not, and may wait until they are well.
	start func(ctx context.Context, wait bool)
	// life is for how long a process lives at most after that.
	life time.Duration
	kill func(*rand.Rand)
	stop func()
}

func (w *outside) crew() crew {
	return crew{
		weathers: weathers(),
		start: func(ctx context.Context, wait bool) {
			w.start()
			if !wait {
				return
			}
			if err := w.answers(ctx); err != nil {
				w.t.Fatalf("voronka does not start: %v\n%s", err, w.logs())
			}
		},
		life: 650 * time.Millisecond,
		kill: func(*rand.Rand) { w.kill() },
		stop: w.stop,
	}
}

// torture sells through the given number of kills, and judges.
func (w *outside) torture(rounds int, crew crew) {
	w.t.Helper()
	seed, err := strconv.ParseUint(os.Getenv("VORONKA_TEST_SEED"), 10, 64)
	seed = cmp.Or(seed, uint64(time.Now().UnixNano()))
	if err != nil {
		w.t.Logf("VORONKA_TEST_SEED=%d begins in the same way", seed)
	}
	w.overHTTP2()
	random := rand.New(rand.NewPCG(seed, 1))
	ctx, cancel := context.WithTimeout(w.t.Context(), deadline+time.Duration(rounds)*5*time.Second)
	defer cancel()
	market := w.open(ctx, 4)
	blew := map[string]int{}
	for round := range rounds {
		w.change()
		for _, next := range random.Perm(len(crew.weathers))[:2] {
			weather := crew.weathers[next]
			weather.come(w, random)
			blew[weather.name]++
		}
		// Every other process gets to its work, however slow the machine is.
		crew.start(ctx, round%2 == 0)
		if err := pause(ctx, 50*time.Millisecond+time.Duration(random.Int64N(int64(crew.life-50*time.Millisecond)))); err != nil {
			w.t.Fatal(err)
		}
		crew.kill(random)
		if (round+1)%100 == 0 {
			w.t.Logf("%d kills, %d customers so far", round+1, market.size())
		}
	}
	w.clear()
	crew.start(ctx, false)
	evening, home := context.WithCancel(ctx)
	defer home()
	go w.clerk(evening)
	if err := w.aftermath(ctx, market, crew.weathers, random); err != nil {
		w.t.Errorf("%v\n%s", err, w.logs())
	}
	customers := market.close()
	w.calm(ctx)
	home()
	crew.stop()
	w.judge(customers)
	w.t.Logf("proved: %d kills while %d customers bought, in %v", rounds, len(customers), blew)
}

// aftermath lets more customers come in weather that leaves no doubt of what
// became of a message, when nobody has been killed for a while: now nothing
// excuses a repetition.
func (w *outside) aftermath(ctx context.Context, market *market, all []weather, random *rand.Rand) error {
	plain := []string{"429 storm", "429 of the CRM", "502 pages", "updates twice and in another order", "notifications twice and in disorder"}
	quiet := time.Now().Add(underway + time.Second)
	for range 2 {
		w.change()
		for _, one := range all {
			if slices.Contains(plain, one.name) {
				one.come(w, random)
			}
		}
		want := max(12, market.size()+4)
		err := comesTrue(ctx, "enough customers came", func() bool { return market.size() >= want && time.Now().After(quiet) })
		if err != nil {
			return err
		}
	}
	w.clear()
	return nil
}

// market is customers who come one after another, several at a time.
type market struct {
	world  *outside
	mu     sync.Mutex
	all    []*customer
	closed bool
	queue  sync.WaitGroup
	failed []error
}

// open lets customers come until close is called.
func (w *outside) open(ctx context.Context, atOnce int) *market {
	m := &market{world: w}
	for range atOnce {
		m.queue.Go(func() {
			for next := m.next(); next != nil; next = m.next() {
				if err := next.buy(ctx); err != nil {
					m.mu.Lock()
					m.failed = append(m.failed, fmt.Errorf("customer %d: %w", next.ID(), err))
					m.mu.Unlock()
					return
				}
			}
		})
	}
	return m
}

func (m *market) next() *customer {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil
	}
	one := m.world.customer(int64(1000 + len(m.all)))
	one.hasty = len(m.all)%3 == 2
	m.all = append(m.all, one)
	return one
}

// size is how many came so far.
func (m *market) size() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.all)
}

// close lets nobody else come, waits for those who are there, and gives them all.
func (m *market) close() []*customer {
	m.world.t.Helper()
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.queue.Wait()
	for _, err := range m.failed {
		m.world.t.Error(err)
	}
	return m.all
}
