package bot

import (
	"context"
	"strconv"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// Census is a chat that knows who is in a channel. Whether a user is in it can
// be asked only where the bot is an administrator.
type Census interface {
	Member(ctx context.Context, channel string, chat int64) (bool, error)
}

type memberJob struct {
	Contact    string           `json:"contact"`
	Membership flows.Membership `json:"membership"`
}

// member is the job that asks whether a customer is in a channel and hands the
// answer to the flow. What nobody tells after a few tries, or for minutes, the
// flow hears as a failure.
func (b *Bot) member(ctx context.Context, job outbox.Job, payload memberJob) (func(storage.Tx) error, error) {
	response := flows.Response{ID: payload.Membership.ID}
	contact, err := b.loadContact(ctx, payload.Contact)
	if err != nil {
		return nil, untouched(err)
	}
	census, able := b.Chat.(Census)
	switch {
	case !able:
		response.Failure = "chat_without_channels"
	default:
		inside, err := census.Member(ctx, payload.Membership.Channel, contact.ChatID)
		if err != nil {
			coded := sales.AsError(err)
			again := coded.Action == sales.Retry && job.Attempts+1 < maxRequests && !b.heldUp(job, err)
			if again || coded.Action == sales.Stop {
				return nil, unseen(err)
			}
			response.Failure = coded.Code
		}
		response.Body = strconv.FormatBool(inside)
	}
	return func(tx storage.Tx) error {
		return b.take(tx, flows.Input{
			ID: "member:" + payload.Contact + ":" + payload.Membership.ID, Kind: flows.Responded, Contact: payload.Contact,
			At: b.Now(), Response: &response,
		})
	}, nil
}
