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
//	photo: cover.jpg           # or another file, see media
//	preview: true              # show the page behind the first link
//	protect: true              # no forwarding, no saving
//	silent: true               # no sound
//
// The text is HTML as Telegram understands it; values of variables are escaped.
// An album carries no buttons: with them the text follows it as a message of
// its own.
type say struct {
	pos            flows.Pos
	text           flows.Template
	buttons        [][]button
	keyboard       [][]flows.ReplyButton
	removeKeyboard bool
	media          media

	preview, protect, silent bool
}

func readSay(n flows.Node) flows.Step {
	n.Only(append([]string{"say", "buttons", "keyboard", "preview", "protect", "silent"}, mediaKeys()...)...)
	step := &say{
		pos: n.Pos(), text: flows.ReadTemplate(n.Field("say")), buttons: readButtons(n.Field("buttons")), media: readMedia(n),
		preview: n.Field("preview").Bool(), protect: n.Field("protect").Bool(), silent: n.Field("silent").Bool(),
	}
	step.readKeyboard(n.Field("keyboard"))
	switch {
	case step.text.Zero() && len(step.media.files) == 0:
		n.Error("empty_say")
	case step.preview && len(step.media.files) > 0:
		n.Field("preview").Error("preview_of_file")
	case len(step.buttons) > 0 && (len(step.keyboard) > 0 || step.removeKeyboard):
		// Bot API, sendMessage: one reply_markup.
		n.Field("keyboard").Error("buttons_and_keyboard")
	case step.media.album && step.marked() && step.text.Zero():
		n.Field("album").Error("album_buttons")
	}
	return step
}

// marked tells whether something to press goes with the message.
func (s *say) marked() bool { return len(s.buttons) > 0 || len(s.keyboard) > 0 || s.removeKeyboard }

// apart tells whether the text follows its album as a message of its own.
func (s *say) apart() bool { return s.media.album && s.marked() }

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
	if len(s.media.files) == 0 || s.apart() {
		return flows.MaxText, "text"
	}
	return flows.MaxCaption, "caption"
}

// Run implements flows.Step.
func (s *say) Run(r *flows.Run) {
	limit, _ := s.limit()
	said := flows.Say{
		Text: r.Render(s.text, limit), Buttons: showButtons(r, s.buttons), Keyboard: s.keyboard,
		RemoveKeyboard: s.removeKeyboard, Preview: s.preview, Protect: s.protect, Silent: s.silent,
	}
	if s.apart() {
		album := flows.Say{Protect: s.protect, Silent: s.silent}
		s.media.put(r, &album)
		s.show(r, album)
	} else {
		s.media.put(r, &said)
	}
	s.show(r, said)
}

// show says it, unless variables that came out empty have left nothing to show.
func (s *say) show(r *flows.Run, said flows.Say) {
	if said.Text == "" && len(said.Sent()) == 0 {
		if s.text.Source != "#{none}" { // salebot's word for saying nothing
			r.Event("error", "say: nothing to show")
		}
		return
	}
	r.Say(said)
}

// Uses implements flows.Step.
func (s *say) Uses() flows.Uses {
	limit, what := s.limit()
	uses := flows.Uses{Pos: s.pos, Texts: []flows.Bounded{bounded(s.text, limit, what)}, Reads: slices.Clone(s.text.Reads())}
	s.media.uses(&uses)
	for _, row := range s.keyboard {
		for _, one := range row {
			uses.Texts = append(uses.Texts, flows.Bounded{Text: one.Text, Max: flows.MaxButton, What: "button", Pos: s.pos})
		}
	}
	useButtons(&uses, s.buttons)
	return uses
}
