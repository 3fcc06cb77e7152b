package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	core "voronka/bot"
	"voronka/bot/telegramtest"
	"voronka/flows"
	"voronka/storage"
)

// errStore is a turn's own failure, errFull one of the store.
var (
	errStore = errors.New("the record is damaged")
	errFull  = fmt.Errorf("commit: %w: %w", storage.ErrUnavailable, syscall.ENOSPC)
)

func noon() time.Time { return time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC) }

// patience is how long a test waits for what must come: on a busy machine too.
const patience = 2 * time.Minute

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// fake is a Bot API server on a socket of its own, which waits for nothing before it repeats.
func fake(t *testing.T) (*telegramtest.Server, string) {
	t.Helper()
	server := telegramtest.New(telegramtest.Config{Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	t.Cleanup(server.Close)
	return server, web.URL
}

// bookkeeper plays the bot behind a receiver: it fails as it is told, and
// keeps what it took, each input once.
type bookkeeper struct {
	*Receiver
	log *notes
	// before runs ahead of taking an input; its error refuses the input.
	before func(flows.Input) error
	// full keeps it from putting anything aside.
	full atomic.Bool

	mu    sync.Mutex
	known map[string]bool
	taken []flows.Input
	aside map[string]string
	came  chan flows.Input
}

func keepBooks(before func(flows.Input) error) *bookkeeper {
	b := &bookkeeper{log: &notes{}, before: before, known: map[string]bool{}, aside: map[string]string{}, came: make(chan flows.Input, 1000)}
	b.Receiver = &Receiver{Handle: b.handle, PutAside: b.putAside, Parallel: 4, Now: noon, Log: slog.New(slog.NewTextHandler(b.log, nil)),
		Wait: func(context.Context, time.Duration) {}}
	return b
}

func (b *bookkeeper) handle(_ context.Context, in flows.Input) error {
	if b.before != nil {
		if err := b.before(in); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known[in.ID] {
		return nil
	}
	b.known[in.ID] = true
	b.taken = append(b.taken, in)
	b.came <- in
	return nil
}

func (b *bookkeeper) putAside(_ context.Context, aside core.Aside) error {
	if b.full.Load() {
		return errStore
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.aside[aside.Key] = string(aside.Raw)
	return nil
}

// wait blocks until so many inputs were taken.
func (b *bookkeeper) wait(t *testing.T, n int) {
	t.Helper()
	ctx := within(t)
	for i := range n {
		select {
		case <-b.came:
		case <-ctx.Done():
			t.Fatalf("%d of %d inputs came", i, n)
		}
	}
}

// texts are what one customer, or everybody, said, in the order it was taken.
func (b *bookkeeper) texts(contact string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for _, in := range b.taken {
		if contact == "" || in.Contact == contact {
			out = append(out, in.Text)
		}
	}
	return out
}

// notes is a log to be read while it is written.
type notes struct {
	mu   sync.Mutex
	text strings.Builder
}

func (n *notes) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(p)
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.String()
}

// pauses remembers how long a poller was to wait, and does not.
type pauses struct {
	mu  sync.Mutex
	all []time.Duration
}

func (p *pauses) wait(_ context.Context, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, d)
}

func (p *pauses) list() []time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]time.Duration(nil), p.all...)
}

// poll runs a poller until the test ends.
func poll(t *testing.T, b *bookkeeper, api, token string) *pauses {
	t.Helper()
	waits := &pauses{}
	poller := &Poller{Receiver: b.Receiver, API: api, Token: token, Wait: waits.wait}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { poller.Run(ctx); close(ended) }()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return waits
}

// script answers getUpdates with prepared batches and keeps the offsets asked
// for; when it is at its end it holds the poll.
type script struct {
	mu      sync.Mutex
	batches []string
	offsets []int64
	done    chan struct{}
}

func play(t *testing.T, batches ...string) (*script, string) {
	t.Helper()
	s := &script{batches: batches, done: make(chan struct{})}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	return s, web.URL
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Offset int64 }
	_ = json.NewDecoder(r.Body).Decode(&asked)
	s.mu.Lock()
	s.offsets = append(s.offsets, asked.Offset)
	var batch string
	if len(s.batches) > 0 {
		batch, s.batches = s.batches[0], s.batches[1:]
	} else if len(s.offsets) > 0 && s.done != nil {
		close(s.done)
		s.done = nil
	}
	s.mu.Unlock()
	if batch == "" {
		<-r.Context().Done()
		return
	}
	_, _ = w.Write([]byte(`{"ok":true,"result":` + batch + `}`))
}
