package main

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/storage"
)

// meters are what /metrics shows: counts and times by kind. No label names a
// person, a chat or an order.
type meters struct {
	registry *prometheus.Registry
	turns    *prometheus.HistogramVec
	runs     *prometheus.HistogramVec
	commits  prometheus.Histogram
	group    prometheus.Histogram
	notices  *prometheus.CounterVec
}

// upToMinute has bounds from half a millisecond to half a minute, in seconds.
func upToMinute() []float64 { return prometheus.ExponentialBuckets(0.0005, 3, 11) }

func newMeters() *meters {
	histogram := func(name, help string, bounds []float64) prometheus.HistogramOpts {
		return prometheus.HistogramOpts{Name: name, Help: help, Buckets: bounds}
	}
	m := &meters{
		registry: prometheus.NewRegistry(),
		turns: prometheus.NewHistogramVec(histogram("voronka_turn_seconds",
			"From an input's arrival to its commit, by the kind of input and whether it was committed.", upToMinute()), []string{"kind", "committed"}),
		runs: prometheus.NewHistogramVec(histogram("voronka_job_seconds",
			"Runs of jobs, by kind and by how they ended: done, again, buried.", upToMinute()), []string{"kind", "end"}),
		commits: prometheus.NewHistogram(histogram("voronka_commit_seconds", "What a commit to the disk took.", upToMinute())),
		group: prometheus.NewHistogram(histogram("voronka_commit_updates",
			"How many updates shared a commit.", prometheus.ExponentialBuckets(1, 2, 9))),
		notices: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "voronka_notifications_total",
			Help: "Notifications of payment providers, by how they ended: accepted, idle, unknown, stranger, forged, unreadable, failed."}, []string{"provider", "end"}),
	}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.turns, m.runs, m.commits, m.group, m.notices)
	return m
}

func (m *meters) handled(in flows.Input, took time.Duration, err error) {
	committed := "yes"
	if err != nil {
		committed = "no"
	}
	m.turns.WithLabelValues(string(in.Kind), committed).Observe(took.Seconds())
}

func (m *meters) ran(job outbox.Job, how string, took time.Duration) {
	m.runs.WithLabelValues(job.Kind, how).Observe(took.Seconds())
}

func (m *meters) committed(updates int, took time.Duration) {
	m.commits.Observe(took.Seconds())
	m.group.Observe(float64(updates))
}

func (m *meters) noticed(provider, ending string) {
	m.notices.WithLabelValues(provider, ending).Inc()
}

// queueMeter looks at the queue when it is asked.
type queueMeter struct {
	store                                storage.Store
	now                                  func() time.Time
	waiting, buried, queued, oldest, due *prometheus.Desc
}

func newQueueMeter(store storage.Store, now func() time.Time) *queueMeter {
	by := []string{"destination"}
	return &queueMeter{
		store: store, now: now,
		waiting: prometheus.NewDesc("voronka_jobs_waiting", "Jobs that wait for their run, at most 10000.", nil, nil),
		buried:  prometheus.NewDesc("voronka_jobs_buried", "Jobs that wait for an operator, at most 10000.", nil, nil),
		queued:  prometheus.NewDesc("voronka_jobs_queued", "Those that wait for their run, by destination: of the 10000 oldest and the 10000 newest.", by, nil),
		oldest:  prometheus.NewDesc("voronka_jobs_oldest_seconds", "Age of the oldest job that waits, of as many.", by, nil),
		due:     prometheus.NewDesc("voronka_jobs_late_seconds", "For how long the lane that is behind most could have run already.", by, nil),
	}
}

// Describe implements prometheus.Collector.
func (q *queueMeter) Describe(to chan<- *prometheus.Desc) {
	for _, one := range []*prometheus.Desc{q.waiting, q.buried, q.queued, q.oldest, q.due} {
		to <- one
	}
}

// queueDepth is how many jobs a scrape looks at from either end of the queue: it
// must stay cheap when the queue is not, and a CRM that is down for long must not
// hide what waits for Telegram behind what waits for it.
const queueDepth = 10_000

// Collect implements prometheus.Collector.
func (q *queueMeter) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var waiting, newest, buried []outbox.Job
	var late map[string]float64
	err := q.store.View(ctx, func(tx storage.Tx) (err error) {
		if waiting, err = tx.Waiting(queueDepth); err != nil {
			return err
		}
		if len(waiting) == queueDepth {
			if newest, err = tx.Latest(0, queueDepth); err != nil {
				return err
			}
		}
		if late, err = lateness(tx, q.now()); err != nil {
			return err
		}
		buried, err = tx.Buried(queueDepth)
		return err
	})
	if err != nil {
		to <- prometheus.NewInvalidMetric(q.waiting, err)
		return
	}
	to <- prometheus.MustNewConstMetric(q.waiting, prometheus.GaugeValue, float64(len(waiting)))
	to <- prometheus.MustNewConstMetric(q.buried, prometheus.GaugeValue, float64(len(buried)))
	q.byDestination(to, bothEnds(waiting, newest), late)
}

// bothEnds joins the oldest jobs with the newest, which come newest first.
func bothEnds(oldest, newest []outbox.Job) []outbox.Job {
	if len(oldest) == 0 {
		return oldest
	}
	last := oldest[len(oldest)-1].ID
	for _, job := range slices.Backward(newest) {
		if job.ID > last {
			oldest = append(oldest, job)
		}
	}
	return oldest
}

func (q *queueMeter) byDestination(to chan<- prometheus.Metric, waiting []outbox.Job, late map[string]float64) {
	now, count, oldest := q.now(), map[string]float64{}, map[string]float64{}
	for _, job := range waiting {
		where := job.Lane.Destination()
		count[where]++
		oldest[where] = max(oldest[where], now.Sub(job.EnqueuedAt).Seconds())
		late[where] = max(late[where], 0)
	}
	for desc, values := range map[*prometheus.Desc]map[string]float64{q.queued: count, q.oldest: oldest, q.due: late} {
		for where, value := range values {
			to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, where)
		}
	}
}
