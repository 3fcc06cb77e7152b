package dialogs

import (
	"strings"
	"time"

	"voronka/flows"
	"voronka/sales"
)

// word is one word of the tests: an action or an expectation.
type word struct {
	name string
	read func(flows.Node, *Step)
	do   func(*scene, *Step) error
	// check gives what came instead when the expectation does not hold.
	check func(*scene, *Step) (ok bool, got []string)
	// values are the words its value may be, or may begin with; keys those of a
	// mapping; both for editors as well.
	values, keys []string
}

// Words are the words of the tests, actions first.
func Words() []string {
	var names []string
	for _, one := range table() {
		names = append(names, one.name)
	}
	return names
}

// Word tells an editor about one word: the values and the keys it may have.
type Word struct {
	Name         string
	Action       bool
	Values, Keys []string
}

// Describe lists all words for editors.
func Describe() []Word {
	var all []Word
	for _, one := range table() {
		all = append(all, Word{one.name, one.do != nil, one.values, one.keys})
	}
	return all
}

func table() []*word {
	return []*word{
		{name: "customer", read: readText, do: customer},
		{name: "press", read: readText, do: press},
		{name: "press_twice", read: readText, do: pressTwice},
		{name: "share", read: oneOf(readText, readKeys("phone", "foreign")), do: share, keys: []string{"phone", "foreign"}},
		{name: "send", read: oneOf(readWord(attachments()...), readKeys(attachments()...)), do: send, values: attachments(), keys: attachments()},
		{name: "wait", read: readWait, do: wait},
		{name: "bank", read: readBank, do: bank, values: bankWords()},
		{name: "card", read: readCard, do: script("/card "), values: flows.CardWords()},
		{name: "operator", read: oneOf(readWord("joins", "leaves"), readKeys("says")), do: operator,
			values: []string{"joins", "leaves"}, keys: []string{"says"}},
		{name: "does", read: readWord("blocks", "unblocks"), do: does, values: []string{"blocks", "unblocks"}},
		{name: "joins", read: readText, do: script("/joined ")},
		{name: "leaves", read: readText, do: script("/left ")},
		{name: "crm_stage", read: readText, do: script("/stage ")},
		{name: "webhook", read: readText, do: script("/webhook ")},
		{name: "http", read: readText, do: script("/http ")},
		{name: "subscribed", read: readWord("yes", "no", "unknown"), do: script("/subscribed "), values: []string{"yes", "no", "unknown"}},

		{name: "bot", read: readText, check: botSays},
		{name: "silent", read: readFlag, check: silent},
		{name: "buttons", read: readTexts, check: buttons},
		{name: "attached", read: readText, check: attached},
		{name: "delivered", read: readText, check: delivered},
		{name: "invoice", read: readText, check: invoice},
		{name: "called", read: readText, check: called},
		{name: "state", read: readText, check: state},
		{name: "crm", read: readKeys(crmKeys()...), check: mirrored, keys: crmKeys()},
		{name: "var", read: func(n flows.Node, s *Step) { s.Pairs = readPairs(n) }, check: variables},
	}
}

func attachments() []string { return []string{"photo", "document", "voice", "location", "sticker"} }

func crmKeys() []string {
	return []string{"state", "stage", "note", "task", "close_task", "tag", "price"}
}

func bankWords() []string {
	return []string{"pays", "declines", "other", "expires", "twice", "late", "refuses", "refunds", "holds", "clicks", "receipt"}
}

func readText(n flows.Node, s *Step) { s.Text = n.Text() }

func readTexts(n flows.Node, s *Step) { s.Texts = n.Texts() }

func readFlag(n flows.Node, s *Step) { s.Not = !n.Bool() }

func readWait(n flows.Node, s *Step) {
	s.Text, s.Wait = n.Text(), n.Duration()
	if n.Zero() {
		n.Error("want_duration", "Value", "")
	}
}

// readWord reads one of a few words.
func readWord(known ...string) func(flows.Node, *Step) {
	return func(n flows.Node, s *Step) {
		s.Text = n.Text()
		complain(n, s.Text, known)
	}
}

func complain(n flows.Node, word string, known []string) {
	for _, one := range known {
		if one == word {
			return
		}
	}
	n.Error("unknown_word", "Word", word, "Suggest", flows.Nearest(word, known), "Known", strings.Join(known, ", "))
}

// readKeys reads a mapping with none but a few keys.
func readKeys(known ...string) func(flows.Node, *Step) {
	return func(n flows.Node, s *Step) {
		n.Only(known...)
		s.Pairs = readPairs(n)
		if len(s.Pairs) == 0 && n.IsMap() {
			n.Error("want_mapping")
		}
	}
}

// oneOf reads a mapping in one way and anything else in the other.
func oneOf(plain, mapping func(flows.Node, *Step)) func(flows.Node, *Step) {
	return func(n flows.Node, s *Step) {
		if n.IsMap() {
			mapping(n, s)
			return
		}
		plain(n, s)
	}
}

// readCard reads how the saved card is: a word, or until which month it is good.
func readCard(n flows.Node, s *Step) {
	s.Text = n.Text()
	first, month, more := strings.Cut(s.Text, " ")
	complain(n, first, append(flows.CardWords(), "expires"))
	if _, err := time.Parse("2006-01", month); more && err != nil {
		n.Error("bad_moment", "Value", month)
	}
}

// readBank reads a word; after `other` the amount, half of the price where
// none is told.
func readBank(n flows.Node, s *Step) {
	s.Text = n.Text()
	first, amount, _ := strings.Cut(s.Text, " ")
	complain(n, first, bankWords())
	if _, err := sales.ParseMoney(amount); amount != "" && (first != "other" || err != nil) {
		n.Error("want_money", "Value", amount)
	}
}
