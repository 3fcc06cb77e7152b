package telegramtest

import (
	"strings"
	"testing"
)

func keyboard(button params) params {
	return params{"inline_keyboard": []any{[]any{button}}}
}

func TestRequestsAreChecked(t *testing.T) {
	t.Parallel()
	text := func(more params) params {
		out := params{"chat_id": 1001, "text": "Привет"}
		for name, value := range more {
			out[name] = value
		}
		return out
	}
	tests := []struct {
		name, method string
		params       params
		want         string // description
		violation    string // empty: none
	}{
		{"no text", "sendMessage", params{"chat_id": 1001}, "Bad Request: message text is empty", "sendMessage.text: required parameter is missing"},
		{"empty text", "sendMessage", params{"chat_id": 1001, "text": ""}, "Bad Request: message text is empty", ""},
		{"blank text", "sendMessage", text(params{"text": " \n "}), "Bad Request: text must be non-empty", ""},
		{"only tags", "sendMessage", text(params{"text": "<b></b>", "parse_mode": "HTML"}), "Bad Request: text must be non-empty", ""},
		{"no chat", "sendMessage", params{"text": "Привет"}, "Bad Request: chat_id is empty", "sendMessage.chat_id: required parameter is missing"},
		{"unknown chat", "sendMessage", text(params{"chat_id": 5}), "Bad Request: chat not found", ""},
		{"object as chat", "sendMessage", text(params{"chat_id": params{"id": 5}}), "Bad Request: chat not found", "sendMessage.chat_id: not Integer or String"},
		{"4096 after parsing", "sendMessage", text(params{"text": "<b>" + strings.Repeat("ё", 4096) + "</b>", "parse_mode": "HTML"}), "", ""},
		{"4097", "sendMessage", text(params{"text": strings.Repeat("ё", 4097)}), "Bad Request: message is too long", ""},
		{"emoji count twice", "sendMessage", text(params{"text": strings.Repeat("😀", 2049)}), "Bad Request: message is too long", ""},
		{"unknown parameter", "sendMessage", text(params{"parsemode": "HTML"}), `Bad Request: unknown parameter "parsemode"`, "sendMessage.parsemode: unknown parameter"},
		{"number as text", "sendMessage", text(params{"text": 5}), `Bad Request: field "text" has a wrong type or value`, "sendMessage.text: not String"},
		{"unknown mode", "sendMessage", text(params{"parse_mode": "BBCode"}), "Bad Request: unsupported parse_mode", ""},
		{"markdown", "sendMessage", text(params{"parse_mode": "MarkdownV2"}), "telegramtest does not play parse_mode MarkdownV2", "sendMessage.parse_mode: telegramtest does not play MarkdownV2"},
		{"broken tags", "sendMessage", text(params{"text": "<b>5 < 6", "parse_mode": "HTML"}), `Bad Request: can't parse entities: Unsupported start tag "" at byte offset 5`, ""},
		{"callback of 64 bytes", "sendMessage", text(params{"reply_markup": keyboard(params{"text": "Да", "callback_data": strings.Repeat("ё", 32)})}), "", ""},
		{"callback of 66 bytes", "sendMessage", text(params{"reply_markup": keyboard(params{"text": "Да", "callback_data": strings.Repeat("ё", 33)})}), "Bad Request: BUTTON_DATA_INVALID",
			"sendMessage.reply_markup.inline_keyboard[0][0].callback_data: 66 bytes, allowed are 1-64"},
		{"button without action", "sendMessage", text(params{"reply_markup": keyboard(params{"text": "Да"})}), "Bad Request: text buttons are unallowed in the inline keyboard", ""},
		{"button with two", "sendMessage", text(params{"reply_markup": keyboard(params{"text": "Да", "callback_data": "a", "url": "https://ya.ru"})}), "Bad Request: BUTTON_TYPE_INVALID", "inline keyboard button with more than one action"},
		{"wrong url", "sendMessage", text(params{"reply_markup": keyboard(params{"text": "Да", "url": "javascript:alert(1)"})}), "Bad Request: inline keyboard button URL 'javascript:alert(1)' is invalid: Wrong HTTP URL", ""},
		{"unknown field inside", "sendMessage", text(params{"reply_markup": keyboard(params{"text": "Да", "callback": "a"})}), `Bad Request: unknown field "callback" of InlineKeyboardButton`,
			"sendMessage.reply_markup.inline_keyboard[0][0].callback: unknown field of InlineKeyboardButton"},
		{"markup as text", "sendMessage", text(params{"reply_markup": "кнопки"}), "Bad Request: can't parse reply keyboard markup JSON object", "sendMessage.reply_markup: not JSON for InlineKeyboardMarkup"},
		{"reply to nothing", "sendMessage", text(params{"reply_parameters": params{"message_id": 99}}), "Bad Request: message to be replied not found", ""},
		{"long caption", "sendDocument", params{"chat_id": 1001, "document": "x", "caption": strings.Repeat("я", 1025)}, "Bad Request: message caption is too long", ""},
		{"unknown file", "sendDocument", params{"chat_id": 1001, "document": "nothing"}, "Bad Request: wrong file identifier/HTTP URL specified", ""},
		{"wrong action", "sendChatAction", params{"chat_id": 1001, "action": "dancing"}, "Bad Request: wrong parameter action in request", ""},
		{"command in capitals", "setMyCommands", params{"commands": []any{params{"command": "Help", "description": "Помощь"}}}, "Bad Request: BOT_COMMAND_INVALID", ""},
		{"foreign scope", "setMyCommands", params{"commands": []any{}, "scope": params{"type": "everybody"}}, `Bad Request: field "type" has a wrong type or value`, "setMyCommands.scope.type: not one of default"},
		{"late answer", "answerCallbackQuery", params{"callback_query_id": "5"}, "Bad Request: query is too old and response timeout expired or query ID is invalid", ""},
		{"nothing to edit", "editMessageText", params{"chat_id": 1001, "message_id": 99, "text": "а"}, "Bad Request: message to edit not found", ""},
		{"customer's message", "editMessageText", params{"chat_id": 1001, "message_id": 1, "text": "а"}, "Bad Request: message can't be edited", ""},
		{"nothing to delete", "deleteMessage", params{"chat_id": 1001, "message_id": 99}, "Bad Request: message to delete not found", ""},
		{"secret with spaces", "setWebhook", params{"url": "http://127.0.0.1:1", "secret_token": "a b"}, "Bad Request: secret token contains unallowed characters", ""},
		{"long secret", "setWebhook", params{"url": "http://127.0.0.1:1", "secret_token": strings.Repeat("a", 257)}, "Bad Request: secret token is too long", "setWebhook.secret_token: 257 characters, allowed are 1-256"},
		{"invite to a private chat", "createChatInviteLink", params{"chat_id": 1001}, "Bad Request: method is available only for supergroups and channels", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := open(t, Config{})
			f.anna.Start("")
			if got := f.call(t, tt.method, tt.params).Description; got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			got := strings.Join(f.Violations(), "; ")
			if got != tt.violation {
				t.Errorf("violations %q, want %q", got, tt.violation)
			}
		})
	}
}
