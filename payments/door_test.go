package payments_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/payments"
	"voronka/sales"
)

// shop is a provider whose notifications say what they are.
type shop struct{ payments.Provider }

func (shop) Name() string                      { return "shop" }
func (shop) Acknowledge(w http.ResponseWriter) { io.WriteString(w, "OK") }
func (shop) Receive(_ *http.Request, body []byte) (payments.Event, error) {
	switch string(body) {
	case "forged secret":
		return payments.Event{}, fmt.Errorf("shop: %w", payments.ErrForged)
	case "unreadable secret":
		return payments.Event{}, errors.New("shop: not JSON")
	case "receipt":
		return payments.Event{}, nil
	}
	return payments.Event{Payment: string(body), Status: sales.PaymentPaid, State: "CONFIRMED"}, nil
}

func TestDoor(t *testing.T) {
	t.Parallel()
	type answer struct {
		Status                      int
		Body, Ending, Retry, Events string
	}
	tests := []struct {
		name, method, path, body string
		want                     answer
	}{
		{"genuine", "POST", "/payments/shop", "p1", answer{200, "OK", "accepted", "", "p1"}},
		{"of no consequence", "POST", "/payments/shop", "receipt", answer{200, "OK", "idle", "", ""}},
		{"forged", "POST", "/payments/shop", "forged secret", answer{403, "Forbidden\n", "forged", "", ""}},
		{"unreadable", "POST", "/payments/shop", "unreadable secret", answer{400, "Bad Request\n", "unreadable", "", ""}},
		{"too long", "POST", "/payments/shop", strings.Repeat("a", 1<<20+1), answer{413, "Request Entity Too Large\n", "unreadable", "", ""}},
		{"not ours", "POST", "/payments/shop", "alien", answer{200, "OK", "unknown", "", "alien"}},
		{"store is down", "POST", "/payments/shop", "broken", answer{500, "Internal Server Error\n", "failed", "60", "broken"}},
		{"another provider", "POST", "/payments/nobody", "p1", answer{404, "404 page not found\n", "", "", ""}},
		{"by GET", "GET", "/payments/shop", "", answer{405, "notifications come by POST\n", "", "", ""}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got answer
			var log strings.Builder
			door := payments.NewDoor(func(ctx context.Context, provider string, e payments.Event) error {
				got.Events += e.Payment
				switch e.Payment {
				case "alien":
					return payments.ErrUnknown
				case "broken":
					return errors.New("disk full")
				}
				return ctx.Err()
			}, shop{})
			door.Log = slog.New(slog.NewTextHandler(&log, nil))
			door.Count = func(provider, ending string) { got.Ending += ending }
			mux := http.NewServeMux()
			mux.Handle("/payments/{provider}", door)

			ctx, cancel := context.WithCancel(t.Context())
			cancel() // a bank that hung up does not undo what it told
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, httptest.NewRequestWithContext(ctx, test.method, test.path, strings.NewReader(test.body)))
			got.Status, got.Body, got.Retry = w.Code, w.Body.String(), w.Header().Get("Retry-After")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if strings.Contains(log.String(), "secret") {
				t.Errorf("the log quotes a notification: %s", log.String())
			}
		})
	}
}
