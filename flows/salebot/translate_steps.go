package salebot

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"voronka/flows"
)

// steps translates what a block does: the calculator first, then the message
// (docs.salebot.pro, "what each field of the editor means").
func (t *translation) steps(b *block, capture *arrow) []*yaml.Node {
	var steps []*yaml.Node
	if code := t.calculator(b); code != "" {
		steps = append(steps, mapping("calc", code))
	}
	for _, address := range b.files {
		if one := t.file(b, address); one != nil {
			steps = append(steps, one)
		}
	}
	said := b.said()
	if capture != nil {
		return append(append(steps, texts(said)...), mapping("ask", tail(said), "into", t.variable(capture)))
	}
	inline, keyboard := t.buttons(b)
	if said == "" {
		if len(inline)+len(keyboard) > 0 {
			t.note(b, "buttons_without_text")
		}
		return steps
	}
	return append(append(steps, texts(said)...), mapping("say", tail(said), "buttons", inline, "keyboard", keyboard))
}

// said is the message; salebot sends nothing for #{none}.
func (b *block) said() string {
	if strings.ReplaceAll(b.text, " ", "") == "#{none}" {
		return ""
	}
	return b.text
}

// texts are the messages before the last of a text longer than one message holds.
func texts(said string) (steps []*yaml.Node) {
	pieces := pieces(said)
	for _, piece := range pieces[:len(pieces)-1] {
		steps = append(steps, mapping("say", piece))
	}
	return steps
}

func tail(said string) string {
	all := pieces(said)
	return all[len(all)-1]
}

// pieces cuts a text at line ends so that each fits in a message.
func pieces(said string) (all []string) {
	rest := []rune(said)
	for len(rest) > flows.MaxText {
		cut := flows.MaxText
		if line := strings.LastIndex(string(rest[:cut]), "\n"); line > 0 {
			cut = max(1, len([]rune(string(rest[:cut])[:line])))
		}
		if piece := strings.TrimSpace(string(rest[:cut])); piece != "" {
			all = append(all, piece)
		}
		rest = rest[cut:]
	}
	return append(all, strings.TrimSpace(string(rest)))
}

// file sends an attachment that has an address.
func (t *translation) file(b *block, address string) *yaml.Node {
	link, err := url.Parse(address)
	if !strings.Contains(address, "#{") && (err != nil || link.Host == "" || link.Scheme != "https" && link.Scheme != "http") {
		t.note(b, "file", "File", clip(address, 80))
		return nil
	}
	name := address
	if err == nil {
		name = link.Path
	}
	if slices.Contains([]string{".jpg", ".jpeg", ".png", ".webp"}, strings.ToLower(path.Ext(name))) {
		return attached("photo", address)
	}
	return attached("document", address)
}

// attached is a message of nothing but a file.
func attached(key, address string) *yaml.Node {
	step := mapping(key, address)
	step.Content = append([]*yaml.Node{scalar("say"), scalar("")}, step.Content...)
	return step
}

// inline tells whether the block's buttons stand under the message; Telegram
// shows only those or a keyboard (Bot API, sendMessage: one reply_markup).
func (b *block) inline() bool {
	return slices.ContainsFunc(b.buttons, func(one pressed) bool {
		return one.url != "" || one.callback != "" || strings.Contains(one.kind, "inline")
	})
}

// buttons translates those of the block and of its arrows.
func (t *translation) buttons(b *block) (inline, keyboard []*yaml.Node) {
	var labels []string
	for _, one := range b.buttons {
		switch {
		case strings.Contains(one.kind, "pay") || strings.Contains(one.kind, "оплат"):
			t.note(b, "payment", "Field", cmp.Or(one.text, one.kind))
		case one.text == "":
			t.note(b, "button", "Button", cmp.Or(one.url, one.callback))
		case one.url != "":
			inline = append(inline, tree([]*yaml.Node{mapping("text", one.text, "url", one.url)}))
		case strings.Contains(one.kind, "contact") || strings.Contains(one.kind, "phone"):
			keyboard = append(keyboard, tree([]*yaml.Node{mapping("text", one.text, "contact", true)}))
		case strings.Contains(one.kind, "location"):
			t.note(b, "button", "Button", one.text)
		case b.inline():
			inline = append(inline, tree([]*yaml.Node{mapping("text", one.text, "callback", one.callback)}))
		default:
			labels = append(labels, one.text)
		}
	}
	if b.moves() {
		for _, one := range t.scheme.from[b.id] {
			if words := alternatives(one.guard.condition); one.asButton && len(words) > 0 {
				labels = append(labels, words[0])
			}
		}
	}
	for _, label := range labels {
		if b.inline() {
			inline = append(inline, tree([]*yaml.Node{mapping("text", label)}))
			continue
		}
		keyboard = append(keyboard, tree([]*yaml.Node{scalar(label)}))
	}
	if len(inline) > 0 && len(keyboard) > 0 {
		t.note(b, "contact_button")
		keyboard = nil
	}
	return inline, keyboard
}

// calculator keeps the lines that our calculator takes.
func (t *translation) calculator(b *block) string {
	if b.calculator == "" || t.computes(b.calculator) {
		return b.calculator
	}
	var kept []string
	for _, line := range statements(b.calculator) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if t.computes(line) {
			kept = append(kept, line)
			continue
		}
		t.note(b, "calc", "Line", clip(line, 120))
	}
	return strings.Join(kept, "\n")
}

// computes asks the loader about lines of a calculator.
func (t *translation) computes(lines string) bool {
	probe := mapping("flow", "probe", "start", "a", "states", mapping("a", mapping("do", []*yaml.Node{mapping("calc", lines)}, "end", true)))
	data, err := encode(probe)
	if err != nil {
		return false
	}
	_, found := t.loader.LoadText("probe.yaml", string(data))
	return !slices.ContainsFunc(found, func(one flows.Diagnostic) bool {
		return one.Severity == flows.Error && one.Code != "unknown_variable" && one.Code != "unhandled_outcome"
	})
}

// statements are lines, joined while a bracket is open.
func statements(source string) (all []string) {
	pending := ""
	for _, line := range strings.Split(source, "\n") {
		if pending != "" {
			line = pending + " " + strings.TrimSpace(line)
		}
		if pending = ""; strings.Count(line, "(")+strings.Count(line, "[")+strings.Count(line, "{") >
			strings.Count(line, ")")+strings.Count(line, "]")+strings.Count(line, "}") {
			pending = line
			continue
		}
		all = append(all, line)
	}
	if pending != "" {
		all = append(all, pending)
	}
	return all
}
