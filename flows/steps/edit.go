package steps

import "voronka/flows"

// edit changes the message whose button was pressed, else the bot's last text:
//
//	edit: Готово ✅
//	buttons: [[{text: Ещё раз, to: menu}]]
type edit struct {
	pos     flows.Pos
	text    flows.Template
	buttons [][]button
}

func readEdit(n flows.Node) flows.Step {
	n.Only("edit", "buttons")
	step := &edit{pos: n.Pos(), text: flows.ReadTemplate(n.Field("edit")), buttons: readButtons(n.Field("buttons"))}
	if step.text.Zero() {
		n.Error("empty_say")
	}
	return step
}

// Run implements flows.Step.
func (e *edit) Run(r *flows.Run) {
	r.Edit(flows.Say{Text: r.Render(e.text, flows.MaxText), Buttons: showButtons(r, e.buttons)})
}

// Uses implements flows.Step.
func (e *edit) Uses() flows.Uses {
	uses := flows.Uses{Pos: e.pos, Reads: e.text.Reads(), Texts: []flows.Bounded{bounded(e.text, flows.MaxText, "text")}}
	useButtons(&uses, e.buttons)
	return uses
}
