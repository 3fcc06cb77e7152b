package steps

import (
	"slices"
	"strings"

	"voronka/flows"
)

// ask asks a question and keeps the answer in a variable:
//
//	ask: Куда прислать чек?
//	into: email
//	as: email                  # text, email, phone, number or choice
//	retry: Похоже на опечатку
//	share: Отправить мой номер # with phone: a button that sends the own number
//	choices: [Утро, {text: Вечер, value: evening}]
//	min: 18                    # of a number; of a text in characters
//	max: 99
type ask struct {
	pos         flows.Pos
	text, retry flows.Template
	into        flows.Ref
	kind        answerKind
	choices     []choice
	share       flows.Template
	shares      bool
}

// choice is an answer to pick: its label, and what is kept.
type choice struct {
	text  flows.Template
	value string
}

func readAsk(n flows.Node) flows.Step {
	n.Only("ask", "into", "as", "retry", "share", "choices", "min", "max")
	step := &ask{
		pos: n.Pos(), text: flows.ReadTemplate(n.Field("ask")), retry: flows.ReadTemplate(n.Field("retry")),
		into: n.Field("into").Ref(),
	}
	if step.text.Zero() {
		n.Field("ask").Error("empty_say")
	}
	if step.into.Name == "" {
		n.Error("ask_without_into")
	}
	step.readShare(n.Field("share"))
	word := n.Field("as").Text()
	step.choices = readChoices(n.Field("choices"))
	if word == "" && len(step.choices) > 0 {
		word = "choice"
	}
	kind, known := answerKinds()[word]
	if !known {
		words := []string{"text", "email", "phone", "number", "choice"}
		n.Field("as").Error("unknown_word", "Word", word, "Suggest", flows.Nearest(word, words), "Known", strings.Join(words, ", "))
		return step
	}
	step.kind = kind(n)
	switch {
	case word == "choice" && len(step.choices) == 0:
		n.Error("ask_without_choices")
	case word != "choice" && len(step.choices) > 0:
		n.Field("choices").Error("choices_of_other_kind")
	case word != "phone" && step.shares:
		n.Field("share").Error("share_without_phone")
	}
	return step
}

// readShare reads the label of the button; true takes the engine's own words.
func (a *ask) readShare(n flows.Node) {
	if n.Zero() || n.Text() == "false" {
		return
	}
	if a.shares = true; n.Text() != "true" {
		a.share = flows.ReadTemplate(n)
	}
}

// readChoices reads answers to pick: texts, or {text, value}.
func readChoices(n flows.Node) (all []choice) {
	for _, item := range n.Items() {
		if item.IsMap() {
			item.Only("text", "value")
			one := choice{text: flows.ReadTemplate(item.Field("text")), value: item.Field("value").Text()}
			if one.value == "" {
				one.value = one.text.Source
			}
			all = append(all, one)
			continue
		}
		all = append(all, choice{text: flows.ReadTemplate(item), value: item.Text()})
	}
	return all
}

// Run implements flows.Step.
func (a *ask) Run(r *flows.Run) {
	r.Wait()
	a.put(r, a.text)
}

// put says a text with the buttons of the question.
func (a *ask) put(r *flows.Run, text flows.Template) {
	message := flows.Say{Text: r.Render(text, flows.MaxText)}
	for _, one := range a.choices {
		label := flows.Clip(r.Fill(one.text), flows.MaxButton)
		message.Buttons = append(message.Buttons, []flows.InlineButton{r.AnswerButton(label, a.into.Name, one.value)})
	}
	if a.shares {
		label := flows.Clip(r.Fill(otherwise(r, a.share, "share_phone")), flows.MaxButton)
		message.Keyboard = [][]flows.ReplyButton{{{Text: label, Contact: true}}}
	}
	r.Say(message)
	r.Session.Keyboard = r.Session.Keyboard || a.shares
}

// Retry implements flows.Asker.
func (a *ask) Retry(r *flows.Run) {
	a.put(r, otherwise(r, a.retry, "retry."+a.kind.word))
}

// Answer implements flows.Asker.
func (a *ask) Answer(r *flows.Run) flows.Answer {
	if value, pressed := r.Pressed(a.into.Name); pressed {
		r.Set(a.into.Name, value)
		return flows.Taken
	}
	text := r.Input.Text
	switch {
	case r.Input.Kind == flows.Shared && a.kind.word == "phone":
		if !r.Input.Own {
			a.put(r, r.Text("foreign_contact"))
			return flows.Refused
		}
		text = r.Input.Phone
		if !strings.HasPrefix(text, "+") {
			text = "+" + text // Bot API, Contact: phone_number may come without the plus
		}
	case r.Input.Kind != flows.Text:
		return flows.NotMine
	}
	value, ok := a.kind.read(text)
	if a.kind.word == "choice" {
		value, ok = a.pick(r, text)
	}
	if !ok {
		return flows.NotMine
	}
	r.Set(a.into.Name, value)
	return flows.Taken
}

// pick finds the choice whose label was typed.
func (a *ask) pick(r *flows.Run, text string) (string, bool) {
	for _, one := range a.choices {
		if strings.EqualFold(strings.TrimSpace(text), strings.TrimSpace(r.Fill(one.text))) {
			return one.value, true
		}
	}
	return "", false
}

// personal tells whether the answer is personal data for sure.
func (a *ask) personal() bool {
	return a.kind.word == "email" || a.kind.word == "phone" || slices.Contains([]string{"name", "last_name", "full_name", "email", "phone"}, a.into.Name)
}

// Uses implements flows.Step.
func (a *ask) Uses() flows.Uses {
	uses := flows.Uses{
		Pos: a.pos, Waits: true, Sets: []flows.Ref{a.into}, Personal: a.personal(),
		Reads: slices.Concat(a.text.Reads(), a.retry.Reads(), a.share.Reads()),
		Texts: []flows.Bounded{
			bounded(a.text, flows.MaxText, "text"), bounded(a.retry, flows.MaxText, "text"), bounded(a.share, flows.MaxButton, "button"),
		},
	}
	for _, one := range a.choices {
		uses.Texts = append(uses.Texts, bounded(one.text, flows.MaxButton, "button"))
		uses.Reads = append(uses.Reads, one.text.Reads()...)
	}
	return uses
}
