package dialogs

import (
	"errors"
	"slices"
	"strings"

	"voronka/flows"
)

// impossible tells whether a line cannot be played any more, as happens when
// the lines before it are left out.
func impossible(err error) bool {
	return errors.Is(err, flows.ErrNoButton) || errors.Is(err, flows.ErrNoPayment) || errors.Is(err, flows.ErrNoRequest) || errors.Is(err, flows.ErrScript)
}

// next is what this customer does next. What moves the funnel on is likelier
// than mischief.
func (m *Monkey) next(stage *flows.Rehearsal) string {
	ways := []func(*flows.Rehearsal) (string, bool){
		m.tap, m.tap, m.tap, m.tap, m.reply, m.reply, m.reply, m.pay, m.pay, m.word, m.wait, m.wait, m.chat, m.mischief,
	}
	if line, ok := m.answer(stage); ok && m.Pick(3) > 0 {
		return line
	}
	for {
		if line, ok := ways[m.Pick(len(ways))](stage); ok {
			return line
		}
	}
}

func (m *Monkey) one(lines ...string) string { return lines[m.Pick(len(lines))] }

// tap presses a button of the newest message, now and then an older one or twice.
func (m *Monkey) tap(stage *flows.Rehearsal) (string, bool) {
	live := slices.DeleteFunc(slices.Clone(stage.Live), func(b flows.LiveButton) bool { return b.Data == "" })
	if len(live) == 0 {
		return "", false
	}
	if m.Pick(8) > 0 {
		newest := live[len(live)-1].Message
		live = slices.DeleteFunc(live, func(b flows.LiveButton) bool { return b.Message != newest })
	}
	label := "[" + live[m.Pick(len(live))].Text + "]"
	if m.Pick(10) == 0 {
		label += "!"
	}
	return label, true
}

// reply answers a waiting question, well more often than badly.
func (m *Monkey) reply(stage *flows.Rehearsal) (string, bool) {
	if stage.Session.Asking == nil {
		return "", false
	}
	return m.one("anna@mail.ru", "anna@mail.ru", "+7 912 345-67-89", "/contact +79123456789", "/contact! +79990000000",
		"Анна", "25", "1", "да", "нет", "Москва", "анна@", "12.05.1990"), true
}

// pay lets the bank speak of the open payment.
func (m *Monkey) pay(stage *flows.Rehearsal) (string, bool) {
	if len(stage.Known.Payments) == 0 {
		return "", false
	}
	if !isOpen(stage.Known.Payments[len(stage.Known.Payments)-1]) {
		return m.one("/pay success", "/pay refunded"), m.Pick(4) == 0
	}
	return m.one("/pay success", "/pay success", "/pay success", "/pay fail", "/pay other 1", "/pay expired", "/pay error"), true
}

// answer lets the server that was asked answer: mostly with what the flow wants
// of it, now and then with trouble.
func (m *Monkey) answer(stage *flows.Rehearsal) (string, bool) {
	paths, asked := stage.Expected()
	if !asked {
		return "", false
	}
	if stage.Session.Request.What != "" {
		return m.one("/subscribed yes", "/subscribed yes", "/subscribed no", "/subscribed unknown"), true
	}
	if m.Pick(4) == 0 {
		return m.one("/http 0", "/http 500", "/http 404", "/http 200 {}"), true
	}
	return "/http 200 " + flows.Sample(paths, m.one("5", "0", "1", `"да"`)), true
}

// word says what some rule listens to.
func (m *Monkey) word(stage *flows.Rehearsal) (string, bool) {
	rules := slices.Concat(m.Flow.Anywhere, m.Flow.Fallback)
	if state := m.Flow.State(stage.Session.State); state != nil {
		rules = slices.Concat(rules, state.On, state.On)
	}
	if len(rules) == 0 {
		return "", false
	}
	when := rules[m.Pick(len(rules))].When
	outside := map[flows.InputKind]string{
		flows.Joined: "/joined ", flows.Left: "/left ", flows.Stage: "/stage ", flows.Webhook: "/webhook ",
	}
	switch {
	case outside[when.Kind] != "" && len(when.Words) > 0:
		return outside[when.Kind] + m.one(when.Words...), true
	case when.Kind == flows.Command && when.Payload != "":
		return "/start " + when.Payload, true
	case len(when.Words) == 0 || when.Match == flows.Regexp:
		return "", false
	case when.Kind == flows.Command:
		return "/" + m.one(when.Words...), true
	case when.Kind == flows.Text:
		return m.one(when.Words...), true
	}
	return "", false
}

// wait lets time pass, or something happen to the saved card meanwhile.
func (m *Monkey) wait(stage *flows.Rehearsal) (string, bool) {
	if stage.Known.Card != nil && m.Pick(3) == 0 {
		return "/card " + m.one("works", "no_money", "lost", "bank_down"), true
	}
	return "/wait " + m.one("1m", "31m", "1h", "1d", "1d", "4d", "30d"), true
}

func (m *Monkey) chat(*flows.Rehearsal) (string, bool) {
	return m.one("/start", "/start", "да", "ок", "сколько стоит?", "не понимаю", "👍", "/photo", "/sticker", "/voice"), true
}

func (m *Monkey) mischief(*flows.Rehearsal) (string, bool) {
	return m.one("<b>", "#{name}", "'; drop table--", strings.Repeat("ы", 4096), "course_success 44", "/nonsense",
		"/document", "/location", "/block", "/unblock", "/join", "/leave"), true
}
