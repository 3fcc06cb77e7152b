package flows

import (
	"slices"
	"strings"

	"voronka/sales"
)

// plans checks what is subscribed to: that the plan is there, that whoever
// subscribes has agreed to be charged, and that the flow hears what comes of it
// months later.
func (c *checker) plans() {
	var known []string
	for _, plan := range c.flow.Plans {
		known = append(known, plan.ID)
	}
	subscribes := false
	for _, uses := range c.uses {
		for _, ref := range uses.Plans {
			if !slices.Contains(known, ref.Name) {
				c.fail(ref.Pos, "unknown_plan", "Plan", ref.Name, "Suggest", Nearest(ref.Name, known), "Known", strings.Join(known, ", "))
			}
		}
		if uses.Account {
			c.sums(uses.Plans)
		}
		if uses.Subscribes && !subscribes {
			subscribes = true
			c.deaf(uses)
		}
		if len(uses.Outcomes) > 0 && !uses.Subscribes {
			for _, ref := range uses.Products {
				if slices.Contains(known, ref.Name) {
					c.fail(ref.Pos, "pay_of_plan", "Plan", ref.Name)
				}
			}
		}
	}
}

// Sums that are paid from an account (T-Bank API 1.80, code 3016).
const (
	leastBySBP sales.Money = 10_00
	mostBySBP  sales.Money = 1_000_000_00
)

// sums reports plans of which some payment cannot be taken from an account.
func (c *checker) sums(plans []Ref) {
	for _, ref := range plans {
		plan, _ := c.flow.Plan(ref.Name)
		for _, sum := range []sales.Money{plan.FirstSum(), plan.Price} {
			if plan.ID != "" && (sum < leastBySBP || sum > mostBySBP) {
				c.fail(ref.Pos, "sbp_sum", "Plan", plan.ID, "Sum", sum.String())
				break
			}
		}
	}
}

// deaf reports words about subscriptions that no rule for every state hears: by
// then the customer may be anywhere.
func (c *checker) deaf(uses Uses) {
	for _, word := range []Outcome{ChargeFailed, SubscriptionEnded} {
		heard := func(rule *Rule) bool {
			return rule.If == nil && rule.When.Kind == Renewal && rule.When.Outcome == word
		}
		if !slices.ContainsFunc(c.flow.Anywhere, heard) && !slices.ContainsFunc(c.flow.Fallback, heard) {
			c.fail(uses.Pos, "unheard_subscription", "Outcome", string(word))
		}
	}
}

// consents reports plans that can be subscribed to before the customer has
// agreed to be charged.
func (c *checker) consents() {
	for _, state := range c.flow.States {
		entered, known := c.entry[state.Name]
		if !known {
			continue
		}
		course := c.courses[state.Name]
		for i, uses := range course.uses {
			if !uses.Subscribes {
				continue
			}
			for _, ref := range uses.Plans {
				plan, _ := c.flow.Plan(ref.Name)
				wanted := c.consent(plan.Consent)
				if (entered|course.known[i])&wanted != wanted {
					c.fail(uses.Pos, "consent_not_given", "Plan", plan.ID, "Consent", plan.Consent)
				}
			}
		}
	}
}
