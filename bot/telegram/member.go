package telegram

import (
	"context"
	"strings"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// Member implements bot.Census (Bot API, getChatMember). In a private chat the
// chat's id is the user's.
func (s *Sender) Member(ctx context.Context, channel string, chat int64) (bool, error) {
	var found *models.ChatMember
	err := s.inChannel("getChatMember", channel, func(id any) (err error) {
		found, err = s.api.GetChatMember(ctx, &bot.GetChatMemberParams{ChatID: id, UserID: chat})
		return err
	})
	if err != nil {
		text := strings.ToLower(err.Error())
		for _, stranger := range []string{"user not found", "user_not_participant", "participant_id_invalid", "member not found"} {
			if strings.Contains(text, stranger) {
				return false, nil
			}
		}
		return false, channelError(sendError(err))
	}
	switch found.Type {
	case models.ChatMemberTypeOwner, models.ChatMemberTypeAdministrator, models.ChatMemberTypeMember:
		return true, nil
	case models.ChatMemberTypeRestricted:
		return found.Restricted != nil && found.Restricted.IsMember, nil
	}
	return false, nil
}
