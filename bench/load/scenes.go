package main

import (
	"cmp"
	"slices"
	"time"
)

// scenes are all that is measured.
func scenes(o options) []scene {
	base := scene{customers: 200, warm: 1500 * time.Millisecond, length: o.length, quiet: 10 * time.Second, runs: o.runs}
	with := func(name, about string, change func(*scene)) scene {
		s := base
		s.Name, s.About = name, about
		change(&s)
		if s.rate > 0 {
			s.length = 2 * s.length // so that the slowest hundredth are some
			if s.bots == nil {
				s.runs = 1
			}
		}
		return s
	}
	only := func(s *scene) { s.bots = []string{"voronka"} }
	return []scene{
		with("saturated", "200 customers at once, each speaks as soon as it hears", func(*scene) {}),
		with("steady", "250 updates a second from outside", func(s *scene) { s.rate = 250 }),
		with("slow-api", "the Bot API answers each send after 50 ms, 200 customers", func(s *scene) {
			s.delay, s.runs = 50*time.Millisecond, 1
		}),
		with("slow-api-1000", "the same with 1,000 customers at once", func(s *scene) {
			s.delay, s.customers, s.runs = 50*time.Millisecond, 1000, 1
		}),
		with("floods", "every fiftieth send is answered 429, retry_after 1", func(s *scene) { s.floodEvery, s.runs = 50, 1 }),
		with("kills", "nine SIGKILLs during 1,800 dialogs", func(s *scene) {
			s.dialogs, s.kills, s.quiet, s.runs = 1800, 9, 8*time.Second, 1
		}),
		with("crm-quick", "250 updates a second, a CRM that answers at once", func(s *scene) { only(s); s.rate, s.crm = 250, "quick" }),
		with("crm-hangs", "250 updates a second, a CRM that never answers", func(s *scene) { only(s); s.rate, s.crm = 250, "hangs" }),
		with("audience", "250 updates a second, 100,000 others in the store", func(s *scene) { only(s); s.rate, s.audience = 250, 100_000 }),
		with("broadcast", "the same while a broadcast goes to the 100,000", func(s *scene) {
			only(s)
			s.rate, s.audience, s.broadcast = 250, 100_000, true
		}),
		with("postgres", "PostgreSQL, one replica, all on the same cores", func(s *scene) { only(s); s.replicas, s.mode = 1, "webhook" }),
		with("postgres-3", "PostgreSQL, three replicas, all on the same cores", func(s *scene) { only(s); s.replicas, s.mode = 3, "webhook" }),
		with("thousand-new", "a store with 1,000 customers, and new ones", func(s *scene) {
			only(s)
			s.known, s.newcomers, s.runs, s.mode = 1000, true, 1, "polling"
		}),
		with("million-new", "a store with 1,000,000 customers, and new ones", func(s *scene) {
			only(s)
			s.known, s.newcomers, s.runs, s.mode = 1_000_000, true, 1, "polling"
		}),
		with("thousand", "a store with 1,000 customers, who come back at random", func(s *scene) { only(s); s.known, s.runs, s.mode = 1000, 1, "polling" }),
		with("million", "a store with 1,000,000 customers, who come back at random", func(s *scene) {
			only(s)
			s.known, s.runs, s.mode = 1_000_000, 1, "polling"
		}),
	}
}

// measure runs a scene with each bot in turn, several times over, and gives for
// each bot the run in the middle, by its rate or, where that was given, by its
// latency, with all that went wrong in any.
func (s scene) measure(bots []contender, mode string) ([]result, error) {
	all := map[string][]result{}
	for range max(1, s.runs) {
		for _, c := range bots {
			if s.bots != nil && !slices.Contains(s.bots, c.Name) {
				continue
			}
			r, err := s.run(c, mode)
			if err != nil {
				return nil, err
			}
			all[c.Name] = append(all[c.Name], r)
		}
	}
	var medians []result
	for _, c := range bots {
		if len(all[c.Name]) > 0 {
			medians = append(medians, s.median(all[c.Name]))
		}
	}
	return medians, nil
}

func (s scene) median(runs []result) result {
	of := func(r result) float64 { return r.PerSecond }
	if s.rate > 0 {
		of = func(r result) float64 { return r.P99 }
	}
	var sum tally
	for _, r := range runs {
		sum.Dialogs += r.Dialogs
		sum.Lost += r.Lost
		sum.Doubled += r.Doubled
		sum.Disordered += r.Disordered
		sum.Wrong += r.Wrong
	}
	slices.SortFunc(runs, func(a, b result) int { return cmp.Compare(of(a), of(b)) })
	r := runs[len(runs)/2]
	r.tally = sum
	return r
}
