package amocrm_test

import (
	"errors"
	"fmt"
	"testing"

	"voronka/crm"
	"voronka/crm/amocrmtest"
)

// TestVATOfABillIsReadOrUnknown: what is unknown is empty, never a guess.
func TestVATOfABillIsReadOrUnknown(t *testing.T) {
	t.Parallel()
	const included, onTop, exempt = "vat_included", "vat_not_included", "vat_exempt"
	for name, test := range map[string]struct {
		kind, text, field string
		rate              any
		price             any
		want              string
		wrong             bool
	}{
		"percent":                   {included, "", "vat_rate_value", 22, 100, "vat22", false},
		"a fraction":                {included, "", "vat_rate_value", "20.0", 100, "vat20", false},
		"a fraction, on top":        {onTop, "", "vat_rate_value", "10.00", 110, "vat10", false},
		"zero percent":              {included, "", "vat_rate_value", 0, 100, "vat0", false},
		"18 percent":                {included, "", "vat_rate_value", 18, 100, "", false},
		"old number of 10 percent":  {included, "", "vat_rate_id", 1, 100, "vat10", false},
		"old number of 10/110":      {included, "", "vat_rate_id", 2, 100, "vat110", false},
		"old number of 18 percent":  {included, "", "vat_rate_id", 3, 100, "", false},
		"old number of zero":        {included, "", "vat_rate_id", 5, 100, "vat0", false},
		"old number of none":        {included, "", "vat_rate_id", 0, 100, "none", false},
		"the documents' own sample": {included, "", "vat_rate_id", 18, 100, "", false},
		"the sample, on top":        {onTop, "", "vat_rate_id", 18, 118, "", true},
		"no rate":                   {included, "", "sku", "x", 100, "", false},
		"exempt":                    {exempt, "", "vat_rate_value", 20, 100, "none", false},
		"nothing told":              {"", "", "sku", "x", 100, "none", false},
		"only a rate told":          {"", "", "vat_rate_value", 20, 100, "", false},
		"an old list":               {"", "НДС включён в стоимость", "vat_rate_value", 10, 100, "vat10", false},
		"an old list, exempt":       {"", "НДС не облагается", "sku", "x", 100, "none", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, _, _ := shop(t, amocrmtest.Config{})
			fields := []amocrmtest.FieldValue{cell("BILL_PRICE", test.price), cell("ITEMS", row{"description": "Курс", "unit_price": 100, "quantity": 1, test.field: test.rate})}
			if test.kind+test.text != "" {
				fields = append(fields, choice("BILL_VAT_TYPE", test.kind, test.text))
			}
			bill, err := biller(t, a).Bill(t.Context(), "", fmt.Sprint(a.AddBill(amocrmtest.Bill{Name: "Счёт", Fields: fields})))
			if test.wrong {
				if !errors.Is(err, crm.ErrBillWrong) {
					t.Errorf("%+v, %v", bill, err)
				}
				return
			}
			if err != nil || bill.Items[0].Tax != test.want {
				t.Errorf("%+v, %v, want the tax %q", bill, err, test.want)
			}
		})
	}
}

func TestFreePriceWithVATHasNoKnownRate(t *testing.T) {
	t.Parallel()
	a, _, _ := shop(t, amocrmtest.Config{})
	id := a.AddBill(amocrmtest.Bill{Name: "Счёт", Fields: []amocrmtest.FieldValue{cell("BILL_PRICE", 100), choice("BILL_VAT_TYPE", "vat_included", "")}})
	if bill, err := biller(t, a).Bill(t.Context(), "", fmt.Sprint(id)); err != nil || bill.Items[0].Tax != "" {
		t.Errorf("%+v, %v", bill, err)
	}
}

func TestPartlyPaidBillIsSaidToBe(t *testing.T) {
	t.Parallel()
	a, _, _ := shop(t, amocrmtest.Config{})
	for code, text := range map[string]string{"partially_paid": "Частично оплачен", "": "Частично оплачен"} {
		id := a.AddBill(amocrmtest.Bill{Name: "Счёт", Fields: []amocrmtest.FieldValue{cell("BILL_PRICE", 100), choice("BILL_STATUS", code, text)}})
		if bill, err := biller(t, a).Bill(t.Context(), "", fmt.Sprint(id)); err != nil || !bill.Partly || bill.Paid {
			t.Errorf("%q: %+v, %v", code, bill, err)
		}
	}
}
