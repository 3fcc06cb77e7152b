package telegram

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/bot/telegramtest"
	"voronka/flows"
)

// TestFullStorePutsNothingAside: a disk that is full, or a database that is down,
// is no fault of an update's, however long it lasts. Nothing is put aside, though
// there may be room for that, and all is heard in its order once there is room.
func TestFullStorePutsNothingAside(t *testing.T) {
	t.Parallel()
	for name, together := range map[string]bool{"one by one": false, "a batch at once": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, api := fake(t)
			anna, boris := server.User(telegramtest.Profile{ID: 1}), server.User(telegramtest.Profile{ID: 2, FirstName: "Борис"})
			refusals := 10 * turnTries
			b := keepBooks(func(in flows.Input) error {
				if refusals > 0 && in.Text != "раз" {
					refusals--
					return errFull
				}
				return nil
			})
			b.Parallel = 1
			if together {
				b.HandleAll = func(ctx context.Context, inputs []flows.Input) []error {
					errs := make([]error, len(inputs))
					for i, in := range inputs {
						if errs[i] = b.handle(ctx, in); errs[i] != nil {
							for j := i; j < len(inputs); j++ {
								errs[j] = errFull
							}
							break
						}
					}
					return errs
				}
			}
			var want []string
			for _, text := range []string{"раз", "два", "три"} {
				anna.Send(text)
				want = append(want, text)
			}
			boris.Send("привет")
			poll(t, b, api, server.Token())
			b.wait(t, 4)
			if diff := cmp.Diff(want, b.texts("tg:1")); diff != "" {
				t.Error(diff)
			}
			if log := b.log.String(); !strings.Contains(log, "cannot be written down") || strings.Contains(log, "poll failed") {
				t.Errorf("log: %s", log)
			}
			if !slices.Equal(b.texts("tg:2"), []string{"привет"}) || len(b.aside) != 0 {
				t.Errorf("Boris said %q, put aside: %q", b.texts("tg:2"), b.aside)
			}
		})
	}
}
