// Package dialogs is how marketers test a funnel: files of dialogs that say
// what the customer does and what has to come of it, played in virtual time
// with a bank in memory; the recorder that writes such files; and the monkey
// that walks a funnel at random in search of trouble. It is pure.
package dialogs

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"voronka/flows"
)

// Suite is one file of dialogs.
type Suite struct {
	File string
	// Flow is the id of the flow that is played: the file's name without
	// _test.yaml where the file does not tell.
	Flow string
	// At is when every dialog begins.
	At time.Time
	// Profile is who the customer is, Phone what the button with the own number sends.
	Profile flows.Profile
	Phone   string
	Dialogs []Dialog
}

// Dialog is one test.
type Dialog struct {
	Name string
	Pos  flows.Pos
	// StartAt is the state to begin in, empty for a customer nobody knows yet.
	StartAt flows.Ref
	// With are variables that are known from the beginning.
	With  []Pair
	Steps []Step
}

// Step is one line of a dialog: something that happens, or something expected.
type Step struct {
	Pos  flows.Pos
	Word string
	// Not is set when what is expected must not be.
	Not bool
	// Text is the value where it is one, Texts where it is a list, Pairs where
	// it is a mapping, Wait where it is a duration.
	Text  string
	Texts []string
	Pairs []Pair
	Wait  time.Duration

	word *word
}

// Pair is a name with its value.
type Pair struct {
	Name, Text string
	Pos        flows.Pos
}

// Keys of a suite, of its customer and of a dialog.
func suiteKeys() []string    { return []string{"flow", "at", "customer", "dialogs"} }
func customerKeys() []string { return []string{"name", "last_name", "username", "language", "phone"} }
func dialogKeys() []string   { return []string{"name", "start_at", "with", "steps"} }

// Read reads a file of dialogs; one with errors among the findings gives nil.
func Read(name string, data []byte, zone *time.Location) (*Suite, []flows.Diagnostic) {
	suite := &Suite{File: name, Flow: strings.TrimSuffix(filepath.Base(name), "_test.yaml")}
	if zone == nil {
		zone = time.UTC
	}
	found := flows.ReadSource(name, data, func(root flows.Node) { suite.read(root, zone) })
	if flows.Failed(found) {
		return nil, found
	}
	return suite, found
}

func (s *Suite) read(root flows.Node, zone *time.Location) {
	root.Only(suiteKeys()...)
	if flow := root.Field("flow"); !flow.Zero() {
		s.Flow = flow.Text()
	}
	s.At = readMoment(root.Field("at"), zone)
	s.readCustomer(root.Field("customer"))
	known := table()
	for _, item := range root.Field("dialogs").Items() {
		s.Dialogs = append(s.Dialogs, readDialog(item, known))
	}
	if len(s.Dialogs) == 0 {
		root.Error("no_dialogs")
	}
}

// readMoment reads "2026-12-01 12:00"; a Tuesday noon where nothing is said.
func readMoment(n flows.Node, zone *time.Location) time.Time {
	if n.Zero() {
		return time.Date(2026, 12, 1, 12, 0, 0, 0, zone)
	}
	for _, layout := range []string{"2006-01-02 15:04", "02.01.2006 15:04", "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, n.Text(), zone); err == nil {
			return at
		}
	}
	n.Error("bad_moment", "Value", n.Text())
	return time.Time{}
}

func (s *Suite) readCustomer(n flows.Node) {
	n.Only(customerKeys()...)
	text := func(key, otherwise string) string {
		if value := n.Field(key); !value.Zero() {
			return value.Text()
		}
		return otherwise
	}
	s.Profile = flows.Profile{
		ChatID: 1, Name: text("name", "Анна"), LastName: text("last_name", ""),
		Username: text("username", "anna"), Language: text("language", "ru"),
	}
	s.Phone = text("phone", "+79123456789")
}

func readDialog(n flows.Node, known []*word) Dialog {
	n.Only(dialogKeys()...)
	dialog := Dialog{
		Name: n.Field("name").Text(), Pos: n.Pos(), StartAt: n.Field("start_at").Ref(), With: readPairs(n.Field("with")),
	}
	for _, item := range n.Field("steps").Items() {
		if step, ok := readStep(item, known); ok {
			dialog.Steps = append(dialog.Steps, step)
		}
	}
	if len(n.Field("steps").Items()) == 0 {
		n.Error("dialog_without_steps")
	}
	return dialog
}

// readStep reads a mapping of one pair.
func readStep(n flows.Node, known []*word) (Step, bool) {
	if !n.IsMap() || len(n.Entries()) == 0 {
		n.Error("want_mapping")
		return Step{}, false
	}
	entries := n.Entries()
	for _, extra := range entries[1:] {
		extra.Key.Error("second_line", "Key", extra.Name, "First", entries[0].Name)
	}
	entry := entries[0]
	if entry.Name == "not" {
		step, ok := readStep(entry.Value, known)
		if ok && step.word.check == nil {
			entry.Key.Error("not_of_action", "Key", step.Word)
		}
		step.Not = true
		return step, ok
	}
	at := slices.IndexFunc(known, func(one *word) bool { return one.name == entry.Name })
	if at < 0 {
		words := append(Words(), "not")
		entry.Key.Error("unknown_step", "Step", entry.Name, "Suggest", flows.Nearest(entry.Name, words), "Known", strings.Join(words, ", "))
		return Step{}, false
	}
	step := Step{Pos: entry.Key.Pos(), Word: entry.Name, word: known[at]}
	known[at].read(entry.Value, &step)
	return step, true
}

func readPairs(n flows.Node) []Pair {
	var pairs []Pair
	for _, entry := range n.Entries() {
		pairs = append(pairs, Pair{entry.Name, entry.Value.Text(), entry.Value.Pos()})
	}
	return pairs
}

// pair is the value under a name, empty when absent.
func (s *Step) pair(name string) string {
	for _, one := range s.Pairs {
		if one.Name == name {
			return one.Text
		}
	}
	return ""
}
