package sales_test

import (
	"strings"
	"testing"
	"time"

	"voronka/sales"
)

func course() sales.Receipt {
	return sales.Receipt{FFD: "1.05", Email: "anna@mail.example", Taxation: "osn", Items: []sales.ReceiptItem{
		{Name: "Курс «Go за 30 дней»", Price: 490000, Quantity: 1000, Tax: "vat22", Method: "full_payment", Object: "service", Place: "course.yaml:12"},
	}}
}

// agency is a receipt for somebody else's marked goods, with all that FFD 1.2 can tell.
func agency() sales.Receipt {
	r := course()
	r.FFD, r.Customer, r.CustomerINN = "1.2", "ООО «Ромашка»", "7710140679"
	item := &r.Items[0]
	item.Object, item.Unit, item.Excise, item.Country, item.Declaration, item.UserData = "goods_with_marking_code", "шт", 1220, "056", "12345678901", "партия 7"
	item.Agent = &sales.Agent{
		Sign: "bank_paying_agent", Operation: "Приём платежа", Phones: []string{"+79091231239"}, Transfers: []string{"+79221210697"},
		Operator: "Т-Банк", OperatorAddress: "г. Москва", OpINN: "7710140679",
	}
	item.Supplier = &sales.Supplier{Name: "ООО «Вендор»", INN: "500100732259", Phones: []string{"+79221210697"}}
	item.Mark = &sales.Mark{Type: "GS1M", Value: "0104601234567890215abcdef", Numerator: 1, Denominator: 2,
		Federal: &sales.Federal{ID: "001", Date: "21.11.2020", Number: "123/43", Value: "tsp=1"}}
	return r
}

func TestReceiptCheck(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for name, r := range map[string]sales.Receipt{"course": course(), "agency": agency()} {
		if fault := r.Check(now); fault != nil {
			t.Errorf("%s: %v", name, fault)
		}
	}
	item := func(change func(*sales.ReceiptItem)) func(*sales.Receipt) {
		return func(r *sales.Receipt) { change(&r.Items[0]) }
	}
	tests := []struct {
		name   string
		of     func() sales.Receipt
		change func(*sales.Receipt)
		want   string
	}{
		{"version", course, func(r *sales.Receipt) { r.FFD = "1.1" }, "ffd"},
		{"nobody", course, func(r *sales.Receipt) { r.Email = "" }, "buyer"},
		{"two addresses", course, func(r *sales.Receipt) { r.Email = "a@b.ru, c@d.ru" }, "email"},
		{"long address", course, func(r *sales.Receipt) { r.Email = strings.Repeat("a", 60) + "@b.ru" }, "email"},
		{"phone as typed", course, func(r *sales.Receipt) { r.Phone = "8 (916) 123-45-67" }, "phone"},
		{"tax system of the past", course, func(r *sales.Receipt) { r.Taxation = "envd" }, "taxation"},
		{"no items", course, func(r *sales.Receipt) { r.Items = nil }, "items"},
		{"101 items", course, func(r *sales.Receipt) { r.Items = make([]sales.ReceiptItem, 101) }, "items"},
		{"company in 1.05", course, func(r *sales.Receipt) { r.CustomerINN = "7710140679" }, "needs_ffd12"},
		{"company's number", agency, func(r *sales.Receipt) { r.CustomerINN = "7710140678" }, "inn"},
		{"more advance than there is", course, func(r *sales.Receipt) { r.Tender = &sales.Tender{Advance: 490001} }, "tender"},
		{"credit below zero", course, func(r *sales.Receipt) { r.Tender = &sales.Tender{Credit: -1} }, "tender"},
		{"no name", course, item(func(i *sales.ReceiptItem) { i.Name = "" }), "name_length"},
		{"long name", course, item(func(i *sales.ReceiptItem) { i.Name = strings.Repeat("я", 129) }), "name_length"},
		{"quotes", course, item(func(i *sales.ReceiptItem) { i.Name = `Курс "Go"` }), "name_character"},
		{"line break", course, item(func(i *sales.ReceiptItem) { i.Name = "Курс\nGo" }), "name_character"},
		{"emoji", course, item(func(i *sales.ReceiptItem) { i.Name = "Курс 🚀" }), "name_character"},
		{"price", course, item(func(i *sales.ReceiptItem) { i.Price = -1 }), "price"},
		{"nothing of it", course, item(func(i *sales.ReceiptItem) { i.Quantity = 0 }), "quantity"},
		{"six digits of it", course, item(func(i *sales.ReceiptItem) { i.Quantity = 100_000_000 }), "quantity"},
		{"too much in all", course, item(func(i *sales.ReceiptItem) { i.Price, i.Quantity = 9_999_999_999, 99_999_999 }), "amount"},
		{"no rate", course, item(func(i *sales.ReceiptItem) { i.Tax = "" }), "tax"},
		{"rate of 2018", course, item(func(i *sales.ReceiptItem) { i.Tax = "vat18" }), "tax"},
		{"rate of 2025", course, item(func(i *sales.ReceiptItem) { i.Tax = "vat20" }), "tax_date"},
		{"method", course, item(func(i *sales.ReceiptItem) { i.Method = "later" }), "method"},
		{"object of 1.2", course, item(func(i *sales.ReceiptItem) { i.Object = "casino_chips" }), "object"},
		{"object of 1.05", agency, item(func(i *sales.ReceiptItem) { i.Object = "composite" }), "object"},
		{"ean13 in 1.2", agency, item(func(i *sales.ReceiptItem) { i.EAN13 = "00" }), "ean13"},
		{"mark in 1.05", agency, func(r *sales.Receipt) {
			r.FFD, r.Customer, r.CustomerINN = "1.05", "", ""
			r.Items[0].Object, r.Items[0].UserData = "commodity", ""
		}, "needs_ffd12"},
		{"excise", agency, item(func(i *sales.ReceiptItem) { i.Excise = -1 }), "excise"},
		{"country", agency, item(func(i *sales.ReceiptItem) { i.Country = "RU" }), "country"},
		{"declaration", agency, item(func(i *sales.ReceiptItem) { i.Declaration = strings.Repeat("1", 33) }), "declaration"},
		{"user data", agency, item(func(i *sales.ReceiptItem) { i.UserData = strings.Repeat("я", 65) }), "user_data"},
		{"unmarked", agency, item(func(i *sales.ReceiptItem) { i.Mark = nil }), "mark_object"},
		{"marked service", agency, item(func(i *sales.ReceiptItem) { i.Object = "service" }), "mark_object"},
		{"kind of mark", agency, item(func(i *sales.ReceiptItem) { i.Mark.Type = "QR" }), "mark"},
		{"two marked", agency, item(func(i *sales.ReceiptItem) { i.Quantity = 2000 }), "mark_quantity"},
		{"whole part", agency, item(func(i *sales.ReceiptItem) { i.Mark.Numerator = 2 }), "mark_part"},
		{"half an act", agency, item(func(i *sales.ReceiptItem) { i.Mark.Federal.Number = "" }), "mark_federal"},
		{"sign", agency, item(func(i *sales.ReceiptItem) { i.Agent.Sign = "friend" }), "agent_sign"},
		{"supplier without agent", agency, item(func(i *sales.ReceiptItem) { i.Agent = nil }), "agent_sign"},
		{"agent without supplier", agency, item(func(i *sales.ReceiptItem) { i.Supplier = nil }), "supplier"},
		{"no operator", agency, item(func(i *sales.ReceiptItem) { i.Agent.Operator = "" }), "agent"},
		{"no receivers", agency, item(func(i *sales.ReceiptItem) { i.Agent.Sign = "paying_agent" }), "agent"},
		{"phone of 20", agency, item(func(i *sales.ReceiptItem) { i.Agent.Phones = []string{"+" + strings.Repeat("7", 19)} }), "agent"},
		{"supplier's name", agency, item(func(i *sales.ReceiptItem) { i.Supplier.Name = strings.Repeat("я", 224) }), "supplier"},
		{"supplier's number", agency, item(func(i *sales.ReceiptItem) { i.Supplier.INN = "500100732250" }), "supplier"},
	}
	for _, test := range tests {
		r := test.of()
		test.change(&r)
		fault := r.Check(now)
		if fault == nil || fault.Code != test.want {
			t.Errorf("%s: %v, want %s", test.name, fault, test.want)
		}
		if fault != nil && fault.Item > 0 && len(r.Items) == 1 && !strings.Contains(fault.Error(), "course.yaml:12") {
			t.Errorf("%s: the place is not named: %v", test.name, fault)
		}
	}
}

// TestTaxesHaveTheirTime: midnight of the new year is Moscow's.
func TestTaxesHaveTheirTime(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		moment, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	tests := []struct {
		tax  string
		at   time.Time
		good bool
	}{
		{"vat20", at("2025-12-31T20:59:59Z"), true},
		{"vat20", at("2025-12-31T21:00:00Z"), false},
		{"vat22", at("2025-12-31T20:59:59Z"), false},
		{"vat22", at("2025-12-31T21:00:00Z"), true},
		{"vat5", at("2024-12-31T20:59:59Z"), false},
		{"vat107", at("2024-12-31T21:00:00Z"), true},
		{"none", at("2020-01-01T00:00:00Z"), true},
		{"vat120", time.Time{}, true},
	}
	for _, test := range tests {
		r := course()
		r.Items[0].Tax = test.tax
		if fault := r.Check(test.at); (fault == nil) != test.good {
			t.Errorf("%s at %s: %v", test.tax, test.at, fault)
		}
	}
}
