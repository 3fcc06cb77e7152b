package amocrm_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/crm"
	"voronka/crm/amocrmtest"
	"voronka/crm/crmtest"
	"voronka/sales"
)

// cell is a field of an invoice with plain values.
func cell(code string, values ...any) amocrmtest.FieldValue {
	field := amocrmtest.FieldValue{Code: code}
	for _, one := range values {
		field.Values = append(field.Values, amocrmtest.Value{Value: one})
	}
	return field
}

func choice(code, enum, text string) amocrmtest.FieldValue {
	return amocrmtest.FieldValue{Code: code, Values: []amocrmtest.Value{{Value: text, EnumID: 1, EnumCode: enum}}}
}

type row = map[string]any

func biller(t *testing.T, a *account) crm.Biller {
	t.Helper()
	able, ok := a.CRM.(crm.Biller)
	if !ok {
		t.Fatal("amoCRM has bills")
	}
	return able
}

const accountID = "31337" // the fake's own, see TestBillOfAnotherAccount

func TestBillsAreReadToTheKopeck(t *testing.T) {
	t.Parallel()
	one := row{"description": "Курс", "unit_price": 4990, "quantity": 1}
	for name, test := range map[string]struct {
		fields []amocrmtest.FieldValue
		name   string
		total  sales.Money
		items  []crm.BillItem
		wrong  bool
	}{
		"one row": {
			fields: []amocrmtest.FieldValue{cell("BILL_PRICE", "4990"), cell("ITEMS", one)},
			total:  499000, items: []crm.BillItem{{Name: "Курс", Price: 499000, Quantity: 1000, Tax: "none"}},
		},
		"no sum, only rows": {
			fields: []amocrmtest.FieldValue{cell("ITEMS", one)},
			total:  499000, items: []crm.BillItem{{Name: "Курс", Price: 499000, Quantity: 1000, Tax: "none"}},
		},
		"free price, no rows": {
			fields: []amocrmtest.FieldValue{cell("BILL_PRICE", 1500.5)},
			total:  150050, items: []crm.BillItem{{Name: "Счёт #1 от 02.03.2026", Price: 150050, Quantity: 1000, Tax: "none"}},
		},
		"free price, named": {
			name: " За апрель ", fields: []amocrmtest.FieldValue{cell("BILL_PRICE", "1 500")}, wrong: true,
		},
		"price as text with a comma": {
			name: "Консультация", fields: []amocrmtest.FieldValue{cell("BILL_PRICE", "10,50")},
			total: 1050, items: []crm.BillItem{{Name: "Консультация", Price: 1050, Quantity: 1000, Tax: "none"}},
		},
		"discount off the row": { // 10 × 5 with 25 off is 25 (API v4, custom-fields, items)
			fields: []amocrmtest.FieldValue{cell("BILL_PRICE", 25), cell("ITEMS", row{"description": "Урок", "unit_price": 10, "quantity": 5, "unit_type": "шт.",
				"discount": row{"type": "amount", "value": 25}})},
			total: 2500, items: []crm.BillItem{{Name: "Урок × 5", Price: 2500, Quantity: 1000, Tax: "none", Unit: "шт."}},
		},
		"discount in percent, thirds": {
			fields: []amocrmtest.FieldValue{cell("BILL_PRICE", "66.66"), cell("ITEMS", row{"description": "Урок", "unit_price": 33.33, "quantity": "3",
				"discount": row{"type": "percentage", "value": "33.33"}})},
			total: 6666, items: []crm.BillItem{{Name: "Урок × 3", Price: 6666, Quantity: 1000, Tax: "none"}},
		},
		"VAT included and on top": {
			fields: []amocrmtest.FieldValue{choice("BILL_VAT_TYPE", "vat_not_included", ""), cell("BILL_PRICE", 122),
				cell("ITEMS", row{"description": "Печать", "unit_price": 100, "quantity": 1, "vat_rate_value": 22})},
			total: 12200, items: []crm.BillItem{{Name: "Печать", Price: 12200, Quantity: 1000, Tax: "vat22"}},
		},
		"half a piece, a gift": {
			fields: []amocrmtest.FieldValue{choice("BILL_VAT_TYPE", "vat_included", ""), cell("BILL_PRICE", 50),
				cell("ITEMS", row{"unit_price": 100, "quantity": 0.5, "vat_rate_value": 10, "discount": nil}, row{"description": "Подарок", "unit_price": 0, "quantity": 1})},
			total: 5000, items: []crm.BillItem{{Name: "Товар", Price: 10000, Quantity: 500, Tax: "vat10"}},
		},
		"rows and sum disagree": {fields: []amocrmtest.FieldValue{cell("BILL_PRICE", 5000), cell("ITEMS", one)}, wrong: true},
		"zero":                  {fields: []amocrmtest.FieldValue{cell("BILL_PRICE", 0)}, wrong: true},
		"below zero":            {fields: []amocrmtest.FieldValue{cell("BILL_PRICE", -10)}, wrong: true},
		"nothing at all":        {wrong: true},
		"no sense":              {fields: []amocrmtest.FieldValue{cell("BILL_PRICE", "много"), cell("ITEMS", "строка")}, wrong: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, _, _ := shop(t, amocrmtest.Config{})
			id := fmt.Sprint(a.AddBill(amocrmtest.Bill{ID: 1, Name: test.name, Fields: test.fields}))
			bill, err := biller(t, a).Bill(t.Context(), "", id)
			if errors.Is(err, crm.ErrBillWrong) != test.wrong || !test.wrong && err != nil {
				t.Fatalf("got %+v, error %v", bill, err)
			}
			if test.wrong {
				return
			}
			if diff := cmp.Diff(test.items, bill.Items); diff != "" || bill.Total != test.total {
				t.Errorf("total %v, want %v; items (-want +got):\n%s", bill.Total, test.total, diff)
			}
		})
	}
}

func TestBillOfAnotherAccount(t *testing.T) {
	t.Parallel()
	a, _, _ := shop(t, amocrmtest.Config{AccountID: 31337})
	id := fmt.Sprint(a.AddBill(amocrmtest.Bill{Fields: []amocrmtest.FieldValue{cell("BILL_PRICE", 10)}}))
	if _, err := biller(t, a).Bill(t.Context(), accountID, id); err != nil {
		t.Errorf("own account: %v", err)
	}
	for _, strange := range [][2]string{{"1", id}, {"abc", id}, {accountID, "999999"}, {accountID, "-1"}, {accountID, "x"}, {accountID, ""}} {
		if _, err := biller(t, a).Bill(t.Context(), strange[0], strange[1]); !errors.Is(err, crm.ErrNoBill) {
			t.Errorf("%v: error %v", strange, err)
		}
	}
	a.DeleteBill(a.number(id))
	if _, err := biller(t, a).Bill(t.Context(), accountID, id); !errors.Is(err, crm.ErrNoBill) {
		t.Errorf("deleted: error %v", err)
	}
}

func TestBillKnowsItsPayer(t *testing.T) {
	t.Parallel()
	a, _, _ := shop(t, amocrmtest.Config{})
	anna := a.number(a.AddContact(crmtest.Person{Name: "Анна", Phones: []string{"+7 912 000-00-01"}, Emails: []string{" anna@mail.ru"}}))
	for name, test := range map[string]struct {
		payer, inn any
		want       [3]string
	}{
		"typed in":       {row{"name": "Анна", "email": "a@example.com", "phone": "+79990000000"}, "7701234567", [3]string{"a@example.com", "+79990000000", "7701234567"}},
		"a contact":      {row{"name": "Анна", "entity_type": "contacts", "entity_id": anna}, 770123456789, [3]string{"anna@mail.ru", "+7 912 000-00-01", "770123456789"}},
		"a gone contact": {row{"entity_type": "contacts", "entity_id": 99999999}, "нет", [3]string{}},
		"nobody":         {nil, nil, [3]string{}},
	} {
		fields := []amocrmtest.FieldValue{cell("BILL_PRICE", 10), cell("SUPPLIER", row{"entity_id": 7, "name": "ИП Иванова ", "vat_id": test.inn})}
		if test.payer != nil {
			fields = append(fields, cell("PAYER", test.payer))
		}
		bill, err := biller(t, a).Bill(t.Context(), "", fmt.Sprint(a.AddBill(amocrmtest.Bill{Name: "Счёт", Fields: fields})))
		if err != nil || bill.Email != test.want[0] || bill.Phone != test.want[1] || bill.Supplier != "ИП Иванова" || bill.INN != test.want[2] || bill.Page == "" {
			t.Errorf("%s: got %+v, %v", name, bill, err)
		}
	}
}

func TestBillIsMarkedPaidOnce(t *testing.T) {
	t.Parallel()
	a, door, clock := shop(t, amocrmtest.Config{})
	id := a.AddBill(amocrmtest.Bill{Name: "Счёт", Fields: []amocrmtest.FieldValue{cell("BILL_PRICE", 10), cell("BILL_COMMENT", "не трогать")}})
	bills := biller(t, a)
	paid := func(inFull bool) error { return bills.BillPaid(t.Context(), fmt.Sprint(id), clock.Now(), inFull) }
	status := func() string {
		for _, field := range a.Bills()[0].Fields {
			if field.Code == "BILL_STATUS" {
				return field.Values[0].EnumCode
			}
		}
		return ""
	}
	if err := paid(false); err != nil || status() != "partially_paid" {
		t.Errorf("less: %s, %v", status(), err)
	}
	door.Break(&crmtest.Fault{Writes: true, Handled: true})
	if err := paid(true); err == nil || sales.AsError(err).Action != sales.Retry {
		t.Errorf("lost answer: %v", err)
	}
	clock.Advance(time.Minute)
	for range 2 {
		if err := paid(true); err != nil || status() != "paid" {
			t.Errorf("in full: %s, %v", status(), err)
		}
	}
	if err := paid(false); err != nil || status() != "paid" {
		t.Errorf("goes back to %s, %v", status(), err)
	}
	patches := 0
	for _, request := range a.Requests() {
		if request.Method == http.MethodPatch {
			patches++
		}
	}
	if patches != 2 || len(a.Bills()[0].Values("BILL_COMMENT")) != 1 {
		t.Errorf("%d changes, %+v", patches, a.Bills()[0])
	}
	if bill, err := bills.Bill(t.Context(), "", fmt.Sprint(id)); err != nil || !bill.Paid {
		t.Errorf("read back: %+v, %v", bill, err)
	}
	a.DeleteBill(id)
	if err := paid(true); !errors.Is(err, crm.ErrNoBill) {
		t.Errorf("gone: %v", err)
	}
}

func TestBillsOfAShutAccountAreNotThere(t *testing.T) {
	t.Parallel()
	for _, kind := range []amocrmtest.FaultKind{amocrmtest.Unauthorized, amocrmtest.Forbidden} {
		a, _, _ := shop(t, amocrmtest.Config{})
		id := fmt.Sprint(a.AddBill(amocrmtest.Bill{Fields: []amocrmtest.FieldValue{cell("BILL_PRICE", 10)}}))
		a.Inject(amocrmtest.Fault{Kind: kind})
		if _, err := biller(t, a).Bill(t.Context(), "", id); !errors.Is(err, crm.ErrNoBill) {
			t.Errorf("%s: error %v", kind, err)
		}
	}
	a, _, _ := shop(t, amocrmtest.Config{})
	a.Inject(amocrmtest.Fault{Kind: amocrmtest.BadGateway})
	if _, err := biller(t, a).Bill(t.Context(), "", "1"); errors.Is(err, crm.ErrNoBill) || sales.AsError(err).Action != sales.Retry {
		t.Errorf("away for a moment: error %v", err)
	}
}
