package flows

import (
	"math"
	"slices"
	"strings"

	"voronka/sales"
)

// Splitter is a step that shares customers out.
type Splitter interface {
	Step
	// Shares are the split's name and its arms.
	Shares() (name string, arms []Arm)
}

// SplitReport tells how the arms of a split sell.
type SplitReport struct {
	Name string      `json:"name"`
	Arms []ArmReport `json:"arms"`
	// Winner is the arm that earns more of each customer than any other, surely
	// enough to stop; empty while nobody can tell. Why says what is missing: few,
	// close or nothing.
	Winner string `json:"winner,omitempty"`
	Why    string `json:"why,omitempty"`
}

// ArmReport is one arm.
type ArmReport struct {
	Name string `json:"name"`
	// Customers came to the arm, Buyers of them paid for something since.
	Customers int `json:"customers"`
	Buyers    int `json:"buyers"`
	// Orders were paid for Revenue and not given back; Refunds were.
	Orders  int         `json:"orders"`
	Revenue sales.Money `json:"revenue"`
	Refunds int         `json:"refunds"`

	// squares is the sum of the squares of what each customer paid, in roubles.
	squares float64
}

// The stop rule: each arm has this many customers, and the best one's revenue
// per customer beats each other's by this many standard errors (99 % for two
// arms, so that looking every day does not make a winner of luck).
const (
	splitCustomers = 100
	splitErrors    = 2.58
)

// Splits lists the splits of the project by name, with the arms that any step
// gives them.
func (p *Project) Splits() []*SplitReport {
	var all []*SplitReport
	for _, flow := range p.Flows {
		for _, step := range flow.steps() {
			splitter, is := step.(Splitter)
			if !is {
				continue
			}
			name, arms := splitter.Shares()
			i := slices.IndexFunc(all, func(one *SplitReport) bool { return one.Name == name })
			if i < 0 {
				all, i = append(all, &SplitReport{Name: name}), len(all)
			}
			for _, arm := range arms {
				if all[i].Arm(arm.Name) == nil {
					all[i].Arms = append(all[i].Arms, ArmReport{Name: arm.Name})
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b *SplitReport) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// steps are all steps of the flow, wherever they stand.
func (f *Flow) steps() []Step {
	all := slices.Clone(f.Otherwise)
	rules := slices.Concat(f.Anywhere, f.Fallback)
	for _, state := range f.States {
		all = append(all, state.Do...)
		rules = append(rules, state.On...)
		for _, timer := range state.Timers {
			all = append(all, timer.Do...)
		}
	}
	for _, rule := range rules {
		all = append(all, rule.Do...)
	}
	return all
}

// Arm finds an arm by name, nil when there is none.
func (s *SplitReport) Arm(name string) *ArmReport {
	if i := slices.IndexFunc(s.Arms, func(arm ArmReport) bool { return arm.Name == name }); i >= 0 {
		return &s.Arms[i]
	}
	return nil
}

// Add counts one customer of the arm with the orders made since they came to it.
func (a *ArmReport) Add(known Known, orders []sales.Order) {
	a.Customers++
	r := &Run{known: known}
	var paid sales.Money
	for _, order := range orders {
		switch {
		case !order.Paid():
		case r.refunded(order):
			a.Refunds++
		default:
			a.Orders++
			paid += order.Amount
		}
	}
	if paid > 0 {
		a.Buyers++
	}
	a.Revenue += paid
	a.squares += inRoubles(paid) * inRoubles(paid)
}

func inRoubles(m sales.Money) float64 { return float64(m) / 100 }

// PerCustomer is what one customer of the arm brings on the average.
func (a ArmReport) PerCustomer() sales.Money {
	if a.Customers == 0 {
		return 0
	}
	return a.Revenue / sales.Money(a.Customers)
}

// Conversion is the share of buyers, in tenths of a percent.
func (a ArmReport) Conversion() int {
	if a.Customers == 0 {
		return 0
	}
	return a.Buyers * 1000 / a.Customers
}

// mean and error are of the revenue per customer, in roubles.
func (a ArmReport) mean() float64 { return inRoubles(a.Revenue) / float64(a.Customers) }

func (a ArmReport) variance() float64 {
	return max(0, a.squares/float64(a.Customers)-a.mean()*a.mean()) / float64(a.Customers)
}

// Judge applies the stop rule.
func (s *SplitReport) Judge() {
	s.Winner, s.Why = "", ""
	if len(s.Arms) < 2 || slices.ContainsFunc(s.Arms, func(arm ArmReport) bool { return arm.Customers < splitCustomers }) {
		s.Why = "few"
		return
	}
	best := slices.MaxFunc(s.Arms, func(a, b ArmReport) int { return int(math.Copysign(1, a.mean()-b.mean())) })
	if best.Revenue == 0 {
		s.Why = "nothing"
		return
	}
	for _, arm := range s.Arms {
		if arm.Name == best.Name {
			continue
		}
		if spread := math.Sqrt(best.variance() + arm.variance()); best.mean()-arm.mean() <= splitErrors*spread {
			s.Why = "close"
			return
		}
	}
	s.Winner = best.Name
}
