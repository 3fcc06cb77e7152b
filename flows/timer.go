package flows

import (
	"slices"
	"strconv"
	"time"
)

// TimerRule is an alarm set when its state is entered.
type TimerRule struct {
	// After and Before are counted from On; without it After is counted from entering.
	After, Before time.Duration
	// Months of the calendar are counted before After.
	Months int
	// On is the date, At the time of the day; nil when not given.
	On, At *Timing
	// Late says what to do with an On that has passed.
	Late Late
	// Window is when it may ring; outside it waits for the window to open.
	Window Window
	// If is asked when it rings.
	If *Formula
	// Once is the name under which it is remembered; see Rule.
	Once string
	To   string
	Do   []Step
	// Unless cancels it: words of TimerEvents.
	Unless []string
	Pos    Pos
	ToPos  Pos
}

// Timing is a date or a time that may come from a variable.
type Timing struct {
	Template Template
	// Source is as the author wrote it.
	Source string
}

// Late is what to do with a moment that has passed before it could be planned.
type Late string

// Ways with a moment that has passed: leave it out, do it at once, or do it at
// that time of the next day.
const (
	LateSkip     Late = "skip"
	LateNow      Late = "now"
	LateTomorrow Late = "tomorrow"
)

// TimerEvents are the words of `unless`.
func TimerEvents() []string {
	return []string{"answered", "left", "paid", "blocked", "joined", "operator", "stage", "webhook"}
}

// cancelledBy tells whether something that happened stops the alarm. One that
// does not say belongs to its state: leaving it is enough.
func (t *TimerRule) cancelledBy(event string) bool {
	if t == nil {
		return false
	}
	return contains(t.Unless, event) || event == "left" && len(t.Unless) == 0
}

// String names the alarm's moment in short, for the journal.
func (t *TimerRule) String() string {
	at := ""
	if t.At != nil {
		at = " at " + t.At.Source
	}
	switch {
	case t.On == nil && t.At != nil && !t.delayed():
		return "at " + t.At.Source
	case t.On == nil:
		return "after " + t.delay() + at
	case t.Before > 0:
		return FormatDuration(t.Before) + " before " + t.On.Source + at
	case t.delayed():
		return t.delay() + " after " + t.On.Source + at
	}
	return "on " + t.On.Source + at
}

// immediate tells whether it may ring the moment it is set.
func (t *TimerRule) immediate() bool {
	if t.On != nil {
		return t.Late == LateNow
	}
	return t.At == nil && !t.delayed()
}

// reads are the variables it depends on.
func (t *TimerRule) reads() []Ref {
	refs := slices.Clone(t.If.Reads())
	for _, timing := range []*Timing{t.On, t.At} {
		if timing != nil {
			refs = append(refs, timing.Template.Reads()...)
		}
	}
	return refs
}

// timerName is under what an alarm with `once:` is remembered; earlier ones of
// the state that ring at the same moment are counted.
func timerName(earlier []*TimerRule, timer *TimerRule, state string) string {
	name, same := state+"/timer "+timer.String(), 1
	for _, other := range earlier {
		if other.Once != "" && other.String() == timer.String() {
			same++
		}
	}
	if same > 1 {
		name += " #" + strconv.Itoa(same)
	}
	return name
}
