package telegramtest

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
)

func (f *fixture) link(t *testing.T, more params) string {
	t.Helper()
	more["chat_id"] = -1001
	r := f.call(t, "createChatInviteLink", more)
	var link wireLink
	if err := json.Unmarshal(r.Result, &link); err != nil {
		t.Fatalf("%s: %v", r.Description, err)
	}
	return link.InviteLink
}

func TestInviteLinksEnd(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	f := open(t, Config{Now: func() time.Time { return now }})
	club := f.Channel(-1001, "Клуб")
	boris := f.User(Profile{ID: 1002, FirstName: "Борис"})

	one := f.link(t, params{"member_limit": 1})
	if err := f.anna.Join(one); err != nil || club.Status(f.anna) != "member" {
		t.Errorf("Anna joins: %v, %s", err, club.Status(f.anna))
	}
	if err := boris.Join(one); !errors.Is(err, ErrBadLink) {
		t.Errorf("a link for one lets in a second: %v", err)
	}
	hour := f.link(t, params{"expire_date": now.Add(time.Hour).Unix()})
	now = now.Add(time.Hour)
	if err := boris.Join(hour); !errors.Is(err, ErrBadLink) {
		t.Errorf("an expired link works: %v", err)
	}
	revoked := f.link(t, params{})
	f.call(t, "revokeChatInviteLink", params{"chat_id": -1001, "invite_link": revoked})
	if err := boris.Join(revoked); !errors.Is(err, ErrBadLink) {
		t.Errorf("a revoked link works: %v", err)
	}
	f.call(t, "banChatMember", params{"chat_id": -1001, "user_id": 1001})
	if err := f.anna.Join(f.link(t, params{})); !errors.Is(err, ErrBanned) {
		t.Errorf("a banned customer joins: %v", err)
	}
	f.call(t, "unbanChatMember", params{"chat_id": -1001, "user_id": 1001, "only_if_banned": true})
	if err := f.anna.Join(one); err != nil {
		t.Errorf("the place in the channel is free again: %v", err)
	}
	for _, bad := range []params{{"expire_date": now.Unix() - 1}, {"creates_join_request": true, "member_limit": 5}, {"member_limit": 100_000}} {
		bad["chat_id"] = -1001
		if r := f.call(t, "createChatInviteLink", bad); r.Code != 400 {
			t.Errorf("%v: %+v", bad, r)
		}
	}
}

func TestJoinRequests(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	f := open(t, Config{Now: func() time.Time { return now }})
	club := f.Channel(-1001, "Клуб")
	link := f.link(t, params{"creates_join_request": true})
	if err := f.anna.Join(link); err != nil {
		t.Fatal(err)
	}
	who := params{"chat_id": -1001, "user_id": 1001}
	if got := f.poll(t, params{}); len(got) != 1 || got[0].Join.UserChatID != 1001 {
		t.Errorf("updates: %+v", got)
	}
	if r := f.call(t, "sendMessage", params{"chat_id": 1001, "text": "Проверяем оплату"}); !r.OK {
		t.Errorf("within five minutes of the request: %+v", r)
	}
	now = now.Add(6 * time.Minute)
	if r := f.call(t, "sendMessage", params{"chat_id": 1001, "text": "Проверили"}); r.Code != 403 {
		t.Errorf("after five minutes: %+v", r)
	}
	if r := f.call(t, "declineChatJoinRequest", who); !r.OK || club.Status(f.anna) != "left" {
		t.Errorf("declined: %+v %s", r, club.Status(f.anna))
	}
	if r := f.call(t, "approveChatJoinRequest", who); r.Description != "Bad Request: HIDE_REQUESTER_MISSING" {
		t.Errorf("approved without a request: %+v", r)
	}
	_ = f.anna.Join(link)
	if r := f.call(t, "approveChatJoinRequest", who); !r.OK || club.Status(f.anna) != "member" {
		t.Errorf("approved: %+v %s", r, club.Status(f.anna))
	}
	if r := f.call(t, "approveChatJoinRequest", who); r.Description != "Bad Request: USER_ALREADY_PARTICIPANT" {
		t.Errorf("approved twice: %+v", r)
	}
	for _, id := range []int64{1001, 42} {
		if r := f.call(t, "getChatMember", params{"chat_id": -1001, "user_id": id}); !r.OK {
			t.Errorf("getChatMember %d: %+v", id, r)
		}
	}
	for _, id := range []int64{1001, -1001} {
		if r := f.call(t, "getChat", params{"chat_id": id}); !r.OK {
			t.Errorf("getChat %d: %+v", id, r)
		}
	}
	if r := f.call(t, "sendMessage", params{"chat_id": -1001, "text": "Всем привет"}); !r.OK || len(club.Messages()) != 1 {
		t.Errorf("post: %+v", r)
	}
}
