// Package salebot translates the backup of a salebot scheme into a flow, as far
// as the two languages agree, and lists what it could not translate.
//
// What blocks and arrows mean is told by the vendor's documentation
// (docs.salebot.pro, repository trembolon58/gitbook_docs). That the scheme is
// downloaded as one .json file is told by its page on reservation and recovery
// (docs.salebot.ai, "Reservation and recovery"); the fields of that file are
// documented nowhere that we found. So it is read tolerantly: each thing is
// looked for under several names, and fields of unknown names are listed.
package salebot

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"

	"voronka/flows"
)

// ErrNoScheme says that a file is not JSON or holds no blocks.
var ErrNoScheme = errors.New("no salebot scheme")

// MaxBytes is how large a backup may be.
const MaxBytes = 32 << 20

// Note is one thing that was not translated, or not exactly.
type Note struct {
	// Block is the salebot id of the block or arrow, empty for the whole file;
	// Name is how people know it.
	Block string `json:"block,omitempty"`
	Name  string `json:"name,omitempty"`
	// Code finds the words, import.note.<Code> in the locales, with Args.
	Code string         `json:"code"`
	Args map[string]any `json:"args,omitempty"`
	// Found is what the loader said, when the note is its refusal.
	Found *flows.Diagnostic `json:"found,omitempty"`
}

// Result is a translated scheme.
type Result struct {
	// YAML is the file of the flow.
	YAML []byte
	// Loads tells that the loader takes it.
	Loads bool
	// States and Rules count what was made.
	States, Rules int
	Notes         []Note
	// Findings are the loader's warnings, and its errors when Loads is false.
	Findings []flows.Diagnostic
}

// Import translates a backup. The flow is loaded with the loader as file; what
// that refuses is taken out and noted. The error wraps ErrNoScheme.
func Import(data []byte, loader flows.Loader, flow string) (Result, error) {
	scheme, notes, err := readScheme(data)
	if err != nil {
		return Result{}, err
	}
	t := newTranslation(scheme, loader, notes)
	root := t.flow(flow)
	accept := &acceptance{translation: t, root: root, file: flow + ".yaml"}
	result, err := accept.result()
	if err != nil {
		return Result{}, err
	}
	result.States, result.Rules, result.Notes = len(t.states.Content)/2, t.rules, t.notes
	return result, nil
}

// encode writes the tree as a file.
func encode(root *yaml.Node) ([]byte, error) {
	data, err := yaml.Marshal(root)
	if err != nil {
		return nil, fmt.Errorf("write the flow: %w", err)
	}
	return data, nil
}
