package tbanktest

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Server is the bank. It serves at a listener's root, or under any prefix through http.StripPrefix.
type Server struct {
	cfg     Config
	mux     *http.ServeMux
	spec    spec
	texts   map[string][]errorRow
	methods map[string]method
	pages   *pages
	ctx     context.Context // ends with Close: deliveries stop
	stop    context.CancelFunc

	mu         sync.Mutex
	rand       *rand.Rand
	terminals  map[string]Terminal
	payments   []*payment
	customers  map[customerKey]*customer
	rebills    map[string]*storedCard
	bindings   []*binding
	requests   []Request
	violations []Violation
	faults     []*Fault
	mischief   Mischief
	waiting    []*delivery   // undelivered notifications that wait for Tick
	busy       int           // deliveries under way or scheduled in real time
	version    int           // grows with every change, for the cabinet
	pulse      chan struct{} // closed and replaced with every change
}

// New returns a bank with the given terminals and no payments.
func New(cfg Config) *Server {
	cfg = cfg.withDefaults()
	seed := cfg.Seed
	if seed == 0 {
		seed = rand.Uint64()
	}
	s := &Server{
		cfg: cfg, spec: loadSpec(specJSON), texts: loadErrors(errorsJSON), pages: loadPages(),
		rand:      rand.New(rand.NewPCG(seed, 0x7b616e6b)),
		terminals: map[string]Terminal{}, customers: map[customerKey]*customer{}, rebills: map[string]*storedCard{},
		pulse: make(chan struct{}),
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.methods = s.methodTable()
	for _, t := range cfg.Terminals {
		s.SetTerminal(t)
	}
	s.mux = http.NewServeMux()
	s.mux.HandleFunc("/v2/{method}", s.api)
	s.mux.HandleFunc("/v2/", s.stray)
	s.mux.HandleFunc("/cashbox/", s.stray)
	s.mux.HandleFunc("/cashbox/SendClosingReceipt", s.cashboxAPI)
	s.routeTPay(s.mux)
	s.routePages(s.mux)
	return s
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// SetTerminal adds a terminal, or replaces the one with the same key.
func (s *Server) SetTerminal(t Terminal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.terminals[t.Key] = t.withDefaults()
}

// Close stops deliveries; what was not delivered stays so.
func (s *Server) Close() { s.stop() }

// Settle waits until no notification is being delivered or scheduled in real time. Notifications that wait
// for the bank's own schedule (no Config.RetryAfter) do not hold it: [Server.Tick] moves them.
func (s *Server) Settle(ctx context.Context) error {
	return s.until(ctx, func() bool { return s.busy == 0 })
}

// until waits for a condition, which is checked under the lock after every change.
func (s *Server) until(ctx context.Context, done func() bool) error {
	for {
		s.mu.Lock()
		ok, pulse := done(), s.pulse
		s.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-pulse:
		}
	}
}

// touch tells everyone who waits that something changed. The caller holds the lock.
func (s *Server) touch() {
	s.version++
	close(s.pulse)
	s.pulse = make(chan struct{})
}

func (s *Server) now() time.Time { return s.cfg.Now() }
