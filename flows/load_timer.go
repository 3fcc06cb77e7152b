package flows

import (
	"regexp"
	"time"
)

// TimerKeys are the keys of one entry of `timers:`.
func TimerKeys() []string {
	return []string{"after", "before", "at", "on", "late", "hours", "days", "ladder", "if", "once", "to", "do", "unless"}
}

// timers reads one entry of `timers:`; a ladder is one alarm for each rung.
func (n Node) timers() []*TimerRule {
	if !n.IsMap() {
		n.Error("want_mapping")
		return nil
	}
	n.Only(TimerKeys()...)
	timer := &TimerRule{
		Pos: n.Pos(), Before: n.Field("before").Duration(),
		Do: n.Field("do").Steps(), If: ReadFormula(n.Field("if")),
	}
	timer.Months, timer.After = n.Field("after").months()
	n.Field("hours").readHours(&timer.Window)
	n.Field("days").readDays(&timer.Window)
	if n.Field("once").Bool() {
		timer.Once = "once"
	}
	to := n.Field("to").Ref()
	timer.To, timer.ToPos = to.Name, to.Pos
	if timer.To == "" && len(timer.Do) == 0 {
		n.Error("rule_without_action")
	}
	for _, item := range n.Field("unless").Items() {
		word := item.Text()
		if known := TimerEvents(); !contains(known, word) {
			item.Error("unknown_word", "Word", word, "Suggest", Nearest(word, known), "Known", joinSorted(known))
			continue
		}
		timer.Unless = append(timer.Unless, word)
	}
	n.readMoment(timer)
	if ladder := n.Field("ladder"); !ladder.Zero() {
		return n.rungs(timer, ladder)
	}
	return []*TimerRule{timer}
}

// readMoment reads when it rings and what happens when that has passed.
func (n Node) readMoment(timer *TimerRule) {
	on, at, late, before := n.Field("on"), n.Field("at"), n.Field("late"), n.Field("before")
	timer.At = at.timing(func(text string) {
		if _, ok := parseClock(text); !ok {
			at.Error("bad_time", "Value", text)
		}
	})
	timer.On = on.timing(func(text string) {
		date, ok := parseMoment(text)
		switch {
		case !ok:
			on.Error("bad_date", "Value", text)
		case date.exact.IsZero() && date.minutes < 0 && at.Zero():
			on.Error("date_without_time", "Value", text)
		case !at.Zero() && (!date.exact.IsZero() || date.minutes >= 0):
			at.Error("time_twice", "Value", text)
		}
	})
	switch word := Late(late.Text()); {
	case late.Zero() && !on.Zero():
		on.Error("late_unsaid", "Value", on.Text())
	case late.Zero():
	case on.Zero():
		late.Error("stray_late")
	case word != LateSkip && word != LateNow && word != LateTomorrow:
		known := []string{string(LateSkip), string(LateNow), string(LateTomorrow)}
		late.Error("unknown_word", "Word", late.Text(), "Suggest", Nearest(late.Text(), known), "Known", joinSorted(known))
	default:
		timer.Late = word
	}
	switch {
	case !before.Zero() && on.Zero():
		before.Error("before_nothing")
	case !before.Zero() && !n.Field("after").Zero():
		before.Error("before_and_after")
	case on.Zero() && at.Zero() && n.Field("after").Zero() && n.Field("ladder").Zero():
		n.Error("timer_without_after")
	}
}

var variableName = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_.]*$`)

// timing reads a date or time, or the variable that holds one.
func (n Node) timing(check func(literal string)) *Timing {
	if n.Zero() {
		return nil
	}
	timing := &Timing{Source: n.Text()}
	switch {
	case variableName.MatchString(timing.Source):
		timing.Template, _ = ParseTemplate("#{" + timing.Source + "}")
		timing.Template.Pos = n.Pos()
	default:
		timing.Template = ReadTemplate(n)
		if timing.Template.Constant() {
			check(timing.Source)
		}
	}
	return timing
}

// rungs makes an alarm for each span of a ladder; only the last one moves.
func (n Node) rungs(timer *TimerRule, ladder Node) []*TimerRule {
	if timer.On != nil || timer.delayed() {
		ladder.Error("ladder_and_after")
	}
	var rungs []*TimerRule
	last := time.Duration(-1)
	items := ladder.Items()
	for i, item := range items {
		rung := *timer
		if rung.After = item.Duration(); rung.After <= last {
			item.Error("ladder_order", "Value", item.Text())
		}
		last = rung.After
		if i < len(items)-1 {
			if rung.To = ""; len(rung.Do) == 0 {
				item.Error("empty_rung", "Value", item.Text())
			}
		}
		rungs = append(rungs, &rung)
	}
	if len(items) == 0 {
		ladder.Error("timer_without_after")
	}
	return rungs
}
