package flows

import "slices"

// ProjectFile holds what all flows of a folder share.
const ProjectFile = "project.yaml"

// Mirroring says how the CRM mirrors a flow: the map `crm:` of the project, with
// what the flow says otherwise. The zero value leaves all to the CRM's adapter.
type Mirroring struct {
	// Pipeline is where new deals go, Responsible the manager's name or e-mail.
	Pipeline, Responsible string
	// Deal is the title of new deals.
	Deal Template
	// Events maps what happened, one of MirrorEvents, to a stage.
	Events map[string]string
	// Tags go on each new deal.
	Tags []string
	// LossReason goes with the stage lost.
	LossReason string
	// Match says by what a person that the CRM knows already is recognised:
	// phone, email, both or never; empty is both.
	Match string
	// Fields are those of the deal, Person those of the contact.
	Fields, Person []MirrorField
	// Tracking maps what is known of the source (utm_source, start, …) to fields.
	Tracking map[string]string
	// Notes is service, common or none; empty is service.
	Notes string
	// Dialog is how the messages of the dialog are shown there: DialogNotes,
	// DialogChats, or empty for not at all.
	Dialog string
	// Bills asks for an invoice for each payment link, Supplier is who sells.
	Bills    bool
	Supplier string
	// Products asks for the products to be kept in the CRM's list.
	Products bool
	// TaskType and TaskFor are the kind of tasks and who does them.
	TaskType, TaskFor string
	// TasksDone closes the tasks of a deal once it is won or lost.
	TasksDone bool
	// Unsorted puts new deals where managers accept them first.
	Unsorted bool
	// Reply is how a manager's note begins that goes to the customer; empty: none goes.
	Reply string
}

// How the CRM shows a dialog.
const (
	DialogNotes = "notes"
	// DialogChats is a chat in which managers answer, where the CRM has one.
	DialogChats = "chats"
)

// MirrorField is a field of the CRM and the text that goes into it.
type MirrorField struct {
	Name string
	Text Template
}

// MirrorEvents are what may move a deal beside the states of a flow.
func MirrorEvents() []string {
	events := []string{"payment_link", string(Blocked), string(Unblocked)}
	for _, outcome := range Outcomes() {
		events = append(events, string(outcome))
	}
	return events
}

// MirroringKeys are the keys of `crm:` in a project or a flow.
func MirroringKeys() []string {
	return []string{"pipeline", "responsible", "deal", "events", "tags", "loss_reason", "match", "fields", "contact",
		"tracking", "notes", "dialog", "invoices", "products", "tasks", "unsorted", "reply"}
}

// stage is where an event moves the deal, empty for nowhere.
func (m *Mirroring) stage(event string) string {
	if m == nil {
		return ""
	}
	return m.Events[event]
}

// reads are the variables that the map needs.
func (m *Mirroring) reads() []Ref {
	if m == nil {
		return nil
	}
	refs := m.Deal.Reads()
	for _, field := range slices.Concat(m.Fields, m.Person) {
		refs = append(refs, field.Text.Reads()...)
	}
	return refs
}

// fillMirrors puts what the map says of the customer into the turn's last step
// of the mirror. What is empty is left alone: it may be known there.
func (r *Run) fillMirrors() {
	m := r.home.Mirroring
	if m == nil {
		return
	}
	for i := range slices.Backward(r.effects) {
		mirror, isMirror := r.effects[i].(Mirror)
		if !isMirror {
			continue
		}
		mirror.Title = r.Fill(m.Deal)
		mirror.Fields = r.filled(m.Fields, mirror.Fields)
		mirror.Person = r.filled(m.Person, mirror.Person)
		r.effects[i] = mirror
		return
	}
}

// filled adds fields to those that the step itself names, which win.
func (r *Run) filled(fields []MirrorField, named map[string]string) map[string]string {
	if len(fields) == 0 {
		return named
	}
	all := map[string]string{}
	for _, field := range fields {
		if text := r.Fill(field.Text); text != "" {
			all[field.Name] = text
		}
	}
	for name, text := range named {
		all[name] = text
	}
	if len(all) == 0 {
		return nil
	}
	return all
}
