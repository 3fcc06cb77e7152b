package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

// downloadLife is how long a link to a file works where the flow does not say.
const downloadLife = 7 * 24 * time.Hour

// renewEvery is how often an old link leads to a new one in the chat, at most.
const renewEvery = 24 * time.Hour

// maxDocument is the largest file that a bot may send (Bot API, Sending files).
const maxDocument = 50 << 20

// ticket is what a link to a file says; the link is its sealed text, so that
// nobody can make one, or change what it leads to.
type ticket struct {
	Order string `json:"o"`
	File  string `json:"f"`
	// Until is when it stops working, in seconds; Lives how long it was good for, in nanoseconds.
	Until int64         `json:"u"`
	Lives time.Duration `json:"l,omitempty"`
}

// ticketPurpose ties a sealed ticket to its place.
const ticketPurpose = "download"

// inAddress writes sealed texts so that they stand in an address as they are.
func inAddress() (to, from *strings.Replacer) {
	return strings.NewReplacer("+", "-", "/", "_", ":", "."), strings.NewReplacer("-", "+", "_", "/", ".", ":")
}

// download is the message with a link to a file. Without an address that the
// world sees, or a key to seal with, the file itself is sent where Telegram
// takes it.
func (b *Bot) download(ctx context.Context, d flows.Deliver) (Message, error) {
	if b.PublicURL != "" && b.Sealer != nil {
		link, err := b.ticketTo(d)
		return Message{Text: withLink(d.Text, link)}, err
	}
	file, err := b.openFile(d.Download)
	if err != nil {
		return Message{}, &sales.Error{Code: "file_missing", Action: sales.Bury, Message: "file " + d.Download + " cannot be read from the project folder", Err: err}
	}
	info, err := file.Stat()
	if err := errors.Join(err, file.Close()); err != nil {
		return Message{}, fmt.Errorf("look at %s: %w", d.Download, err)
	}
	if info.Size() > maxDocument {
		return Message{}, &sales.Error{Code: "no_public_url", Action: sales.Bury,
			Message: "file " + d.Download + " is too large to be sent: a link to it needs VORONKA_PUBLIC_URL and VORONKA_SECRET_KEY"}
	}
	sent, err := b.file(ctx, "document", d.Download)
	return Message{Text: d.Text, Document: sent}, err
}

func (b *Bot) ticketTo(d flows.Deliver) (link string, err error) {
	lives := d.Lives
	if lives == 0 {
		lives = downloadLife
	}
	raw, err := json.Marshal(ticket{d.Order, d.Download, b.Now().Add(lives).Unix(), d.Lives})
	if err != nil {
		return "", fmt.Errorf("encode a link to a file: %w", err)
	}
	to, _ := inAddress()
	return b.PublicURL + "/files/" + to.Replace(b.Sealer.Seal(ticketPurpose, string(raw))), nil
}

// openFile opens a file beside the flows, never one outside their folder.
func (b *Bot) openFile(name string) (*os.File, error) {
	if !fs.ValidPath(name) || path.Clean(name) != name || strings.Contains(name, `\`) {
		return nil, fs.ErrInvalid
	}
	root, err := os.OpenRoot(b.Live().Dir)
	if err != nil {
		return nil, fmt.Errorf("open the project folder: %w", err)
	}
	defer root.Close() // the file stays open
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, file.Close(), fs.ErrInvalid)
	}
	return file, nil
}

// Why a link leads to no file.
var (
	// ErrNoDownload is a link that is none of ours, or whose file is gone.
	ErrNoDownload = errors.New("the link leads to no file")
	// ErrLate is a link that worked once; a new one is on its way into the chat.
	ErrLate = errors.New("the link's time is over")
	// ErrWithdrawn is a link to what was given back.
	ErrWithdrawn = errors.New("what was bought was given back")
)

// Download opens the file that a link leads to; the caller closes it. The errors
// above are answers for the customer, others are troubles of ours.
func (b *Bot) Download(ctx context.Context, signed string) (*os.File, error) {
	if b.Sealer == nil || len(signed) > 4096 {
		return nil, ErrNoDownload
	}
	_, from := inAddress()
	raw, err := b.Sealer.Open(ticketPurpose, from.Replace(signed))
	var t ticket
	if err != nil || json.Unmarshal([]byte(raw), &t) != nil {
		return nil, ErrNoDownload
	}
	order, err := b.bought(ctx, t.Order)
	if err != nil {
		return nil, err
	}
	if !b.Now().Before(time.Unix(t.Until, 0)) {
		if err := b.linkAnew(ctx, order, t); err != nil {
			return nil, fmt.Errorf("send a new link: %w", err)
		}
		return nil, ErrLate
	}
	file, err := b.openFile(t.File)
	if err != nil {
		b.Log.Error("a file that was sold cannot be read", "file", t.File, "order", t.Order, "error", err)
		return nil, ErrNoDownload
	}
	return file, nil
}

// bought is the order of a link, as long as it is paid for.
func (b *Bot) bought(ctx context.Context, id string) (order sales.Order, err error) {
	err = storage.Peek(ctx, b.Store, func(tx storage.Tx) error {
		if order, err = tx.Order(id); err != nil {
			return err
		}
		if !order.WithdrawnAt.IsZero() || !order.Paid() {
			return ErrWithdrawn
		}
		payment, err := tx.Payment(order.PaidBy)
		if err == nil && payment.Status == sales.PaymentRefunded {
			return ErrWithdrawn
		}
		if errors.Is(err, storage.ErrNotFound) {
			return nil // paid in a way of old
		}
		return err
	})
	if errors.Is(err, storage.ErrNotFound) {
		return order, ErrNoDownload
	}
	return order, err
}

// linkAnew sends a new link into the customer's chat, and nowhere else: whoever
// opened the old one may have found it. Once a day is enough.
func (b *Bot) linkAnew(ctx context.Context, order sales.Order, t ticket) error {
	ref := "download/" + order.ID + "/" + t.File
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		last, err := tx.Ref(ref)
		if err != nil {
			return err
		}
		if at, err := time.Parse(time.RFC3339, last); err == nil && b.Now().Before(at.Add(renewEvery)) {
			return nil
		}
		again := deliverJob{Contact: order.Contact, Deliver: flows.Deliver{Order: order.ID, Download: t.File, Lives: t.Lives}}
		return errors.Join(tx.PutRef(ref, b.Now().UTC().Format(time.RFC3339)),
			b.note(order.Contact, "deliver", "download_renewed "+order.ID)(tx),
			put(tx, chatLane(order.Contact), jobDeliver, again, b.Now()))
	})
	if err == nil {
		b.runner.Wake()
	}
	return err
}
