package payments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// Door lets the notifications of providers in: POST /payments/{provider}.
//
//   - forged, or of a shop that the payment does not belong to: 403, nothing is
//     changed. The provider may repeat it, which matters only when our own
//     password is the wrong one.
//   - unreadable, or longer than a megabyte: 400 or 413.
//   - genuine, but of no consequence, or about a payment that we do not have
//     (Accept answers ErrUnknown): logged, counted and acknowledged. A bank
//     would otherwise repeat the news of somebody else's shop for a month.
//   - Accept fails: 500 with Retry-After, so that the provider repeats.
//   - accepted, that is committed: the provider's own acknowledgement.
type Door struct {
	// Accept commits an event in one transaction: dedupe, the payment, the flow's input.
	Accept func(ctx context.Context, provider string, e Event) error
	// Guard lists the networks that may knock; from others the answer is 403.
	Guard Guard
	// Count is told how each knock ended: accepted, idle, unknown, stranger,
	// forged, unreadable or failed. It may be nil.
	Count func(provider, ending string)
	// Log gets everything but what was acceptable; never a body, a secret or card data. Nil is silent.
	Log *slog.Logger

	providers map[string]Provider
}

// NewDoor makes a door for the given providers.
func NewDoor(accept func(ctx context.Context, provider string, e Event) error, providers ...Provider) *Door {
	d := &Door{Accept: accept, Log: slog.New(slog.DiscardHandler), providers: map[string]Provider{}}
	for _, provider := range providers {
		d.providers[provider.Name()] = provider
	}
	return d
}

const (
	// longestNotification bounds a body; real ones have a few hundred bytes, a fiscal one some kilobytes.
	longestNotification = 1 << 20
	// acceptTime bounds a transaction. T-Bank stops listening after 10 seconds
	// (API 1.80, notifications), but what was begun is still worth committing.
	acceptTime = 30 * time.Second
)

// ServeHTTP implements http.Handler. The provider is the path value "provider".
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	provider, known := d.providers[r.PathValue("provider")]
	if !known {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "notifications come by POST", http.StatusMethodNotAllowed)
		return
	}
	if !d.Guard.Lets(r) {
		d.refuse(w, r, provider, "stranger", http.StatusForbidden, errors.New("the network is not in the list"))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestNotification))
	if err != nil {
		status := http.StatusBadRequest
		if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
			status = http.StatusRequestEntityTooLarge
		}
		d.refuse(w, r, provider, "unreadable", status, err)
		return
	}
	event, err := provider.Receive(r, body)
	switch {
	case errors.Is(err, ErrForged):
		d.refuse(w, r, provider, "forged", http.StatusForbidden, err)
	case err != nil:
		d.refuse(w, r, provider, "unreadable", http.StatusBadRequest, err)
	case event.State == "" && event.Fiscal == nil && event.Binding == nil:
		d.ended(provider, "idle")
		provider.Acknowledge(w)
	default:
		d.accept(w, r, provider, event)
	}
}

func (d *Door) accept(w http.ResponseWriter, r *http.Request, provider Provider, event Event) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), acceptTime)
	defer cancel()
	err := d.Accept(ctx, provider.Name(), event)
	switch {
	case errors.Is(err, ErrUnknown):
		d.ended(provider, "unknown")
		d.log().Warn("notification about a payment that we do not have",
			"provider", provider.Name(), "external", event.External, "state", event.State, "kopecks", int64(event.Amount))
		provider.Acknowledge(w)
	case errors.Is(err, ErrForged):
		d.refuse(w, r, provider, "forged", http.StatusForbidden, err)
	case err != nil:
		w.Header().Set("Retry-After", "60")
		d.refuse(w, r, provider, "failed", http.StatusInternalServerError, fmt.Errorf("accept: %w", err))
	default:
		d.ended(provider, "accepted")
		provider.Acknowledge(w)
	}
}

// refuse answers nothing that would help who forges.
func (d *Door) refuse(w http.ResponseWriter, r *http.Request, provider Provider, ending string, status int, err error) {
	d.ended(provider, ending)
	d.log().Warn("notification refused",
		"provider", provider.Name(), "ending", ending, "status", status, "remote", r.RemoteAddr, "error", err)
	http.Error(w, http.StatusText(status), status)
}

func (d *Door) ended(provider Provider, ending string) {
	if d.Count != nil {
		d.Count(provider.Name(), ending)
	}
}

func (d *Door) log() *slog.Logger {
	if d.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return d.Log
}
