package amocrm_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/crm"
	"voronka/crm/amocrmtest"
	"voronka/sales"
)

func goodsOf(price sales.Money) []crm.BillItem {
	return []crm.BillItem{{Name: "Курс «Go»", Price: price, Quantity: 1000, Tax: "none", SKU: "course"}}
}

// TestProductIsWrittenAsFarAsItsListGoes makes products in lists without a field
// for the price, or for the number of what is sold.
func TestProductIsWrittenAsFarAsItsListGoes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lacks []string
		want  map[string][]string
	}{
		"whole":         {nil, map[string][]string{"SKU": {"course"}, "PRICE": {"4990.50"}}},
		"without price": {[]string{"PRICE"}, map[string][]string{"SKU": {"course"}, "PRICE": nil}},
		"bare":          {[]string{"PRICE", "SKU"}, map[string][]string{"SKU": nil, "PRICE": nil}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := mappedShop(t)
			a.DropFields("products", test.lacks...)
			refs := apply(t, a, crm.Change{ID: "c1", Contact: customer(), Goods: goodsOf(499050)}, crm.Refs{})
			goods := a.Elements("products")
			if len(goods) != 1 || len(a.Elements("invoices")) != 0 {
				t.Fatalf("products %+v, bills %+v", goods, a.Elements("invoices"))
			}
			if diff := cmp.Diff(test.want, map[string][]string{"SKU": goods[0].Values("SKU"), "PRICE": goods[0].Values("PRICE")}); diff != "" {
				t.Error(diff)
			}
			if quantity, hangs := a.LinkedQuantity(a.number(refs.Deal), goods[0].ID); !hangs || quantity != 1 {
				t.Errorf("%v of it on the deal, %v", quantity, hangs)
			}
			if offences := a.Offences(); len(offences) > 0 {
				t.Error(offences)
			}
		})
	}
}

// TestProductOnceThoughTheSearchLags loses the answer that made a product in an
// account where the search knows nothing yet.
func TestProductOnceThoughTheSearchLags(t *testing.T) {
	t.Parallel()
	a, _, _ := shop(t, amocrmtest.Config{SearchLag: time.Hour})
	refs := apply(t, a, crm.Change{ID: "c0", Contact: customer()}, crm.Refs{})
	a.Inject(amocrmtest.Fault{Method: "POST", Path: "/api/v4/catalogs/4521/elements", Kind: amocrmtest.DropAfter})
	change := crm.Change{ID: "c1", Contact: customer(), Goods: goodsOf(100)}
	if _, err := a.Apply(t.Context(), change, refs); !sales.AsError(err).Uncertain {
		t.Fatalf("error %v, want an uncertain one", err)
	}
	change.Repeat = true
	apply(t, a, change, refs)
	if goods := a.Shelf(); len(goods) != 1 {
		t.Errorf("products %q", goods)
	}
}

// TestNoListOfProducts leaves the deal without them: the owner hears of it at the start.
func TestNoListOfProducts(t *testing.T) {
	t.Parallel()
	a := mappedShop(t)
	a.DropCatalogs()
	if refs := apply(t, a, crm.Change{ID: "c1", Contact: customer(), Goods: goodsOf(100)}, crm.Refs{}); refs.Deal == "" || refs.Goods != nil {
		t.Errorf("refs %+v", refs)
	}
}
