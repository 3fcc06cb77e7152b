package payments

import (
	"strings"
	"sync"
	"testing"

	"voronka/sales"
)

func TestMachineRefusesAFaultyTable(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		edges []edge
		want  string
	}{
		{"repeated", []edge{{"go", "new", "a"}, {"go", "new", "b"}}, "twice"},
		{"to itself", []edge{{"stay", "new", "new"}}, "itself"},
		{"unreachable", []edge{{"go", "nowhere", "a"}}, "nothing leads"},
	}
	for _, test := range tests {
		if _, err := newMachine("new", test.edges); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestMachineNeverUndoesMoney(t *testing.T) {
	t.Parallel()
	rank := map[sales.PaymentStatus]int{
		sales.PaymentPaid: 1, sales.PaymentOther: 1, sales.PaymentPartly: 2, sales.PaymentRefunded: 3,
	}
	for _, e := range edges() {
		if rank[e.to] < rank[e.from] || rank[e.from] > 0 && rank[e.to] == rank[e.from] {
			t.Errorf("money goes back: %s from %s to %s", e.verb, e.from, e.to)
		}
	}
}

func TestMachineServesManyAtOnce(t *testing.T) {
	t.Parallel()
	life := NewLife()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if to, moved := life.machine.move(sales.PaymentDeclined, "pay"); to != sales.PaymentPaid || !moved {
				t.Errorf("declined → %s", to)
			}
			if to, moved := life.machine.move("strange", "pay"); to != "strange" || moved {
				t.Errorf("strange → %s", to)
			}
		})
	}
	all.Wait()
}
