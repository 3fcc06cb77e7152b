package amocrm

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/crm"
)

// TestChatHooksOfEverySort reads hooks of the documents (chats/chat-webhooks).
func TestChatHooksOfEverySort(t *testing.T) {
	t.Parallel()
	c := NewChats(New(Config{URL: "https://example.amocrm.ru"}), Channel{ID: "channel", Secret: "secret"})
	read := func(body []byte) crm.Written {
		t.Helper()
		written, err := c.Read("channel_account", chatSignature("secret", body), body)
		if err != nil {
			t.Fatal(err)
		}
		return written
	}
	for name, want := range map[string]crm.Written{
		"chat_hook_v2_outgoing_message.json": {
			ID: "0371a0ff-b78a-4c7b-8538-a7d547e10692", Contact: "my_int-d5a421f7f218",
			Text:    "Текст сообщения Сделка #15926745\n• Принять заказ\n• Отменить заказ",
			Picture: "https://amojo.amocrm.ru/attachments/image.jpg",
		},
		"chat_hook_typing.json":   {},
		"chat_hook_reaction.json": {},
	} {
		body, err := os.ReadFile("testdata/samples/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, read(body)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for body, want := range map[string]crm.Written{
		`{"message":{"conversation":{"id":"u"},"message":{"id":"1","type":"text","text":" Привет "}}}`:                                                          {ID: "1", Text: "Привет"},
		`{"message":{"conversation":{"client_id":"tg:7"},"message":{"id":"1","type":"file","text":"Договор","media":"https://a.ru/1.docx"}}}`:                   {ID: "1", Contact: "tg:7", Text: "Договор\nhttps://a.ru/1.docx"},
		`{"message":{"conversation":{"client_id":"tg:7"},"message":{"id":"1","type":"picture","media":"file:///etc/passwd"}}}`:                                  {ID: "1", Contact: "tg:7"},
		`{"message":{"conversation":{"client_id":"tg:7"},"message":{"id":"1","text":"Сайт","markup":{"buttons":[[{"text":"Открыть","url":"https://a.ru"}]]}}}}`: {ID: "1", Contact: "tg:7", Text: "Сайт\n• Открыть https://a.ru"},
		`{"message":{"conversation":{"client_id":"tg:7"},"message":{"id":"1","text":"?","markup":[]}}}`:                                                         {ID: "1", Contact: "tg:7", Text: "?"},
		`{}`: {},
	} {
		if diff := cmp.Diff(want, read([]byte(body))); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
	}
	if _, err := c.Read("channel_account", chatSignature("secret", []byte("[")), []byte("[")); err == nil {
		t.Error("nonsense is read")
	}
}
