package steps

import (
	"strings"

	"voronka/flows"
)

// consent asks for an agreement and keeps the proof; whoever agreed to this
// version and text is not asked again:
//
//	consent: personal_data
//	version: "2"
//	text: Нажимая кнопку, вы соглашаетесь с <a href="https://…">политикой</a>.
//	button: Согласен
//	decline: {text: Не согласен, to: bye}
//
// Conditions read it as `consent.personal_data`: the version, or nothing.
type consent struct {
	pos             flows.Pos
	name            flows.Ref
	version         string
	text            flows.Template
	button, decline flows.Template
	to              flows.Ref
	hash            string
}

func readConsent(n flows.Node) flows.Step {
	n.Only("consent", "version", "text", "button", "decline")
	step := &consent{
		pos: n.Pos(), name: n.Field("consent").Ref(), version: n.Field("version").Text(),
		text: flows.ReadTemplate(n.Field("text")), button: flows.ReadTemplate(n.Field("button")),
	}
	step.hash = flows.TextHash(step.text.Source)
	switch {
	case step.name.Name == "" || step.version == "":
		n.Error("consent_without_version")
	case step.text.Zero() || step.button.Zero():
		n.Error("consent_without_text")
	case !step.text.Constant() || !step.button.Constant():
		n.Field("text").Error("consent_variables")
	}
	if decline := n.Field("decline"); !decline.Zero() {
		decline.Only("text", "to")
		step.decline, step.to = flows.ReadTemplate(decline.Field("text")), decline.Field("to").Ref()
		step.to.Label = step.decline.Source
		if step.decline.Zero() || step.to.Name == "" {
			decline.Error("consent_decline")
		}
	}
	return step
}

// Run implements flows.Step.
func (c *consent) Run(r *flows.Run) {
	if r.Consented(c.name.Name, c.version, c.hash) {
		return
	}
	r.Wait()
	c.put(r)
}

func (c *consent) put(r *flows.Run) {
	rows := [][]flows.InlineButton{{r.AnswerButton(c.button.Source, c.name.Name, "yes")}}
	if c.to.Name != "" {
		rows = append(rows, []flows.InlineButton{r.AnswerButton(c.decline.Source, c.name.Name, "no")})
	}
	r.Say(flows.Say{Text: r.Render(c.text, flows.MaxText), Buttons: rows})
}

// Retry implements flows.Asker.
func (c *consent) Retry(r *flows.Run) { c.put(r) }

// Answer implements flows.Asker. The words of a button may be typed, nothing
// else counts as an agreement.
func (c *consent) Answer(r *flows.Run) flows.Answer {
	answer, pressed := r.Pressed(c.name.Name)
	typed := strings.TrimSpace(r.Input.Text)
	said := func(word string, button flows.Template) bool {
		return pressed && answer == word ||
			!pressed && r.Input.Kind == flows.Text && !button.Zero() && strings.EqualFold(typed, strings.TrimSpace(button.Source))
	}
	switch {
	case said("yes", c.button):
		r.Agree(c.name.Name, c.version, c.hash)
		return flows.Taken
	case c.to.Name != "" && said("no", c.decline):
		r.Disagree(c.name.Name, c.version)
		r.Leave(c.to.Name)
		return flows.Refused
	}
	return flows.NotMine
}

// Uses implements flows.Step.
func (c *consent) Uses() flows.Uses {
	uses := flows.Uses{
		Pos: c.pos, Waits: true, Sets: []flows.Ref{{Name: "consent." + c.name.Name, Pos: c.name.Pos}},
		Texts: []flows.Bounded{
			bounded(c.text, flows.MaxText, "text"), bounded(c.button, flows.MaxButton, "button"), bounded(c.decline, flows.MaxButton, "button"),
		},
	}
	if c.to.Name != "" {
		uses.Targets = []flows.Ref{c.to}
	}
	return uses
}
