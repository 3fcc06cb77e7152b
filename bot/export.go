package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

type exportJob struct {
	Contact string       `json:"contact"`
	Export  flows.Export `json:"export"`
}

// dossier is what a customer gets to see: everything kept of them.
type dossier struct {
	Contact  sales.Contact     `json:"contact"`
	Vars     map[string]string `json:"variables,omitempty"`
	Customer map[string]string `json:"customer_variables,omitempty"`
	Tags     []string          `json:"tags,omitempty"`
	Consents []flows.Consent   `json:"consents,omitempty"`
	State    string            `json:"state,omitempty"`
	Orders   []sales.Order     `json:"orders,omitempty"`
	Payments []sales.Payment   `json:"payments,omitempty"`
	Dialog   []spoken          `json:"dialog,omitempty"`
}

// spoken is a line of the dialog without what only the bot understands.
type spoken struct {
	At      string        `json:"at"`
	Who     flows.Speaker `json:"who"`
	Kind    string        `json:"kind,omitempty"`
	Text    string        `json:"text,omitempty"`
	Buttons []string      `json:"buttons,omitempty"`
}

// export is the job that sends a customer the file. Its content is not kept.
func (b *Bot) export(ctx context.Context, job outbox.Job, payload exportJob) (func(storage.Tx) error, error) {
	var all dossier
	err := b.Store.View(ctx, func(tx storage.Tx) (err error) {
		all, err = b.gather(tx, payload.Contact)
		return err
	})
	if err != nil {
		return nil, untouched(err)
	}
	content, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return nil, untouched(fmt.Errorf("encode export: %w", err))
	}
	_, err = b.Chat.Send(ctx, all.Contact.ChatID, Message{
		Text: payload.Export.Text, Protect: true, Pace: Pace{Urgency: Reply}, Document: &File{Name: "my-data.json", Content: content},
	})
	if err != nil && sales.AsError(err).Code == ChatBlocked {
		return b.note(payload.Contact, "blocked", "export_not_delivered "+ChatBlocked), nil
	}
	if err != nil {
		return nil, b.doubted(ctx, job, err)
	}
	return b.cleared(ctx, job, payload.Contact, nil), nil
}

// gather reads everything in one snapshot.
func (b *Bot) gather(tx storage.Tx, contact string) (all dossier, err error) {
	if all.Contact, err = tx.Contact(contact); err != nil {
		return all, fmt.Errorf("load contact: %w", err)
	}
	session, err := tx.Session(contact)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return all, fmt.Errorf("load session: %w", err)
	}
	all.Customer = session.Customer
	all.Vars, all.Tags, all.Consents, all.State = session.Vars, session.Tags, session.Consents, session.State
	money, err := b.known(tx, contact)
	if err != nil {
		return all, err
	}
	all.Orders, all.Payments = money.Orders, money.Payments
	all.Dialog, err = dialog(tx, contact)
	return all, err
}

// dialog is the whole journal, from its beginning.
func dialog(tx storage.Tx, contact string) (all []spoken, err error) {
	const page = 500
	for before := int64(0); ; {
		lines, err := tx.Journal(contact, before, page)
		if err != nil {
			return nil, fmt.Errorf("load journal: %w", err)
		}
		for _, line := range slices.Backward(lines) {
			all = append(all, spoken{line.At.Format("2006-01-02 15:04:05 -0700"), line.Who, line.Kind, line.Text, line.Buttons})
			before = line.Seq
		}
		if len(lines) < page || before <= 1 {
			slices.Reverse(all)
			return all, nil
		}
	}
}
