package telegram

import (
	"context"
	"strings"

	"github.com/go-telegram/bot"
)

// BotID is the id of the bot that a token belongs to (Bot API, "Authorizing your
// bot": the part before the colon).
func BotID(token string) string {
	id, _, _ := strings.Cut(token, ":")
	return id
}

// webhookConnections is how many updates Telegram may post side by side: as
// many as it allows (Bot API, setWebhook), for turns that come together share a
// commit.
const webhookConnections = 100

// UseWebhook tells Telegram to post updates to an address of ours.
func (s *Sender) UseWebhook(ctx context.Context, address, secret string) error {
	_, err := s.api.SetWebhook(ctx, &bot.SetWebhookParams{URL: address, SecretToken: secret, AllowedUpdates: allowedUpdates(), MaxConnections: webhookConnections})
	return s.noted(err)
}

// UsePolling takes a webhook away, without which polling is refused. Updates
// that wait are kept.
func (s *Sender) UsePolling(ctx context.Context) error {
	_, err := s.api.DeleteWebhook(ctx, &bot.DeleteWebhookParams{})
	return s.noted(err)
}
