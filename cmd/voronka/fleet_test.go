package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"voronka/storage/postgrestest"
)

// fleet is an outside with several voronka processes on one PostgreSQL, behind
// a balancer that the world knows them by.
type fleet struct {
	*outside
	cluster *postgrestest.Cluster
	ships   []*ship
	turn    atomic.Int64
}

// ship is one process.
type ship struct {
	fleet  *fleet
	listen string
	// wire is its way to the database, nil for a direct one.
	wire *wire

	mu      sync.Mutex
	clock   string // of the next process, as clockVariable has it
	process *exec.Cmd
	ended   chan struct{} // closed when it has
}

// newFleet makes the outside of a fleet, with nothing running in it yet.
func newFleet(t *testing.T, mode string, size int) (*fleet, context.Context) {
	t.Helper()
	w, ctx := newSickOutside(t, mode)
	cluster, err := postgrestest.Start(postgrestest.Options{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Close(); err != nil {
			t.Error(err)
		}
	})
	if w.shared, err = cluster.Database(ctx); err != nil {
		t.Fatal(err)
	}
	f := &fleet{outside: w, cluster: cluster}
	w.env = append(w.env, "VORONKA_DATABASE="+w.shared)
	for range size {
		f.ships = append(f.ships, &ship{fleet: f, listen: freeAddress(t)})
	}
	listener, err := net.Listen("tcp", w.listen)
	if err != nil {
		t.Fatal(err)
	}
	balancer := &http.Server{Handler: f.balancer()}
	go balancer.Serve(listener)
	t.Cleanup(func() { balancer.Close() })
	t.Cleanup(func() {
		for _, one := range f.ships {
			one.kill()
		}
	})
	return f, ctx
}

// balancer hands each request to the next process; one that does not listen is
// passed over, as balancers do.
func (f *fleet) balancer() http.Handler {
	dialer := &net.Dialer{}
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var failures []error
		for range f.ships {
			next := f.ships[int(f.turn.Add(1))%len(f.ships)]
			conn, err := dialer.DialContext(ctx, network, next.listen)
			if err == nil {
				return conn, nil
			}
			failures = append(failures, err)
		}
		return nil, errors.Join(failures...)
	}}
	return &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: f.listen})
			r.Out.Host = r.In.Host
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
}

func (s *ship) start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process = exec.Command(os.Args[0], "run")
	s.process.Env = append(s.fleet.env[:len(s.fleet.env):len(s.fleet.env)], "VORONKA_LISTEN="+s.listen, clockVariable+"="+s.clock)
	if s.wire != nil {
		s.process.Env = append(s.process.Env, "VORONKA_DATABASE="+s.wire.address)
	}
	if s.clock != "" {
		s.fleet.wrongClocks.now()
	}
	s.process.Stdout, s.process.Stderr = s.fleet.log, s.fleet.log
	if err := s.process.Start(); err != nil {
		s.fleet.t.Fatal(err)
	}
	process, ended := s.process, make(chan struct{})
	s.ended = ended
	go func() {
		defer close(ended)
		_ = process.Wait() // kill and stop look at its state
	}()
}

// afloat tells whether the process was started and not ended since.
func (s *ship) afloat() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process != nil
}

// kill ends the process as a power cut would.
func (s *ship) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return
	}
	s.process.Process.Kill()
	<-s.ended
	s.fleet.cuts.now()
	if s.process.ProcessState.Exited() {
		s.fleet.t.Errorf("%s ended by itself: %v\n%s", s.listen, s.process.ProcessState, s.fleet.logs())
	}
	s.process = nil
}

// stop ends it in good order.
func (s *ship) stop() {
	s.fleet.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process.Process.Signal(os.Interrupt)
	<-s.ended
	if !s.process.ProcessState.Success() {
		s.fleet.t.Errorf("%s did not stop in good order: %v\n%s", s.listen, s.process.ProcessState, s.fleet.logs())
	}
	s.process = nil
}

// ready waits until the process says that it is well.
func (s *ship) ready(ctx context.Context) {
	s.fleet.t.Helper()
	own := &outside{t: s.fleet.t, listen: s.listen}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := s.ended
	go func() {
		select {
		case <-ended:
			cancel()
		case <-ctx.Done():
		}
	}()
	if err := own.answers(ctx); err != nil {
		s.fleet.t.Fatalf("%s does not start: %v\n%s", s.listen, err, s.fleet.logs())
	}
}

// sail starts all processes and waits until they are well.
func (f *fleet) sail(ctx context.Context) {
	f.t.Helper()
	for _, one := range f.ships {
		one.start()
	}
	for _, one := range f.ships {
		one.ready(ctx)
	}
}

// moor waits until nothing is to be done any more and stops all processes.
func (f *fleet) moor(ctx context.Context) {
	f.t.Helper()
	f.calm(ctx)
	for _, one := range f.ships {
		one.stop()
	}
}

// lay puts a wire between each process to come and the database.
func (f *fleet) lay() {
	for _, one := range f.ships {
		one.wire = newWire(f.t, f.shared)
	}
}

// setClocks sets the clocks of the processes to come, each by itself.
func (f *fleet) setClocks(clock func() string) {
	for _, one := range f.ships {
		one.mu.Lock()
		one.clock = clock()
		one.mu.Unlock()
	}
}

// weathers are those of a fleet: each process has a clock of its own, the
// database restarts now and then, in order or as a crash does, and the network
// between it and a process hangs, until it is whole again or the connections end.
func (f *fleet) weathers() []weather {
	all := slices.DeleteFunc(weathers(), func(one weather) bool { return strings.HasPrefix(one.name, "clock") })
	return append(all,
		weather{"database restarts", func(_ *outside, r *rand.Rand) { f.restartDatabase(r.IntN(2) == 0) }},
		weather{"clocks apart", func(_ *outside, r *rand.Rand) { f.setClocks(func() string { return jump(r) }) }},
		weather{"clocks right", func(*outside, *rand.Rand) { f.setClocks(func() string { return "" }) }},
		weather{"network hangs", func(_ *outside, r *rand.Rand) {
			f.hang(f.ships[r.IntN(len(f.ships))], time.Duration(1+r.IntN(9))*time.Second, r.IntN(2) == 0)
		}},
	)
}

// hang lets a process's network hang for a while. It does not wait for the end.
func (f *fleet) hang(one *ship, lasts time.Duration, cut bool) {
	f.cuts.now()
	one.wire.hang()
	time.AfterFunc(lasts, func() {
		if cut {
			one.wire.cut()
		} else {
			one.wire.mend()
		}
		f.cuts.now()
	})
}

// crew kills one process of the fleet at a time.
func (f *fleet) crew() crew {
	f.lay()
	return crew{
		weathers: f.weathers(),
		start: func(ctx context.Context, wait bool) {
			for _, one := range f.ships {
				if !one.afloat() {
					one.start()
				}
				if wait {
					one.ready(ctx)
				}
			}
		},
		// What one held that died is another's more than a second later: one that
		// is alone needs that long to get to its work.
		life: 1200*time.Millisecond + 800*time.Millisecond/time.Duration(len(f.ships)),
		kill: f.killOne,
		stop: func() {
			for _, one := range f.ships {
				one.stop()
			}
		},
	}
}

// killOne kills a process. One whose network hangs is spared where there are
// others: it lives to see that it has lost its word.
func (f *fleet) killOne(r *rand.Rand) {
	alive := slices.DeleteFunc(slices.Clone(f.ships), func(one *ship) bool { return one.wire.hanging() })
	if len(alive) == 0 {
		alive = f.ships
	}
	alive[r.IntN(len(alive))].kill()
}

// restartDatabase restarts PostgreSQL, in order or as a crash does.
func (f *fleet) restartDatabase(crash bool) {
	f.t.Helper()
	f.cuts.now()
	if err := errors.Join(f.cluster.Stop(crash), f.cluster.Start()); err != nil {
		f.t.Fatal(err)
	}
	f.cuts.now()
}

// ask gives what one value in the database is.
func ask[T any](ctx context.Context, f *fleet, sql string) (value T) {
	f.t.Helper()
	conn, err := pgx.Connect(ctx, f.shared)
	if err == nil {
		err = errors.Join(conn.QueryRow(ctx, sql).Scan(&value), conn.Close(ctx))
	}
	if err != nil {
		f.t.Errorf("%s: %v", sql, err)
	}
	return value
}

// comesTrue waits for a condition in the world.
func comesTrue(ctx context.Context, what string, true func() bool) error {
	for !true() {
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return fmt.Errorf("wait until %s: %w", what, err)
		}
	}
	return nil
}
