package telegramtest

import (
	"encoding/json"
	"net/url"
	"strings"
)

// markup is a decoded reply_markup.
type markup struct {
	inline      [][]Button
	inlineJSON  json.RawMessage // as sent; what messages carry back
	keys        [][]Key
	oneTime     bool
	placeholder string
	remove      bool
}

// Button is one button under a message (Bot API, InlineKeyboardButton).
type Button struct {
	Text     string `json:"text"`
	Callback string `json:"callback_data,omitempty"`
	URL      string `json:"url,omitempty"`
	Style    string `json:"style,omitempty"`
	Copy     string `json:"copy,omitempty"`
}

// Key is one key of the keyboard below the chat (Bot API, KeyboardButton).
type Key struct {
	Text     string `json:"text"`
	Contact  bool   `json:"request_contact,omitempty"`
	Location bool   `json:"request_location,omitempty"`
	Style    string `json:"style,omitempty"`
}

// wireButton is what a button can carry; exactly one of its actions must be set.
type wireButton struct {
	Button
	CopyText   *struct{ Text string } `json:"copy_text"`
	WebApp     *struct{ URL string }  `json:"web_app"`
	LoginURL   *struct{ URL string }  `json:"login_url"`
	Switch     *string                `json:"switch_inline_query"`
	SwitchHere *string                `json:"switch_inline_query_current_chat"`
	SwitchTo   json.RawMessage        `json:"switch_inline_query_chosen_chat"`
	Game       json.RawMessage        `json:"callback_game"`
	Pay        bool                   `json:"pay"`
}

// readMarkup decodes reply_markup; its shape is checked already.
func readMarkup(c *call) (markup, *failure) {
	var wire struct {
		Inline      *[][]wireButton `json:"inline_keyboard"`
		Keys        [][]Key         `json:"keyboard"`
		OneTime     bool            `json:"one_time_keyboard"`
		Placeholder string          `json:"input_field_placeholder"`
		Remove      bool            `json:"remove_keyboard"`
	}
	c.decode("reply_markup", &wire)
	out := markup{keys: wire.Keys, oneTime: wire.OneTime, placeholder: wire.Placeholder, remove: wire.Remove}
	for _, row := range wire.Keys {
		for _, key := range row {
			if strings.TrimSpace(key.Text) == "" {
				return out, badRequest("keyboard button text must be non-empty")
			}
		}
	}
	if wire.Inline == nil {
		return out, nil
	}
	buttons := 0
	for _, row := range *wire.Inline {
		var line []Button
		for _, b := range row {
			if fail := checkButton(b); fail != nil {
				return out, fail
			}
			line = append(line, b.shown())
			buttons++
		}
		if len(line) > 0 {
			out.inline = append(out.inline, line)
		}
	}
	if buttons > 100 {
		return out, badRequest("REPLY_MARKUP_TOO_LONG")
	}
	if buttons > 0 {
		out.inlineJSON = json.RawMessage(c.text("reply_markup"))
	}
	return out, nil
}

func (b wireButton) shown() Button {
	out := b.Button
	switch {
	case b.CopyText != nil:
		out.Copy = b.CopyText.Text
	case b.WebApp != nil:
		out.URL = b.WebApp.URL
	case b.LoginURL != nil:
		out.URL = b.LoginURL.URL
	}
	return out
}

// checkButton wants a text and exactly one action.
func checkButton(b wireButton) *failure {
	if strings.TrimSpace(b.Text) == "" {
		return badRequest("BUTTON_TEXT_INVALID")
	}
	actions := 0
	for _, set := range []bool{
		b.Callback != "", b.URL != "", b.CopyText != nil, b.WebApp != nil, b.LoginURL != nil,
		b.Switch != nil, b.SwitchHere != nil, b.SwitchTo != nil, b.Game != nil, b.Pay,
	} {
		if set {
			actions++
		}
	}
	switch {
	case actions == 0:
		return badRequest("text buttons are unallowed in the inline keyboard")
	case actions > 1:
		fail := badRequest("BUTTON_TYPE_INVALID")
		fail.violation = "inline keyboard button with more than one action"
		return fail
	case b.URL != "" && !validButtonURL(b.URL):
		return badRequest("inline keyboard button URL '%s' is invalid: Wrong HTTP URL", b.URL)
	}
	return nil
}

// validButtonURL allows http, https, tg and the addresses without a scheme that Telegram completes.
func validButtonURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || strings.ContainsAny(text, " \n") {
		return false
	}
	switch u.Scheme {
	case "http", "https":
		return u.Host != ""
	case "tg":
		return true
	case "":
		return strings.Contains(strings.SplitN(text, "/", 2)[0], ".")
	}
	return false
}
