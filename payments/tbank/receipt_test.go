package tbank_test

import (
	"strings"
	"testing"
	"time"

	"voronka/payments/tbanktest"
	"voronka/sales"
)

// agency is a receipt of marked goods of somebody else, a part of which is paid by a bonus.
func agency() *sales.Receipt {
	r := receipt("1.2")
	r.Customer, r.CustomerINN, r.Tender = "ООО «Ромашка»", "7710140679", &sales.Tender{Advance: 90000}
	item := &r.Items[0]
	item.Object, item.Excise, item.Country, item.Declaration, item.UserData, item.Place = "goods_with_marking_code", 1220, "056", "12345678901", "партия 7", "course.yaml:12"
	item.Agent = &sales.Agent{
		Sign: "bank_paying_agent", Operation: "Приём платежа", Phones: []string{"+79091231239"}, Transfers: []string{"+79221210697"},
		Operator: "Т-Банк", OperatorAddress: "г. Москва", OpINN: "7710140679",
	}
	item.Supplier = &sales.Supplier{Name: "ООО «Вендор»", INN: "7710140679", Phones: []string{"+79221210697"}}
	item.Mark = &sales.Mark{Type: "GS1M", Value: "0104601234567890215abcdef", Numerator: 1, Denominator: 2,
		Federal: &sales.Federal{ID: "001", Date: "21.11.2020", Number: "123/43", Value: "tsp=1"}}
	return r
}

func TestRichReceiptOnTheWire(t *testing.T) {
	t.Parallel()
	b, provider := open(t, func(c *tbanktest.Terminal) { c.CashRegister, c.FFD = true, "1.2" })
	p := payment(b)
	p.Amount, p.Receipt = 400000, agency()
	if _, err := provider.Link(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	fields := b.lastInit(t)
	golden(t, "testdata/init-agency.json", fields["Receipt"])
}

func TestFaultOfAReceiptNamesItsPlace(t *testing.T) {
	t.Parallel()
	b, provider := open(t, nil)
	p := payment(b)
	p.Amount, p.Receipt = 400000, agency()
	p.Receipt.Items[0].Supplier.INN = "1234567890"
	_, err := provider.Link(t.Context(), p)
	if got := sales.AsError(err); got.Code != "bank_receipt" || !strings.Contains(got.Message, "позиция 1: данные поставщика") ||
		!strings.Contains(got.Message, "course.yaml:12") {
		t.Errorf("fault: %v", err)
	}
	if len(b.Requests()) != 0 {
		t.Error("the bank was asked")
	}
}

// TestOldRatesComeBack: a sale of 2026 cannot have the rate of 2025, the refund of an older sale must.
func TestOldRatesComeBack(t *testing.T) {
	t.Parallel()
	b, provider := open(t, nil)
	old := receipt("1.05")
	for i := range old.Items {
		old.Items[i].Tax = "vat20"
	}
	p := payment(b)
	p.Receipt = old
	if _, err := provider.Link(t.Context(), p); sales.AsError(err).Code != "bank_receipt" {
		t.Errorf("vat20 of 2026: %v", err)
	}
	p = linkedPayment(t, b, provider, func(p *sales.Payment) { p.CreatedAt = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) })
	if _, err := b.Pay(p.URL, tbanktest.CardSuccess); err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Refund(t.Context(), p, sales.Refund{ID: "r", Amount: p.Amount, Receipt: old}, false); err != nil {
		t.Errorf("refund by the old rate: %v", err)
	}
	b.notifications(t)
}
