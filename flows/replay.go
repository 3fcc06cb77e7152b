package flows

import (
	"regexp"
	"slices"
	"time"

	"voronka/sales"
)

// Why a dialog, or the rest of it, cannot be replayed.
const (
	// Unrecorded inputs came before journals kept what a replay needs, or the
	// engine failed on them.
	Unrecorded = "unrecorded"
	// Forgotten dialogs were erased at the customer's wish.
	Forgotten = "forgotten"
	// Unanswered are requests to other servers: their answers are not kept.
	Unanswered = "unanswered"
	// Unable is what the engine refuses: a session without a seed.
	Unable = "unable"
)

// Replayed is a recorded dialog played against another version of its flow.
type Replayed struct {
	// Inputs were answered anew, Differ of them in another way. Alarms that only
	// the new version has are among both.
	Inputs int         `json:"inputs"`
	Differ int         `json:"differ"`
	First  *Difference `json:"first,omitempty"`
	// Stopped tells why the rest could not be replayed, from StoppedAt on; empty
	// when all could.
	Stopped   string    `json:"stopped,omitempty"`
	StoppedAt time.Time `json:"stopped_at,omitzero"`
	// Guessed are the project's variables that this version reads and of which the
	// recording does not tell what they were: they began at their defaults.
	Guessed []string `json:"guessed,omitempty"`
}

// Difference is an input that is answered in another way.
type Difference struct {
	At time.Time `json:"at"`
	// Kind and Words are the input's, as the journal has them: what was typed, the
	// label that was pressed, the alarm that rang.
	Kind    InputKind `json:"kind"`
	Words   string    `json:"words,omitempty"`
	Was     []Said    `json:"was"`
	Becomes []Said    `json:"becomes"`
}

// Said is one message of the bot.
type Said struct {
	Kind    string   `json:"kind"`
	Text    string   `json:"text"`
	Buttons []string `json:"buttons,omitempty"`
}

// Replay plays the whole journal of a contact, the earliest line first, against
// a flow: from the very beginning, each input at the moment it came, with the
// ids that the session's seed gave. Alarms ring as they were recorded; those that
// only this version of the flow sets ring when they are due.
func (e Engine) Replay(flow *Flow, contact sales.Contact, session Session, journal []Line) Replayed {
	p := &playback{rehearsal: NewRehearsal(e, flow, time.Time{}), heard: recorded(journal), known: overlook{map[string]bool{}, map[string]bool{}}}
	p.rehearsal.Contact = sales.Contact{ID: contact.ID}
	p.rehearsal.Session = Session{Seed: session.Seed}
	p.rehearsal.Profile = Profile{ChatID: contact.ChatID}
	for _, one := range p.heard {
		if why := p.unable(one, journal); why != "" {
			p.result.Stopped, p.result.StoppedAt = why, one.line.At
			break
		}
		if err := p.play(one); err != nil {
			p.result.Stopped, p.result.StoppedAt = Unable, one.line.At
			break
		}
	}
	return p.result
}

// recording is one input of a journal: its line, and what the bot said to it.
type recording struct {
	line Line
	said []Said
}

// recorded puts the lines of each input together. Notes that no input caused
// are left out.
func recorded(journal []Line) []recording {
	var list []recording
	for _, line := range journal {
		if line.Input == "" {
			continue
		}
		if len(list) == 0 || list[len(list)-1].line.Input != line.Input {
			list = append(list, recording{line: line})
		}
		last := &list[len(list)-1]
		if line.Heard != nil {
			last.line = line
		}
		last.said = append(last.said, said(line)...)
	}
	return list
}

// said is the line of a bot as a message, nothing for other lines. The links of
// payments look all the same in it.
func said(line Line) []Said {
	if line.Who != Bot {
		return nil
	}
	return []Said{{line.Kind, payLinks.ReplaceAllString(line.Text, PayLink("")), line.Buttons}}
}

var payLinks = regexp.MustCompile(regexp.QuoteMeta(PayLink("")) + "[0-9a-f]+")

// playback is a replay under way.
type playback struct {
	rehearsal *Rehearsal
	heard     []recording
	known     overlook
	result    Replayed
	extra     int64
}

func (p *playback) unable(one recording, journal []Line) string {
	switch {
	case one.line.Heard == nil && slices.ContainsFunc(journal, func(l Line) bool { return l.Kind == "forget_me" }):
		return Forgotten
	case one.line.Heard == nil, p.result.Inputs == 0 && one.line.Heard.Turn != 1:
		return Unrecorded
	case one.line.Heard.Kind == Responded:
		return Unanswered
	}
	return ""
}

// play lets one recorded input happen again.
func (p *playback) play(one recording) error {
	r, heard := p.rehearsal, one.line.Heard
	if err := p.ringOwn(one.line.At); err != nil {
		return err
	}
	r.Now, r.Session.Turns = one.line.At, heard.Turn-1
	if heard.Profile != nil {
		chat := r.Profile.ChatID
		r.Profile = Profile(*heard.Profile)
		r.Profile.ChatID = chat
	}
	p.recall(heard.Project)
	input, happens := p.input(one)
	var turn Turn
	if happens {
		var err error
		if turn, err = r.Send(input); err != nil {
			return err
		}
	}
	p.compare(one, turn)
	return nil
}

func (p *playback) compare(one recording, turn Turn) {
	now := []Said{}
	for _, line := range turn.Journal {
		now = append(now, said(line)...)
	}
	p.noticed(turn)
	p.result.Inputs++
	if slices.EqualFunc(one.said, now, Said.same) {
		return
	}
	p.result.Differ++
	if p.result.First == nil {
		line := one.line
		p.result.First = &Difference{At: line.At, Kind: line.Heard.Kind, Words: line.Text, Was: append([]Said{}, one.said...), Becomes: now}
	}
}

func (s Said) same(other Said) bool {
	return s.Kind == other.Kind && s.Text == other.Text && slices.Equal(s.Buttons, other.Buttons)
}
