package flows

import (
	"strconv"
	"time"

	"voronka/sales"
)

// Defaults and bounds of a plan.
const (
	defaultGrace = 72 * time.Hour
	maxGrace     = 60 * 24 * time.Hour
	maxPayments  = 120
	maxRungs     = 10
)

// PlanKeys are the keys of one entry of `plans:`.
func PlanKeys() []string {
	return []string{"title", "price", "every", "first", "trial", "payments", "grace", "retry", "remind", "consent",
		"channel", "receipt", "deliver"}
}

func (d *draft) readPlans(n, receipt Node) {
	for _, entry := range n.Entries() {
		entry.Key.identifier()
		if _, taken := d.products[entry.Name]; taken {
			entry.Key.Error("repeated_product", "Product", entry.Name)
		}
		d.products[entry.Name] = entry.Key
		d.flow.Plans = append(d.flow.Plans, d.readPlan(entry, receipt))
	}
}

func (d *draft) readPlan(entry Entry, receipt Node) sales.Plan {
	n := entry.Value
	n.Only(PlanKeys()...)
	product := d.readSold(entry, receipt)
	if items := n.Field("receipt").Field("items"); !items.Zero() {
		items.Error("plan_with_items", "Plan", product.ID)
	}
	if paid := n.Field("receipt").Field("paid_by"); !paid.Zero() {
		paid.Error("plan_with_paid_by", "Plan", product.ID)
	}
	plan := sales.Plan{
		ID: product.ID, Title: product.Title, Price: product.Price, Item: product.Item, Taxation: product.Taxation,
		Deliver: product.Deliver, Consent: n.Field("consent").Text(), Channel: n.Field("channel").Text(),
		Every: n.Field("every").Period(), Trial: n.Field("trial").Period(),
		First: n.Field("first").Money(), Payments: n.Field("payments").count(2, maxPayments),
		Grace: n.Field("grace").DurationWithin(0, maxGrace),
	}
	if n.Field("grace").Zero() {
		plan.Grace = defaultGrace
	}
	if n.Field("every").Zero() {
		entry.Key.Error("plan_without_every", "Plan", plan.ID)
	}
	if first := n.Field("first"); plan.First < minPrice && first.readable() && !first.Zero() || plan.First > maxPrice {
		first.Error("bad_price", "Value", first.Text())
	}
	if trial := n.Field("trial"); !trial.Zero() && n.Field("first").Zero() {
		trial.Error("trial_without_first", "Plan", plan.ID)
	}
	if plan.Consent == "" {
		entry.Key.Error("plan_without_consent", "Plan", plan.ID)
	}
	if channel := n.Field("channel"); plan.Channel != "" {
		if plan.Channel[0] != '@' && plan.Channel[0] != '-' {
			channel.Error("bad_channel", "Channel", plan.Channel)
		}
		if plan.Deliver.Invite != "" {
			n.Field("deliver").Field("invite").Error("plan_invites_twice", "Plan", plan.ID)
		}
	}
	n.readRungs(&plan)
	return plan
}

// readRungs reads `retry`, counted from the first decline, and `remind`,
// counted back from the charge.
func (n Node) readRungs(plan *sales.Plan) {
	last := time.Duration(0)
	for _, item := range n.Field("retry").Items() {
		after := item.Duration()
		switch {
		case after <= last && after != 0:
			item.Error("ladder_order", "Value", item.Text())
		case after >= plan.Grace:
			item.Error("retry_after_grace", "Value", item.Text(), "Grace", FormatDuration(plan.Grace))
		case len(plan.Retry) < maxRungs:
			plan.Retry = append(plan.Retry, after)
		}
		last = after
	}
	if n.Field("retry").Zero() {
		for _, after := range []time.Duration{24 * time.Hour, 48 * time.Hour} {
			if after < plan.Grace {
				plan.Retry = append(plan.Retry, after)
			}
		}
	}
	last = plan.Every.About()
	for _, item := range n.Field("remind").Items() {
		before := item.Duration()
		switch {
		case plan.Every.Zero() || before == 0:
		case before >= plan.Every.About():
			item.Error("remind_too_early", "Value", item.Text(), "Every", plan.Every.String())
		case before >= last:
			item.Error("remind_order", "Value", item.Text())
		case len(plan.Remind) < maxRungs:
			plan.Remind = append(plan.Remind, before)
		}
		last = before
	}
}

// Period reads a span of the calendar: month, 3 months, 30 days, year.
func (n Node) Period() sales.Period {
	if n.Zero() || n.Text() == "" {
		return sales.Period{}
	}
	period, err := sales.ParsePeriod(n.Text())
	if err != nil {
		n.Error("bad_period", "Value", n.Text())
	}
	return period
}

// count reads a number within bounds; absent it is zero.
func (n Node) count(least, most int) int {
	if n.Zero() {
		return 0
	}
	number, err := strconv.Atoi(n.Text())
	if err != nil || number < least || number > most {
		n.Error("bad_count", "Value", n.Text(), "Min", least, "Max", most)
		return 0
	}
	return number
}
