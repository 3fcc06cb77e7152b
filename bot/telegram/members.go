package telegram

import (
	"strconv"

	"github.com/go-telegram/bot/models"

	"voronka/flows"
)

// belonging reads that somebody joined or left a channel or group where the
// bot is an administrator (Bot API, Update.chat_member). Who did it may be an
// administrator; whom it is about is the member. A change of rights is neither.
func belonging(m *models.ChatMemberUpdated) (flows.Input, bool) {
	who, is := member(&m.NewChatMember)
	_, was := member(&m.OldChatMember)
	if who == nil || who.IsBot || is == was || m.Chat.Type == models.ChatTypePrivate {
		return flows.Input{}, false
	}
	in := flows.Input{
		Kind: flows.Left, Text: m.Chat.Username, Payload: strconv.FormatInt(m.Chat.ID, 10),
		// A private chat has the id of its customer (Bot API, Chat).
		Profile: profile(who.ID, who),
	}
	if is {
		in.Kind = flows.Joined
	}
	return in, true
}

// member is whom a ChatMember is about, and whether they are inside.
func member(m *models.ChatMember) (who *models.User, inside bool) {
	switch {
	case m.Owner != nil:
		return m.Owner.User, true
	case m.Administrator != nil:
		return &m.Administrator.User, true
	case m.Member != nil:
		return m.Member.User, true
	case m.Restricted != nil:
		return m.Restricted.User, m.Restricted.IsMember
	case m.Left != nil:
		return m.Left.User, false
	case m.Banned != nil:
		return m.Banned.User, false
	}
	return nil, false
}
