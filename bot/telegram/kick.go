package telegram

import (
	"context"
	"strings"

	"github.com/go-telegram/bot"
)

// Kick implements bot.Doorkeeper. In a private chat the chat's id is the user's.
// After unbanChatMember the user is no member, and may join again (Bot API).
func (s *Sender) Kick(ctx context.Context, channel string, chat int64) error {
	err := s.inChannel("unbanChatMember", channel, func(id any) error {
		_, err := s.api.UnbanChatMember(ctx, &bot.UnbanChatMemberParams{ChatID: id, UserID: chat})
		return err
	})
	if err == nil {
		return nil
	}
	text := strings.ToLower(err.Error())
	for _, out := range []string{"user not found", "user_not_participant", "participant_id_invalid"} {
		if strings.Contains(text, out) {
			return nil
		}
	}
	return channelError(sendError(err))
}
