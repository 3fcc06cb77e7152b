package flows_test

import (
	"testing"
	"time"

	"voronka/flows"
	"voronka/sales"
)

// sell puts customers on an arm: some of them buy for a price.
func sell(arm *flows.ArmReport, customers, buyers int, price sales.Money) {
	paid := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	for i := range customers {
		var orders []sales.Order
		if i < buyers {
			orders = []sales.Order{{ID: "o", Amount: price, PaidAt: paid, PaidBy: "p"}}
		}
		arm.Add(flows.Known{}, orders)
	}
}

func TestSplitIsJudged(t *testing.T) {
	t.Parallel()
	type arm struct {
		customers, buyers int
		price             sales.Money
	}
	for name, c := range map[string]struct {
		a, b        arm
		winner, why string
	}{
		"nobody came":            {arm{}, arm{}, "", "few"},
		"few":                    {arm{99, 99, 100000}, arm{500, 1, 100}, "", "few"},
		"nobody bought":          {arm{200, 0, 0}, arm{200, 0, 0}, "", "nothing"},
		"luck":                   {arm{200, 20, 100000}, arm{200, 14, 100000}, "", "close"},
		"plain":                  {arm{1000, 200, 100000}, arm{1000, 100, 100000}, "a", ""},
		"dear but seldom":        {arm{1000, 100, 100000}, arm{1000, 60, 500000}, "b", ""},
		"the same":               {arm{1000, 100, 100000}, arm{1000, 100, 100000}, "", "close"},
		"everybody, to a kopeck": {arm{100, 100, 100001}, arm{100, 100, 100000}, "a", ""},
	} {
		report := flows.SplitReport{Arms: []flows.ArmReport{{Name: "a"}, {Name: "b"}}}
		sell(&report.Arms[0], c.a.customers, c.a.buyers, c.a.price)
		sell(&report.Arms[1], c.b.customers, c.b.buyers, c.b.price)
		report.Judge()
		if report.Winner != c.winner || report.Why != c.why {
			t.Errorf("%s: winner %q, %q", name, report.Winner, report.Why)
		}
	}
}

// TestLuckSeldomWins lets two arms that sell alike race many times.
func TestLuckSeldomWins(t *testing.T) {
	t.Parallel()
	state, wins := uint64(1), 0
	toss := func() bool { // a generator of one's own: the same race for ever
		state = state*6364136223846793005 + 1442695040888963407
		return state>>33%10 == 0
	}
	for range 1000 {
		report := flows.SplitReport{Arms: []flows.ArmReport{{Name: "a"}, {Name: "b"}}}
		for i := range 400 {
			buyers := 0
			if toss() {
				buyers = 1
			}
			sell(&report.Arms[i%2], 1, buyers, 100000)
		}
		if report.Judge(); report.Winner != "" {
			wins++
		}
	}
	if wins > 25 {
		t.Errorf("luck won %d of 1000 races", wins)
	}
}
