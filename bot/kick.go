package bot

import (
	"context"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// Doorkeeper is a chat that can take somebody out of a channel, so that they
// may come back by a new invitation. Whoever is not there is out already.
type Doorkeeper interface {
	Kick(ctx context.Context, channel string, chat int64) error
}

type kickJob struct {
	Contact string     `json:"contact"`
	Kick    flows.Kick `json:"kick"`
}

// kick is the job that takes a customer out of a channel. Doing it twice does
// no harm.
func (b *Bot) kick(ctx context.Context, job outbox.Job, payload kickJob) (func(storage.Tx) error, error) {
	doorkeeper, able := b.Chat.(Doorkeeper)
	if !able {
		return nil, &sales.Error{Code: "chat_without_channels", Action: sales.Bury, Message: "this chat has no channels"}
	}
	contact, err := b.loadContact(ctx, payload.Contact)
	if err != nil {
		return nil, untouched(err)
	}
	err = doorkeeper.Kick(ctx, payload.Kick.Channel, contact.ChatID)
	if b.heldUp(job, err) {
		return b.stepAside(job, laterLane, sales.AsError(err).After), nil
	}
	if err != nil {
		return nil, unseen(err)
	}
	return b.note(payload.Contact, "kicked", payload.Kick.Channel), nil
}
