package flows

import (
	"slices"
	"strings"

	"voronka/flows/calc"
)

// clientEffects are salebot's functions that do something about the customer
// of the dialog. Ids of other customers are not taken.
func clientEffects() map[string]calc.Arity {
	return map[string]calc.Arity{
		"add_label":                {Least: 1, Most: 1},
		"remove_label":             {Least: 1, Most: 1},
		"set_note":                 {Least: 1, Most: 1},
		"set_client_name":          {Least: 1, Most: 1},
		"delete_pended_messages":   {Least: 0, Most: 1},
		"set_order_budget":         {Least: 1, Most: 1},
		"set_order_status_success": {Least: 0, Most: 0},
		"set_order_status_fail":    {Least: 0, Most: 0},
	}
}

// callClient runs one of them; known is false for any other name.
func (r *Run) callClient(name string, args []calc.Value) (known bool, err error) {
	said := ""
	if len(args) > 0 {
		said = strings.TrimSpace(args[0].String())
	}
	switch name {
	case "add_label":
		r.Tag(said)
	case "remove_label":
		r.Untag(said)
	case "set_note":
		if said != "" {
			r.Emit(Mirror{Note: Clip(said, maxNote)})
		}
	case "set_client_name":
		r.Set("name", Clip(said, 200))
	case "delete_pended_messages":
		r.dropAlarms(len(args) == 0 || args[0].True())
	case "set_order_budget":
		amount, err := roubles(said)
		if err != nil {
			return true, err
		}
		r.Emit(Mirror{Price: amount})
	case "set_order_status_success":
		r.Emit(Mirror{Stage: "won"})
	case "set_order_status_fail":
		r.Emit(Mirror{Stage: "lost"})
	default:
		return false, nil
	}
	return true, nil
}

// dropAlarms takes away the alarms that wait. Those that outlive their state on
// purpose, salebot's "do not cancel", go with all only; a pause goes never, for
// the steps behind it would be lost.
func (r *Run) dropAlarms(all bool) {
	before := len(r.Session.Timers)
	kept := slices.DeleteFunc(slices.Clone(r.Session.Timers), func(timer Timer) bool {
		rule := r.Flow.timer(timer)
		return timer.At == nil && (all || rule == nil || rule.cancelledBy("left"))
	})
	if len(kept) != before {
		r.Session.Timers = kept
		r.Event("timers", "cancelled by the calculator")
	}
}
