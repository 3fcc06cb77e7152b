package sales

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestBonusesStandInTheReceiptAsAnAdvance(t *testing.T) {
	t.Parallel()
	course := Product{Price: 490000}
	for bonus, want := range map[Money]Money{-5: 490000, 0: 490000, 40000: 450000, 489900: 100, 490000: 100, 1 << 50: 100} {
		got := course.Less(bonus)
		if got.Price != want || got.Tender.Sum() != 490000-want || got.Bonus != 490000-want {
			t.Errorf("%s of bonuses leave %s, tender %+v", bonus, got.Price, got.Tender)
		}
	}
	before := Product{Price: 400000, Tender: &Tender{Advance: 90000, Cash: 1}}
	if got := before.Less(10000); got.Tender.Advance != 100000 || before.Tender.Advance != 90000 {
		t.Errorf("with an advance before: %+v, and the product has %+v", got.Tender, before.Tender)
	}
}

func TestPartOfAReceiptComesToItsSum(t *testing.T) {
	t.Parallel()
	whole := Receipt{Tender: &Tender{Advance: 100}, Items: []ReceiptItem{
		{Name: "a", Price: 333, Quantity: 1500}, {Name: "free", Price: 0, Quantity: 1000}, {Name: "b", Price: 101, Quantity: 1000},
	}}
	if diff := cmp.Diff(whole, whole.Part(whole.Electronic()), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("all of it (-want +got):\n%s", diff)
	}
	for amount := Money(1); amount < whole.Electronic(); amount++ {
		part := whole.Part(amount)
		if part.Total() != amount || part.Electronic() != amount {
			t.Fatalf("a part of %d comes to %d, electronically %d", amount, part.Total(), part.Electronic())
		}
		for _, item := range part.Items {
			if item.Price <= 0 || item.Quantity != 1000 {
				t.Fatalf("a part of %d has the line %+v", amount, item)
			}
		}
	}
	if len(whole.Items) != 3 || whole.Tender == nil || whole.Items[0].Quantity != 1500 {
		t.Errorf("the whole has changed: %+v", whole)
	}
}
