package crm

import (
	"context"
	"errors"
	"time"

	"voronka/sales"
)

// ErrForged is a webhook that is not the CRM's, for errors.Is.
var ErrForged = errors.New("the webhook is not signed by the CRM")

// Messenger is a CRM that shows dialogs as chats, in which managers write.
type Messenger interface {
	// Post shows one line of a dialog in its chat, which is made where there is
	// none and tied to contact, the CRM's own id. It is safe to repeat: a line is
	// known by its ID. It returns what is known of the chat after it; keep that
	// even when there is an error.
	//
	// Errors are *sales.Error. CodeNoContact is a contact that is not there any
	// more: find it anew.
	Post(ctx context.Context, line ChatLine, contact string, known Chat) (Chat, error)
	// Tell lets the manager see what became of a message: delivered when failure
	// is empty, else the code of why not. It is safe to repeat.
	Tell(ctx context.Context, message, failure string) error
	// Read reads a webhook that came to the address of scope. The zero value is
	// one that tells of nothing for a customer. What is not the CRM's is ErrForged.
	Read(scope, signature string, body []byte) (Written, error)
}

// CodeNoContact is the code of an error that says that a chat cannot be tied to
// a contact: it was deleted, or merged into another.
const CodeNoContact = "crm_chat_contact"

// Chat is a dialog's chat in the CRM.
type Chat struct {
	ID string `json:"id,omitempty"`
	// Contact is the one that the chat is tied to.
	Contact string `json:"contact,omitempty"`
	// Last is the moment of the last line, in Unix milliseconds: chats are shown by
	// their lines' moments, so each is later than the one before.
	Last int64 `json:"last,omitempty"`
}

// Speaker says whose line of a chat it is.
type Speaker string

// Who speaks in a chat.
const (
	Customer Speaker = "customer"
	// Ours is the bot, or an operator of its console.
	Ours Speaker = "ours"
)

// ChatLine is one line of a dialog on its way into the CRM's chat.
type ChatLine struct {
	// ID is unique for ever and stable over retries.
	ID      string        `json:"id"`
	Contact sales.Contact `json:"contact"`
	From    Speaker       `json:"from"`
	Text    string        `json:"text"`
	At      time.Time     `json:"at"`
	// Loud lets the managers be called to read it. A CRM may make a deal of a loud
	// line, where the contact has none that is open.
	Loud bool `json:"loud,omitempty"`
}

// Written is what a manager wrote to a customer in the CRM.
type Written struct {
	// ID is the CRM's own; empty where nothing was written.
	ID string
	// Contact is our id of the customer, empty where the chat is not one of ours.
	Contact string
	Text    string
	// Picture is the https address of one to be shown above the text; may be empty.
	Picture string
}

// Chronicler is a Messenger that can tell afterwards where managers wrote while
// nobody listened, though not what.
type Chronicler interface {
	// WroteIn lists the deals in whose chats managers wrote from one moment until
	// another, once for each message, in no order. Chats of other channels are
	// among them: who calls a person for one that has arrived does no harm.
	WroteIn(ctx context.Context, from, until time.Time) ([]Wrote, error)
}

// Wrote is a message in the chat of a deal.
type Wrote struct {
	Deal string
	At   time.Time
}
