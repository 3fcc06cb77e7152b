package crmtest

import (
	"github.com/google/go-cmp/cmp"

	"voronka/crm"
	"voronka/sales"
)

// Shelves are the products of an account that has a list of them: an Account that
// shows them is tried with products, too.
type Shelves interface {
	// Shelf are the products of the account, On those of a deal with their
	// quantities in thousandths, both by name.
	Shelf() []string
	On(deal string) map[string]int64
}

// oneGood sells something without a bill, forgets the refs, repeats, and sells more.
func oneGood(r *room) {
	shelves, able := r.Account.(Shelves)
	if !able {
		return
	}
	course := crm.BillItem{Name: "Курс «Ёлка»", Price: sales.Roubles(4900), Quantity: 1000, Tax: "none", SKU: "course"}
	change := crm.Change{ID: "c1", Contact: anna(), Stage: r.h.Stages[0], Goods: []crm.BillItem{course}}
	refs := r.must(change, crm.Refs{})
	forgotten := refs
	forgotten.Goods, change.Repeat = nil, true
	r.must(change, forgotten)
	want := map[string]int64{"Курс «Ёлка»": 1000}
	if diff := cmp.Diff(want, shelves.On(refs.Deal)); diff != "" || len(shelves.Shelf()) != 1 {
		r.Errorf("on the shelf %q, on the deal (-want +got):\n%s", shelves.Shelf(), diff)
	}
	course.Quantity = 2500
	book := crm.BillItem{Name: "Книга", Price: sales.Roubles(500), Quantity: 1000, Tax: "vat10"}
	merged, _ := crm.Merge(crm.Change{ID: "c2", Contact: anna(), Goods: []crm.BillItem{course}}, crm.Change{ID: "c3", Contact: anna(), Goods: []crm.BillItem{book, course}})
	refs = r.must(merged, refs)
	want = map[string]int64{"Курс «Ёлка»": 2500, "Книга": 1000}
	if diff := cmp.Diff(want, shelves.On(refs.Deal)); diff != "" || len(shelves.Shelf()) != 2 {
		r.Errorf("on the shelf %q, on the deal (-want +got):\n%s", shelves.Shelf(), diff)
	}
	r.DeleteDeal(refs.Deal)
	change.ID, change.Repeat = "c4", false
	again := r.must(change, refs)
	if diff := cmp.Diff(map[string]int64{"Курс «Ёлка»": 1000}, shelves.On(again.Deal)); diff != "" || again.Deal == refs.Deal {
		r.Errorf("on the deal that took the place of a deleted one (-want +got):\n%s", diff)
	}
}
