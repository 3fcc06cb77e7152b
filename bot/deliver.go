package bot

import (
	"context"
	"html"
	"strings"
	"time"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// inviteLife is how long a personal link into a channel works.
const inviteLife = 7 * 24 * time.Hour

// maxUnsure is how often a delivery of unknown outcome is repeated before an
// operator decides.
const maxUnsure = 5

// deliver is the job that hands over what was bought.
func (b *Bot) deliver(ctx context.Context, job outbox.Job, payload deliverJob) (func(storage.Tx) error, error) {
	return b.givingWay(ctx, job, &payload.Pace, func() (func(storage.Tx) error, error) {
		return b.handOver(ctx, job, payload)
	})
}

func (b *Bot) handOver(ctx context.Context, job outbox.Job, payload deliverJob) (func(storage.Tx) error, error) {
	contact, err := b.loadContact(ctx, payload.Contact)
	if err != nil {
		return nil, untouched(err)
	}
	message, err := b.goods(ctx, job, contact, payload.Deliver)
	if b.heldUp(job, err) {
		wait := b.note(payload.Contact, "deliver", strings.TrimSpace("delivery_waits "+payload.Deliver.Order))
		return both(wait, b.stepAside(job, laterLane, sales.AsError(err).After)), nil
	}
	if err != nil {
		return nil, untouched(err)
	}
	message.Pace = payload.Pace
	return b.show(ctx, contact, message)
}

func (b *Bot) goods(ctx context.Context, job outbox.Job, contact sales.Contact, d flows.Deliver) (Message, error) {
	switch {
	case d.File != "":
		file, err := b.file(ctx, "document", d.File)
		return Message{Text: d.Text, Document: file}, err
	case d.Download != "":
		return b.download(ctx, d)
	case d.Invite != "":
		link, err := b.invite(ctx, job, contact, d.Invite)
		if err != nil {
			return Message{}, err
		}
		return Message{Text: withLink(d.Text, link)}, nil
	}
	return Message{Text: withLink(d.Text, d.Link)}, nil
}

// invite makes a personal link into a channel and keeps it before it is sent:
// sent again it is the same link, which lets one person in.
func (b *Bot) invite(ctx context.Context, job outbox.Job, contact sales.Contact, channel string) (link string, err error) {
	key := inviteRef(job.ID)
	err = b.peek(ctx, func(tx storage.Tx) error {
		link, err = tx.Ref(key)
		return err
	})
	if err != nil || link != "" {
		return link, err
	}
	link, err = b.Chat.Invite(ctx, channel, contact.ID, b.Now().Add(inviteLife))
	if err != nil {
		return "", unseen(err)
	}
	return link, b.Store.Update(ctx, func(tx storage.Tx) error { return tx.PutRef(key, link) })
}

// deliverAgain hands over what an earlier run may have handed over already. A
// customer who paid and has nothing is worse off than one who has it twice.
func (b *Bot) deliverAgain(ctx context.Context, job outbox.Job, payload deliverJob) (func(storage.Tx) error, error) {
	if err := b.ownUp(ctx, job, payload); err != nil {
		return nil, untouched(err)
	}
	return b.deliver(ctx, job, payload)
}

// ownUp notes in the dialog, before it happens, that a delivery is repeated;
// after maxUnsure answers that were lost an operator decides. A channel that says
// it is sick is waited for.
func (b *Bot) ownUp(ctx context.Context, job outbox.Job, payload deliverJob) error {
	key, enough, letter := unsureRef(job.ID), false, doubtOf(job.Code)
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		text, err := tx.Ref(key)
		if err != nil {
			return err
		}
		if letter == sick && strings.Contains(text, sick) {
			return nil // it is said once, however long that lasts
		}
		if enough = letter != sick && strings.Count(text, letter) >= repeats(jobDeliver); enough {
			return tx.PutRef(key, "") // the operator who revives it begins anew
		}
		if err := tx.PutRef(key, text+letter); err != nil {
			return err
		}
		return b.note(payload.Contact, "repeated", "delivery_repeated "+payload.Deliver.Order)(tx)
	})
	if err == nil && enough {
		return &sales.Error{Code: outbox.CodeUncertain, Action: sales.Bury, Message: "nobody knows whether it arrived"}
	}
	return err
}

// withLink puts an address under an HTML text.
func withLink(text, link string) string {
	link = html.EscapeString(link)
	if text == "" {
		return link
	}
	return text + "\n" + link
}

// unseen is the failure of a link that nobody has: that one may have been made
// does no harm, and another can be asked for.
func unseen(err error) error {
	coded := *sales.AsError(err)
	coded.Uncertain = false
	return &coded
}
