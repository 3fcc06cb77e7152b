package salebot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// reading turns the file into a scheme.
type reading struct {
	scheme  *scheme
	notes   []Note
	strange map[string]int
}

// readScheme reads a backup; see the package about its shape.
func readScheme(data []byte) (*scheme, []Note, error) {
	if len(data) > MaxBytes {
		return nil, nil, fmt.Errorf("%w: more than %d bytes", ErrNoScheme, MaxBytes)
	}
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	decoder.UseNumber()
	var root any
	if err := decoder.Decode(&root); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrNoScheme, err)
	}
	r := &reading{scheme: &scheme{byID: map[string]*block{}, from: map[string][]*arrow{}}, strange: map[string]int{}}
	r.container(root, 0)
	if len(r.scheme.blocks) == 0 {
		return nil, nil, fmt.Errorf("%w: no blocks", ErrNoScheme)
	}
	for _, arrows := range r.scheme.from {
		slices.SortStableFunc(arrows, func(a, b *arrow) int { return b.guard.compareTo(a.guard) })
	}
	for _, name := range slices.Sorted(maps.Keys(r.strange)) {
		r.note("", "", "field", "Field", name, "Times", r.strange[name])
	}
	return r.scheme, r.notes, nil
}

func (g guard) compareTo(other guard) int {
	if g.priority != other.priority {
		return g.priority - other.priority
	}
	return rank(g) - rank(other)
}

// rank puts what waits for something before what takes anything.
func rank(g guard) int {
	if g.condition != "" || g.compare != "" {
		return 1
	}
	return 0
}

// container looks for blocks and arrows here, or one level deeper.
func (r *reading) container(value any, depth int) {
	if list, ok := value.([]any); ok {
		r.blocks(list)
		return
	}
	object, ok := newFields(value)
	if !ok || depth > 3 {
		return
	}
	r.blocks(object.list("messages", "blocks", "nodes", "states", "elements"))
	r.arrows(object.list("connections", "arrows", "edges", "links", "transitions", "message_connections", "lines"), "")
	for _, name := range []string{"scheme", "schema", "project", "data", "bot", "backup", "sheets", "funnels"} {
		switch inner := object.values[name].(type) {
		case map[string]any:
			r.container(inner, depth+1)
		case []any:
			for _, one := range inner {
				r.container(one, depth+1)
			}
		}
	}
}

func (r *reading) blocks(list []any) {
	for _, item := range list {
		object, ok := newFields(item)
		if !ok {
			continue
		}
		one := &block{
			id: object.text("id", "message_id", "block_id", "key"), title: object.text("name", "title", "label", "header"),
			text:       object.text("answer", "text", "message", "content", "message_text"),
			calculator: object.text("calculator", "calc", "variables", "calculated_variables", "formulas"),
			guard:      r.guard(object),
		}
		if one.id == "" {
			one.id = fmt.Sprint(len(r.scheme.blocks) + 1)
		}
		if r.scheme.byID[one.id] != nil {
			r.note(one.id, one.people(), "repeated")
			continue
		}
		r.buttons(one, object)
		one.files = files(object.list("attachments", "files", "images"))
		for _, name := range []string{"attachment", "attachment_url", "image", "photo", "video", "audio", "file"} {
			if address := object.text(name); address != "" {
				one.files = append(one.files, address)
			}
		}
		one.kind = r.kind(one, object.text("message_type", "type", "block_type", "kind", "state_type"))
		r.arrows(object.list("connections", "arrows", "transitions", "next"), one.id)
		if one.kind != comment {
			r.unsupported(one, object)
		}
		r.scheme.blocks, r.scheme.byID[one.id] = append(r.scheme.blocks, one), one
	}
}

func (r *reading) guard(f fields) guard {
	return guard{
		condition: f.text("condition", "trigger", "question", "conditions"),
		match:     f.text("match_type", "condition_type", "comparison_type", "match", "compare_type"),
		negative:  f.text("negative_condition", "not_condition", "strings_not_to_answer", "exclude"),
		compare:   f.text("variable_for_comparison", "compare_variable", "comparison_variable", "variable_condition", "expression"),
		once:      f.flag("answer_once", "once", "go_once", "only_once", "one_time"),
		priority:  f.number(defaultPriority, "priority"),
	}
}

func (r *reading) arrows(list []any, from string) {
	for _, item := range list {
		object, ok := newFields(item)
		if !ok {
			continue
		}
		one := &arrow{
			id: object.text("id", "connection_id"), guard: r.guard(object),
			from:     object.text("source_id", "from", "from_id", "source", "message_from_id", "message_id", "parent_id", "start_id"),
			to:       object.text("target_id", "to", "to_id", "target", "message_to_id", "destination_id", "next_message_id", "child_id", "end_id"),
			variable: object.text("variable", "save_to", "variable_name", "data_variable", "collect_variable"),
			asButton: object.flag("as_button", "show_as_button", "is_button", "button"),
			delay:    object.text("delay", "timeout", "wait", "timer"), unit: object.text("delay_unit", "delay_type", "unit", "timeout_type"),
			clock: object.text("send_time", "time"), date: object.text("send_date", "date"),
			ifPast: object.flag("send_if_date_passed", "send_if_passed"), keep: object.flag("do_not_cancel", "no_cancel", "not_cancel"),
		}
		object.text("cancel_if_left", "cancel_on_leave", "cancel_timers", "cancel_timer_messages")
		if one.from == "" {
			one.from = from
		}
		if object.flag("collect_data", "data_capture", "save_answer") && one.variable == "" {
			r.note(one.id, one.people(), "capture")
		}
		for _, name := range object.unknown() {
			r.strange[name]++
		}
		r.scheme.from[one.from] = append(r.scheme.from[one.from], one)
	}
}

func (r *reading) buttons(b *block, f fields) {
	for _, item := range f.list("buttons", "keyboard", "inline_buttons") {
		row := []any{item}
		if inner, ok := item.([]any); ok {
			row = inner
		}
		for _, cell := range row {
			object, ok := newFields(cell)
			if text := plain(cell); !ok && text != "" {
				b.buttons = append(b.buttons, pressed{text: text, kind: "reply"})
			} else if ok {
				b.buttons = append(b.buttons, pressed{
					text: object.text("text", "title", "name", "label"), url: object.text("url", "link"),
					callback: object.text("callback", "callback_data", "payload", "callback_text"), kind: strings.ToLower(object.text("type", "kind")),
				})
			}
		}
	}
}

func files(list []any) (all []string) {
	for _, item := range list {
		address := plain(item)
		if object, ok := newFields(item); ok {
			address = object.text("url", "link", "src", "path", "file", "name", "id")
		}
		if address != "" {
			all = append(all, address)
		}
	}
	return all
}

func (r *reading) note(id, name, code string, args ...any) {
	r.notes = append(r.notes, newNote(id, name, code, args...))
}

func newNote(id, name, code string, args ...any) Note {
	note := Note{Block: id, Name: name, Code: code}
	for i := 0; i+1 < len(args); i += 2 {
		if note.Args == nil {
			note.Args = map[string]any{}
		}
		note.Args[args[i].(string)] = args[i+1]
	}
	return note
}
