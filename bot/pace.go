package bot

import "voronka/flows"

// Urgency says who waits for a message, and so which go first where the
// channel's limits are reached: replies, then what nobody asked for, then bulk.
type Urgency string

// The urgencies, the most urgent first. They are stored with jobs: their words
// are a promise.
const (
	Reply   Urgency = "reply" // the customer has just done something and waits
	Unasked Urgency = ""      // a reminder, a stage of the CRM
	Bulk    Urgency = "bulk"  // one of a broadcast
)

// Pace is what a channel needs to know of a message to keep its limits.
type Pace struct {
	Urgency Urgency `json:"urgency,omitempty"`
	// Nth is how many messages of the same turn go before it.
	Nth int `json:"nth,omitempty"`
	// Brief marks one that answers may stand behind: it is refused with ChatPace
	// rather than held back for long.
	Brief bool `json:"-"`
}

// Pacer is a chat with a budget for what nobody waits for.
type Pacer interface {
	// Room tells how many messages of an urgency could leave at this moment.
	Room(Urgency) int
}

// paceOf is the pace of the effect with this number.
func paceOf(turn flows.Turn, in flows.Input, number int) Pace {
	pace := Pace{Urgency: urgency(in.Kind)}
	for _, effect := range turn.Effects[:number] {
		switch effect.(type) {
		case flows.Say, flows.Deliver, flows.Edit:
			pace.Nth++
		}
	}
	return pace
}

// urgency is who waits for the answer to an input. Whoever pays, or joins a
// channel, waits for what comes of it like one who writes.
func urgency(kind flows.InputKind) Urgency {
	switch kind {
	case flows.Rang, flows.Stage, flows.Webhook, flows.Left, flows.Blocked, flows.Unblocked:
		return Unasked
	}
	if kind == flows.Announced {
		return Bulk
	}
	return Reply
}

// room is how many messages of an urgency could leave at this moment, at most
// limit; a chat without a budget takes as many.
func (b *Bot) room(of Urgency, limit int) int {
	pacer, paced := b.Chat.(Pacer)
	if !paced {
		return limit
	}
	return max(0, min(limit, pacer.Room(of)))
}
