package bot

import (
	"context"

	"voronka/flows"
)

// Operate lets an operator act in a dialog. word is flows.Join, after which
// the bot keeps silent there, flows.Leave, or empty; text is said to the
// customer as it is. id makes the act unique: the same one, repeated by an
// impatient finger, is done once.
func (b *Bot) Operate(ctx context.Context, contact, id, word, text string) error {
	return b.Handle(ctx, flows.Input{
		ID: "operator:" + id, Kind: flows.Operator, Contact: contact, At: b.Now(), Payload: word, Text: text,
	})
}
