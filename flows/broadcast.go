package flows

import (
	"slices"
	"strings"
	"time"

	"voronka/sales"
)

// Audience is whom a broadcast is meant for.
type Audience struct {
	// Broadcast is its id: who has had it does not get it twice.
	Broadcast string
	// Flow is the flow whose customers are meant, empty for those of any.
	Flow string
	// If is what must be true of the customer; nil for everybody.
	If *Formula
	// Hours are when the customer may be written to, by their own clock.
	Hours Window
	// Gap leaves out who has had another broadcast within it.
	Gap time.Duration
	// Since leaves out who came later: the audience is that of the beginning.
	Since time.Time
}

// Reach says whether a broadcast reaches a customer, and if not, why.
type Reach string

// The answers of Engine.Reach, in the order in which they are given.
const (
	ReachOthers  Reach = "others"    // not in the audience
	ReachHad     Reach = "had"       // has had it
	ReachBlocked Reach = "blocked"   // the bot is blocked
	ReachOptOut  Reach = "opted_out" // wants no broadcasts
	ReachManual  Reach = "manual"    // an operator leads the dialog
	ReachRecent  Reach = "recent"    // has had another one a short while ago
	ReachQuiet   Reach = "quiet"     // it is too early or too late there
	ReachYes     Reach = "yes"
)

// maxHad is how many broadcasts a session remembers to have had.
const maxHad = 20

// Reach tells whether a broadcast reaches a customer at a moment; where it is
// too early or too late, next is when it may.
func (e Engine) Reach(flow *Flow, contact sales.Contact, known Known, session Session, to Audience, at time.Time) (reach Reach, next time.Time) {
	home := flow.In(spokenBy(session, contact, Input{}))
	r := &Run{Flow: home, home: home, Input: Input{At: at}, Session: session, Contact: contact, engine: e, known: known}
	switch {
	case session.State == "" || to.Flow != "" && session.Flow != to.Flow, !to.Since.IsZero() && contact.CreatedAt.After(to.Since), !r.meets(to.If):
		return ReachOthers, time.Time{}
	case slices.Contains(session.Broadcasts, to.Broadcast):
		return ReachHad, time.Time{}
	case contact.Blocked:
		return ReachBlocked, time.Time{}
	case !session.OptedOut.IsZero():
		return ReachOptOut, time.Time{}
	case session.Manual:
		return ReachManual, time.Time{}
	case !session.LastBroadcast.IsZero() && at.Sub(session.LastBroadcast) < to.Gap:
		return ReachRecent, time.Time{}
	}
	zone := r.Now().Location()
	if theirs, ok := ParseZone(r.Lookup("timezone")); ok {
		zone = theirs
	}
	if next = to.Hours.next(at.In(zone)); next.After(at) {
		return ReachQuiet, next
	}
	return ReachYes, time.Time{}
}

func (r *Run) meets(formula *Formula) bool {
	if formula == nil {
		return true
	}
	_, yes, ok := r.Compute(formula)
	return ok && yes
}

// ParseHours reads hours of the day, "10:00–20:00" or "22-6"; an empty text is
// any hour.
func ParseHours(text string) (Window, bool) {
	var w Window
	return w, text == "" || w.parseHours(text)
}

// announced gives the customer one message of a broadcast, or moves them to
// its state. A question that waits goes on waiting for its answer.
func (r *Run) announced() {
	if id := r.Input.Broadcast; id != "" {
		had := append(slices.Clone(r.Session.Broadcasts), id)
		r.Session.Broadcasts, r.Session.LastBroadcast = had[max(0, len(had)-maxHad):], r.Input.At
	}
	if state := r.Input.Payload; state != "" {
		r.enter(r.home, state)
		return
	}
	text, err := ParseTemplate(r.Input.Text)
	if err != nil {
		r.Event("error", "broadcast: "+err.Error())
		return
	}
	r.Say(Say{Text: r.Render(text, MaxText)})
}

// StopWords are what a customer writes to have no more broadcasts, and
// ComeBackWords to have them again, beside /stop and /start.
func StopWords() []string {
	return []string{"стоп", "отписаться", "отпишите", "stop", "unsubscribe"}
}

// ComeBackWords: see StopWords.
func ComeBackWords() []string { return []string{"подписаться", "subscribe"} }

// choosesBroadcasts hears whether the customer wants broadcasts. The flow answers the
// word as any other.
func (r *Run) choosesBroadcasts() {
	word := strings.Trim(r.said, "!. ")
	out := r.Input.Kind == Text && slices.Contains(StopWords(), word) || r.Input.Kind == Command && word == "stop"
	back := r.Input.Kind == Text && slices.Contains(ComeBackWords(), word) || r.isStart()
	switch {
	case out && r.Session.OptedOut.IsZero():
		r.Session.OptedOut = r.Input.At
		r.Event("broadcasts", "opted_out")
	case back && !r.Session.OptedOut.IsZero():
		r.Session.OptedOut = time.Time{}
		r.Event("broadcasts", "opted_in")
	}
}
