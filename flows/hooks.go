package flows

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Hook is a door for another program: what it may send, and how the customer
// is found in it. Flows of one project share their hooks.
type Hook struct {
	Name string
	// By is how the customer is found, one of HookKeys; Field is where that stands.
	By, Field string
	// Into are the variables that are set from the fields of what was sent.
	Into []HookField
	Pos  Pos
}

// HookField is a variable and the path of its value, as Field takes it.
type HookField struct {
	Name Ref
	Path string
}

// HookKeys are the ways to find a customer: the bot's own id of them, their
// number in Telegram, phone or e-mail.
func HookKeys() []string { return []string{"client_id", "telegram", "phone", "email"} }

// MaxHookValue bounds what one field of a webhook leaves in a variable, in characters.
const MaxHookValue = 4096

// readHooks reads `hooks:`.
//
//	hooks:
//	  lead_scored: {phone: client.phone, into: {score: data.score}}
func (d *draft) readHooks(n Node) {
	for _, entry := range n.Entries() {
		hook := &Hook{Name: entry.Key.identifier(), Pos: entry.Key.Pos()}
		entry.Value.Only(append(HookKeys(), "into")...)
		for _, key := range HookKeys() {
			field := entry.Value.Field(key)
			switch {
			case field.Zero():
			case hook.By != "":
				field.Error("hook_two_keys", "First", hook.By, "Second", key)
			default:
				hook.By, hook.Field = key, field.Text()
			}
		}
		if hook.By == "" || hook.Field == "" {
			entry.Key.Error("hook_without_key", "Hook", hook.Name, "Known", strings.Join(HookKeys(), ", "))
		}
		for _, one := range entry.Value.Field("into").Entries() {
			hook.Into = append(hook.Into, HookField{Ref{Name: one.Name, Pos: one.Key.Pos()}, one.Value.Text()})
		}
		d.flow.Hooks = append(d.flow.Hooks, hook)
	}
}

// Hook finds a hook of the project by name, nil when there is none.
func (p *Project) Hook(name string) *Hook {
	for _, flow := range p.Flows {
		for _, hook := range flow.Hooks {
			if hook.Name == name {
				return hook
			}
		}
	}
	return nil
}

// hook finds a hook that the flow may hear of.
func (f *Flow) hook(name string) *Hook {
	if i := slices.IndexFunc(f.Hooks, func(hook *Hook) bool { return hook.Name == name }); i >= 0 {
		return f.Hooks[i]
	}
	for _, id := range f.flowIDs() {
		if other := f.siblings[id]; other != f {
			if i := slices.IndexFunc(other.Hooks, func(hook *Hook) bool { return hook.Name == name }); i >= 0 {
				return other.Hooks[i]
			}
		}
	}
	return nil
}

// Key is what the document tells the customer by; empty when it does not.
func (h *Hook) Key(document string) string {
	value, _ := Field(document, h.Field)
	return strings.TrimSpace(value)
}

// Fields are the variables that a document sets; what it does not have stays as it was.
func (h *Hook) Fields(document string) map[string]string {
	fields := map[string]string{}
	for _, one := range h.Into {
		if value, found := Field(document, one.Path); found {
			fields[one.Name.Name] = Clip(value, MaxHookValue)
		}
	}
	return fields
}

// takeFields keeps what a webhook brought.
func (r *Run) takeFields() {
	for _, name := range slices.Sorted(maps.Keys(r.Input.Fields)) {
		r.Set(name, r.Input.Fields[name])
	}
}

// doors checks the hooks of the project: their names are one list, and rules
// wait for those there are.
func (w *loading) doors() {
	first := map[string]*Hook{}
	for _, c := range w.drafts {
		for _, hook := range c.flow.Hooks {
			if other := first[hook.Name]; other != nil {
				w.diags.Add(Error, hook.Pos, "repeated_hook", "Hook", hook.Name, "File", other.Pos.File, "Line", other.Pos.Line)
				continue
			}
			first[hook.Name] = hook
		}
	}
	known := slices.Sorted(maps.Keys(first))
	for _, c := range w.drafts {
		for _, rule := range c.rules() {
			if rule.When.Kind != Webhook {
				continue
			}
			for _, word := range rule.When.Words {
				if first[word] == nil {
					w.diags.Add(Warning, rule.Pos, "unknown_hook", "Hook", word, "Suggest", Nearest(word, known))
				}
			}
		}
	}
}

// scriptedHook is a webhook of a script: its name, and perhaps its document.
func (f *Flow) scriptedHook(rest string) Input {
	name, document, _ := strings.Cut(strings.TrimSpace(rest), " ")
	input := Input{Kind: Webhook, Text: name}
	if hook := f.hook(name); hook != nil && document != "" {
		input.Fields = hook.Fields(asJSON(document))
	}
	return input
}

// asJSON reads a document of a script, where YAML's short form is at hand too.
func asJSON(document string) string {
	if json.Valid([]byte(document)) {
		return document
	}
	var value any
	if yaml.Unmarshal([]byte(document), &value) != nil {
		return document
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return document
	}
	return string(raw)
}
