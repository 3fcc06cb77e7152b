package flows

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"voronka/sales"
)

// ReceiptKeys are the keys of `receipt:`, ReceiptItemKeys those of an entry of
// its `items:`.
func ReceiptKeys() []string {
	return append([]string{"taxation", "items", "closing", "paid_by"}, itemKeys()...)
}

// ReceiptItemKeys are the keys of one item of a receipt.
func ReceiptItemKeys() []string { return append([]string{"price", "quantity"}, itemKeys()...) }

func itemKeys() []string {
	return []string{"name", "tax", "method", "object", "unit", "ean13", "agent", "supplier", "mark", "excise", "country", "declaration", "user_data"}
}

func checkReceipt(n Node) {
	n.Only(ReceiptKeys()...)
	checkReceiptWords(n)
}

func checkReceiptWords(n Node) {
	for key, known := range receiptWords() {
		value := n.Field(key)
		if old := value.Text(); old == "vat20" || old == "vat120" {
			value.Warn("old_tax", "Tax", old, "New", strings.Replace(old, "20", "22", 1))
		}
		value.oneOf(known...)
	}
}

// readReceipt reads what the receipt says of a product or a plan as one item;
// what it does not say, the flow's own `receipt:` does.
func readReceipt(product *sales.Product, title, own, defaults Node) {
	if own.Zero() && defaults.Zero() {
		return
	}
	if !own.Zero() {
		checkReceipt(own)
	}
	from := layers{own, defaults}
	product.Taxation = from.text("taxation", "")
	product.Item = from.item()
	product.Closing = from.closing()
	product.Tender = readTender(own.Field("paid_by"))
	place := own
	if own.Zero() {
		place = defaults
	}
	for key, value := range map[string]string{"taxation": product.Taxation, "tax": product.Item.Tax} {
		if value == "" && own.Field("items").Zero() {
			place.Error("receipt_without", "Key", key, "Known", strings.Join(receiptWords()[key], ", "))
		}
	}
	whole := product.Item
	whole.Name, whole.Price, whole.Quantity = cmp.Or(whole.Name, product.Title), product.Price+product.Tender.Sum(), 1000
	if own.Field("items").Zero() {
		if product.Item.Name == "" {
			title.checkName(whole.Name)
			whole.Name = "-"
		}
		place.checkItem(whole)
	}
}

// readItems reads several items of one product; their sum is its price.
func readItems(product *sales.Product, own, defaults Node) {
	list := own.Field("items")
	if list.Zero() {
		return
	}
	var sum sales.Money
	for _, n := range list.Items() {
		n.Only(ReceiptItemKeys()...)
		checkReceiptWords(n)
		item := layers{n, own, defaults}.item()
		item.Name, item.Price, item.Quantity = n.Field("name").Text(), n.Field("price").Money(), n.Field("quantity").thousandths()
		if item.Tax == "" {
			n.Error("receipt_without", "Key", "tax", "Known", strings.Join(receiptWords()["tax"], ", "))
		}
		n.checkItem(item)
		product.Items = append(product.Items, item)
		sum += item.Amount()
	}
	if product.Taxation == "" {
		own.Error("receipt_without", "Key", "taxation", "Known", strings.Join(receiptWords()["taxation"], ", "))
	}
	if whole := product.Price + product.Tender.Sum(); sum != whole {
		list.Error("items_sum", "Sum", sum.String(), "Price", whole.String())
	}
}

// readTender reads what of a receipt is not paid electronically; the product's
// price is what is.
func readTender(n Node) *sales.Tender {
	if n.Zero() {
		return nil
	}
	n.Only("advance", "credit", "provision", "cash")
	for _, entry := range n.Entries() {
		if sum := entry.Value.Money(); sum < 0 || sum > maxPrice {
			entry.Value.Error("bad_price", "Value", entry.Value.Text())
		}
	}
	return &sales.Tender{
		Advance: n.Field("advance").Money(), Credit: n.Field("credit").Money(),
		Provision: n.Field("provision").Money(), Cash: n.Field("cash").Money(),
	}
}

// layers are the places where a value is looked for, the nearest first.
type layers []Node

func (l layers) field(key string) Node {
	for _, n := range l {
		if value := n.Field(key); !value.Zero() {
			return value
		}
	}
	return l[0].Field(key)
}

func (l layers) text(key, otherwise string) string {
	if value := l.field(key); value.IsScalar() && value.Text() != "" {
		return value.Text()
	}
	return otherwise
}

// closing tells whether the closing receipt follows the delivery by itself.
func (l layers) closing() bool {
	value := l.field("closing")
	value.oneOf("delivery", "never")
	return value.Text() == "delivery"
}

// item reads what all lines of a receipt have in common. Codes of goods and
// marks belong to the nearest layer alone.
func (l layers) item() sales.ReceiptItem {
	pos := l.field("tax").Pos()
	return sales.ReceiptItem{
		Name: l[0].Field("name").Text(), Tax: l.text("tax", ""), Method: l.text("method", "full_payment"),
		Object: l.text("object", "service"), Unit: l.text("unit", "шт"), EAN13: l[0].Field("ean13").Text(),
		Agent: readAgent(l.field("agent")), Supplier: readSupplier(l.field("supplier")), Mark: readMark(l[0].Field("mark")),
		Excise: l[0].Field("excise").Money(), Country: l.text("country", ""),
		Declaration: l[0].Field("declaration").Text(), UserData: l[0].Field("user_data").Text(),
		Place: path.Base(pos.File) + ":" + strconv.Itoa(pos.Line),
	}
}

func readAgent(n Node) *sales.Agent {
	if n.Zero() {
		return nil
	}
	n.Only("sign", "operation", "phones", "receivers", "transfers", "operator", "operator_address", "operator_inn")
	n.Field("sign").oneOf(sales.AgentSigns()...)
	return &sales.Agent{
		Sign: n.Field("sign").Text(), Operation: n.Field("operation").Text(), Phones: n.Field("phones").Texts(),
		Receivers: n.Field("receivers").Texts(), Transfers: n.Field("transfers").Texts(), Operator: n.Field("operator").Text(),
		OperatorAddress: n.Field("operator_address").Text(), OpINN: n.Field("operator_inn").Text(),
	}
}

func readSupplier(n Node) *sales.Supplier {
	if n.Zero() {
		return nil
	}
	n.Only("name", "inn", "phones")
	return &sales.Supplier{Name: n.Field("name").Text(), INN: n.Field("inn").Text(), Phones: n.Field("phones").Texts()}
}

func readMark(n Node) *sales.Mark {
	if n.Zero() {
		return nil
	}
	n.Only("type", "value", "part", "federal")
	n.Field("type").oneOf(sales.MarkTypes()...)
	mark := &sales.Mark{Type: n.Field("type").Text(), Value: n.Field("value").Text()}
	if part := n.Field("part"); !part.Zero() {
		above, below, _ := strings.Cut(part.Text(), "/")
		var errs [2]error
		mark.Numerator, errs[0] = strconv.ParseInt(strings.TrimSpace(above), 10, 32)
		mark.Denominator, errs[1] = strconv.ParseInt(strings.TrimSpace(below), 10, 32)
		if errs[0] != nil || errs[1] != nil {
			part.Error("receipt_field", "Field", "mark.part", "Got", part.Text(), "Want", "1/2")
		}
	}
	if f := n.Field("federal"); !f.Zero() {
		f.Only("id", "date", "number", "value")
		mark.Federal = &sales.Federal{ID: f.Field("id").Text(), Date: f.Field("date").Text(), Number: f.Field("number").Text(), Value: f.Field("value").Text()}
	}
	return mark
}

// thousandths reads a quantity such as 1, 2 or 10.5; one where it is absent.
func (n Node) thousandths() int64 {
	if n.Zero() {
		return 1000
	}
	units, ok := scaled(n.Text(), 1000)
	if !ok {
		n.Error("receipt_field", "Field", "quantity", "Got", n.Text(), "Want", "1 | 10.5")
		return 1000
	}
	return units
}

// checkName reports a title that a receipt cannot have; its length is reported elsewhere.
func (n Node) checkName(title string) {
	item := sales.ReceiptItem{Name: Clip(title, maxItemName), Price: 100, Quantity: 1000, Tax: "none"}
	if title != "" {
		n.checkItem(item)
	}
}

// checkItem reports what the bank would refuse in a line of a receipt, whichever
// version of receipts the bot runs with. Words that are unknown or absent have
// been reported before.
func (n Node) checkItem(item sales.ReceiptItem) {
	r := sales.Receipt{FFD: "1.05", Email: "a@b.ru", Taxation: "osn", Items: []sales.ReceiptItem{item}}
	fault := r.Check(time.Time{})
	if fault == nil || item.Agent != nil && item.Agent.Sign != "" && !slices.Contains(sales.AgentSigns(), item.Agent.Sign) {
		return
	}
	r.FFD = "1.2"
	if recent := r.Check(time.Time{}); recent == nil || fault.Code == "needs_ffd12" || fault.Code == "object" {
		fault = recent
	}
	field := receiptField(fault)
	if field == "" {
		return
	}
	if fault.Code == "agent" || fault.Code == "supplier" {
		fault.Got, fault.Want = "", ""
	}
	at := n
	if value := n.Field(strings.Split(field, ".")[0]); !value.Zero() {
		at = value
	}
	at.Error("receipt_field", "Field", field, "Got", fault.Got, "Want", fault.Want)
}

// receiptField is the YAML field of a fault; empty for one that is none, or
// that the readers of words and amounts report themselves.
func receiptField(f *sales.ReceiptFault) string {
	if f == nil {
		return ""
	}
	switch f.Code {
	case "name_length", "name_character":
		return "name"
	case "quantity", "ean13", "user_data", "excise", "country", "declaration":
		return f.Code
	case "amount":
		return "price"
	case "mark_object":
		return "mark"
	case "mark", "mark_quantity", "mark_part", "mark_federal":
		return strings.Replace(f.Code, "_", ".", 1)
	case "agent_sign":
		return "agent.sign"
	case "agent", "supplier":
		if f.Want == "" {
			return f.Code
		}
		return f.Code + "." + f.Want
	}
	return ""
}
