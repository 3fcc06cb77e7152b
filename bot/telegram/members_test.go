package telegram

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"voronka/flows"
)

func TestReadChannelMembers(t *testing.T) {
	t.Parallel()
	const user = `"user":{"id":7,"is_bot":false,"first_name":"Анна 🌸","last_name":"Ёлкина","username":"anna","language_code":"ru"}`
	change := func(was, is string) json.RawMessage {
		return json.RawMessage(fmt.Sprintf(`{"update_id":56,"chat_member":{"chat":{"id":-100123,"type":"channel","title":"Новости","username":"news"},`+
			`"from":{"id":1,"is_bot":false,"first_name":"Админ"},"date":1,"old_chat_member":{%s,%s},"new_chat_member":{%s,%s}}}`, was, user, is, user))
	}
	const in, out, banned = `"status":"member"`, `"status":"left"`, `"status":"kicked","until_date":0`
	muted, gone := `"status":"restricted","is_member":true`, `"status":"restricted","is_member":false`
	for name, one := range map[string]struct {
		was, is string
		want    flows.InputKind
	}{
		"joined": {out, in, flows.Joined}, "left": {in, out, flows.Left}, "thrown out": {in, banned, flows.Left},
		"let in again": {banned, muted, flows.Joined}, "left muted": {muted, gone, flows.Left}, "muted": {in, muted, ""}, "unbanned": {banned, out, ""},
	} {
		got := Read(change(one.was, one.is), noon())
		want := flows.Input{}
		if one.want != "" {
			want = flows.Input{ID: "tg:56", Kind: one.want, Contact: "tg:7", At: noon(), Text: "news", Payload: "-100123", Profile: anna()}
		}
		if diff := cmp.Diff(want, got.Input, cmpopts.IgnoreUnexported(flows.Input{})); diff != "" || got.Err != nil {
			t.Errorf("%s: %v %s", name, got.Err, diff)
		}
	}
}
