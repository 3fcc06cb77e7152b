package telegramtest

import (
	"crypto/rand"
	"strconv"
)

// findChannel is findChat for methods that make sense only where there are members.
func (s *Server) findChannel(c *call) (*Channel, *failure) {
	ch, fail := s.findChat(c, "chat_id")
	if fail != nil {
		return nil, fail
	}
	if ch.channel == nil {
		return nil, badRequest("method is available only for supergroups and channels")
	}
	return ch.channel, nil
}

// createChatInviteLink plays the Bot API's createChatInviteLink.
func (s *Server) createChatInviteLink(c *call) (any, *failure) {
	ch, fail := s.findChannel(c)
	if fail != nil {
		return nil, fail
	}
	expires := c.number("expire_date")
	switch {
	case expires != 0 && expires <= s.cfg.Now().Unix():
		return nil, badRequest("expire date must be in the future")
	case c.flag("creates_join_request") && c.number("member_limit") > 0:
		return nil, badRequest("member limit can't be specified for links requiring administrator approval")
	}
	l := &inviteLink{channel: ch, inside: map[int64]bool{}, wire: wireLink{
		InviteLink: "https://t.me/+" + rand.Text()[:16], Creator: s.bot,
		JoinRequest: c.flag("creates_join_request"), Name: c.text("name"),
		ExpireDate: expires, MemberLimit: c.number("member_limit"),
	}}
	s.links[l.wire.InviteLink] = l
	return l.wire, nil
}

// revokeChatInviteLink plays the Bot API's revokeChatInviteLink.
func (s *Server) revokeChatInviteLink(c *call) (any, *failure) {
	ch, fail := s.findChannel(c)
	if fail != nil {
		return nil, fail
	}
	l := s.links[c.text("invite_link")]
	if l == nil || l.channel != ch {
		return nil, badRequest("INVITE_HASH_EXPIRED")
	}
	l.wire.IsRevoked = true
	s.broadcast()
	return l.wire, nil
}

// member finds channel and user of a method that concerns both.
func (s *Server) member(c *call) (*Channel, *User, *failure) {
	ch, fail := s.findChannel(c)
	if fail != nil {
		return nil, nil, fail
	}
	u := s.users[c.number("user_id")]
	if u == nil || !u.met {
		return nil, nil, badRequest("user not found")
	}
	return ch, u, nil
}

// banChatMember plays the Bot API's banChatMember. An until_date is not waited for: the ban stays until unbanned.
func (s *Server) banChatMember(c *call) (any, *failure) {
	ch, u, fail := s.member(c)
	if fail != nil {
		return nil, fail
	}
	ch.forgetRequest(u)
	ch.move(s.bot, u, "kicked", nil, false)
	return true, nil
}

// unbanChatMember plays the Bot API's unbanChatMember: without only_if_banned it also removes a member.
func (s *Server) unbanChatMember(c *call) (any, *failure) {
	ch, u, fail := s.member(c)
	if fail != nil {
		return nil, fail
	}
	status := ch.statusOf(u.wire.ID)
	if status == "kicked" || status == "member" && !c.flag("only_if_banned") {
		ch.move(s.bot, u, "left", nil, false)
	}
	return true, nil
}

// approveChatJoinRequest plays the Bot API's approveChatJoinRequest.
func (s *Server) approveChatJoinRequest(c *call) (any, *failure) {
	return s.decide(c, true)
}

// declineChatJoinRequest plays the Bot API's declineChatJoinRequest.
func (s *Server) declineChatJoinRequest(c *call) (any, *failure) {
	return s.decide(c, false)
}

func (s *Server) decide(c *call, approve bool) (any, *failure) {
	ch, u, fail := s.member(c)
	if fail != nil {
		return nil, fail
	}
	l := ch.requests[u.wire.ID]
	switch {
	case ch.statusOf(u.wire.ID) == "member":
		return nil, badRequest("USER_ALREADY_PARTICIPANT")
	case l == nil:
		return nil, badRequest("HIDE_REQUESTER_MISSING")
	}
	ch.forgetRequest(u)
	if approve {
		ch.move(s.bot, u, "member", l, true)
	}
	s.broadcast()
	return true, nil
}

func (ch *Channel) forgetRequest(u *User) {
	if l := ch.requests[u.wire.ID]; l != nil {
		l.wire.PendingCount--
		delete(ch.requests, u.wire.ID)
	}
}

// getChatMember plays the Bot API's getChatMember.
func (s *Server) getChatMember(c *call) (any, *failure) {
	if c.text("user_id") == strconv.FormatInt(s.bot.ID, 10) {
		if _, fail := s.findChannel(c); fail != nil {
			return nil, fail
		}
		return s.botAsAdministrator(), nil
	}
	ch, u, fail := s.member(c)
	if fail != nil {
		return nil, fail
	}
	return memberOf(u, ch.statusOf(u.wire.ID)), nil
}

// botAsAdministrator is the Bot API's ChatMemberAdministrator.
func (s *Server) botAsAdministrator() map[string]any {
	out := map[string]any{"status": "administrator", "user": s.bot, "can_be_edited": false, "is_anonymous": false}
	for _, right := range []string{
		"can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
		"can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
		"can_delete_stories", "can_post_messages", "can_edit_messages",
	} {
		out[right] = true
	}
	return out
}
