package amocrmtest

func addTasks(c *call) reply {
	items, refusal := c.batch(taskSchema(), batchLimit)
	if refusal != nil {
		return *refusal
	}
	out := make([]object, len(items))
	for i, it := range items {
		t := &Task{ID: c.s.nextID("tasks"), TypeID: 1, ResponsibleUserID: c.user, CreatedBy: c.user, CreatedAt: c.now}
		setInt(it.data, "created_by", &t.CreatedBy)
		setInt(it.data, "created_at", &t.CreatedAt)
		c.writeTask(t, it.data)
		c.s.tasks.add(t, end{id: t.ID}, end{t.Entity, t.EntityID})
		if t.Entity != "" {
			c.s.happened("task_added", t.Entity, t.EntityID, t.CreatedBy, nil, []object{{"task": object{"text": t.Text}}})
		}
		c.s.emitTask("add", t)
		out[i] = object{"id": t.ID, "request_id": it.request, "_links": c.self("tasks/%d", t.ID)}
	}
	return ok(object{"_links": c.self("tasks"), "_embedded": object{"tasks": out}})
}

func taskUpdate() schema {
	sc := taskSchema()
	for _, key := range []string{"text", "complete_till"} {
		r := sc[key]
		r.need = false
		sc[key] = r
	}
	return forUpdate(sc, func(s *Server, id int64) bool { return s.task(id) != nil })
}

func patchTasks(c *call) reply {
	items, refusal := c.batch(taskUpdate(), batchLimit)
	if refusal != nil {
		return *refusal
	}
	out := make([]object, len(items))
	for i, it := range items {
		out[i] = c.changeTask(it)
	}
	return ok(object{"_links": c.self("tasks"), "_embedded": object{"tasks": out}})
}

func patchTask(c *call) reply {
	it, refusal := c.single(c.ids[0], taskUpdate())
	if refusal != nil {
		return *refusal
	}
	return ok(c.changeTask(it))
}

func (c *call) changeTask(it item) object {
	id, _ := intAt(it.data, "id")
	t := c.s.task(id)
	done, was := t.Completed, end{t.Entity, t.EntityID}
	c.writeTask(t, it.data)
	if at := (end{t.Entity, t.EntityID}); at != was {
		c.s.tasks.unhang(t, was)
		c.s.tasks.hang(t, at)
	}
	if t.Completed && !done && t.Entity != "" {
		c.s.happened("task_completed", t.Entity, t.EntityID, t.UpdatedBy, nil, []object{{"task": object{"text": t.Text}}})
	}
	c.s.emitTask("update", t)
	return object{"id": t.ID, "updated_at": t.UpdatedAt, "request_id": it.request, "_links": c.self("tasks/%d", t.ID)}
}

func (c *call) writeTask(t *Task, data map[string]any) {
	t.UpdatedAt, t.UpdatedBy = c.now, c.user
	setText(data, "text", &t.Text)
	setText(data, "entity_type", &t.Entity)
	setInt(data, "entity_id", &t.EntityID)
	setInt(data, "complete_till", &t.CompleteTill)
	setInt(data, "duration", &t.Duration)
	setInt(data, "task_type_id", &t.TypeID)
	setInt(data, "responsible_user_id", &t.ResponsibleUserID)
	if done, given := data["is_completed"].(bool); given {
		t.Completed = done
	}
	if result := child(data, "result"); result != nil {
		setText(result, "text", &t.Result)
	}
}
