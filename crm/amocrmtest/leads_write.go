package amocrmtest

// leadSchema are the keys of POST and PATCH /leads (API v4, leads-api). price
// is an int of whole roubles on amocrm.ru.
func leadSchema() schema {
	return merge(cardSchema(), embedding(schema{
		"contacts":  {kind: collection, of: schema{"id": exists("contacts"), "is_main": {kind: boolean}}},
		"companies": {kind: collection, of: schema{"id": exists("companies")}},
		"source":    {kind: record, of: schema{"external_id": {kind: text, need: true}, "type": {kind: text, need: true}}},
	}), schema{
		"price": {kind: integer}, "closed_at": {kind: integer}, "visitor_uid": {kind: text},
		"pipeline_id":    {kind: integer, known: isPipeline},
		"status_id":      {kind: integer, known: isStatus},
		"loss_reason_id": {kind: integer, known: isLossReason},
	})
}

// exists is the id of something that must be there already.
func exists(entity string) rule {
	return rule{kind: integer, need: true, known: func(c *call, _ map[string]any, v any) bool {
		id, _ := asInt(v)
		return c.s.exists(entity, id)
	}}
}

func leadUpdate() schema {
	return forUpdate(leadSchema(), func(s *Server, id int64) bool { return s.exists("leads", id) })
}

// addLeads is POST /leads. Two equal requests make two deals: request_id is an
// echo, not an idempotency key.
func addLeads(c *call) reply {
	items, refusal := c.batch(leadSchema(), batchLimit)
	if refusal != nil {
		return *refusal
	}
	out := make([]object, len(items))
	for i, it := range items {
		l := c.addLead(it.data)
		out[i] = object{"id": l.ID, "request_id": it.request, "_links": c.self("leads/%d", l.ID)}
	}
	return ok(object{"_links": c.self("leads"), "_embedded": object{"leads": out}})
}

func (c *call) addLead(data map[string]any) *Lead {
	l := &Lead{Card: c.newCard(c.s.nextID("leads"), data)}
	c.s.leads[l.ID] = l
	p := c.s.pipelineFor(data)
	l.PipelineID, l.StatusID = p.ID, p.first()
	c.writeLead(l, data)
	if l.Name == "" {
		l.Name = "Сделка #" + digits(l.ID)
	}
	setInt(data, "updated_at", &l.UpdatedAt)
	c.s.happened("lead_added", "leads", l.ID, l.CreatedBy, nil, nil)
	c.s.emitLead("add", l, 0, 0)
	return l
}

func patchLeads(c *call) reply {
	items, refusal := c.batch(leadUpdate(), batchLimit)
	if refusal != nil {
		return *refusal
	}
	out := make([]object, len(items))
	for i, it := range items {
		out[i] = c.changeLead(it.data)
	}
	return ok(object{"_links": c.self("leads"), "_embedded": object{"leads": out}})
}

func patchLead(c *call) reply {
	it, refusal := c.single(c.ids[0], leadUpdate())
	if refusal != nil {
		return *refusal
	}
	return ok(c.changeLead(it.data))
}

func (c *call) changeLead(data map[string]any) object {
	id, _ := intAt(data, "id")
	l := c.s.leads[id]
	was := *l
	c.writeLead(l, data)
	c.s.leadChanged(l, was)
	return object{"id": l.ID, "updated_at": l.UpdatedAt, "_links": c.self("leads/%d", l.ID)}
}

func (c *call) writeLead(l *Lead, data map[string]any) {
	c.writeCard("leads", &l.Card, data)
	setInt(data, "price", &l.Price)
	was := *l
	if pipeline, given := intAt(data, "pipeline_id"); given && pipeline != l.PipelineID {
		l.PipelineID = pipeline
		l.StatusID = c.s.pipeline(pipeline).first()
	}
	setInt(data, "status_id", &l.StatusID)
	c.s.close(l, was.StatusID)
	setInt(data, "closed_at", &l.ClosedAt)
	setInt(data, "loss_reason_id", &l.LossReasonID)
	for _, contact := range objects(child(data, "_embedded"), "contacts") {
		id, _ := intAt(contact, "id")
		main, _ := contact["is_main"].(bool)
		c.s.join(link{from: "leads", fromID: l.ID, to: "contacts", toID: id, main: main})
	}
	for _, company := range objects(child(data, "_embedded"), "companies") {
		id, _ := intAt(company, "id")
		c.s.join(link{from: "leads", fromID: l.ID, to: "companies", toID: id})
	}
}

// close keeps closed_at and the loss reason true to the stage.
func (s *Server) close(l *Lead, was int64) {
	closed := l.StatusID == Won || l.StatusID == Lost
	switch {
	case !closed:
		l.ClosedAt = 0
	case l.StatusID != was || l.ClosedAt == 0:
		l.ClosedAt = s.now()
	}
	if l.StatusID != Lost {
		l.LossReasonID = 0
	}
}

// leadChanged tells the feed and the webhooks what is new about a deal.
func (s *Server) leadChanged(l *Lead, was Lead) {
	if l.StatusID != was.StatusID || l.PipelineID != was.PipelineID {
		s.happened("lead_status_changed", "leads", l.ID, l.UpdatedBy, statusValue(was), statusValue(*l))
		s.emitLead("status", l, was.StatusID, was.PipelineID)
	}
	if l.Price != was.Price {
		s.happened("sale_field_changed", "leads", l.ID, l.UpdatedBy,
			[]object{{"sale_field_value": object{"sale": was.Price}}}, []object{{"sale_field_value": object{"sale": l.Price}}})
	}
	if l.ResponsibleUserID != was.ResponsibleUserID {
		s.emitLead("responsible", l, 0, 0)
	}
	s.emitLead("update", l, 0, 0)
}

func statusValue(l Lead) []object {
	return []object{{"lead_status": object{"id": l.StatusID, "pipeline_id": l.PipelineID}}}
}

func isPipeline(c *call, _ map[string]any, v any) bool {
	id, _ := asInt(v)
	return c.s.pipeline(id) != nil
}

// isStatus asks whether the stage belongs to the deal's pipeline.
func isStatus(c *call, item map[string]any, v any) bool {
	id, _ := asInt(v)
	p := c.s.pipelineFor(item)
	return p != nil && p.status(id) != nil
}

// isLossReason goes with status 143 only; that other stages refuse it is
// inferred from the official client, which drops it there.
func isLossReason(c *call, item map[string]any, v any) bool {
	id, _ := asInt(v)
	status, given := intAt(item, "status_id")
	if lead, known := intAt(item, "id"); !given && known && c.s.leads[lead] != nil {
		status = c.s.leads[lead].StatusID
	}
	for _, r := range c.s.reasons {
		if r.ID == id {
			return status == Lost
		}
	}
	return false
}
