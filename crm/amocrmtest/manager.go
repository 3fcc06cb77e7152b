package amocrmtest

import (
	"fmt"
	"maps"
	"slices"
)

// Leads are the deals of the account that are not deleted, oldest first.
func (s *Server) Leads() []Lead {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Lead
	for _, id := range slices.Sorted(maps.Keys(s.leads)) {
		if l := s.leads[id]; !l.Deleted {
			out = append(out, s.copyLead(l))
		}
	}
	return out
}

// Contacts are the people of the account that are not deleted, oldest first.
func (s *Server) Contacts() []Contact {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Contact
	for _, id := range slices.Sorted(maps.Keys(s.contacts)) {
		who := *s.contacts[id]
		if who.Deleted {
			continue
		}
		who.Card = who.clone()
		who.Leads = s.leadsOf("contacts", id)
		out = append(out, who)
	}
	return out
}

// Notes are the notes of an entity ("leads", "contacts", "companies") in the
// order in which they were made.
func (s *Server) Notes(entity string, id int64) []Note {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Note
	for _, n := range s.notes.of[end{entity, id}] {
		out = append(out, *n)
	}
	return out
}

// Tasks are all tasks of the account, oldest first.
func (s *Server) Tasks() []Task {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Task, len(s.tasks.all))
	for i, t := range s.tasks.all {
		out[i] = *t
	}
	return out
}

func (s *Server) copyLead(l *Lead) Lead {
	out := *l
	out.Card = l.clone()
	for _, k := range s.linked("leads", l.ID, "contacts") {
		if k.main {
			out.Contacts = slices.Insert(out.Contacts, 0, k.toID)
		} else {
			out.Contacts = append(out.Contacts, k.toID)
		}
	}
	return out
}

// AddLead puts a deal into the account as a manager would by hand, and answers
// its id. Zero ids are given out; zero stages mean the first of the pipeline.
func (s *Server) AddLead(l Lead) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.adopt(&l.Card, "leads")
	p := s.pipeline(l.PipelineID)
	if p == nil {
		p = s.mainPipeline()
		l.PipelineID = p.ID
	}
	if l.StatusID == 0 {
		l.StatusID = p.first()
	}
	s.close(&l, l.StatusID)
	s.leads[l.ID] = &l
	for _, id := range l.Contacts {
		s.join(link{from: "leads", fromID: l.ID, to: "contacts", toID: id})
	}
	s.emitLead("add", &l, 0, 0)
	s.stream.bump()
	return l.ID
}

// AddContact puts a person into the account as a manager would by hand, and
// answers the id. Field values need only their code.
func (s *Server) AddContact(who Contact) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.adopt(&who.Card, "contacts")
	s.contacts[who.ID] = &who
	s.emitContact("add", "contacts", &who)
	s.stream.bump()
	return who.ID
}

func (s *Server) adopt(card *Card, entity string) {
	if card.ID == 0 {
		card.ID = s.nextID(entity)
	}
	manager := s.cfg.Users[0].ID
	if card.ResponsibleUserID == 0 {
		card.ResponsibleUserID, card.CreatedBy, card.UpdatedBy = manager, manager, manager
	}
	if card.CreatedAt == 0 {
		card.CreatedAt, card.UpdatedAt = s.now(), s.now()
	}
	card.Tags = slices.Clone(card.Tags)
	for i, t := range card.Tags {
		card.Tags[i] = s.tag(entity, map[string]any{"name": t.Name, "color": t.Color})
	}
	card.Fields = slices.Clone(card.Fields)
	for i := range card.Fields {
		if f := s.field(entity, 0, card.Fields[i].Code); f != nil {
			card.Fields[i].FieldID, card.Fields[i].Name, card.Fields[i].Type = f.ID, f.Name, f.Type
		}
	}
}

// MoveLead puts the deal into a stage as a manager does on the board; webhooks
// tell it. A stage of another pipeline takes the deal there.
func (s *Server) MoveLead(id, status int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.leads[id]
	if l == nil || l.Deleted {
		return fmt.Errorf("move deal %d: there is no such deal", id)
	}
	p := s.pipeline(l.PipelineID)
	if p.status(status) == nil {
		p = s.pipelineFor(map[string]any{"status_id": number64(status)})
	}
	if p.status(status) == nil {
		return fmt.Errorf("move deal %d: there is no stage %d", id, status)
	}
	if l.StatusID == status {
		return nil
	}
	was := *l
	l.PipelineID, l.StatusID = p.ID, status
	l.UpdatedAt, l.UpdatedBy = s.now(), s.cfg.Users[0].ID
	s.close(l, was.StatusID)
	s.leadChanged(l, was)
	s.stream.bump()
	return nil
}

// DeleteLead deletes the deal as a manager does; the API then answers 204 for it.
func (s *Server) DeleteLead(id int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.leads[id]
	if l == nil || l.Deleted {
		return fmt.Errorf("delete deal %d: there is no such deal", id)
	}
	l.Deleted = true
	s.happened("lead_deleted", "leads", id, s.cfg.Users[0].ID, nil, nil)
	s.emitLead("delete", l, 0, 0)
	s.stream.bump()
	return nil
}

// MergeContacts joins two contacts as a manager does: deals, phones and e-mails
// of the second go to the first, and the API answers 204 for the second.
func (s *Server) MergeContacts(into, gone int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if into == gone || !s.exists("contacts", into) || !s.exists("contacts", gone) {
		return fmt.Errorf("merge contacts %d and %d: both must be there", into, gone)
	}
	first, second := s.contacts[into], s.contacts[gone]
	first.Fields = mergeFields(first.Fields, second.Fields)
	first.UpdatedAt, first.UpdatedBy = s.now(), s.cfg.Users[0].ID
	s.rewritten("contacts", &first.Card)
	for _, k := range slices.Clone(s.links.of[end{"contacts", gone}]) {
		if k.to == "contacts" {
			s.part(*k)
			moved := *k
			moved.toID = into
			s.join(moved)
		}
	}
	for _, n := range slices.Clone(s.notes.of[end{"contacts", gone}]) {
		s.notes.unhang(n, end{"contacts", gone})
		n.EntityID = into
		s.notes.hang(n, end{"contacts", into})
	}
	for _, one := range s.chats {
		if one.contact == gone {
			one.contact = into
		}
	}
	second.Deleted = true
	s.happened("entity_merged", "contacts", into, first.UpdatedBy, nil, nil)
	s.emitContact("update", "contacts", first)
	s.emitContact("delete", "contacts", second)
	s.stream.bump()
	return nil
}

// mergeFields adds the second's values: multitext fields grow, others are
// taken where the first has none.
func mergeFields(first, second []FieldValue) []FieldValue {
	out := slices.Clone(first)
	for _, f := range second {
		at := slices.IndexFunc(out, func(have FieldValue) bool { return have.FieldID == f.FieldID })
		switch {
		case at < 0:
			out = append(out, f)
		case f.Type == "multitext":
			for _, v := range f.Values {
				if !slices.Contains(out[at].Values, v) {
					out[at].Values = append(slices.Clone(out[at].Values), v)
				}
			}
		}
	}
	return out
}
