package bot

import (
	"context"
	"fmt"
	"time"

	"voronka/flows"
)

// Chat speaks to customers in one channel. Its errors are *sales.Error: code
// ChatBlocked where the customer has blocked the bot, Uncertain where the
// message may have arrived although no answer came.
type Chat interface {
	// Send shows one message.
	Send(ctx context.Context, chat int64, message Message) (Sent, error)
	// Acknowledge stops the spinner on a button pressed in a chat (zero where that
	// is not known); a press too old to be acknowledged is no error.
	Acknowledge(ctx context.Context, chat int64, callback, text string) error
	// Invite makes a link into a channel that lets one person in until expires.
	Invite(ctx context.Context, channel, name string, expires time.Time) (string, error)
}

// ChatBlocked is the code of an error that says the customer cannot be
// reached: the bot was blocked, or the account is gone.
const ChatBlocked = "chat_blocked"

// ChatFlood is the code of an error that says Telegram asks to wait, ChatPace of
// one that says the bot does so by itself, to keep Telegram's limits.
const (
	ChatFlood = "telegram_flood"
	ChatPace  = "telegram_pace"
)

// ChatMarkup is the code of an error that says a text's tags are not
// understood, ChatFile of one that says the channel's id or address of a file
// is of no use to it.
const (
	ChatMarkup = "telegram_markup"
	ChatFile   = "telegram_file"
)

// MovedError says that a chat has another id from now on.
type MovedError struct{ To int64 }

// Error implements error.
func (e *MovedError) Error() string { return fmt.Sprintf("the chat has the id %d now", e.To) }

// Message is what a customer is to see. Photo, Document and Media exclude each
// other; several Media are an album, with the text under its first.
type Message struct {
	// Text is HTML as Telegram understands it, or no HTML at all where Plain is
	// set; a caption when there is a file.
	Text           string
	Plain          bool
	Buttons        [][]flows.InlineButton
	Keyboard       [][]flows.ReplyButton
	RemoveKeyboard bool
	Photo          *File
	Document       *File
	Media          []Media
	// Preview shows the page behind the first link, Protect forbids forwarding
	// and saving, Silent makes no sound.
	Preview, Protect, Silent bool
	// Pace is for the channel's limits.
	Pace Pace
}

// File is something to send: Known, the channel's id of an earlier upload; an
// https URL; or its content. A Known one without content is none of the project's.
type File struct {
	Name    string
	Known   string
	URL     string
	Content []byte
	// Fleeting content is sent once: the channel's id of it is not kept.
	Fleeting bool
}

// Sent tells what became of a message.
type Sent struct {
	Message int64
	// File is the channel's id of the file that went with it, Files those of an album.
	File  string
	Files []string
}
