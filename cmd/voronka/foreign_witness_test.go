package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
)

// witness is what the three foreign servers have in common: they remember what
// a client did against the documents, and wake whoever waits for a change.
type witness struct {
	mu      sync.Mutex
	wrong   []string
	changed chan struct{}
}

// fault remembers a request that the documents do not allow; w.mu is held.
func (w *witness) fault(format string, values ...any) {
	w.wrong = append(w.wrong, fmt.Sprintf(format, values...))
}

// faults returns what was remembered.
func (w *witness) faults() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.wrong...)
}

// moved wakes those who wait; w.mu is held.
func (w *witness) moved() {
	if w.changed != nil {
		close(w.changed)
	}
	w.changed = make(chan struct{})
}

// until waits until done, which is called with w.mu held, answers true.
func (w *witness) until(ctx context.Context, what string, done func() bool) error {
	for {
		w.mu.Lock()
		if done() {
			w.mu.Unlock()
			return nil
		}
		if w.changed == nil {
			w.changed = make(chan struct{})
		}
		changed := w.changed
		w.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("waited in vain for %s: %w", what, ctx.Err())
		}
	}
}

// object is a JSON object as the wire has it.
type object = map[string]any

func answer(w http.ResponseWriter, status int, contentType string, body any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	if text, ok := body.(string); ok {
		fmt.Fprint(w, text)
		return
	}
	json.NewEncoder(w).Encode(body)
}
