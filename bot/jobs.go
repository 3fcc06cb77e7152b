package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"voronka/crm"
	"voronka/flows"
	"voronka/internal/codec"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// Kinds of jobs. They are stored: their names are a promise.
const (
	jobSay      = "say"
	jobDeliver  = "deliver"
	jobAck      = "ack"
	jobLink     = "link"
	jobCheck    = "check"
	jobMirror   = "mirror"
	jobHear     = "hear"
	jobEdit     = "edit"
	jobTyping   = "typing"
	jobExport   = "export"
	jobKick     = "kick"
	jobHTTP     = "http"
	jobMember   = "member"
	jobSettle   = "settle"
	jobClosing  = "close_receipt"
	jobUpdate   = "update"
	jobBillPaid = "bill_paid"
	jobUnlink   = "unlink"
	jobCharge   = "charge"
	jobRefund   = "refund"
	jobBind     = "bind"
	jobBound    = "bound"
	jobLine     = "chat_line"
	jobFate     = "chat_fate"
	jobAlarm    = "alarm"
	jobDiscard  = "discard_card"
	jobFindCard = "find_card"
	jobForget   = "forget_cards"

	jobCertificate = "certificate"
)

// Lanes: what is said to a customer leaves in order, what the CRM hears about
// one contact likewise; neither waits for the other. A press is acknowledged
// at once, whatever waits in the chat.
func chatLane(contact string) outbox.Lane    { return outbox.Lane("chat/" + contact) }
func ackLane(contact string) outbox.Lane     { return outbox.Lane("ack/" + contact) }
func crmLane(contact string) outbox.Lane     { return outbox.Lane("crm/" + contact) }
func paymentLane(payment string) outbox.Lane { return outbox.Lane("payment/" + payment) }
func refundLane(payment string) outbox.Lane  { return outbox.Lane("refund/" + payment) }
func walletLane(contact string) outbox.Lane  { return outbox.Lane("wallet/" + contact) }
func cardLane(binding string) outbox.Lane    { return outbox.Lane("card/" + binding) }

// The owner's lanes: calls may have to wait for their hour, and hold nothing else up.
const (
	alarmLane outbox.Lane = "alarm/owner"
	callsLane outbox.Lane = "alarm/calls"
)

// laneContact is whose lane it is, where lanes are those of contacts.
func laneContact(lane outbox.Lane) string {
	_, contact, _ := strings.Cut(string(lane), "/")
	return contact
}

// sayJob, deliverJob and so on are the payloads as they are stored.
type sayJob struct {
	Contact string    `json:"contact"`
	Say     flows.Say `json:"say"`
	// Chat is the customer's, zero in jobs of old.
	Chat int64 `json:"chat,omitempty"`
	// Answers is the CRM's id of the manager's message that it is; mostly empty.
	Answers string `json:"answers,omitempty"`
	Pace
}

type deliverJob struct {
	Contact string        `json:"contact"`
	Deliver flows.Deliver `json:"deliver"`
	Pace
}

type ackJob struct {
	Acknowledge flows.Acknowledge `json:"acknowledge"`
	// Chat is the customer's, zero in jobs of old.
	Chat int64 `json:"chat,omitempty"`
}

type linkJob struct {
	Payment string `json:"payment"`
}

type checkJob struct {
	Payment string `json:"payment"`
}

type mirrorJob struct {
	Change crm.Change `json:"change"`
}

// enqueue writes one job per effect of a turn.
func (b *Bot) enqueue(tx storage.Tx, turn flows.Turn, in flows.Input) error {
	lane, err := talkLane(tx, turn, in)
	if err != nil {
		return err
	}
	for i, effect := range turn.Effects {
		if err := b.enqueueEffect(tx, lane, turn, in, i, effect); err != nil {
			return fmt.Errorf("enqueue %T: %w", effect, err)
		}
	}
	return errors.Join(b.mirrorDialog(tx, turn, in), b.unlinkLater(tx, turn, in))
}

// talkLane is where what a turn says leaves: what a timer says goes behind the
// messages of a broadcast that wait aside, for it may build on them.
func talkLane(tx storage.Tx, turn flows.Turn, in flows.Input) (outbox.Lane, error) {
	lane := chatLane(turn.Contact.ID)
	if in.Kind != flows.Rang || len(turn.Effects) == 0 || len(turn.Session.Broadcasts) == 0 {
		return lane, nil
	}
	_, behind, err := tx.Head(bulkLane(turn.Contact.ID))
	if err != nil {
		return lane, fmt.Errorf("look for broadcasts that wait: %w", err)
	}
	if behind {
		lane = bulkLane(turn.Contact.ID)
	}
	return lane, nil
}

func (b *Bot) enqueueEffect(tx storage.Tx, lane outbox.Lane, turn flows.Turn, in flows.Input, number int, effect flows.Effect) error {
	contact := turn.Contact.ID
	switch e := effect.(type) {
	case flows.Say:
		return b.enqueueSay(tx, lane, sayJob{contact, e, turn.Contact.ChatID, answers(turn, in, number), paceOf(turn, in, number)}, in)
	case flows.Deliver:
		return put(tx, lane, jobDeliver, deliverJob{contact, e, paceOf(turn, in, number)}, in.At)
	case flows.MakeLink:
		return errors.Join(put(tx, lane, jobLink, linkJob(e), in.At), b.mirrorLink(tx, turn, in, number, e))
	case flows.Acknowledge:
		return put(tx, ackLane(contact), jobAck, ackJob{e, turn.Contact.ChatID}, in.At)
	case flows.CallOperator:
		return b.callOperator(tx, turn, in, number, e)
	case flows.Edit:
		return put(tx, lane, jobEdit, editJob{contact, e, paceOf(turn, in, number)}, in.At)
	case flows.Export:
		return put(tx, lane, jobExport, exportJob{contact, e}, in.At)
	case flows.Settle:
		return enqueueSettle(tx, e, in)
	case flows.Forget:
		return b.forget(tx, contact, in)
	case flows.Request:
		return put(tx, outbox.Lane("http/"+contact), jobHTTP, httpJob{contact, e}, in.At)
	case flows.Membership:
		return put(tx, lane, jobMember, memberJob{contact, e}, in.At)
	case flows.BindCard:
		return b.enqueueBind(tx, e, contact, in.At)
	case flows.Charge:
		return b.enqueueCharge(tx, e, contact, in.At)
	case flows.Refund:
		return b.askRefund(tx, sales.Refund{
			ID: e.ID, Payment: e.Payment, Amount: e.Amount, Reason: e.Reason, Withdraw: e.Withdraw, By: "flow", Place: e.Place,
		})
	case flows.Kick:
		return put(tx, lane, jobKick, kickJob{contact, e}, in.At)
	case flows.Typing:
		return enqueueTyping(tx, lane, contact, e, in.At)
	case flows.Mirror:
		return b.mirror(tx, b.change(turn, in, number, e), in.At)
	}
	return fmt.Errorf("the bot has no job for it")
}

func (b *Bot) enqueueSay(tx storage.Tx, lane outbox.Lane, say sayJob, in flows.Input) error {
	if say.Urgency != Bulk {
		return put(tx, lane, jobSay, say, in.At)
	}
	job := announceJob{sayJob: say}
	if say.Nth == 0 {
		job.Broadcast = in.Broadcast
	}
	return put(tx, lane, jobAnnounce, job, in.At)
}

func put(tx storage.Tx, lane outbox.Lane, kind string, payload any, at time.Time) error {
	job, err := outbox.New(lane, kind, payload, at)
	if err != nil {
		return err
	}
	_, err = tx.Enqueue(job)
	return err
}

// handler decodes a job's payload before it is run.
func handler[P any](run func(context.Context, outbox.Job, P) (func(storage.Tx) error, error)) outbox.Handler[storage.Tx] {
	return func(ctx context.Context, job outbox.Job) (func(storage.Tx) error, error) {
		var payload P
		if err := codec.Unmarshal(job.Payload, &payload); err != nil {
			return nil, &sales.Error{Code: "job_unreadable", Action: sales.Bury, Message: "the payload of the " + job.Kind + " job cannot be read"}
		}
		return run(ctx, job, payload)
	}
}

// jobContact is the contact in whose dialog a job belongs; empty for none.
func jobContact(tx storage.Tx, job outbox.Job) (string, error) {
	destination, name, _ := strings.Cut(string(job.Lane), "/")
	if destination == "card" {
		one, err := loadBinding(tx, name)
		return one.Contact, err
	}
	if destination != "payment" && destination != "refund" {
		return name, nil
	}
	payment, err := tx.Payment(name)
	if errors.Is(err, storage.ErrNotFound) {
		return "", nil
	}
	return payment.Contact, err
}
