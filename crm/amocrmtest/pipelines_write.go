package amocrmtest

import "net/http"

// Limits of pipelines (API v4, leads_pipelines).
const (
	maxPipelines = 50
	maxStatuses  = 100
)

func statusSchema() schema {
	return schema{"id": {kind: integer}, "name": {kind: text}, "sort": {kind: integer}, "color": {kind: text},
		"descriptions": {}, "request_id": {kind: text}}
}

func addPipelines(c *call) reply {
	items, refusal := c.batch(schema{
		"name": {kind: text, need: true}, "sort": {kind: integer, need: true}, "is_main": {kind: boolean, need: true},
		"is_unsorted_on": {kind: boolean, need: true}, "request_id": {kind: text},
		"_embedded": {kind: record, of: schema{"statuses": {kind: collection, of: statusSchema()}}},
	}, maxPipelines)
	if refusal != nil {
		return *refusal
	}
	if len(c.s.pipelines)+len(items) > maxPipelines {
		return problem(http.StatusBadRequest, "Bad Request", "Too many pipelines")
	}
	out := make([]object, len(items))
	for i, it := range items {
		out[i] = c.pipelineView(c.addPipeline(it.data))
		delete(out[i], "is_archive") // the answer to a POST does not have it
		out[i]["request_id"] = it.request
	}
	return ok(object{"_total_items": len(out), "_links": c.self("leads/pipelines"), "_embedded": object{"pipelines": out}})
}

func (c *call) addPipeline(data map[string]any) *Pipeline {
	p := &Pipeline{ID: c.s.nextID("pipelines")}
	setText(data, "name", &p.Name)
	setInt(data, "sort", &p.Sort)
	p.Main, _ = data["is_main"].(bool)
	p.Unsorted, _ = data["is_unsorted_on"].(bool)
	if p.Main {
		for _, other := range c.s.pipelines {
			other.Main = false
		}
	}
	won, lost := wonStatus("Успешно реализовано"), lostStatus("Закрыто и не реализовано")
	p.Statuses = []Status{{ID: c.s.nextID("statuses"), Name: "Неразобранное", Color: "#c1c1c1", Type: 1}}
	for _, entry := range objects(child(data, "_embedded"), "statuses") {
		switch id, _ := intAt(entry, "id"); id {
		case Won:
			setText(entry, "name", &won.Name)
		case Lost:
			setText(entry, "name", &lost.Name)
		default:
			p.Statuses = append(p.Statuses, c.newStatus(entry))
		}
	}
	p.Statuses = append(p.Statuses, won, lost)
	p.arrange()
	c.s.pipelines = append(c.s.pipelines, p)
	return p
}

func (c *call) newStatus(data map[string]any) Status {
	st := Status{ID: c.s.nextID("statuses"), Color: "#fffeb2", Sort: 9000, Editable: true}
	setText(data, "name", &st.Name)
	setText(data, "color", &st.Color)
	setInt(data, "sort", &st.Sort)
	return st
}

func addStatuses(c *call) reply {
	p := c.s.pipeline(c.ids[0])
	if p == nil {
		return notFound()
	}
	sc := merge(statusSchema(), schema{"name": {kind: text, need: true}})
	items, refusal := c.batch(sc, maxStatuses)
	if refusal != nil {
		return *refusal
	}
	if len(p.Statuses)+len(items) > maxStatuses {
		return problem(http.StatusBadRequest, "Bad Request", "Too many statuses")
	}
	added := make([]int64, len(items))
	for i, it := range items {
		st := c.newStatus(it.data)
		added[i] = st.ID
		p.Statuses = append(p.Statuses, st)
	}
	p.arrange()
	out := make([]object, len(items))
	for i, id := range added {
		out[i] = c.statusView(p, *p.status(id))
		out[i]["request_id"] = items[i].request
		out[i]["descriptions"] = []object{}
	}
	return ok(object{"_total_items": len(out), "_embedded": object{"statuses": out}})
}
