package payments

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/looplab/fsm"

	"voronka/sales"
)

// edge is one arrow of a payment's life.
type edge struct {
	verb     string
	from, to sales.PaymentStatus
}

// edges lists every arrow. What is missing cannot happen: a paid payment has
// no way to declined, held or expired. Money counts whenever it comes, also
// after a decline, an expiry or a refusal to make the link.
func edges() []edge {
	unpaid := []sales.PaymentStatus{
		sales.PaymentNew, sales.PaymentLinked, sales.PaymentDeclined, sales.PaymentExpired, sales.PaymentRefused,
	}
	taken := []sales.PaymentStatus{sales.PaymentPaid, sales.PaymentOther}
	heldToo := slices.Concat(unpaid, []sales.PaymentStatus{sales.PaymentHeld})
	moneyToo := slices.Concat(heldToo, taken)
	return slices.Concat(
		fan("link", sales.PaymentLinked, sales.PaymentNew),
		fan("refuse", sales.PaymentRefused, sales.PaymentNew),
		fan("decline", sales.PaymentDeclined, sales.PaymentNew, sales.PaymentLinked, sales.PaymentHeld),
		fan("expire", sales.PaymentExpired, sales.PaymentNew, sales.PaymentLinked, sales.PaymentDeclined, sales.PaymentHeld),
		fan("hold", sales.PaymentHeld, unpaid...),
		fan("pay", sales.PaymentPaid, heldToo...),
		fan("differ", sales.PaymentOther, heldToo...),
		fan("part", sales.PaymentPartly, moneyToo...),
		fan("refund", sales.PaymentRefunded, append(moneyToo, sales.PaymentPartly)...),
	)
}

func fan(verb string, to sales.PaymentStatus, from ...sales.PaymentStatus) []edge {
	arrows := make([]edge, 0, len(from))
	for _, status := range from {
		arrows = append(arrows, edge{verb, status, to})
	}
	return arrows
}

// machine is a checked table of arrows.
type machine struct {
	edges []edge
	pool  sync.Pool // of *fsm.FSM, so that no event builds one anew
}

// newMachine refuses what looplab/fsm would swallow: a repeated arrow, one
// that leads where it came from, a status that cannot be reached.
func newMachine(start sales.PaymentStatus, edges []edge) (*machine, error) {
	type departure struct {
		verb string
		from sales.PaymentStatus
	}
	seen := map[departure]bool{}
	reached := map[sales.PaymentStatus]bool{start: true}
	events := fsm.Events{}
	for _, e := range edges {
		if seen[departure{e.verb, e.from}] {
			return nil, fmt.Errorf("arrow %q leaves %q twice", e.verb, e.from)
		}
		if e.from == e.to {
			return nil, fmt.Errorf("arrow %q leads from %q to itself", e.verb, e.from)
		}
		seen[departure{e.verb, e.from}], reached[e.to] = true, true
		events = append(events, fsm.EventDesc{Name: e.verb, Src: []string{string(e.from)}, Dst: string(e.to)})
	}
	for _, e := range edges {
		if !reached[e.from] {
			return nil, fmt.Errorf("nothing leads to %q", e.from)
		}
	}
	m := &machine{edges: edges}
	m.pool.New = func() any { return fsm.NewFSM(string(start), events, fsm.Callbacks{}) }
	return m, nil
}

// move follows the verb. Where there is no such arrow it stays and reports false.
func (m *machine) move(from sales.PaymentStatus, verb string) (sales.PaymentStatus, bool) {
	f := m.pool.Get().(*fsm.FSM)
	defer m.pool.Put(f)
	f.SetState(string(from))
	// A context that can be cancelled could leave the machine between two states.
	// Every error says that there is no such arrow; one from a status to itself
	// (fsm.NoTransitionError) is refused by newMachine.
	if err := f.Event(context.Background(), verb); err != nil {
		return from, false
	}
	return sales.PaymentStatus(f.Current()), true
}

// mermaid draws the arrows in the order of the table.
func (m *machine) mermaid(start sales.PaymentStatus) string {
	var text strings.Builder
	fmt.Fprintf(&text, "stateDiagram-v2\n    [*] --> %s\n", start)
	for _, e := range m.edges {
		fmt.Fprintf(&text, "    %s --> %s: %s\n", e.from, e.to, e.verb)
	}
	return text.String()
}
