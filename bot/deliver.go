package bot

import (
	"context"
	"html"
	"time"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// inviteLife is how long a personal link into a channel works.
const inviteLife = 7 * 24 * time.Hour

// deliver is the job that hands over what was bought.
func (b *Bot) deliver(ctx context.Context, _ outbox.Job, payload deliverJob) (func(storage.Tx) error, error) {
	contact, err := b.loadContact(ctx, payload.Contact)
	if err != nil {
		return nil, err
	}
	message, err := b.goods(ctx, contact, payload.Deliver)
	if err != nil {
		return nil, err
	}
	return b.show(ctx, contact, message)
}

func (b *Bot) goods(ctx context.Context, contact sales.Contact, d flows.Deliver) (Message, error) {
	switch {
	case d.File != "":
		file, err := b.file(ctx, d.File)
		return Message{Text: d.Text, Document: file}, err
	case d.Invite != "":
		link, err := b.Chat.Invite(ctx, d.Invite, contact.ID, b.Now().Add(inviteLife))
		return Message{Text: withLink(d.Text, link)}, err
	}
	return Message{Text: withLink(d.Text, d.Link)}, nil
}

// withLink puts an address under an HTML text.
func withLink(text, link string) string {
	link = html.EscapeString(link)
	if text == "" {
		return link
	}
	return text + "\n" + link
}
