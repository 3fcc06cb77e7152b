package amocrmtest

// AddNote leaves a manager's own note on a deal; webhooks and the history tell it.
func (s *Server) AddNote(lead int64, text string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	manager := s.cfg.Users[0].ID
	n := &Note{ID: s.nextID("notes"), Entity: "leads", EntityID: lead, Type: "common", Params: map[string]any{"text": text},
		ResponsibleUserID: manager, CreatedBy: manager, UpdatedBy: manager, CreatedAt: s.now(), UpdatedAt: s.now()}
	s.addNote(n)
	s.happened("common_note_added", "leads", lead, manager, nil, []object{{"note": object{"id": n.ID}}})
	s.emitNote(n)
	s.stream.bump()
	return n.ID
}

// FinishTask is a manager who has done a task.
func (s *Server) FinishTask(id int64, result string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.task(id)
	if t == nil {
		return
	}
	t.Completed, t.Result = true, result
	t.UpdatedAt, t.UpdatedBy = s.now(), s.cfg.Users[0].ID
	if t.Entity != "" {
		s.happened("task_completed", t.Entity, t.EntityID, t.UpdatedBy, nil, []object{{"task": object{"text": t.Text}}})
	}
	s.emitTask("update", t)
	s.stream.bump()
}

// Assign gives a deal to another user, as a manager does.
func (s *Server) Assign(lead, user int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.leads[lead]
	if l == nil || l.Deleted {
		return
	}
	was := *l
	l.ResponsibleUserID, l.UpdatedAt, l.UpdatedBy = user, s.now(), s.cfg.Users[0].ID
	s.happened("entity_responsible_changed", "leads", lead, l.UpdatedBy,
		[]object{{"responsible_user": object{"id": was.ResponsibleUserID}}}, []object{{"responsible_user": object{"id": user}}})
	s.leadChanged(l, was)
	s.stream.bump()
}
