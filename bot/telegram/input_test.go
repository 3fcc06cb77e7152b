package telegram

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"voronka/flows"
)

const (
	from = `"from":{"id":7,"first_name":"Анна 🌸","last_name":"Ёлкина","username":"anna","language_code":"ru"}`
	chat = `"chat":{"id":7,"type":"private"}`
)

func TestReadMessages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		message string // beside message_id, date, from and chat
		want    flows.Input
	}{
		"text":              {`"text":"Привет 👋"`, flows.Input{Kind: flows.Text, Text: "Привет 👋"}},
		"command":           {`"text":"/start"`, flows.Input{Kind: flows.Command, Text: "start"}},
		"deep link":         {`"text":"/start vk_ads-7"`, flows.Input{Kind: flows.Command, Text: "start", Payload: "vk_ads-7"}},
		"command to a bot":  {`"text":"/Start@Shop_Bot  promo 1 "`, flows.Input{Kind: flows.Command, Text: "start", Payload: "promo 1"}},
		"command, new line": {`"text":"/help\nмне"`, flows.Input{Kind: flows.Command, Text: "help", Payload: "мне"}},
		"Russian command":   {`"text":"/Стоп"`, flows.Input{Kind: flows.Command, Text: "стоп"}},
		"command inside":    {`"text":"привет /start"`, flows.Input{Kind: flows.Text, Text: "привет /start"}},
		"a lone slash":      {`"text":"/ 5 корпус"`, flows.Input{Kind: flows.Text, Text: "/ 5 корпус"}},
		"nameless command":  {`"text":"/@bot"`, flows.Input{Kind: flows.Text, Text: "/@bot"}},
		"forged event":      {`"text":"payment_success 44"`, flows.Input{Kind: flows.Text, Text: "payment_success 44"}},
		"photo":             {`"photo":[{"file_id":"small","file_unique_id":"a","width":1,"height":1},{"file_id":"large","file_unique_id":"b","width":9,"height":9}],"caption":"чек"`, flows.Input{Kind: flows.Photo, Text: "чек", File: "large"}},
		"command caption":   {`"photo":[{"file_id":"large","file_unique_id":"b","width":9,"height":9}],"caption":"/start"`, flows.Input{Kind: flows.Photo, Text: "/start", File: "large"}},
		"document":          {`"document":{"file_id":"doc","file_unique_id":"d"},"caption":"паспорт"`, flows.Input{Kind: flows.Document, Text: "паспорт", File: "doc"}},
		"voice":             {`"voice":{"file_id":"ogg","file_unique_id":"v","duration":3}`, flows.Input{Kind: flows.Voice, File: "ogg"}},
		"location":          {`"location":{"latitude":55.75,"longitude":37.61}`, flows.Input{Kind: flows.Location, Text: "55.750000, 37.610000"}},
		"sticker":           {`"sticker":{"file_id":"st","file_unique_id":"s","type":"regular","width":1,"height":1,"is_animated":false,"is_video":false}`, flows.Input{Kind: flows.Other}},
		"video":             {`"video":{"file_id":"mp4","file_unique_id":"m","width":1,"height":1,"duration":1},"caption":"вот"`, flows.Input{Kind: flows.Other, Text: "вот"}},
		"own contact":       {`"contact":{"phone_number":"+79001234567","first_name":"Анна","user_id":7}`, flows.Input{Kind: flows.Shared, Phone: "+79001234567", Own: true}},
		"foreign contact":   {`"contact":{"phone_number":"+79007654321","first_name":"Борис","user_id":8}`, flows.Input{Kind: flows.Shared, Phone: "+79007654321"}},
		"nobody's contact":  {`"contact":{"phone_number":"+79007654321","first_name":"Борис"}`, flows.Input{Kind: flows.Shared, Phone: "+79007654321"}},
		"forwarded contact": {`"contact":{"phone_number":"+79001234567","first_name":"Анна","user_id":7},"forward_origin":{"type":"hidden_user","date":1,"sender_user_name":"Кто-то"}`, flows.Input{Kind: flows.Shared, Phone: "+79001234567"}},
		"contact via a bot": {`"contact":{"phone_number":"+79001234567","first_name":"Анна","user_id":7},"via_bot":{"id":5,"is_bot":true,"first_name":"b"}`, flows.Input{Kind: flows.Shared, Phone: "+79001234567"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Read(json.RawMessage(`{"update_id":55,"message":{"message_id":3,"date":1,`+from+`,`+chat+`,`+c.message+`}}`), noon())
			c.want.ID, c.want.At, c.want.Contact, c.want.Message, c.want.Profile = "tg:55", noon(), "tg:7", 3, anna()
			if got.Err != nil || got.ID != 55 || got.Contact != "tg:7" {
				t.Errorf("got %+v", got)
			}
			if diff := cmp.Diff(c.want, got.Input, cmpopts.IgnoreUnexported(flows.Input{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func anna() flows.Profile {
	return flows.Profile{ChatID: 7, Name: "Анна 🌸", LastName: "Ёлкина", Username: "anna", Language: "ru"}
}

func TestReadPressesAndMembership(t *testing.T) {
	t.Parallel()
	member := func(status string) string {
		return `"my_chat_member":{` + chat + `,` + from + `,"date":1,"old_chat_member":{"status":"member","user":{"id":42,"is_bot":true,"first_name":"b"}},` +
			`"new_chat_member":{"status":"` + status + `","until_date":0,"user":{"id":42,"is_bot":true,"first_name":"b"}}}`
	}
	for name, c := range map[string]struct {
		update string
		want   flows.Input
	}{
		"press":        {`"callback_query":{"id":"cb","chat_instance":"x","data":"v1:да",` + from + `,"message":{"message_id":9,"date":1,` + chat + `,"text":"?"}}`, flows.Input{Kind: flows.Button, Payload: "v1:да", Callback: "cb", Message: 9}},
		"old press":    {`"callback_query":{"id":"cb","chat_instance":"x","data":"v1:да",` + from + `,"message":{"message_id":9,"date":0,` + chat + `}}`, flows.Input{Kind: flows.Button, Payload: "v1:да", Callback: "cb", Message: 9}},
		"game press":   {`"callback_query":{"id":"cb","chat_instance":"x","game_short_name":"g",` + from + `,"message":{"message_id":9,"date":1,` + chat + `}}`, flows.Input{Kind: flows.Button, Callback: "cb", Message: 9}},
		"blocked":      {member("kicked"), flows.Input{Kind: flows.Blocked}},
		"unblocked":    {member("member"), flows.Input{Kind: flows.Unblocked}},
		"with unknown": {`"message":{"message_id":9,"date":1,` + from + `,` + chat + `,"text":"я","smell":{"of":"roses"}}`, flows.Input{Kind: flows.Text, Text: "я", Message: 9}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Read(json.RawMessage(`{"update_id":56,`+c.update+`}`), noon())
			c.want.ID, c.want.At, c.want.Contact, c.want.Profile = "tg:56", noon(), "tg:7", anna()
			if got.Err != nil {
				t.Fatal(got.Err)
			}
			if diff := cmp.Diff(c.want, got.Input, cmpopts.IgnoreUnexported(flows.Input{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	group := `"chat":{"id":-5,"type":"group","title":"Мы"}`
	for name, update := range map[string]string{
		"group message":  `"message":{"message_id":1,"date":1,` + from + `,` + group + `,"text":"/start@bot"}`,
		"group press":    `"callback_query":{"id":"cb","chat_instance":"x","data":"d",` + from + `,"message":{"message_id":9,"date":1,` + group + `}}`,
		"inline press":   `"callback_query":{"id":"cb","chat_instance":"x","data":"d",` + from + `,"inline_message_id":"i"}`,
		"bot's message":  `"message":{"message_id":1,"date":1,"from":{"id":9,"is_bot":true,"first_name":"b"},` + chat + `,"text":"я"}`,
		"no sender":      `"message":{"message_id":1,"date":1,` + chat + `,"text":"я"}`,
		"edit":           `"edited_message":{"message_id":1,"date":1,` + from + `,` + chat + `,"text":"я"}`,
		"group member":   `"my_chat_member":{` + group + `,` + from + `,"date":1,"old_chat_member":{"status":"left","user":{"id":42}},"new_chat_member":{"status":"member","user":{"id":42}}}`,
		"of new kinds":   `"hologram":{"id":1}`,
		"nothing at all": `"x":null`,
	} {
		got := Read(json.RawMessage(`{"update_id":57,`+update+`}`), noon())
		if got.Err != nil || got.Contact != "" || got.ID != 57 || got.Input.Kind != "" {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func TestReadNeverFails(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{``, `null`, `[]`, `{`, `"x"`, `{"update_id":"1"}`, `{"update_id":1.5}`, `{"update_id":1,"message":"x"}`,
		`{"update_id":1,"message":{"message_id":99999999999999999999}}`, "{\"update_id\":1,\"message\":{\"text\":\"\xff\"}}"} {
		got := Read(json.RawMessage(raw), noon())
		if got.Contact != "" {
			t.Errorf("%q: got %+v", raw, got)
		}
	}
}
