package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"voronka/bot"
	"voronka/bot/telegram"
	"voronka/sales"
)

// budgetMeter looks, when it is asked, at how much of what others allow is used:
// by Telegram, by the CRM, and by the caps on what saved cards are charged.
type budgetMeter struct {
	service                                         *service
	sent, refused, allowed                          *prometheus.Desc
	crmSent, crmAllowed, crmWaits, crmRest, crmStop *prometheus.Desc
	charged, cap, stopped                           *prometheus.Desc
}

func newBudgetMeter(s *service) *budgetMeter {
	desc := func(name, help string, by ...string) *prometheus.Desc { return prometheus.NewDesc(name, help, by, nil) }
	return &budgetMeter{
		service:    s,
		sent:       desc("voronka_telegram_sent_total", "What was sent to Telegram, by who waits for it: reply, unasked, bulk, and calls that show no message.", "urgency"),
		refused:    desc("voronka_telegram_refused_total", "What of it Telegram refused as too frequent (429).", "urgency"),
		allowed:    desc("voronka_telegram_allowed", "Messages a second that may leave, this process's part, by urgency: unasked, bulk. An answer waits for none.", "urgency"),
		crmSent:    desc("voronka_crm_requests_total", "Requests to the CRM."),
		crmAllowed: desc("voronka_crm_allowed", "Requests a second that may leave now, this process's part; less while the CRM asks for pauses."),
		crmWaits:   desc("voronka_crm_waiting", "Calls of the CRM that wait for their turn."),
		crmRest:    desc("voronka_crm_rest_seconds", "For how long nothing is sent since the CRM answered 429."),
		crmStop:    desc("voronka_crm_stopped_seconds", "For how long nothing is sent since the CRM refused everything (403, 401, 402)."),
		charged:    desc("voronka_charged_today_roubles", "What saved cards were charged today: in all (day), and for the plan charged most (plan).", "of"),
		cap:        desc("voronka_charge_cap_roubles", "How much of it there may be; nothing where there is no cap.", "of"),
		stopped:    desc("voronka_charges_stopped", "Whether charges of saved cards are switched off: 1, or 0."),
	}
}

// Describe implements prometheus.Collector.
func (m *budgetMeter) Describe(to chan<- *prometheus.Desc) {
	for _, one := range []*prometheus.Desc{
		m.sent, m.refused, m.allowed, m.crmSent, m.crmAllowed, m.crmWaits, m.crmRest, m.crmStop, m.charged, m.cap, m.stopped,
	} {
		to <- one
	}
}

// Collect implements prometheus.Collector.
func (m *budgetMeter) Collect(to chan<- prometheus.Metric) {
	show := func(desc *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, kind, value, labels...)
	}
	tally := m.service.sender.Tally()
	for name, of := range map[string]bot.Urgency{"reply": bot.Reply, "unasked": bot.Unasked, "bulk": bot.Bulk, "call": telegram.Call} {
		show(m.sent, prometheus.CounterValue, float64(tally.Sent[of]), name)
		show(m.refused, prometheus.CounterValue, float64(tally.Refused[of]), name)
		if allowed, bounded := tally.Allowed[of]; bounded {
			show(m.allowed, prometheus.GaugeValue, allowed, name)
		}
	}
	if m.service.amo != nil {
		budget := m.service.amo.Budget()
		show(m.crmSent, prometheus.CounterValue, float64(budget.Sent))
		for desc, value := range map[*prometheus.Desc]float64{
			m.crmAllowed: budget.Allowed, m.crmWaits: float64(budget.Waiting), m.crmRest: budget.Rest.Seconds(), m.crmStop: budget.Stop.Seconds(),
		} {
			show(desc, prometheus.GaugeValue, value)
		}
	}
	m.charges(to, show)
}

func (m *budgetMeter) charges(to chan<- prometheus.Metric, show func(*prometheus.Desc, prometheus.ValueType, float64, ...string)) {
	if m.service.bot == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	so, err := m.service.bot.Charged(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(m.charged, err)
		return
	}
	roubles := func(sum sales.Money) float64 { return float64(sum) / 100 }
	show(m.charged, prometheus.GaugeValue, roubles(so.Day), "day")
	show(m.charged, prometheus.GaugeValue, roubles(so.Plan), "plan")
	for of, limit := range map[string]sales.Money{"day": so.Caps.Day, "plan": so.Caps.Plan, "customer": so.Caps.Customer} {
		if limit > 0 {
			show(m.cap, prometheus.GaugeValue, roubles(limit), of)
		}
	}
	show(m.stopped, prometheus.GaugeValue, yes(so.Stopped != ""))
}
