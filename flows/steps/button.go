package steps

import (
	"net/url"
	"strings"

	"voronka/flows"
)

// button is {text, to | url, set, callback}. One with neither to nor url is
// heard by rules `button: <text>`, or `button: <callback>`.
type button struct {
	text, url flows.Template
	to        flows.Ref
	set       []assignment
	callback  flows.Ref
}

// readButtons reads rows of buttons; a button outside a row is a row by itself.
func readButtons(n flows.Node) [][]button {
	var rows [][]button
	for _, row := range n.Items() {
		var buttons []button
		for _, item := range row.Items() {
			buttons = append(buttons, readButton(item))
		}
		if len(buttons) > 8 {
			row.Error("row_too_wide", "Max", 8) // Bot API shows no more than eight in a row
		}
		rows = append(rows, buttons)
	}
	return rows
}

func readButton(n flows.Node) button {
	if n.IsScalar() {
		return button{text: flows.ReadTemplate(n)}
	}
	n.Only("text", "to", "url", "set", "callback")
	one := button{
		text: flows.ReadTemplate(n.Field("text")), url: flows.ReadTemplate(n.Field("url")),
		to: n.Field("to").Ref(), set: readAssignments(n.Field("set")), callback: n.Field("callback").Ref(),
	}
	if one.text.Zero() {
		n.Error("button_without_text")
	}
	if !one.url.Zero() && (one.to.Name != "" || len(one.set) > 0 || one.callback.Name != "") {
		n.Field("url").Error("button_two_ways")
	}
	if one.url.Constant() && !one.url.Zero() && !isLink(one.url.Source) {
		n.Field("url").Error("bad_link", "Link", one.url.Source)
	}
	return one
}

// isLink tells whether Telegram opens it: HTTP or tg:// (Bot API, InlineKeyboardButton).
func isLink(text string) bool {
	address, err := url.Parse(text)
	return err == nil && (address.Scheme == "https" || address.Scheme == "http" || address.Scheme == "tg") && address.Host != ""
}

// showButtons makes the buttons of a message. A link that came out empty makes
// no button, since Telegram would refuse the whole message.
func showButtons(r *flows.Run, rows [][]button) [][]flows.InlineButton {
	if len(rows) == 0 {
		return nil
	}
	shown := make([][]flows.InlineButton, 0, len(rows))
	for _, row := range rows {
		made := make([]flows.InlineButton, 0, len(row))
		for _, one := range row {
			text := flows.Clip(r.Fill(one.text), flows.MaxButton)
			switch {
			case one.url.Zero():
				made = append(made, r.Button(text, one.callback.Name, one.to.Name, fillAssignments(r, one.set)))
			case strings.TrimSpace(r.Fill(one.url)) != "":
				made = append(made, flows.InlineButton{Text: text, URL: r.Fill(one.url)})
			}
		}
		if len(made) > 0 {
			shown = append(shown, made)
		}
	}
	return shown
}

func useButtons(uses *flows.Uses, rows [][]button) {
	for _, row := range rows {
		for _, one := range row {
			uses.Texts = append(uses.Texts, bounded(one.text, flows.MaxButton, "button"))
			uses.Texts = append(uses.Texts, flows.Bounded{
				Text: one.callback.Name, Max: flows.MaxCallback, Bytes: true, What: "callback", Pos: one.callback.Pos,
			})
			uses.Reads = append(append(uses.Reads, one.text.Reads()...), one.url.Reads()...)
			if one.to.Name != "" {
				target := one.to
				target.Label = one.text.Source
				uses.Targets = append(uses.Targets, target)
			}
			useAssignments(uses, one.set)
		}
	}
}
