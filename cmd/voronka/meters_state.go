package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"voronka/bot"
)

// stateMeter looks, when it is asked, at what bounds the bot: Telegram's budget,
// the room on the disk, the last backup, and who leads.
type stateMeter struct {
	service                            *service
	room, rest, written, backup, leads *prometheus.Desc
}

func newStateMeter(s *service) *stateMeter {
	by := []string{"urgency"}
	return &stateMeter{
		service: s,
		room:    prometheus.NewDesc("voronka_telegram_room", "Messages that could be sent at this moment, by urgency: unasked, bulk. An answer waits for none.", by, nil),
		rest:    prometheus.NewDesc("voronka_telegram_rest_seconds", "For how long Telegram wants to be left alone, by urgency: reply, unasked, bulk.", by, nil),
		written: prometheus.NewDesc("voronka_store_writable", "Whether the database can be written: 1, or 0.", nil, nil),
		backup:  prometheus.NewDesc("voronka_backup_age_seconds", "Age of the newest hourly copy; nothing where there is none.", nil, nil),
		leads:   prometheus.NewDesc("voronka_leads", "Whether this process polls and keeps the clock: 1, or 0. Alone it always does.", nil, nil),
	}
}

// Describe implements prometheus.Collector.
func (m *stateMeter) Describe(to chan<- *prometheus.Desc) {
	for _, one := range []*prometheus.Desc{m.room, m.rest, m.written, m.backup, m.leads} {
		to <- one
	}
}

// Collect implements prometheus.Collector.
func (m *stateMeter) Collect(to chan<- prometheus.Metric) {
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	s := m.service
	for name, of := range map[string]bot.Urgency{"reply": bot.Reply, "unasked": bot.Unasked, "bulk": bot.Bulk} {
		gauge(m.rest, max(0, s.sender.Rests(of).Sub(s.now()).Seconds()), name)
		if of != bot.Reply {
			gauge(m.room, float64(max(0, s.sender.Room(of))), name)
		}
	}
	gauge(m.written, yes(s.pen.trouble() == ""))
	gauge(m.leads, yes(s.replica == nil || s.replica.Leads()))
	if s.Backups == "" {
		return
	}
	if taken, err := listSnapshots(s.Backups); err == nil {
		if last, found := newest(taken, s.now()); found {
			gauge(m.backup, s.now().Sub(last.at).Seconds())
		}
	}
}

func yes(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
