package amocrm

import (
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"strings"

	"voronka/crm"
)

// chatHook is a webhook of version 2 (chats/chat-webhooks). Others, of somebody
// who is typing or has reacted, have no message.
type chatHook struct {
	Message struct {
		Conversation struct {
			ClientID string `json:"client_id"`
		} `json:"conversation"`
		Message struct {
			ID     string         `json:"id"`
			Type   string         `json:"type"`
			Text   string         `json:"text"`
			Media  string         `json:"media"`
			Markup object[markup] `json:"markup"`
		} `json:"message"`
	} `json:"message"`
}

// markup are the buttons of a Salesbot's message.
type markup struct {
	Buttons [][]struct {
		Text string `json:"text"`
		URL  string `json:"url"`
	} `json:"buttons"`
}

// Read implements crm.Messenger: the signature is that of the whole body
// (chats/chat-webhooks, "Проверка подлинности хуков").
func (c *Chats) Read(scope, signature string, body []byte) (crm.Written, error) {
	channel, _, _ := strings.Cut(scope, "_")
	if channel != c.channel.ID || !hmac.Equal([]byte(signature), []byte(chatSignature(c.channel.Secret, body))) {
		return crm.Written{}, crm.ErrForged
	}
	var hook chatHook
	if err := json.Unmarshal(body, &hook); err != nil {
		return crm.Written{}, fmt.Errorf("read the webhook: it is not as documented")
	}
	said := hook.Message.Message
	written := crm.Written{ID: said.ID, Contact: hook.Message.Conversation.ClientID, Text: strings.TrimSpace(said.Text)}
	secure := strings.HasPrefix(said.Media, "https://")
	switch {
	case secure && said.Type == "picture":
		written.Picture = said.Media
	case secure: // Telegram does not fetch files of every kind (Bot API, sendDocument)
		written.Text = strings.TrimSpace(written.Text + "\n" + said.Media)
	}
	for _, row := range said.Markup.Value.Buttons {
		for _, button := range row {
			written.Text += "\n" + strings.TrimSpace("• "+button.Text+" "+button.URL)
		}
	}
	written.Text = strings.TrimSpace(written.Text)
	return written, nil
}
