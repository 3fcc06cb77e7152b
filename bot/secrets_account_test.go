package bot_test

import (
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"voronka/bot"
)

// TestNoAccountIsKeptOrTold binds an account by SBP, charges it a month later, and
// then looks for its token in every place.
func TestNoAccountIsKeptOrTold(t *testing.T) {
	t.Parallel()
	log := &shared{}
	h, first := joins(t, func(c *bot.Config) {
		c.Sealer = turned{}
		c.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	h.paysByQR(true)
	h.settle()
	if !h.chargedNextMonth() {
		t.Fatalf("%d charges", h.charges())
	}
	var secrets []string
	tokens := 0
	for _, request := range h.bank.Requests() {
		var root struct{ AccountToken, Token string }
		if json.Unmarshal(request.Body, &root) != nil {
			continue
		}
		if root.AccountToken != "" {
			tokens++
		}
		for _, secret := range []string{root.AccountToken, root.Token} {
			if secret != "" && !slices.Contains(secrets, secret) {
				secrets = append(secrets, secret)
			}
		}
	}
	var said []string
	for _, line := range h.said() {
		said = append(said, line.Text)
	}
	var shown []string
	for _, message := range h.chat.shown {
		raw, err := json.Marshal(message)
		if err != nil {
			t.Fatal(err)
		}
		shown = append(shown, string(raw))
	}
	searched := map[string]string{"the log": log.String(), "the journal": strings.Join(said, "\n"), "the chat": strings.Join(shown, "\n")}
	for name, content := range filesOf(t, h.config.Project.Dir) {
		searched[name] = content
	}
	if tokens == 0 || len(secrets) < 5 || !strings.Contains(searched["voronka.db"]+searched["voronka.db.log"], first.ID) {
		t.Fatalf("%d secrets to look for, in %d places", len(secrets), len(searched))
	}
	for place, text := range searched {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%q is in %s", secret, place)
			}
		}
	}
}
