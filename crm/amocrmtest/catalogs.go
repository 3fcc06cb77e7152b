package amocrmtest

import "slices"

// catalog is a list of the account: invoices, products or one of its own.
type catalog struct {
	id   int64
	name string
	kind string
	at   int64
}

// element is one row of a list.
type element struct {
	card    Card
	catalog int64
}

// Ids of the two lists that every account of the fake has.
const (
	invoices  int64 = 4517
	products  int64 = 4521
	suppliers int64 = 4525
)

func defaultCatalogs(cfg Config) []*catalog {
	at := cfg.Now().Unix()
	return []*catalog{{invoices, "Счета/покупки", "invoices", at}, {products, "Товары", "products", at},
		{suppliers, "Мои юр. лица", "suppliers", at}}
}

// catalogFields are the codes of invoices and products (official PHP client,
// InvoicesCustomFieldsEnums; API v4, catalogs-api).
func catalogFields() []Field {
	bill, goods := "catalogs/"+digits(invoices), "catalogs/"+digits(products)
	status := []Enum{
		{ID: 1302891, Value: "Создан", Code: "created", Sort: 1}, {ID: 1302893, Value: "Оплачен", Code: "paid", Sort: 2},
		{ID: 1302895, Value: "Оплачен в аванс", Code: "paid_in_advance", Sort: 3},
		{ID: 1302897, Value: "Частично оплачен", Code: "partially_paid", Sort: 4},
	}
	return []Field{
		{ID: 1107155, Entity: bill, Name: "Статус", Code: "BILL_STATUS", Type: "select", Predefined: true, Enums: status},
		{ID: 1107157, Entity: bill, Name: "Поставщик", Code: "SUPPLIER", Type: "supplier", Predefined: true},
		{ID: 1107159, Entity: bill, Name: "Плательщик", Code: "PAYER", Type: "payer", Predefined: true},
		{ID: 1107161, Entity: bill, Name: "Дата оплаты", Code: "BILL_PAYMENT_DATE", Type: "date", Predefined: true},
		{ID: 1107163, Entity: bill, Name: "Комментарий", Code: "BILL_COMMENT", Type: "text", Predefined: true},
		{ID: 1107165, Entity: bill, Name: "Позиции счета", Code: "ITEMS", Type: "items", Predefined: true},
		{ID: 1107167, Entity: bill, Name: "Итоговая сумма к оплате", Code: "BILL_PRICE", Type: "numeric", Predefined: true},
		{ID: 1107169, Entity: bill, Name: "Тип НДС", Code: "BILL_VAT_TYPE", Type: "select", Predefined: true,
			Enums: codes(1302901, "vat_exempt", "vat_included", "vat_not_included")},
		{ID: 271207, Entity: goods, Name: "Артикул", Code: "SKU", Type: "text", Predefined: true},
		{ID: 271209, Entity: goods, Name: "Описание", Code: "DESCRIPTION", Type: "textarea", Predefined: true},
		{ID: 271211, Entity: goods, Name: "Цена", Code: "PRICE", Type: "numeric", Predefined: true},
	}
}

func (s *Server) catalog(id int64) *catalog {
	i := slices.IndexFunc(s.catalogs, func(k *catalog) bool { return k.id == id })
	if i < 0 {
		return nil
	}
	return s.catalogs[i]
}

func (s *Server) element(catalog, id int64) *element {
	if e := s.elements.one(id); e != nil && e.catalog == catalog {
		return e
	}
	return nil
}

func (s *Server) addElement(e *element) { s.elements.add(e, end{id: e.card.ID}) }

func listCatalogs(c *call) reply {
	found := slices.Clone(c.s.catalogs)
	if kind := c.query.get("type"); kind != "" { // as the official client asks
		found = slices.DeleteFunc(found, func(k *catalog) bool { return k.kind != kind })
	}
	return list(c, "catalogs", "catalogs", found, c.catalogView)
}

func getCatalog(c *call) reply {
	k := c.s.catalog(c.ids[0])
	if k == nil {
		return notFound()
	}
	return ok(c.catalogView(k))
}

func listCatalogFields(c *call) reply {
	return c.fieldList("catalogs/" + digits(c.ids[0]))
}

func (c *call) catalogView(k *catalog) object {
	author := c.s.cfg.Users[0].ID
	return object{
		"id": k.id, "name": k.name, "created_by": author, "updated_by": author, "created_at": k.at, "updated_at": k.at,
		"sort": 10, "type": k.kind, "can_add_elements": k.kind != "invoices", "can_show_in_cards": false,
		"can_link_multiple": true, "can_be_deleted": false, "sdk_widget_code": nil,
		"account_id": c.s.cfg.AccountID, "_links": c.self("catalogs/%d", k.id),
	}
}
