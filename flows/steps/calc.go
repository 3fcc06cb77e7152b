package steps

import "voronka/flows"

// calculator computes line by line, as salebot's calculator does:
//
//	calc: |
//	  total = price * seats
//	  until = current_date + 2
//	  link = get_tinkoff_payment_url(total, 'Билеты')
type calculator struct{ script *flows.Script }

func readCalc(n flows.Node) flows.Step {
	n.Only("calc")
	if n.Field("calc").Text() == "" {
		n.Error("empty_set")
	}
	return &calculator{script: flows.ReadScript(n.Field("calc"))}
}

// Run implements flows.Step.
func (c *calculator) Run(r *flows.Run) { r.Calculate(c.script) }

// Uses implements flows.Step.
func (c *calculator) Uses() flows.Uses { return c.script.Uses() }
