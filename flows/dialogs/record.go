package dialogs

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"voronka/flows"
)

// Recorder writes down a rehearsal as a dialog that expects what came.
type Recorder struct {
	// Language is the customer's; empty is Russian.
	Language string
	steps    []*yaml.Node
}

// Line notes a line of a rehearsal's script, as Rehearsal.Do reads it. Give it
// before the turns that came of it.
func (r *Recorder) Line(line string) {
	if label, found := strings.CutPrefix(line, "["); found {
		label, twice := strings.CutSuffix(label, "!")
		word := "press"
		if twice {
			word = "press_twice"
		}
		r.add(word, plain(strings.TrimSuffix(label, "]")))
		return
	}
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "/wait":
		r.add("wait", plain(rest))
	case "/card":
		r.add("card", plain(rest))
	case "/pay":
		r.add("bank", plain(bankWord(rest)))
	case "/contact":
		r.add("share", plain(rest))
	case "/contact!":
		r.add("share", pair("phone", plain(rest), "foreign", plain("true")))
	case "/photo", "/document", "/voice", "/location", "/sticker":
		if rest == "" {
			r.add("send", plain(word[1:]))
			return
		}
		r.add("send", pair(word[1:], plain(rest)))
	case "/join", "/leave":
		r.add("operator", plain(word[1:]+"s"))
	case "/operator":
		r.add("operator", pair("says", plain(rest)))
	case "/joined", "/left", "/stage", "/webhook", "/http", "/subscribed":
		words := map[string]string{
			"/joined": "joins", "/left": "leaves", "/stage": "crm_stage", "/webhook": "webhook", "/http": "http", "/subscribed": "subscribed",
		}
		r.add(words[word], plain(rest))
	case "/block", "/unblock":
		r.add("does", plain(word[1:]+"s"))
	default:
		r.add("customer", plain(line))
	}
}

// bankWord is a word of /pay as tests say it; what a test cannot say stays.
func bankWord(rest string) string {
	outcome, amount, _ := strings.Cut(rest, " ")
	words := map[string]string{
		"success": "pays", "fail": "declines", "expired": "expires", "error": "refuses", "refunded": "refunds",
		"held": "holds", "clicked": "clicks", "receipt": "receipt",
	}
	if word := words[outcome]; word != "" {
		return word
	}
	return strings.TrimSpace("other " + amount)
}

// Turns notes what came of a line, and where the customer stands now.
func (r *Recorder) Turns(turns []flows.Turn) {
	// A button that only opens a page makes no turn.
	turns = slices.DeleteFunc(slices.Clone(turns), func(turn flows.Turn) bool { return turn.Session.Turns == 0 })
	said := false
	for _, turn := range turns {
		for _, effect := range turn.Effects {
			said = r.effect(effect) || said
		}
	}
	if len(turns) == 0 {
		return
	}
	if !said {
		r.add("silent", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"})
	}
	r.add("state", plain(turns[len(turns)-1].Session.State))
}

// effect notes what a customer or an operator would see, and tells whether the
// customer did.
func (r *Recorder) effect(effect flows.Effect) bool {
	switch effect := effect.(type) {
	case flows.Say:
		return r.bot(effect.Text)
	case flows.Edit:
		return r.bot(effect.Say.Text)
	case flows.Acknowledge:
		return r.bot(effect.Text)
	case flows.Deliver:
		said := r.bot(effect.Text)
		r.add("delivered", plain(escape(effect.What())))
		return said
	case flows.CallOperator:
		r.add("called", plain(escape(effect.Text)))
	}
	return false
}

// bot notes the first line of a message; the rest may be anything.
func (r *Recorder) bot(text string) bool {
	text = strings.TrimSpace(flows.PlainText(text))
	if text == "" {
		return false
	}
	first, _, more := strings.Cut(text, "\n")
	first = escape(squeeze(first))
	if more || strings.Contains(first, "voronka-pay:") {
		before, _, _ := strings.Cut(first, "voronka-pay:")
		first = before + "*"
	}
	r.add("bot", plain(first))
	return true
}

func escape(text string) string { return strings.ReplaceAll(text, "*", `\*`) }

func (r *Recorder) add(word string, value *yaml.Node) {
	r.steps = append(r.steps, mapping(word, value))
}

func plain(text string) *yaml.Node {
	node := &yaml.Node{}
	node.SetString(text)
	return node
}

// pair is a mapping on one line of names and values in turn.
func pair(content ...any) *yaml.Node {
	node := mapping(content...)
	node.Style = yaml.FlowStyle
	return node
}

// mapping takes names and values in turn.
func mapping(content ...any) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for _, one := range content {
		switch one := one.(type) {
		case string:
			node.Content = append(node.Content, plain(one))
		case *yaml.Node:
			node.Content = append(node.Content, one)
		}
	}
	return node
}

// YAML is a file of tests with the recorded dialog: at is when it began.
func (r *Recorder) YAML(flow, name, at string) (string, error) {
	dialog := mapping("name", plain(name), "steps", &yaml.Node{Kind: yaml.SequenceNode, Content: r.steps})
	file := mapping("flow", plain(flow), "at", plain(at))
	if r.Language != "" && r.Language != "ru" {
		file.Content = append(file.Content, plain("customer"), pair("language", plain(r.Language)))
	}
	file.Content = append(file.Content, plain("dialogs"), &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{dialog}})
	var out strings.Builder
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(file); err != nil {
		return "", err
	}
	return out.String(), encoder.Close()
}
