package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"voronka/bot/telegramtest"
)

// cue is a line of the bot: how a message begins, and whether it hands the course over.
type cue struct {
	begins string
	file   bool
	// stray is said in between: the answer to what was typed while the link was
	// open is earlier or later than what the money brings.
	stray bool
}

func (c cue) fits(m telegramtest.Message) bool {
	return strings.HasPrefix(m.Text, c.begins) && c.file == (m.File != nil)
}

// script is all that the bot says to a customer who buys, in its order; the
// stray line comes last here, and at the earliest behind the link.
func (c *customer) script() []cue {
	name := fmt.Sprintf("Анна %d", c.ID())
	return []cue{
		{begins: "Здравствуйте, " + name + "!"},
		{begins: "«Go за вечер»\n\nШесть коротких глав"},
		{begins: "Отлично! Куда прислать чек и доступ?"},
		{begins: "И телефон — на случай"},
		{begins: "Мини-курс «Go за вечер» — 990 ₽. Оплатить можно картой или через СБП, чек придёт на " + c.email},
		{begins: "Спасибо, " + name + "! Оплата пришла"},
		{begins: "Ваш мини-курс, " + name + ".", file: true},
		{begins: "Не уверен, что понял.", stray: true},
	}
}

// strayFrom is how many lines were said before the stray one can be.
const strayFrom = 5

// misplaced compares what the bot said on a screen with a script. Repetitions
// that are excused, and what an operator sent when the rest had been said, are
// left out of it, what remains must be the script: it tells what is not. excused
// is asked when a line was first on the screen, and when again.
func misplaced(script []cue, screen []telegramtest.Message, excused func(first, again time.Time) bool, byHand func(at time.Time) bool) []string {
	var faults []string
	// handed tells whether an operator sent all of the next lines, up to one.
	handed := func(next, until int, rest []telegramtest.Message) bool {
		return !slices.ContainsFunc(script[next:until], func(c cue) bool {
			return !slices.ContainsFunc(rest, func(m telegramtest.Message) bool { return m.FromBot && c.fits(m) && byHand(m.Time) })
		})
	}
	next, shown := 0, map[int]time.Time{} // when a line was there last, by its place
	for i, m := range screen {
		if !m.FromBot {
			continue
		}
		at := slices.IndexFunc(script, func(c cue) bool { return c.fits(m) })
		if at < 0 {
			faults = append(faults, fmt.Sprintf("nobody wrote %q", m.Text))
			continue
		}
		last, again := shown[at]
		shown[at] = m.Time
		switch {
		case again && (at == next-1 || script[at].stray):
			if !excused(last, m.Time) {
				faults = append(faults, fmt.Sprintf("said again without a cause: %q", m.Text))
			}
		case script[at].stray && next >= strayFrom:
		case at == next && !script[at].stray:
			next++
		case at < next && byHand(m.Time):
		case at > next && !script[at].stray && handed(next, at, screen[i:]):
			next = at + 1
		default:
			faults = append(faults, fmt.Sprintf("%q is line %d, said after line %d", m.Text, at+1, next))
			next = max(next, at+1)
		}
	}
	for at, line := range script {
		if _, said := shown[at]; !said {
			faults = append(faults, fmt.Sprintf("never said: %q", line.begins))
		}
	}
	return faults
}

// cuts are moments at which something may have kept a process from knowing that
// a message was sent.
type cuts struct {
	mu  sync.Mutex
	all []time.Time
}

func (c *cuts) now() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, time.Now())
}

func (c *cuts) between(from, to time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.all, func(at time.Time) bool { return !at.Before(from) && !at.After(to) })
}

// underway is how long a request of a process that is dead already may take to
// be served on a busy machine.
const underway = 5 * time.Second

// excuses gives an excuse to each repetition in a customer's chat that a kill or
// a lost answer caused, and to no more of them than there were.
func (w *outside) excuses(one *customer) func(first, again time.Time) bool {
	w.cuts.mu.Lock()
	causes := slices.Clone(w.cuts.all)
	w.cuts.mu.Unlock()
	for _, call := range w.telegram.Sent() {
		if call.Unheard && call.ChatID == one.ID() {
			causes = append(causes, call.Time)
		}
	}
	slices.SortFunc(causes, time.Time.Compare)
	return func(first, again time.Time) bool {
		at := slices.IndexFunc(causes, func(cause time.Time) bool {
			return !cause.Before(first.Add(-underway)) && !cause.After(again)
		})
		if at < 0 {
			return false
		}
		causes = slices.Delete(causes, at, at+1)
		return true
	}
}

// byHand tells whether a message was there soon after the clerk had one sent.
func (w *outside) byHand(at time.Time) bool { return w.hands.between(at.Add(-15*time.Second), at) }

// judgeScreen proves that the customer read the script, in its order.
func (w *outside) judgeScreen(one *customer) {
	w.t.Helper()
	for _, fault := range misplaced(one.script(), one.Messages(), w.excuses(one), w.byHand) {
		w.t.Errorf("customer %d: %s", one.ID(), fault)
	}
}

// jumpy is how long after its start a process whose clock is wrong has jumped, on
// a busy machine: a clock that is only wrong measures a wait as well as any.
const jumpy = 3 * time.Second

// judgePatience proves that nothing was sent earlier than a 429 allowed, by a
// process that could know of it and whose clock did not jump meanwhile.
func (w *outside) judgePatience() {
	w.t.Helper()
	for _, one := range w.telegram.Hasty() {
		if !w.cuts.between(one.Refused, one.At) && !w.wrongClocks.between(one.Refused.Add(-jumpy), one.At) {
			w.t.Errorf("%s to %d came %v too early", one.Method, one.ChatID, one.Until.Sub(one.At))
		}
	}
}

// TestScreenIsJudged lets the judge see what he must object to.
func TestScreenIsJudged(t *testing.T) {
	t.Parallel()
	one := &customer{User: telegramtest.New(telegramtest.Config{}).User(telegramtest.Profile{ID: 7}), email: "anna7@mail.ru"}
	script := one.script()
	began := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	said := func(lines ...int) (screen []telegramtest.Message) {
		for i, line := range lines {
			m := telegramtest.Message{FromBot: true, Text: script[line].begins, Time: began.Add(time.Duration(i) * time.Minute)}
			if script[line].file {
				m.File = &telegramtest.File{}
			}
			screen = append(screen, m, telegramtest.Message{Text: "и ещё", Time: m.Time})
		}
		return screen
	}
	kills := func(minutes ...int) *outside {
		w := &outside{t: t, telegram: telegramtest.New(telegramtest.Config{})}
		for _, minute := range minutes {
			w.cuts.all = append(w.cuts.all, began.Add(time.Duration(minute)*time.Minute+time.Second))
		}
		return w
	}
	for name, c := range map[string]struct {
		screen []telegramtest.Message
		kills  []int
		want   string // empty: nothing
		hand   int    // the minute in which an operator sent something, 0 for none
	}{
		"as written":                  {said(0, 1, 2, 3, 4, 7, 5, 6), nil, "", 0},
		"an old line by hand":         {said(0, 1, 2, 3, 4, 7, 5, 6, 1), nil, "", 8},
		"an old line behind a hand's": {said(0, 1, 2, 3, 4, 7, 5, 6, 1, 0), nil, "said after line", 8},
		"the thanks by hand":          {said(0, 1, 2, 3, 4, 7, 6, 5), nil, "", 7},
		"the thanks, hand elsewhere":  {said(0, 1, 2, 3, 4, 7, 6, 5), nil, "said after line", 6},
		"the stray line at the end":   {said(0, 1, 2, 3, 4, 5, 6, 7), nil, "", 0},
		"the stray line too early":    {said(0, 1, 7, 2, 3, 4, 5, 6), nil, "said after line 2", 0},
		"doubled":                     {said(0, 1, 1, 2, 3, 4, 7, 5, 6), nil, "without a cause", 0},
		"doubled by a kill":           {said(0, 1, 1, 2, 3, 4, 7, 5, 6), []int{1}, "", 0},
		"doubled, killed elsewhere":   {said(0, 1, 1, 2, 3, 4, 7, 5, 6), []int{0, 5}, "without a cause", 0},
		"thrice by one kill":          {said(0, 1, 1, 1, 2, 3, 4, 7, 5, 6), []int{1}, "without a cause", 0},
		"everything twice":            {said(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 7, 7, 5, 5, 6, 6), []int{1}, "without a cause", 0},
		"the stray line twice":        {said(0, 1, 2, 3, 4, 7, 5, 7, 6), nil, "without a cause", 0},
		"swapped":                     {said(0, 2, 1, 3, 4, 7, 5, 6), []int{0, 1, 2, 3}, "said after line", 0},
		"the file before the thanks":  {said(0, 1, 2, 3, 4, 7, 6, 5), []int{6}, "said after line", 0},
		"an old line again":           {said(0, 1, 2, 3, 1, 4, 7, 5, 6), []int{1, 2, 3}, "said after line", 0},
		"missing":                     {said(0, 1, 3, 4, 7, 5, 6), nil, "never said", 0},
		"missing at the end":          {said(0, 1, 2, 3, 4, 7, 5), nil, "never said", 0},
		"the stray line is missing":   {said(0, 1, 2, 3, 4, 5, 6), nil, "never said", 0},
		"something of another dialog": {append(said(0, 1, 2, 3, 4, 7, 5, 6), telegramtest.Message{FromBot: true, Text: "Здравствуйте, Анна 8!"}), nil, "nobody wrote", 0},
		"the file without its text":   {append(said(0, 1, 2, 3, 4, 7, 5), telegramtest.Message{FromBot: true, File: &telegramtest.File{}}), nil, "nobody wrote", 0},
	} {
		w := kills(c.kills...)
		if c.hand > 0 {
			w.hands.all = append(w.hands.all, began.Add(time.Duration(c.hand)*time.Minute-time.Second))
		}
		got := strings.Join(misplaced(script, c.screen, w.excuses(one), w.byHand), "; ")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: found %q, want %q", name, got, c.want)
		}
	}
}
