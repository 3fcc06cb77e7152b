package amocrmtest

import (
	"fmt"
	"net/http"
)

func elementSchema() schema {
	return schema{"id": {kind: integer}, "name": {kind: text}, "custom_fields_values": {kind: values},
		"request_id": {}, "currency_id": {}}
}

// inCatalog makes the fields of the path's list the ones that a request may write.
func (c *call) inCatalog() *catalog {
	c.entity = "catalogs/" + digits(c.ids[0])
	return c.s.catalog(c.ids[0])
}

func listElements(c *call) reply {
	if c.inCatalog() == nil {
		return notFound()
	}
	var found []*element
	asked := c.search()
	for _, e := range c.s.elements.all {
		if e.catalog == c.ids[0] && c.finds(asked, c.entity, &e.card) && c.query.oneOf("filter[id]", e.card.ID) {
			found = append(found, e)
		}
	}
	return list(c, c.entity+"/elements", "elements", found, c.elementView)
}

// getElement answers an empty 204 for a missing element (observed).
func getElement(c *call) reply {
	c.inCatalog()
	e := c.s.element(c.ids[0], c.ids[1])
	if e == nil {
		return nothing()
	}
	return ok(c.elementView(e))
}

// addElements is POST /catalogs/{id}/elements. An invoice without a status is
// "error 285" (amocrm-api-php, issue 298).
func addElements(c *call) reply {
	k := c.inCatalog()
	if k == nil {
		return notFound()
	}
	items, refusal := c.batch(merge(elementSchema(), schema{"name": {kind: text, need: true}}), batchLimit)
	if refusal != nil {
		return *refusal
	}
	made := make([]*element, len(items))
	for i, it := range items {
		e := &element{card: c.newCard(0, it.data), catalog: k.id}
		c.writeElement(e, it.data)
		if k.kind == "invoices" && len(e.card.Values("BILL_STATUS")) == 0 {
			c.offend("Error285", "BILL_STATUS", "an invoice needs its status")
			return problem(http.StatusBadRequest, "Bad Request", "Код ошибки 285. В случае повторного возникновения ошибки, обращайтесь в нашу техническую поддержку - support@amocrm.ru")
		}
		made[i] = e
	}
	out := make([]object, len(made))
	for i, e := range made {
		e.card.ID = c.s.nextID("elements")
		c.s.addElement(e)
		out[i] = c.writtenElement(e)
		out[i]["request_id"] = i
	}
	return c.elementsAnswer(out)
}

func patchElements(c *call) reply {
	c.inCatalog()
	items, refusal := c.batch(c.elementUpdate(), batchLimit)
	if refusal != nil {
		return *refusal
	}
	out := make([]object, len(items))
	for i, it := range items {
		out[i] = c.changeElement(it.data)
	}
	return c.elementsAnswer(out)
}

func patchElement(c *call) reply {
	c.inCatalog()
	it, refusal := c.single(c.ids[1], c.elementUpdate())
	if refusal != nil {
		return *refusal
	}
	return ok(c.changeElement(it.data))
}

func (c *call) elementUpdate() schema {
	catalog := c.ids[0]
	return forUpdate(elementSchema(), func(s *Server, id int64) bool { return s.element(catalog, id) != nil })
}

func (c *call) changeElement(data map[string]any) object {
	id, _ := intAt(data, "id")
	e := c.s.element(c.ids[0], id)
	c.writeElement(e, data)
	view := c.writtenElement(e)
	view["request_id"] = id // a number here, as in the document's example
	return view
}

func (c *call) writeElement(e *element, data map[string]any) {
	e.card.UpdatedAt, e.card.UpdatedBy = c.now, c.user
	setText(data, "name", &e.card.Name)
	e.card.Fields = c.s.applyFields(c.entity, e.card.Fields, data)
	c.s.rewritten(c.entity, &e.card)
}

func (c *call) elementsAnswer(out []object) reply {
	return ok(object{"_links": c.self("%s/elements", c.entity), "_embedded": object{"elements": out}})
}

func (c *call) writtenElement(e *element) object {
	view := c.elementView(e)
	view["is_deleted"] = false
	view["invoice_link"] = c.invoiceLink(e)
	return view
}

func (c *call) elementView(e *element) object {
	view := object{
		"id": e.card.ID, "name": e.card.Name, "created_by": e.card.CreatedBy, "updated_by": e.card.UpdatedBy,
		"created_at": e.card.CreatedAt, "updated_at": e.card.UpdatedAt, "is_deleted": nil,
		"custom_fields_values": fieldsView(e.card.Fields), "catalog_id": e.catalog, "account_id": c.s.cfg.AccountID,
		"_links": c.self("%s/elements/%d", c.entity, e.card.ID),
	}
	if c.query.with("invoice_link") {
		view["invoice_link"] = c.invoiceLink(e)
	}
	return view
}

func (c *call) invoiceLink(e *element) any {
	if k := c.s.catalog(e.catalog); k.kind != "invoices" {
		return nil
	}
	return fmt.Sprintf("%s/pay/%x", c.base, e.card.ID)
}
