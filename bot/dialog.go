package bot

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"voronka/crm"
	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/storage"
)

// fromChat and fromNote begin the ids of inputs that are words of a manager,
// written in the CRM: they stand there already.
const (
	fromChat = "crmchat:"
	fromNote = "crmnote:"
)

// mirrorDialog shows the messages of a turn in the CRM as the map asks for it:
// as notes, or in a chat where the CRM has one.
func (b *Bot) mirrorDialog(tx storage.Tx, turn flows.Turn, in flows.Input) error {
	flow := b.flow(turn.Session.Flow)
	forgets := slices.ContainsFunc(turn.Effects, func(e flows.Effect) bool { _, is := e.(flows.Forget); return is })
	if b.CRM == nil || flow.Mirroring == nil || flow.Mirroring.Dialog == "" || forgets {
		return nil
	}
	show := b.noteLine
	if flow.Mirroring.Dialog == flows.DialogChats && b.Messenger != nil {
		show = b.chatLine
	}
	echo := strings.HasPrefix(in.ID, fromChat) || strings.HasPrefix(in.ID, fromNote)
	for i, line := range turn.Journal {
		text := spokenText(line)
		if text == "" || line.Who == flows.Event || echo && line.Who == flows.Manager {
			continue
		}
		if err := show(tx, turn, in, said{i, line, text}); err != nil {
			return err
		}
	}
	return nil
}

// said is one message of a turn.
type said struct {
	number int
	line   flows.Line
	text   string
}

func (s said) id(in flows.Input) string { return in.ID + "/said" + strconv.Itoa(s.number) }

// spokenText is what a line shows, a sign in the place of a file.
func spokenText(line flows.Line) string {
	sign := map[string]string{
		"photo": "📷", "document": "📎", "voice": "🎤", "video": "🎬", "audio": "🎵", "location": "📍", "album": "📷", "other": "❔",
	}[line.Kind]
	return strings.TrimSpace(sign + " " + flows.PlainText(line.Text))
}

// noteLine writes a message as a note of the deal.
func (b *Bot) noteLine(tx storage.Tx, turn flows.Turn, in flows.Input, one said) error {
	flow := b.flow(turn.Session.Flow)
	sign := map[flows.Speaker]string{flows.Customer: "👤 ", flows.Bot: "🤖 ", flows.Manager: "🎧 "}[one.line.Who]
	change := crm.Change{ID: one.id(in), Contact: turn.Contact, At: in.At, Title: flow.Title, Note: sign + one.text}
	return b.mirror(tx, b.mapped(change, flow), in.At)
}

// dialogLane is at a destination of its own: a chat service that is sick does not
// hold up deals, nor the other way round.
func dialogLane(contact string) outbox.Lane { return outbox.Lane("dialog/" + contact) }

// lineJob is a message on its way into the CRM's chat.
type lineJob struct {
	Line crm.ChatLine `json:"line"`
}

// chatLine writes a message into the CRM's chat.
func (b *Bot) chatLine(tx storage.Tx, turn flows.Turn, in flows.Input, one said) error {
	line := crm.ChatLine{
		ID: one.id(in), Contact: turn.Contact, From: crm.Ours, Text: one.text, At: in.At,
	}
	switch one.line.Who {
	case flows.Customer:
		line.From = crm.Customer
		loud, err := b.calls(tx, turn)
		if err != nil {
			return err
		}
		line.Loud = loud
	case flows.Manager:
		line.Text = "🎧 " + line.Text
	}
	if len(one.line.Buttons) > 0 {
		line.Text += "\n[" + strings.Join(one.line.Buttons, "] [") + "]"
	}
	if err := b.wantContact(tx, line); err != nil {
		return err
	}
	return put(tx, dialogLane(turn.Contact.ID), jobLine, lineJob{line}, in.At)
}

// answered is how long after a manager's words an answer to them is awaited.
const answered = 24 * time.Hour

// wroteRef is where it is kept when a manager wrote to a customer in the CRM.
func wroteRef(contact string) string { return "dialog/wrote/" + contact }

// calls tells whether managers are to be called to read what a customer says: a
// person leads the dialog, is asked for, or wrote there of late.
func (b *Bot) calls(tx storage.Tx, turn flows.Turn) (bool, error) {
	if turn.Session.Manual {
		return true, nil
	}
	for _, effect := range turn.Effects {
		if _, asked := effect.(flows.CallOperator); asked {
			return true, nil
		}
	}
	reason, err := tx.Ref(AttentionRef(turn.Contact.ID))
	if err != nil || reason != "" {
		return reason != "", err
	}
	wrote, err := tx.Ref(wroteRef(turn.Contact.ID))
	if err != nil || wrote == "" {
		return false, err
	}
	at, err := time.Parse(time.RFC3339, wrote)
	return err == nil && b.Now().Sub(at) < answered, nil
}

// wantContact has the CRM make a contact for whom nothing is on its way there:
// a chat is tied to one before anything is said.
func (b *Bot) wantContact(tx storage.Tx, line crm.ChatLine) error {
	known, err := readMirrored(tx, mirrorRef(line.Contact.ID))
	if err != nil || known.Contact != "" {
		return err
	}
	return b.renewContact(tx, line)
}

func (b *Bot) renewContact(tx storage.Tx, line crm.ChatLine) error {
	_, busy, err := tx.Head(crmLane(line.Contact.ID))
	if err != nil || busy {
		return err
	}
	session, err := tx.Session(line.Contact.ID)
	if err != nil {
		return err
	}
	flow := b.flow(session.Flow)
	change := crm.Change{ID: line.ID + "/contact", Contact: line.Contact, At: line.At, Title: flow.Title, Person: true}
	return b.mirror(tx, b.mapped(change, flow), b.Now())
}

// dropDialog forgets what waits for the CRM's chat, and which chat it is.
func dropDialog(tx storage.Tx, contact string) error {
	waiting, err := tx.Lane(dialogLane(contact), everyJob)
	if err != nil {
		return fmt.Errorf("list what waits for the CRM's chat: %w", err)
	}
	waiting = slices.DeleteFunc(waiting, func(job outbox.Job) bool { return job.Kind != jobLine })
	return errors.Join(done(tx, waiting), tx.PutRef(dialogRef(contact), ""), tx.PutRef(wroteRef(contact), ""))
}
