package telegramtest

import (
	"errors"
	"fmt"
	"slices"
)

// ErrNoButton says that nothing on the screen has this text.
var ErrNoButton = errors.New("no such button on the screen")

// ErrNotPressable says that a button does not talk to the bot: it opens a link or copies a text.
var ErrNotPressable = errors.New("the button does not talk to the bot")

// Press presses what carries this text: the newest inline button, else a key of the reply keyboard.
// A key that requests the contact shares "+79001234567"; use ShareContact for another phone.
func (u *User) Press(text string) (updateID int64, err error) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	for _, m := range slices.Backward(u.chat.messages) {
		b, ok := m.seen().Button(text)
		switch {
		case !ok || m.deleted:
			continue
		case b.Callback == "":
			return 0, fmt.Errorf("press %q: %w", text, ErrNotPressable)
		}
		return u.s.pressed(u, m, b.Callback), nil
	}
	key, ok := u.findKey(text)
	switch {
	case !ok:
		return 0, fmt.Errorf("press %q: %w", text, ErrNoButton)
	case key.Contact:
		return u.sayLocked(&message{wire: wireMessage{Contact: u.ownContact("+79001234567")}}), nil
	case key.Location:
		return u.sayLocked(&message{wire: wireMessage{Location: &wireLocation{55.7558, 37.6173}}}), nil
	}
	return u.sayLocked(&message{wire: wireMessage{Text: text, Entities: withDetected(text, nil)}}), nil
}

// PressData makes a press with any data on any message of the chat, as a modified client can.
func (u *User) PressData(messageID int64, data string) (updateID int64, err error) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	m := u.chat.byID[messageID]
	if m == nil {
		return 0, fmt.Errorf("press on message %d: %w", messageID, ErrNoButton)
	}
	return u.s.pressed(u, m, data), nil
}

// Link is the address behind the newest button or link with this text.
func (u *User) Link(text string) (string, error) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	for _, m := range slices.Backward(u.chat.messages) {
		seen := m.seen()
		if b, ok := seen.Button(text); ok && b.URL != "" {
			return b.URL, nil
		}
		for _, e := range seen.Entities {
			if covered := utf16Slice(seen.Text, e.Offset, e.Length); covered == text {
				if e.Type == "text_link" {
					return e.URL, nil
				}
				if e.Type == "url" {
					return covered, nil
				}
			}
		}
	}
	return "", fmt.Errorf("link %q: %w", text, ErrNoButton)
}

// findKey looks at the reply keyboard. The caller holds s.mu.
func (u *User) findKey(text string) (Key, bool) {
	for _, row := range u.chat.keyboard {
		for _, key := range row {
			if key.Text == text {
				return key, true
			}
		}
	}
	return Key{}, false
}

func (u *User) ownContact(phone string) *wireContact {
	return &wireContact{PhoneNumber: phone, FirstName: u.wire.FirstName, LastName: u.wire.LastName, UserID: u.wire.ID}
}
