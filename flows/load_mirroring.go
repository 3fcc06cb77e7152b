package flows

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// project reads the file that all flows of the folder share, once; a zero node
// where there is none.
func (w *loading) project(dir string) (Node, []byte) {
	if w.shared != nil || w.files == nil {
		if w.shared == nil {
			return Node{}, nil
		}
		return w.shared.root, w.shared.data
	}
	w.shared = &shared{}
	data, err := readBounded(w.files, ProjectFile)
	source := &Source{Name: filepath.Join(dir, ProjectFile)}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Node{}, nil
	case err != nil:
		w.diags.Add(Error, Pos{File: source.Name, Line: 1, Col: 1}, "project_unread")
		return Node{}, nil
	}
	w.sources = append(w.sources, source)
	yaml := (&reader{source: source, diags: w.diags}).read(data)
	if yaml == nil {
		return Node{}, nil
	}
	w.shared.root, w.shared.data = Node{yaml: yaml, source: source, diags: w.diags, read: w.reading}, data
	w.shared.root.Only("crm")
	if n := w.shared.root.Field("crm"); !n.Zero() {
		readMirroring(n, n.without()) // its faults are told once, here
	}
	return w.shared.root, data
}

// shared is the project's own file.
type shared struct {
	root Node
	data []byte
}

// without is a node of the same file that holds nothing.
func (n Node) without() Node { return n.Field("\x00") }

// mute is a node whose faults were told before.
func (n Node) mute() Node {
	n.diags = &Diagnostics{}
	return n
}

// readMirroring reads the map of a flow over that of the project; nil where
// neither says anything.
func readMirroring(own, project Node) *Mirroring {
	if own.Zero() && project.Zero() {
		return nil
	}
	own.Only(MirroringKeys()...)
	m := &Mirroring{}
	at := func(key string) Node {
		if found := own.Field(key); !found.Zero() || project.Zero() {
			return found
		}
		return project.Field(key)
	}
	m.Pipeline, m.Responsible, m.LossReason = at("pipeline").Text(), at("responsible").Text(), at("loss_reason").Text()
	m.Deal = ReadTemplate(at("deal"))
	m.Tags = at("tags").Texts()
	m.Match = at("match").oneOf("both", "phone", "email", "never")
	m.Notes = at("notes").oneOf("service", "common", "none")
	m.Fields, m.Person = readMirrorFields(at("fields")), readMirrorFields(at("contact"))
	m.Events = at("events").pairs(MirrorEvents())
	m.Tracking = at("tracking").pairs(SourceKeys())
	m.Products, m.Unsorted = at("products").Bool(), at("unsorted").Bool()
	m.Dialog = readDialog(at("dialog"))
	m.Reply = at("reply").Text()
	m.readBills(at("invoices"))
	m.readTasks(at("tasks"))
	return m
}

// SourceKeys are what may be known of where a customer came from.
func SourceKeys() []string {
	return []string{"utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "start"}
}

// readDialog reads how the dialog is shown; true and false are older words for
// notes and off.
func readDialog(n Node) string {
	if text := n.Text(); text == "true" || text == "false" {
		return map[string]string{"true": DialogNotes}[text]
	}
	if text := n.oneOf("off", DialogNotes, DialogChats); text != "off" {
		return text
	}
	return ""
}

func (m *Mirroring) readBills(n Node) {
	if !n.IsMap() {
		m.Bills = n.Bool()
		return
	}
	n.Only("supplier")
	m.Bills, m.Supplier = true, n.Field("supplier").Text()
}

func (m *Mirroring) readTasks(n Node) {
	if n.Zero() {
		return
	}
	n.Only("type", "responsible", "close")
	m.TaskType, m.TaskFor, m.TasksDone = n.Field("type").Text(), n.Field("responsible").Text(), n.Field("close").Bool()
}

func readMirrorFields(n Node) []MirrorField {
	var fields []MirrorField
	for _, entry := range n.Entries() {
		fields = append(fields, MirrorField{Name: entry.Name, Text: ReadTemplate(entry.Value)})
	}
	return fields
}

// oneOf reads one of a few words.
func (n Node) oneOf(known ...string) string {
	text := n.Text()
	if text != "" && !contains(known, text) {
		n.Error("unknown_word", "Word", text, "Suggest", Nearest(text, known), "Known", joinSorted(known))
		return ""
	}
	return text
}

// pairs reads texts under known keys.
func (n Node) pairs(known []string) map[string]string {
	n.Only(known...)
	texts := map[string]string{}
	for _, entry := range n.Entries() {
		if texts[entry.Name] = entry.Value.Text(); texts[entry.Name] == "" {
			entry.Value.Error("empty_value", "Key", entry.Name)
		}
	}
	return texts
}
