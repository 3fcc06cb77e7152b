package flows

import (
	"cmp"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
)

// maxChoices is how many different buttons of a dialog stay alive.
const maxChoices = 100

// Button makes an inline button that moves to a state, sets variables, or
// does what the rules say about its label. It stays alive while its state
// exists. A callback is the author's own data for it, which rules hear for ever.
func (r *Run) Button(text, callback, to string, set map[string]string) InlineButton {
	if state := r.Flow.State(to); state != nil {
		to = r.home.key(state)
	}
	choice := Choice{Text: text, To: to, Set: set, State: r.Session.State}
	return r.button(cmp.Or(callback, choice.data()), choice)
}

// AnswerButton makes an inline button that answers the running question.
func (r *Run) AnswerButton(text, name, value string) InlineButton {
	choice := Choice{Text: text, Set: map[string]string{name: value}, Ask: r.place(), State: r.Session.State}
	return r.button(choice.data(), choice)
}

// button keeps what the button means. The same button shown again has the same
// data, so that a menu may be shown for ever.
func (r *Run) button(data string, choice Choice) InlineButton {
	if old, known := r.Session.Choices[data]; !known || old.data() != choice.data() {
		choice.Turn = r.Session.Turns
		choices := maps.Clone(r.Session.Choices)
		if choices == nil {
			choices = map[string]Choice{}
		}
		if len(choices) >= maxChoices {
			delete(choices, oldest(choices))
		}
		choices[data] = choice
		r.Session.Choices = choices
	}
	return InlineButton{Text: choice.Text, Data: data}
}

// data is the callback data: far below the 64 bytes that Telegram takes (Bot
// API, InlineKeyboardButton). It is only looked up, never trusted.
func (c Choice) data() string {
	sum := fnv.New64a()
	write := func(text string) {
		// A hash never fails to write.
		_, _ = sum.Write([]byte(text))
		_, _ = sum.Write([]byte{0})
	}
	write(c.Text)
	write(c.To)
	write(c.State)
	if c.Pay != "" {
		write("pay " + c.Pay)
		if c.Bonus > 0 {
			write(c.Bonus.Decimal())
		}
	}
	if c.Ask != nil {
		write(c.Ask.String())
	}
	for _, name := range slices.Sorted(maps.Keys(c.Set)) {
		write(name)
		write(c.Set[name])
	}
	return "v1:" + strconv.FormatUint(sum.Sum64(), 36)
}

func oldest(choices map[string]Choice) string {
	return slices.MinFunc(slices.Collect(maps.Keys(choices)), func(a, b string) int {
		return cmp.Or(cmp.Compare(choices[a].Turn, choices[b].Turn), cmp.Compare(a, b))
	})
}

// press looks a button up and acknowledges it at once. It tells whether the
// button still means something.
func (r *Run) press() bool {
	choice, known := r.Session.Choices[r.Input.Payload]
	r.choice = choice
	outdated := !known && !r.Flow.hears(r.Input.Payload) && !r.home.hears(r.Input.Payload) ||
		choice.Ask != nil && (r.Session.Asking == nil || *choice.Ask != *r.Session.Asking) ||
		choice.To != "" && r.home.State(r.home.relocated(choice.To)) == nil
	r.doubled = r.Session.Tapped == r.tap()
	acknowledge := Acknowledge{Callback: r.Input.Callback}
	switch {
	case r.doubled:
		r.consider(r.Input.Payload, "button", "repeated")
	case outdated:
		r.consider(r.Input.Payload, "button", "outdated")
		acknowledge.Text = r.Fill(r.Text("outdated_button"))
	}
	r.Emit(acknowledge)
	return !outdated && !r.doubled
}

// hears tells whether a rule waits for a button with this callback, wherever it stands.
func (f *Flow) hears(callback string) bool {
	word := fold(callback)
	waits := func(rule *Rule) bool {
		return rule.When.Kind == Button && len(rule.When.Words) > 0 && rule.When.says(word)
	}
	return slices.ContainsFunc(f.Anywhere, waits) || slices.ContainsFunc(f.Fallback, waits) ||
		slices.ContainsFunc(f.States, func(s *State) bool { return slices.ContainsFunc(s.On, waits) })
}

// tap names one button of one message.
func (r *Run) tap() string {
	return r.Input.Payload + "@" + strconv.FormatInt(r.Input.Message, 10)
}

// follow does what the pressed button itself says.
func (r *Run) follow() bool {
	if r.Input.Kind != Button || r.choice.Ask != nil || r.choice.To == "" && len(r.choice.Set) == 0 && r.choice.Pay == "" {
		return false
	}
	r.consider(r.choice.State, "button: "+r.choice.Text, matched)
	if r.choice.Pay != "" {
		r.chargeSaved(r.choice.Pay, r.choice.Bonus)
		return true
	}
	r.assign(r.choice.Set)
	if r.choice.To != "" {
		r.enter(r.home, r.choice.To)
		return true
	}
	// A button that only sets variables lets the rules hear its label too.
	r.rules("on", r.standing().On)
	return true
}

// assign sets variables in the order of their names.
func (r *Run) assign(set map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(set)) {
		r.Set(name, set[name])
	}
}

// Pressed is the value of the running question's own button that was pressed.
func (r *Run) Pressed(name string) (value string, ok bool) {
	if r.Input.Kind != Button || r.choice.Ask == nil || *r.choice.Ask != *r.place() {
		return "", false
	}
	value, ok = r.choice.Set[name]
	return value, ok
}
