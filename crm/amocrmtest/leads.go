package amocrmtest

import "slices"

func leadWith() []string {
	return []string{"contacts", "catalog_elements", "loss_reason", "source_id", "source", "is_price_modified_by_robot", "only_deleted"}
}

// listLeads is GET /leads (API v4, leads-api).
func listLeads(c *call) reply {
	c.checkWith(leadWith()...)
	deleted := c.query.with("only_deleted")
	var found []*Lead
	asked := c.search()
	for _, l := range c.s.leads {
		if l.Deleted == deleted && c.finds(asked, "leads", &l.Card) && c.passesFilters(l.Card) && c.passesLeadFilters(l) {
			found = append(found, l)
		}
	}
	order(c, found, map[string]func(*Lead) int64{
		"id":         func(l *Lead) int64 { return l.ID },
		"created_at": func(l *Lead) int64 { return l.CreatedAt },
		"updated_at": func(l *Lead) int64 { return l.UpdatedAt },
	})
	return list(c, "leads", "leads", found, c.leadView)
}

// passesLeadFilters knows the filters that only deals have (API v4, filters-api).
func (c *call) passesLeadFilters(l *Lead) bool {
	if !c.s.cfg.PaidFilters {
		return true
	}
	pipelines := c.query.prefixed("filter[statuses]", "[pipeline_id]")
	statuses := c.query.prefixed("filter[statuses]", "[status_id]")
	chosen := len(pipelines) == 0
	for key, pipeline := range pipelines {
		chosen = chosen || (pipeline == l.PipelineID && statuses[key] == l.StatusID)
	}
	return chosen &&
		c.query.oneOf("filter[pipeline_id]", l.PipelineID) &&
		c.query.within("filter[price]", l.Price) &&
		c.query.within("filter[closed_at]", l.ClosedAt)
}

// getLead answers 204, not 404, for a deal that is not there.
func getLead(c *call) reply {
	c.checkWith(leadWith()...)
	l := c.s.leads[c.ids[0]]
	if l == nil || l.Deleted != c.query.with("only_deleted") {
		return nothing()
	}
	return ok(c.leadView(l))
}

func (c *call) leadView(l *Lead) object {
	view := c.cardView("leads", l.Card)
	view["price"] = l.Price
	view["status_id"] = l.StatusID
	view["pipeline_id"] = l.PipelineID
	view["loss_reason_id"] = orNullInt(l.LossReasonID)
	view["source_id"] = nil
	view["closed_at"] = orNullInt(l.ClosedAt)
	view["score"] = nil
	view["labor_cost"] = nil
	if c.query.with("is_price_modified_by_robot") {
		view["is_price_modified_by_robot"] = false
	}
	embedded := object{
		"tags":      views(l.Tags, tagView),
		"companies": views(c.s.linked("leads", l.ID, "companies"), func(k link) object { return c.reference("companies", k.toID) }),
	}
	if c.query.with("contacts") {
		embedded["contacts"] = views(c.s.linked("leads", l.ID, "contacts"), c.contactOfLead)
	}
	if c.query.with("catalog_elements") {
		embedded["catalog_elements"] = views(c.s.linked("leads", l.ID, "catalog_elements"), elementOfLead)
	}
	if c.query.with("loss_reason") {
		embedded["loss_reason"] = c.reasonOf(l)
	}
	if c.query.with("source") {
		embedded["source"] = nil
	}
	view["_embedded"] = embedded
	return view
}

func (c *call) contactOfLead(k link) object {
	view := c.reference("contacts", k.toID)
	view["is_main"] = k.main
	return view
}

func elementOfLead(k link) object {
	return object{"id": k.toID, "metadata": k.metadata()}
}

// reasonOf is a list of one, as the document's example has it.
func (c *call) reasonOf(l *Lead) []object {
	i := slices.IndexFunc(c.s.reasons, func(r LossReason) bool { return r.ID == l.LossReasonID })
	if i < 0 {
		return []object{}
	}
	return []object{c.reasonView(c.s.reasons[i])}
}
