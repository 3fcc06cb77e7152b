package telegramtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Message is one message as the customer sees it.
type Message struct {
	ID        int64
	FromBot   bool
	Text      string // or the caption of a file
	Entities  []Entity
	Buttons   [][]Button // under the message
	File      *File      // with its content; nil when there is none
	Photo     bool       // File is shown as a picture
	Kind      string     // how File is shown: photo, document, video, audio, voice, animation, video_note
	Album     string     // the same for the messages of one album
	Phone     string     // of a shared contact
	Protected bool       // cannot be forwarded or saved
	Time      time.Time
	Edited    time.Time // zero when it never was
}

// Button finds a button by its text.
func (m Message) Button(text string) (Button, bool) {
	for _, row := range m.Buttons {
		for _, b := range row {
			if b.Text == text {
				return b, true
			}
		}
	}
	return Button{}, false
}

func (m *message) seen() Message {
	text, entities := m.content()
	out := Message{
		ID: m.wire.MessageID, FromBot: m.fromBot, Text: text, Entities: slices.Clone(entities),
		Buttons: m.markup.inline, File: m.file, Photo: m.wire.Photo != nil,
		Protected: m.wire.Protected, Time: m.at,
	}
	if m.file != nil {
		out.Kind, out.Album = m.wire.kind(), m.wire.MediaGroup
	}
	if m.wire.Contact != nil {
		out.Phone = m.wire.Contact.PhoneNumber
	}
	if m.wire.EditDate != 0 {
		out.Edited = time.Unix(m.wire.EditDate, 0)
	}
	return out
}

func (c *chat) seen() []Message {
	var out []Message
	for _, m := range c.messages {
		if !m.deleted {
			out = append(out, m.seen())
		}
	}
	return out
}

// Messages is everything on the customer's screen, oldest first.
func (u *User) Messages() []Message {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return u.chat.seen()
}

// Keyboard is the reply keyboard below the chat; nil when there is none.
func (u *User) Keyboard() [][]Key {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return u.chat.keyboard
}

// Answers is what the bot said to pressed buttons, oldest first.
func (u *User) Answers() []CallbackAnswer {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return slices.Clone(u.answers)
}

// WaitFor blocks until the screen satisfies enough, or ctx is done; the error then shows the screen.
func (u *User) WaitFor(ctx context.Context, enough func([]Message) bool) error {
	return u.s.waitFor(ctx, u.chat, enough)
}

// WaitForText blocks until the bot has said something that contains text, and returns the newest such message.
func (u *User) WaitForText(ctx context.Context, text string) (Message, error) {
	var found Message
	err := u.WaitFor(ctx, func(screen []Message) bool {
		for _, m := range slices.Backward(screen) {
			if m.FromBot && strings.Contains(m.Text, text) {
				found = m
				return true
			}
		}
		return false
	})
	if err != nil {
		return Message{}, fmt.Errorf("wait for %q: %w", text, err)
	}
	return found, nil
}

// WaitForButton blocks until a button or key with this text can be pressed.
func (u *User) WaitForButton(ctx context.Context, text string) error {
	err := u.WaitFor(ctx, func(screen []Message) bool {
		u.s.mu.Lock()
		_, key := u.findKey(text)
		u.s.mu.Unlock()
		return key || slices.ContainsFunc(screen, func(m Message) bool { _, ok := m.Button(text); return ok })
	})
	if err != nil {
		return fmt.Errorf("wait for button %q: %w", text, err)
	}
	return nil
}

func (s *Server) waitFor(ctx context.Context, c *chat, enough func([]Message) bool) error {
	for {
		s.mu.Lock()
		screen, changed := c.seen(), s.changed
		s.mu.Unlock()
		if enough(screen) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%w; on the screen:\n%s", ctx.Err(), transcript(screen))
		}
	}
}

// transcript shows the end of a chat in an error.
func transcript(screen []Message) string {
	var out strings.Builder
	for _, m := range screen[max(0, len(screen)-8):] {
		who := "customer"
		if m.FromBot {
			who = "bot"
		}
		fmt.Fprintf(&out, "  %s: %s", who, m.Text)
		if m.File != nil {
			fmt.Fprintf(&out, " [%s]", m.File.Name)
		}
		for _, row := range m.Buttons {
			for _, b := range row {
				fmt.Fprintf(&out, " <%s>", b.Text)
			}
		}
		out.WriteByte('\n')
	}
	return out.String()
}
