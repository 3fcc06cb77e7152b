package main

import (
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"voronka/bot"
	"voronka/bot/telegram"
	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
)

// TestRecordsAreMaskedInALog logs what holds personal data and secrets as a
// careless line would, by value and by pointer.
func TestRecordsAreMaskedInALog(t *testing.T) {
	t.Parallel()
	const secret = "anna@mail.ru"
	payment := sales.Payment{
		ID: "p1", External: secret, URL: secret, Description: secret, CustomerKey: secret, Request: secret, State: secret,
		Extra: map[string]string{"IP": secret}, Receipt: &sales.Receipt{Email: secret},
	}
	order := sales.Order{ID: "o1", Contact: secret, Title: secret, Product: secret}
	subscription := sales.Subscription{ID: "s1", Contact: secret, Flow: secret, Plan: sales.Plan{Title: secret}}
	job := outbox.Job{ID: 5, Lane: "chat/tg:7", Kind: "say", Payload: json.RawMessage(`"` + secret + `"`), Error: secret}
	update := telegram.Update{ID: 6, Raw: []byte(secret), Input: flows.Input{Text: secret}, Err: errors.New(secret)}
	aside := bot.Aside{Key: "telegram/6", Raw: []byte(secret), Why: secret}
	message := bot.Message{Text: secret, Document: &bot.File{Name: secret, URL: secret}, Buttons: [][]flows.InlineButton{{{Text: secret}}}}
	for want, record := range map[string][2]any{
		"id=p1": {payment, &payment}, "id=o1": {order, &order}, "id=s1": {subscription, &subscription}, "id=5": {job, &job},
		"id=6": {update, &update}, "key=telegram/6": {aside, &aside}, "bytes=12": {message, &message},
	} {
		for _, one := range record {
			var text, lines strings.Builder
			slog.New(slog.NewTextHandler(&text, nil)).Info("seen", "record", one)
			slog.New(slog.NewJSONHandler(&lines, nil)).Info("seen", "record", one)
			if all := text.String() + lines.String(); strings.Contains(all, secret) || strings.Contains(all, "YW5uYU") {
				t.Errorf("%T is told: %s", one, all)
			}
			if !strings.Contains(text.String(), "record."+want) {
				t.Errorf("%T is not named by %s: %s", one, want, text.String())
			}
		}
	}
}
