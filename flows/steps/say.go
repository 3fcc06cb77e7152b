package steps

import (
	"slices"

	"voronka/flows"
)

// say sends a message:
//
//	say: Привет, #{name}!
//	buttons: [[{text: Купить, to: email}, {text: Программа, url: "https://…"}]]
//	keyboard: [[Меню, Помощь]]
//	photo: cover.jpg
//	document: program.pdf
//	preview: true              # show the page behind the first link
//	protect: true              # no forwarding, no saving
//	silent: true               # no sound
//
// The text is HTML as Telegram understands it; values of variables are escaped.
type say struct {
	pos             flows.Pos
	text            flows.Template
	buttons         [][]button
	keyboard        [][]flows.ReplyButton
	removeKeyboard  bool
	photo, document flows.Template

	preview, protect, silent bool
}

func readSay(n flows.Node) flows.Step {
	n.Only("say", "buttons", "keyboard", "photo", "document", "preview", "protect", "silent")
	step := &say{
		pos: n.Pos(), text: flows.ReadTemplate(n.Field("say")), buttons: readButtons(n.Field("buttons")),
		photo: flows.ReadTemplate(n.Field("photo")), document: flows.ReadTemplate(n.Field("document")),
		preview: n.Field("preview").Bool(), protect: n.Field("protect").Bool(), silent: n.Field("silent").Bool(),
	}
	step.readKeyboard(n.Field("keyboard"))
	switch {
	case step.text.Zero() && step.photo.Zero() && step.document.Zero():
		n.Error("empty_say")
	case step.preview && !(step.photo.Zero() && step.document.Zero()):
		n.Field("preview").Error("preview_of_file")
	case !step.photo.Zero() && !step.document.Zero():
		n.Field("document").Error("photo_and_document")
	case len(step.buttons) > 0 && (len(step.keyboard) > 0 || step.removeKeyboard):
		// Bot API, sendMessage: one reply_markup.
		n.Field("keyboard").Error("buttons_and_keyboard")
	}
	return step
}

// readKeyboard reads rows of labels; `none` takes the last keyboard away.
func (s *say) readKeyboard(n flows.Node) {
	if n.IsScalar() && !n.Zero() && n.Text() == "none" {
		s.removeKeyboard = true
		return
	}
	for _, row := range n.Items() {
		var buttons []flows.ReplyButton
		for _, item := range row.Items() {
			one := flows.ReplyButton{}
			if item.IsMap() {
				item.Only("text", "contact")
				one.Text, one.Contact = item.Field("text").Text(), item.Field("contact").Bool()
			} else {
				one.Text = item.Text()
			}
			buttons = append(buttons, one)
		}
		s.keyboard = append(s.keyboard, buttons)
	}
}

// limit is how long the text may be: a caption is shorter (Bot API, sendPhoto).
func (s *say) limit() (int, string) {
	if s.photo.Zero() && s.document.Zero() {
		return flows.MaxText, "text"
	}
	return flows.MaxCaption, "caption"
}

// Run implements flows.Step.
func (s *say) Run(r *flows.Run) {
	limit, _ := s.limit()
	r.Say(flows.Say{
		Text: r.Render(s.text, limit), Buttons: showButtons(r, s.buttons), Keyboard: s.keyboard,
		RemoveKeyboard: s.removeKeyboard, Photo: r.Fill(s.photo), Document: r.Fill(s.document),
		Preview: s.preview, Protect: s.protect, Silent: s.silent,
	})
}

// Uses implements flows.Step.
func (s *say) Uses() flows.Uses {
	limit, what := s.limit()
	uses := flows.Uses{Pos: s.pos, Texts: []flows.Bounded{bounded(s.text, limit, what)}}
	uses.Reads = slices.Concat(s.text.Reads(), s.photo.Reads(), s.document.Reads())
	for _, file := range []flows.Template{s.photo, s.document} {
		if !file.Zero() {
			uses.Files = append(uses.Files, flows.Ref{Name: file.Source, Pos: file.Pos})
		}
	}
	for _, row := range s.keyboard {
		for _, one := range row {
			uses.Texts = append(uses.Texts, flows.Bounded{Text: one.Text, Max: flows.MaxButton, What: "button", Pos: s.pos})
		}
	}
	useButtons(&uses, s.buttons)
	return uses
}
