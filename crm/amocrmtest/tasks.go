package amocrmtest

import (
	"slices"
)

// taskTypes are the two of every account (API v4, account-info).
func taskTypes() []object {
	return []object{
		{"id": 1, "name": "Связаться", "color": nil, "icon_id": nil, "code": "FOLLOW_UP"},
		{"id": 2, "name": "Встреча", "color": nil, "icon_id": nil, "code": "MEETING"},
	}
}

// taskSchema are the keys of POST /tasks (API v4, tasks-api).
func taskSchema() schema {
	return schema{
		"text": {kind: text, need: true}, "complete_till": {kind: integer, need: true},
		"entity_id": {kind: integer, known: isTaskTarget}, "entity_type": {kind: text, known: isTaskEntity},
		"task_type_id":        {kind: integer, known: isTaskType},
		"responsible_user_id": {kind: integer, known: isUser},
		"duration":            {kind: integer}, "is_completed": {kind: boolean},
		"result":     {kind: record, of: schema{"text": {kind: text, need: true}}},
		"created_by": {kind: integer, known: isAuthor}, "updated_by": {kind: integer, known: isAuthor},
		"created_at": {kind: integer}, "updated_at": {kind: integer}, "request_id": {kind: text},
	}
}

func isTaskType(_ *call, _ map[string]any, v any) bool {
	id, _ := asInt(v)
	return id == 1 || id == 2
}

func isTaskEntity(_ *call, _ map[string]any, v any) bool {
	name, _ := v.(string)
	return isCard(name) || name == "customers"
}

func isTaskTarget(c *call, data map[string]any, v any) bool {
	id, _ := asInt(v)
	entity, given := textAt(data, "entity_type")
	return given && (id == 0 || c.s.exists(entity, id))
}

func (s *Server) task(id int64) *Task { return s.tasks.one(id) }

// closestTask is the nearest deadline of an open task, or null.
func (s *Server) closestTask(entity string, id int64) any {
	var closest int64
	for _, t := range s.tasks.of[end{entity, id}] {
		if !t.Completed && (closest == 0 || t.CompleteTill < closest) {
			closest = t.CompleteTill
		}
	}
	return orNullInt(closest)
}

// listTasks is GET /tasks; its filters are not part of the paid add-on.
func listTasks(c *call) reply {
	var found []*Task
	for _, t := range c.tasksAsked() {
		completed := int64(0)
		if t.Completed {
			completed = 1
		}
		kinds := c.query.all("filter[entity_type]")
		if c.query.oneOf("filter[is_completed]", completed) && c.query.oneOf("filter[id]", t.ID) &&
			c.query.oneOf("filter[task_type]", t.TypeID) && c.query.oneOf("filter[entity_id]", t.EntityID) &&
			c.query.oneOf("filter[responsible_user_id]", t.ResponsibleUserID) &&
			c.query.within("filter[updated_at]", t.UpdatedAt) && (len(kinds) == 0 || slices.Contains(kinds, t.Entity)) {
			found = append(found, t)
		}
	}
	order(c, found, map[string]func(*Task) int64{
		"id":            func(t *Task) int64 { return t.ID },
		"created_at":    func(t *Task) int64 { return t.CreatedAt },
		"complete_till": func(t *Task) int64 { return t.CompleteTill },
	})
	return list(c, "tasks", "tasks", found, c.taskView)
}

// tasksAsked are those of the one entity that the filter names, or all.
func (c *call) tasksAsked() []*Task {
	ids, kinds := c.query.ints("filter[entity_id]"), c.query.all("filter[entity_type]")
	if len(ids) == 1 && len(kinds) == 1 {
		return c.s.tasks.of[end{kinds[0], ids[0]}]
	}
	return c.s.tasks.all
}

func getTask(c *call) reply {
	t := c.s.task(c.ids[0])
	if t == nil {
		return nothing()
	}
	return ok(c.taskView(t))
}

// taskView has [] for an empty result, as PHP writes an empty object.
func (c *call) taskView(t *Task) object {
	view := object{
		"id": t.ID, "created_by": t.CreatedBy, "updated_by": t.UpdatedBy, "created_at": t.CreatedAt,
		"updated_at": t.UpdatedAt, "responsible_user_id": t.ResponsibleUserID, "group_id": 0,
		"entity_id": orNullInt(t.EntityID), "entity_type": orNull(t.Entity), "duration": t.Duration,
		"is_completed": t.Completed, "task_type_id": t.TypeID, "text": t.Text, "result": []any{},
		"complete_till": t.CompleteTill, "account_id": c.s.cfg.AccountID, "_links": c.self("tasks/%d", t.ID),
	}
	if t.Result != "" {
		view["result"] = object{"text": t.Result}
	}
	return view
}
