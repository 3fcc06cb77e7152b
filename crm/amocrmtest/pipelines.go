package amocrmtest

import (
	"cmp"
	"slices"
)

func (s *Server) pipeline(id int64) *Pipeline {
	for _, p := range s.pipelines {
		if p.ID == id {
			return p
		}
	}
	return nil
}

func (s *Server) mainPipeline() *Pipeline {
	for _, p := range s.pipelines {
		if p.Main {
			return p
		}
	}
	return s.pipelines[0]
}

// pipelineFor is the pipeline that a deal of a request will be in: the one it
// names, the one it is in, the one its stage belongs to (inferred), the main one.
func (s *Server) pipelineFor(data map[string]any) *Pipeline {
	if id, given := intAt(data, "pipeline_id"); given {
		return s.pipeline(id)
	}
	if id, given := intAt(data, "id"); given && s.leads[id] != nil {
		return s.pipeline(s.leads[id].PipelineID)
	}
	if status, given := intAt(data, "status_id"); given && status != Won && status != Lost {
		for _, p := range s.pipelines {
			if p.status(status) != nil {
				return p
			}
		}
	}
	return s.mainPipeline()
}

func (p *Pipeline) status(id int64) *Status {
	for i := range p.Statuses {
		if p.Statuses[i].ID == id {
			return &p.Statuses[i]
		}
	}
	return nil
}

// first is the stage of a new deal: the first that is not "Неразобранное".
func (p *Pipeline) first() int64 {
	for _, st := range p.Statuses {
		if st.Type == 0 {
			return st.ID
		}
	}
	return Won
}

func (p *Pipeline) unsorted(fallback int64) int64 {
	for _, st := range p.Statuses {
		if st.Type == 1 {
			return st.ID
		}
	}
	return fallback
}

// complete fills in what a configured pipeline leaves out.
func (s *Server) complete(p Pipeline) *Pipeline {
	if p.ID == 0 {
		p.ID = s.nextID("pipelines")
	}
	p.Statuses = slices.Clone(p.Statuses)
	for i := range p.Statuses {
		st := &p.Statuses[i]
		if st.ID == 0 {
			st.ID, st.Editable = s.nextID("statuses"), true
		}
		if st.Sort == 0 {
			st.Sort = int64(i+1) * 10
		}
		if st.Color == "" {
			st.Color = stageColor(i)
		}
	}
	if p.status(Won) == nil {
		p.Statuses = append(p.Statuses, wonStatus("Успешно реализовано"))
	}
	if p.status(Lost) == nil {
		p.Statuses = append(p.Statuses, lostStatus("Закрыто и не реализовано"))
	}
	return &p
}

// stageColor goes through some of the colours a stage may have (API v4, leads_pipelines).
func stageColor(i int) string {
	palette := []string{"#98cbff", "#d6eaff", "#fffd7f", "#ffdc7f", "#ffc8c8", "#f3beff", "#87f2c0"}
	return palette[i%len(palette)]
}

// arrange sorts the stages and renumbers them in tens, as the server does with
// what a client asks for (API v4, leads_pipelines: 100 came back as 60).
func (p *Pipeline) arrange() {
	slices.SortStableFunc(p.Statuses, func(a, b Status) int { return cmp.Compare(a.Sort, b.Sort) })
	for i := range p.Statuses {
		if st := &p.Statuses[i]; st.ID != Won && st.ID != Lost {
			st.Sort = int64(i+1) * 10
		}
	}
}

func listPipelines(c *call) reply {
	return ok(object{"_total_items": len(c.s.pipelines), "_links": c.self("leads/pipelines"),
		"_embedded": object{"pipelines": views(c.s.pipelines, c.pipelineView)}})
}

func getPipeline(c *call) reply {
	p := c.s.pipeline(c.ids[0])
	if p == nil {
		return notFound()
	}
	return ok(c.pipelineView(p))
}

func (c *call) pipelineView(p *Pipeline) object {
	return object{
		"id": p.ID, "name": p.Name, "sort": p.Sort, "is_main": p.Main, "is_unsorted_on": p.Unsorted,
		"is_archive": false, "account_id": c.s.cfg.AccountID, "_links": c.self("leads/pipelines/%d", p.ID),
		"_embedded": object{"statuses": views(p.Statuses, func(st Status) object { return c.statusView(p, st) })},
	}
}

func (c *call) statusView(p *Pipeline, st Status) object {
	return object{
		"id": st.ID, "name": st.Name, "sort": st.Sort, "is_editable": st.Editable, "pipeline_id": p.ID,
		"color": st.Color, "type": st.Type, "account_id": c.s.cfg.AccountID,
		"_links": c.self("leads/pipelines/%d/statuses/%d", p.ID, st.ID),
	}
}

// describedStatus has the stage's descriptions where with=descriptions asks.
func (c *call) describedStatus(p *Pipeline, st Status) object {
	view := c.statusView(p, st)
	if c.query.with("descriptions") {
		view["descriptions"] = []object{}
	}
	return view
}

func listStatuses(c *call) reply {
	p := c.s.pipeline(c.ids[0])
	if p == nil {
		return notFound()
	}
	return ok(object{"_total_items": len(p.Statuses), "_embedded": object{
		"statuses": views(p.Statuses, func(st Status) object { return c.describedStatus(p, st) })}})
}

func getStatus(c *call) reply {
	p := c.s.pipeline(c.ids[0])
	if p == nil || p.status(c.ids[1]) == nil {
		return notFound()
	}
	return ok(c.describedStatus(p, *p.status(c.ids[1])))
}

func listLossReasons(c *call) reply {
	return list(c, "leads/loss_reasons", "loss_reasons", c.s.reasons, c.reasonView)
}

func addLossReasons(c *call) reply {
	items, refusal := c.batch(schema{"name": {kind: text, need: true}, "sort": {kind: integer}, "request_id": {kind: text}}, batchLimit)
	if refusal != nil {
		return *refusal
	}
	out := make([]object, len(items))
	for i, it := range items {
		r := LossReason{ID: c.s.nextID("reasons")}
		setText(it.data, "name", &r.Name)
		c.s.reasons = append(slices.Clone(c.s.reasons), r)
		out[i] = c.reasonView(r)
		out[i]["request_id"] = it.request
	}
	return ok(object{"_links": c.self("leads/loss_reasons"), "_embedded": object{"loss_reasons": out}})
}

func (c *call) reasonView(r LossReason) object {
	return object{"id": r.ID, "name": r.Name, "sort": 100000, "created_at": 1582117280, "updated_at": 1582117280,
		"_links": c.self("leads/loss_reasons/%d", r.ID)}
}
