package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// Owner is who hears in a chat of theirs what a person has to see to.
type Owner struct {
	// Chat is the id of a private chat, a group or a channel.
	Chat int64
	// Calls says in the owner's words who waits for a person.
	Calls func(Calls) string
}

// Alarm is something that keeps the bot from a part of its work until a person
// mends it.
type Alarm struct {
	// Cause tells alarms apart: of one cause the owner hears once.
	Cause string
	// Text says what is wrong and what to do, Over that it is not so any more;
	// nothing is said of that where it is empty.
	Text, Over string
}

const (
	// quiet is how long nothing more is said of one cause.
	quiet = time.Hour
	// lull is for how long nobody may have seen a cause before it is over: of
	// several processes one may see it alone, and one that has just started knows
	// of none, however long it was away.
	lull = 3 * time.Minute
	// glance is how exactly it is kept when a cause was seen.
	glance = time.Minute
)

// alarmsRef is where it is kept what the owner was told of.
const alarmsRef = "alarms"

// told is what the owner knows of a cause.
type told struct {
	// At is when they were told last, Seen when the cause was seen last.
	At   time.Time `json:"at"`
	Seen time.Time `json:"seen"`
	// Open is set until they are told that it is over, in the words of Over.
	Open bool   `json:"open,omitempty"`
	Over string `json:"over,omitempty"`
}

// alarmJob tells the owner something. Without a text it is about those who wait
// for a person when it runs.
type alarmJob struct {
	Text string `json:"text,omitempty"`
}

// Alarmed is called again and again with all that is wrong at the moment. The
// owner is told of each cause once, and once that it is over, and of the same
// cause not again within an hour.
func (b *Bot) Alarmed(ctx context.Context, wrong []Alarm) error {
	if b.Owner == nil {
		return nil
	}
	first, news := !b.alarmed.Load(), false
	err := b.peek(ctx, func(tx storage.Tx) error {
		known, err := readAlarms(tx)
		_, news = known.weigh(wrong, b.Now(), first)
		return err
	})
	if err == nil && news {
		err = b.Store.Update(ctx, func(tx storage.Tx) error { return b.alarm(tx, wrong, first) })
	}
	if err != nil {
		return fmt.Errorf("tell the owner: %w", err)
	}
	b.alarmed.Store(true)
	if news {
		b.runner.Wake()
	}
	return nil
}

// alarm writes down what is wrong, and what the owner is to hear of it.
func (b *Bot) alarm(tx storage.Tx, wrong []Alarm, first bool) error {
	now := b.Now()
	known, err := readAlarms(tx)
	if err != nil {
		return err
	}
	texts, _ := known.weigh(wrong, now, first)
	for _, text := range texts {
		if err := put(tx, alarmLane, jobAlarm, alarmJob{text}, now); err != nil {
			return err
		}
	}
	if len(known) == 0 {
		return tx.PutRef(alarmsRef, "")
	}
	kept, err := json.Marshal(known)
	if err != nil {
		return err
	}
	return tx.PutRef(alarmsRef, string(kept))
}

// alarms are what the owner knows of, by cause.
type alarms map[string]told

func readAlarms(tx storage.Tx) (alarms, error) {
	known := alarms{}
	raw, err := tx.Ref(alarmsRef)
	if err == nil && raw != "" {
		err = json.Unmarshal([]byte(raw), &known)
	}
	if err != nil {
		return known, fmt.Errorf("read what the owner knows: %w", err)
	}
	return known, nil
}

// weigh decides what the owner is to hear, and tells whether anything of that is
// to be kept. The first time in a process all that was open is as good as seen.
func (known alarms) weigh(wrong []Alarm, now time.Time, first bool) (texts []string, news bool) {
	for cause, one := range known {
		if first && one.Open {
			one.Seen, news = now, true
			known[cause] = one
		}
	}
	for _, alarm := range wrong {
		one := known[alarm.Cause]
		if now.Sub(one.Seen) >= glance {
			one.Seen, one.Over, news = now, alarm.Over, true
		}
		if !one.Open && now.Sub(one.At) >= quiet {
			one.At, one.Open, news = now, true, true
			texts = append(texts, alarm.Text)
		}
		known[alarm.Cause] = one
	}
	for _, cause := range slices.Sorted(maps.Keys(known)) {
		one := known[cause]
		if now.Sub(one.Seen) < lull {
			continue
		}
		if one.Open && one.Over != "" {
			texts = append(texts, one.Over)
		}
		news = news || one.Open
		one.Open = false
		if known[cause] = one; now.Sub(one.At) >= quiet {
			delete(known, cause)
			news = true
		}
	}
	return texts, news
}

// tellOwner is the job that tells the owner something.
func (b *Bot) tellOwner(ctx context.Context, job outbox.Job, payload alarmJob) (func(storage.Tx) error, error) {
	if b.Owner == nil {
		return nil, nil // nobody wants to know any more
	}
	if payload.Text != "" {
		return nil, b.impart(ctx, job, payload.Text)
	}
	now, waiting, err := b.whoWaits(ctx)
	if err != nil {
		return nil, err
	}
	if now == (Calls{}) {
		return b.heardCalls(waiting, false), nil
	}
	if err := b.impart(ctx, job, b.Owner.Calls(now)); err != nil {
		return nil, err
	}
	return b.heardCalls(waiting, true), nil
}

// impart sends the owner a text, and once more where the answer was lost. If it
// is lost again the owner has most likely read it.
func (b *Bot) impart(ctx context.Context, job outbox.Job, text string) error {
	err := b.sendOwner(ctx, text)
	if err == nil {
		return nil
	}
	if err = b.doubted(ctx, job, err); sales.AsError(err).Code == outbox.CodeUncertain {
		b.Log.Warn("nobody knows whether the owner was told", "error", err)
		return nil
	}
	return err
}

// TellOwner tells the owner something past the queue: for what must be heard
// although it cannot be written down. Nothing keeps it from being told again.
func (b *Bot) TellOwner(ctx context.Context, text string) error {
	if b.Owner == nil {
		return nil
	}
	return b.sendOwner(ctx, text)
}

// sendOwner sends a text to the owner, wherever their chat has moved.
func (b *Bot) sendOwner(ctx context.Context, text string) error {
	message := Message{Text: clipped(text), Plain: true}
	_, err := b.Chat.Send(ctx, b.Owner.Chat, message)
	if moved := (*MovedError)(nil); errors.As(err, &moved) {
		_, err = b.Chat.Send(ctx, moved.To, message)
	}
	if err != nil && sales.AsError(err).Code == ChatBlocked {
		return &sales.Error{Code: ChatBlocked, Action: sales.Bury, Message: "the owner's chat cannot be written to: check VORONKA_ALARM_CHAT", Err: err}
	}
	return err
}

// clipped is a text that fits into a message (Bot API, sendMessage: 4096 characters).
func clipped(text string) string {
	const most = 4000
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
