package amocrmtest

import (
	"cmp"
	"slices"
)

// boardView is the whole board for the page.
func (s *Server) boardView() object {
	s.mu.Lock()
	defer s.mu.Unlock()
	pipelines := slices.Clone(s.pipelines)
	slices.SortStableFunc(pipelines, func(a, b *Pipeline) int { return cmp.Compare(a.Sort, b.Sort) })
	return object{
		"subdomain": s.cfg.Subdomain,
		"pipelines": views(pipelines, func(p *Pipeline) object {
			return object{"id": p.ID, "name": p.Name, "stages": views(p.Statuses, func(st Status) object {
				return object{"id": st.ID, "name": st.Name, "color": st.Color, "type": st.Type}
			})}
		}),
		"deals": views(s.boardDeals(), s.dealView),
	}
}

// boardDeals are the living deals, the last changed first.
func (s *Server) boardDeals() []*Lead {
	var deals []*Lead
	for _, l := range s.leads {
		if !l.Deleted {
			deals = append(deals, l)
		}
	}
	slices.SortFunc(deals, func(a, b *Lead) int {
		return cmp.Or(cmp.Compare(b.UpdatedAt, a.UpdatedAt), cmp.Compare(b.ID, a.ID))
	})
	return deals
}

func (s *Server) dealView(l *Lead) object {
	view := object{
		"id": l.ID, "name": l.Name, "price": l.Price, "pipeline": l.PipelineID, "status": l.StatusID,
		"updated_at": l.UpdatedAt, "tags": views(l.Tags, func(t Tag) object { return object{"name": t.Name, "color": t.Color} }),
		"note": nil, "tasks": 0,
	}
	if who := s.mainContact(l.ID); who != nil {
		view["contact"] = object{"name": who.Name, "phone": first(who.Values("PHONE")), "email": first(who.Values("EMAIL"))}
	}
	if notes := s.notes.of[end{"leads", l.ID}]; len(notes) > 0 {
		view["note"] = notes[len(notes)-1].Text()
	}
	open := 0
	for _, t := range s.tasks.of[end{"leads", l.ID}] {
		if !t.Completed {
			open++
		}
	}
	view["tasks"] = open
	return view
}

// dealDetails is the opened card: fields, the whole feed and tasks. It is nil
// for a deal that is not there.
func (s *Server) dealDetails(id int64) object {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.exists("leads", id) {
		return nil
	}
	l := s.leads[id]
	view := s.dealView(l)
	view["created_at"] = l.CreatedAt
	view["fields"] = fieldLines(l.Card)
	contactID := int64(0)
	if who := s.mainContact(id); who != nil {
		contactID = who.ID
		view["contact_fields"] = fieldLines(who.Card)
	}
	notes := []object{}
	for _, n := range s.notes.all {
		if (n.Entity == "leads" && n.EntityID == id) || (n.Entity == "contacts" && n.EntityID == contactID && contactID != 0) {
			service, _ := n.Params["service"].(string)
			notes = append(notes, object{"id": n.ID, "type": n.Type, "service": service, "text": n.Text(), "at": n.CreatedAt, "entity": n.Entity})
		}
	}
	slices.SortStableFunc(notes, func(a, b object) int { return cmp.Compare(a["at"].(int64), b["at"].(int64)) })
	tasks := []object{}
	for _, t := range s.tasks.all {
		if t.Entity == "leads" && t.EntityID == id || t.Entity == "contacts" && t.EntityID == contactID && contactID != 0 {
			tasks = append(tasks, object{"id": t.ID, "text": t.Text, "due": t.CompleteTill, "done": t.Completed, "result": t.Result})
		}
	}
	view["notes"], view["todo"] = notes, tasks
	view["chat"], view["messages"] = s.chatOf(contactID)
	return view
}

func fieldLines(card Card) []object {
	out := []object{}
	for _, f := range card.Fields {
		texts := make([]string, len(f.Values))
		for i, v := range f.Values {
			texts[i] = plain(v.Value)
		}
		out = append(out, object{"name": f.Name, "values": texts})
	}
	return out
}

func first(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return texts[0]
}
