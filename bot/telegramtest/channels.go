package telegramtest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// What joining a channel can end in, beside success.
var (
	ErrBadLink = errors.New("the invite link is unknown, revoked, expired or used up")
	ErrBanned  = errors.New("the customer is banned in the channel")
)

// Channel is a channel in which the bot is an administrator with every right.
type Channel struct {
	s        *Server
	chat     *chat
	status   map[int64]string      // member, left, kicked; absent: never was there
	requests map[int64]*inviteLink // who waits for approval, and through which link
}

// inviteLink is a link of the bot's own making.
type inviteLink struct {
	wire    wireLink
	channel *Channel
	inside  map[int64]bool // who is in the channel through this link
}

// Channel finds or makes a channel. Telegram's ids of channels are negative and start with -100.
func (s *Server) Channel(id int64, title string) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.chats[id]; known != nil && known.channel != nil {
		return known.channel
	}
	ch := &Channel{s: s, status: map[int64]string{}, requests: map[int64]*inviteLink{}}
	ch.chat = &chat{wire: wireChat{ID: id, Type: "channel", Title: title}, byID: map[int64]*message{}, channel: ch}
	s.chats[id] = ch.chat
	return ch
}

// ID is the channel's chat id.
func (ch *Channel) ID() int64 { return ch.chat.wire.ID }

// Messages are the posts, oldest first.
func (ch *Channel) Messages() []Message {
	ch.s.mu.Lock()
	defer ch.s.mu.Unlock()
	return ch.chat.seen()
}

// Status is a customer's place in the channel: member, left, kicked, or pending while a join request waits.
func (ch *Channel) Status(u *User) string {
	ch.s.mu.Lock()
	defer ch.s.mu.Unlock()
	if ch.requests[u.wire.ID] != nil {
		return "pending"
	}
	return ch.statusOf(u.wire.ID)
}

// WaitForStatus blocks until a customer has this place in the channel, or ctx is done.
func (ch *Channel) WaitForStatus(ctx context.Context, u *User, status string) error {
	for {
		ch.s.mu.Lock()
		changed := ch.s.changed
		ch.s.mu.Unlock()
		now := ch.Status(u)
		if now == status {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for status %s, is %s: %w", status, now, ctx.Err())
		}
	}
}

func (ch *Channel) statusOf(id int64) string {
	if status := ch.status[id]; status != "" {
		return status
	}
	return "left"
}

// Join follows an invite link: the customer becomes a member, or asks to be let in.
func (u *User) Join(link string) error {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.links[link]
	if l == nil || l.wire.IsRevoked || l.wire.ExpireDate > 0 && s.cfg.Now().Unix() >= l.wire.ExpireDate {
		return ErrBadLink
	}
	ch, id := l.channel, u.wire.ID
	switch {
	case ch.statusOf(id) == "kicked":
		return ErrBanned
	case ch.statusOf(id) == "member":
		return nil
	case l.wire.JoinRequest:
		u.ask(l)
		return nil
	case l.wire.MemberLimit > 0 && int64(len(l.inside)) >= l.wire.MemberLimit:
		return ErrBadLink
	}
	l.inside[id] = true
	ch.move(u.wire, u, "member", l, false)
	return nil
}

// ask sends a join request; for five minutes the bot may write to who asks. The caller holds s.mu.
func (u *User) ask(l *inviteLink) {
	s := u.s
	if l.channel.requests[u.wire.ID] != nil {
		return
	}
	l.channel.requests[u.wire.ID] = l
	l.wire.PendingCount++
	u.met, u.writableUntil = true, s.cfg.Now().Add(5*time.Minute)
	s.enqueue("chat_join_request", "member:"+strconv.FormatInt(u.wire.ID, 10), keepMessages, map[string]any{
		"chat": l.channel.chat.wire, "from": u.wire, "user_chat_id": u.wire.ID,
		"date": s.cfg.Now().Unix(), "invite_link": l.wire,
	})
	s.broadcast()
}

// awaits reports whether the request made through a link still waits.
func (u *User) awaits(link string) bool {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	l := u.s.links[link]
	return l != nil && l.channel.requests[u.wire.ID] != nil
}

// Leave leaves the channel.
func (u *User) Leave(ch *Channel) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	if ch.statusOf(u.wire.ID) == "member" {
		ch.move(u.wire, u, "left", nil, false)
	}
}

// move changes a customer's place and tells the bot, if it asked for chat_member. The caller holds s.mu.
func (ch *Channel) move(by wireUser, u *User, to string, through *inviteLink, approved bool) {
	id := u.wire.ID
	was := ch.statusOf(id)
	if was == to {
		return
	}
	u.met = true
	ch.status[id] = to
	if to != "member" {
		for _, l := range ch.s.links {
			if l.channel == ch {
				delete(l.inside, id)
			}
		}
	}
	change := map[string]any{
		"chat": ch.chat.wire, "from": by, "date": ch.s.cfg.Now().Unix(),
		"old_chat_member": memberOf(u, was), "new_chat_member": memberOf(u, to),
	}
	if through != nil {
		change["invite_link"] = through.wire
	}
	if approved {
		change["via_join_request"] = true
	}
	ch.s.enqueue("chat_member", "member:"+strconv.FormatInt(id, 10), keepMessages, change)
	ch.s.broadcast()
}

// memberOf is the Bot API's ChatMember.
func memberOf(u *User, status string) map[string]any {
	out := map[string]any{"user": u.wire, "status": status}
	if status == "kicked" {
		out["until_date"] = 0
	}
	return out
}
