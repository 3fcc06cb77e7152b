package bot_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestProductsWithoutBills tells the CRM what is sold with the link already, and
// once more with the money: of a charge nobody was given a link.
func TestProductsWithoutBills(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strings.Replace(mapped, "invoices: {supplier: Ромашка}", "products: true", 1))
	w.say("/start")
	w.say("да")
	w.say("anna@example.ru")
	w.drain()
	payment := w.payment()
	w.notify(paid(payment))
	w.drain()
	var told []string
	for _, change := range w.crm.changes {
		for _, part := range change.Parts() {
			if part.Bill != nil {
				t.Errorf("a bill that nobody wants: %+v", part.Bill)
			}
			for _, item := range part.Goods {
				told = append(told, change.Stage+" "+item.SKU+" "+item.Name+" "+item.Price.String()+" "+item.Tax)
			}
		}
	}
	want := []string{"Счёт course Курс 4\u00a0900 vat22", "Оплачено course Курс 4\u00a0900 vat22"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
	if product := w.crm.changes[len(w.crm.changes)-1].Map; product.Products != true || product.LossReason != "Дорого" {
		t.Errorf("map %+v", product)
	}
}

// TestNoProductsUnlessAsked leaves a map without `products` as it was.
func TestNoProductsUnlessAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mapped)
	w.say("/start")
	w.say("да")
	w.say("anna@example.ru")
	w.drain()
	for _, change := range w.crm.changes {
		for _, part := range change.Parts() {
			if len(part.Goods) > 0 || part.Bill != nil && part.Bill.Items[0].SKU != "course" {
				t.Errorf("change %+v", part)
			}
		}
	}
}
