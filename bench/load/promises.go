package main

import "fmt"

// promise is a number that Voronka has to reach in the same run as its rivals.
type promise struct {
	what, wanted, measured string
	kept                   bool
}

func (p promise) String() string {
	mark := "ok    "
	if !p.kept {
		mark = "MISSED"
	}
	return fmt.Sprintf("%s  %s: %s (wanted %s)", mark, p.what, p.measured, p.wanted)
}

// conclude prints what was proved, and what was not.
func (b report) conclude() {
	fmt.Println("\nWhat was proved:")
	kept, all := 0, b.promises()
	for _, one := range all {
		fmt.Println(one)
		if one.kept {
			kept++
		}
	}
	fmt.Printf("%d of %d promises are kept by the medians of this run.\n", kept, len(all))
	for _, mode := range b.modes() {
		for _, rival := range []string{"bound", "handwritten", "grammy"} {
			if _, found := b.find(rival, mode, "saturated"); !found {
				fmt.Printf("Not compared: %s was not measured by %s.\n", rival, mode)
			}
		}
	}
}

// promises are all that can be judged by what was measured.
func (b report) promises() []promise {
	var all []promise
	for _, mode := range b.modes() {
		all = append(all, b.saturated(mode)...)
		all = append(all, b.steady(mode)...)
		all = append(all, b.faults(mode)...)
		all = append(all, b.large(mode)...)
	}
	return all
}

func (b report) saturated(mode string) (all []promise) {
	own, found := b.find("voronka", mode, "saturated")
	if !found {
		return nil
	}
	// The hand-written bot's two modes differ less than what surrounds them.
	wanted := map[string]float64{"bound": 0.5, "handwritten": 1.8, "grammy": 3}
	if mode == "webhook" {
		wanted["handwritten"] = 1.25
	}
	for _, rival := range []string{"bound", "handwritten", "grammy"} {
		other, found := b.find(rival, mode, "saturated")
		if !found || other.PerSecond == 0 {
			continue
		}
		ratio := own.PerSecond / other.PerSecond
		all = append(all, promise{mode + ": speed beside " + rival, fmt.Sprintf("≥ %.2f×", wanted[rival]), fmt.Sprintf("%.2f×", ratio), ratio >= wanted[rival]})
	}
	return append(all,
		promise{mode + ": p99 when saturated", "≤ 35 ms", fmt.Sprintf("%.1f ms", own.P99), own.P99 <= 35},
		promise{mode + ": processor time of an update", "≤ 80 µs", fmt.Sprintf("%.0f µs", own.CPU), own.CPU <= 80},
		nothingWrong(mode+": lost, doubled or disordered when saturated", own.Lost+own.Doubled+own.Disordered+own.Wrong))
}

func (b report) steady(mode string) (all []promise) {
	own, found := b.find("voronka", mode, "steady")
	if found {
		all = append(all, promise{mode + ": p99 at 250 updates/s", "≤ 3 ms", fmt.Sprintf("%.2f ms", own.P99), own.P99 <= 3})
	}
	quick, found := b.find("voronka", mode, "crm-quick")
	hangs, also := b.find("voronka", mode, "crm-hangs")
	if found && also && quick.P99 > 0 {
		change := hangs.P99/quick.P99 - 1
		all = append(all, promise{mode + ": p99 with a CRM that hangs", "< +10 %", fmt.Sprintf("%+.0f %%", change*100), change < 0.1})
	}
	return all
}

func (b report) faults(mode string) (all []promise) {
	for _, name := range []string{"slow-api", "slow-api-1000"} {
		if own, found := b.find("voronka", mode, name); found {
			wanted := 6000.0
			if name == "slow-api" {
				// One message to a customer at a time: 200 of them hear no more than 4,000 a second.
				wanted = 3000
			}
			all = append(all, promise{mode + ": " + name, fmt.Sprintf("≥ %.0f/s", wanted), fmt.Sprintf("%.0f/s", own.PerSecond), own.PerSecond >= wanted})
		}
	}
	for _, name := range []string{"floods", "kills"} {
		if own, found := b.find("voronka", mode, name); found {
			all = append(all, nothingWrong(mode+": lost or disordered with "+name, own.Lost+own.Disordered+own.Wrong))
		}
	}
	return all
}

func (b report) large(mode string) (all []promise) {
	all = append(b.broadcasts(mode), b.postgres(mode)...)
	all = append(all, b.slower(mode, "a new customer's input", "thousand-new", "million-new")...)
	large, found := b.find("voronka", mode, "million")
	if !found {
		return all
	}
	all = append(all, b.slower(mode, "the input of one who comes back", "thousand", "million")...)
	return append(all,
		promise{mode + ": memory at rest with 1,000,000 customers", "< 150 MB", fmt.Sprintf("%.0f MB", large.Resident), large.Resident < 150},
		promise{mode + ": ready with 1,000,000 customers", "≤ 1 s", fmt.Sprintf("%.2f s", large.Ready), large.Ready <= 1})
}

// slower is how much more processor time an input takes in a large store.
func (b report) slower(mode, whose, small, large string) []promise {
	few, found := b.find("voronka", mode, small)
	many, also := b.find("voronka", mode, large)
	if !found || !also || few.CPU == 0 {
		return nil
	}
	change := many.CPU/few.CPU - 1
	what := fmt.Sprintf("%s: %s with 1,000,000 customers beside 1,000", mode, whose)
	return []promise{{what, "≤ +20 %", fmt.Sprintf("%+.0f %%", change*100), change <= 0.2}}
}

func (b report) broadcasts(mode string) []promise {
	quiet, found := b.find("voronka", mode, "audience")
	busy, also := b.find("voronka", mode, "broadcast")
	if !found || !also || quiet.P99 == 0 {
		return nil
	}
	times := busy.P99 / quiet.P99
	return []promise{{mode + ": p99 of replies during a broadcast to 100,000", "< 2×", fmt.Sprintf("%.2f×", times), times < 2}}
}

func (b report) postgres(mode string) (all []promise) {
	one, found := b.find("voronka", mode, "postgres")
	if !found {
		return nil
	}
	all = append(all, promise{mode + ": PostgreSQL, one replica", "≥ 3000/s", fmt.Sprintf("%.0f/s", one.PerSecond), one.PerSecond >= 3000})
	if three, found := b.find("voronka", mode, "postgres-3"); found && one.PerSecond > 0 {
		ratio := three.PerSecond / one.PerSecond
		all = append(all, promise{mode + ": three replicas beside one", "≥ 0.80×", fmt.Sprintf("%.2f×", ratio), ratio >= 0.8})
	}
	return all
}

func nothingWrong(what string, n int) promise {
	return promise{what, "0", fmt.Sprint(n), n == 0}
}
