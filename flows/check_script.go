package flows

import (
	"voronka/flows/calc"
	"voronka/sales"
)

// prove reports what can be told of a script's receipts while it is read:
// goods whose sum is never the amount to be paid, and taxes of the past. Only
// values that depend on nothing are judged.
func (s *Script) prove(n Node) {
	known := map[string]string{}
	for i := range s.code.Lines {
		line := &s.code.Lines[i]
		at := s.at(line.Number, line.Col)
		value, sure := s.constant(n, line, known, at)
		name, _ := scoped(line.Target)
		if name == "" {
			continue
		}
		if delete(known, name); !sure {
			continue
		}
		known[name] = value.String()
		if goods, given := known["products_for_receipt"]; name == "payment_sum" && given {
			s.proveReceipt(n, at, calc.Text(goods), value.String(), 1)
		}
	}
}

// constant computes a line of what is known; sure is false where more is needed.
// A link it asks for is judged on the way.
func (s *Script) constant(n Node, line *calc.Line, known map[string]string, at Pos) (value calc.Value, sure bool) {
	for _, name := range line.Names() {
		if _, given := known[name.Text]; !given {
			return calc.Value{}, false
		}
	}
	env := calc.Env{
		Vars: func(name string) string { return known[name] },
		Call: func(name string, args []calc.Value) (calc.Value, error) {
			if name == paymentURL && len(args) > 3 {
				s.proveReceipt(n, at, args[3], args[0].String(), 100)
			}
			return calc.Value{}, nil
		},
	}
	value, err := line.Compute(env)
	return value, err == nil && len(line.Calls()) == 0
}

// proveReceipt compares goods with an amount in roubles; unit is what theirs
// are counted in.
func (s *Script) proveReceipt(n Node, at Pos, goods calc.Value, amount string, unit int64) {
	items, ok := goods.Items()
	sum, err := roubles(amount)
	if !ok || err != nil || len(items) == 0 {
		return
	}
	var total sales.Money
	for _, one := range items {
		item, err := spokenReceipt{unit: unit}.item(one)
		if item.Tax == "vat20" || item.Tax == "vat120" {
			n.diags.Add(Warning, at, "old_tax", "Tax", item.Tax, "New", "vat"+map[string]string{"vat20": "22", "vat120": "122"}[item.Tax])
		}
		if err != nil {
			n.diags.Add(Error, at, "receipt_item", "Item", item.Name, "Detail", err.Error())
			return
		}
		total += item.Amount()
	}
	if total != sum {
		n.diags.Add(Error, at, "receipt_sum", "Goods", total.String(), "Sum", sum.String())
	}
}
