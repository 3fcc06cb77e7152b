package flows

import (
	"time"

	"voronka/sales"
)

// Effect is something the world is to see once a turn is committed. The types
// below are all there are.
type Effect interface{ effect() }

// Say sends a message to the customer.
type Say struct {
	// Text is HTML as Telegram understands it, variables already escaped. It
	// may hold PayLink addresses of the Payments listed.
	Text string `json:"text"`
	// Buttons are rows of inline buttons.
	Buttons [][]InlineButton `json:"buttons,omitempty"`
	// Keyboard are rows of reply buttons; RemoveKeyboard takes the last ones away.
	Keyboard       [][]ReplyButton `json:"keyboard,omitempty"`
	RemoveKeyboard bool            `json:"remove_keyboard,omitempty"`
	// Photo and Document are paths in the project folder, or https addresses.
	Photo    string `json:"photo,omitempty"`
	Document string `json:"document,omitempty"`
	// Media is one file of another kind, or an album of MinAlbum to MaxAlbum.
	Media []Media `json:"media,omitempty"`
	// Preview shows the page behind the first link of the text.
	Preview bool `json:"preview,omitempty"`
	// Protect keeps the message from being forwarded and saved.
	Protect bool `json:"protect,omitempty"`
	// Silent sends without a sound.
	Silent bool `json:"silent,omitempty"`
	// QR is the payment whose code is shown as a picture.
	QR string `json:"qr,omitempty"`
	// Payments are those whose PayLink the text or buttons hold.
	Payments []string `json:"payments,omitempty"`
	// Card is the BindCard whose CardLink a button holds.
	Card string `json:"card,omitempty"`
}

// InlineButton is a button under a message: Data comes back in a Button input, URL opens.
type InlineButton struct {
	Text string `json:"text"`
	Data string `json:"data,omitempty"`
	URL  string `json:"url,omitempty"`
}

// ReplyButton is a button in place of the keyboard: it sends its text, or the customer's own number.
type ReplyButton struct {
	Text    string `json:"text"`
	Contact bool   `json:"contact,omitempty"`
}

// MakeLink asks the provider for the page of a payment that the same turn created.
type MakeLink struct {
	Payment string `json:"payment"`
}

// Deliver hands over a paid order's product. Exactly one of File, Link and Invite is set.
type Deliver struct {
	Order string `json:"order,omitempty"`
	// Text is HTML and goes with it.
	Text   string `json:"text,omitempty"`
	File   string `json:"file,omitempty"`
	Link   string `json:"link,omitempty"`
	Invite string `json:"invite,omitempty"`
	// Download is a file of the project that a link of our own leads to, for Lives.
	Download string        `json:"download,omitempty"`
	Lives    time.Duration `json:"lives,omitempty"`
}

// What names what is handed over.
func (d Deliver) What() string { return d.File + d.Link + d.Invite + d.Download }

// Acknowledge stops the spinner on a pressed button; Text may be empty.
type Acknowledge struct {
	Callback string `json:"callback"`
	Text     string `json:"text,omitempty"`
}

// CallOperator asks a person to join the dialog.
type CallOperator struct {
	Text string `json:"text"`
}

// Mirror is one step of the CRM mirror. Fields that are empty do not change.
type Mirror struct {
	// State is the flow state just entered.
	State string `json:"state,omitempty"`
	// Stage is the stage named in the flow: "won", "lost" or the name of a status.
	Stage string `json:"stage,omitempty"`
	// Note is text for the deal.
	Note string `json:"note,omitempty"`
	// Task calls the manager.
	Task *Task `json:"task,omitempty"`
	// CloseTask is the name or the text of open tasks of the flow's that are done.
	CloseTask string `json:"close_task,omitempty"`
	// Price is the deal's budget in kopecks; zero does not change it.
	Price sales.Money `json:"price,omitempty"`
	// Tags are added to the deal.
	Tags []string `json:"tags,omitempty"`
	// Fields are custom fields of the deal, by name.
	Fields map[string]string `json:"fields,omitempty"`
	// Title names the deal when it is made; empty leaves it to the flow's title.
	Title string `json:"title,omitempty"`
	// Person are custom fields of the contact, by name.
	Person map[string]string `json:"person,omitempty"`
	// Contact asks for name, phone and e-mail to be written again.
	Contact bool `json:"contact,omitempty"`
}

// Task is work for a manager.
type Task struct {
	Text string `json:"text"`
	// Due is seconds after the turn.
	Due int64 `json:"due"`
	// Name is what CloseTask may call it by; it never changes.
	Name string `json:"name,omitempty"`
	// Type and Responsible go before those of the map.
	Type        string `json:"type,omitempty"`
	Responsible string `json:"responsible,omitempty"`
}

func (Say) effect()          {}
func (MakeLink) effect()     {}
func (Deliver) effect()      {}
func (Acknowledge) effect()  {}
func (CallOperator) effect() {}
func (Mirror) effect()       {}

// PayLink is the late-bound address of a payment inside a Say: whoever sends
// the message puts the public address, or the bank's own, in its place.
func PayLink(payment string) string { return payLink + payment }

const payLink = "voronka-pay:"

// PayWay is the late-bound address of one way to pay a payment.
func PayWay(payment string, method sales.Method) string {
	return PayLink(payment) + "/" + string(method)
}
