package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"voronka/bench/botapi"
)

// scene is how a bot is driven.
type scene struct {
	Name, About string
	customers   int
	// bots are the only ones it is run with; nil: all. runs is how often.
	bots []string
	runs int
	// rate is inputs a second from outside; zero: each input follows its reply.
	rate float64
	// delay and floodEvery are faults of the Bot API.
	delay      time.Duration
	floodEvery int
	// dialogs is how many are held altogether, kills how often the bot is killed meanwhile.
	dialogs, kills int
	warm, length   time.Duration
	// quiet is how long a customer waits for a reply that does not come.
	quiet time.Duration
	// crm is how the CRM behaves, empty for none.
	crm string
	// known is how many customers the store has, who come back at random, or, where
	// newcomers is set, stay away while new ones come;
	// audience is how many others it has, who only listen to a broadcast.
	known, audience int
	newcomers       bool
	broadcast       bool
	// replicas is how many processes share a PostgreSQL; zero: one, on its own file.
	replicas int
	// mode is the only one it is run in; empty: each.
	mode string
	// bin is where the programs are.
	bin string
}

// result is what was measured.
type result struct {
	Bot, Mode, Scene string
	tally
	PerSecond, P50, P99, CPU float64 // CPU in microseconds per update
	// Ready is how long a start took; Own and Resident are the memory at rest
	// then, without and with mapped files, in megabytes.
	Ready, Own, Resident float64
}

func (r result) String() string {
	text := fmt.Sprintf("%-13s %-8s %-12s %7.0f/s  p50 %6.2f ms  p99 %7.2f ms  %6.1f µs CPU  %v",
		r.Scene, r.Mode, r.Bot, r.PerSecond, r.P50, r.P99, r.CPU, r.tally)
	if r.Resident > 0 {
		text += fmt.Sprintf("  ready in %.2f s, %.0f MB at rest, with mapped files %.0f MB", r.Ready, r.Own, r.Resident)
	}
	return text
}

// run drives one bot through one scene, in a folder of its own.
func (s scene) run(c contender, mode string) (r result, err error) {
	dir, err := os.MkdirTemp("", "voronka-bench-")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	api := &botapi.Server{Delay: s.delay, FloodEvery: s.floodEvery, RetryAfter: 1}
	listens := make([]string, max(1, s.replicas))
	for i := range listens {
		if listens[i], err = freeAddress(); err != nil {
			return r, err
		}
	}
	if s.replicas > 1 {
		api.Hosts = listens
	}
	crowd := newCrowd(api.Offer)
	api.Heard = crowd.heard
	if err := api.Listen(); err != nil {
		return r, err
	}
	defer api.Close()
	where := place{dir: dir, api: api.URL(), mode: mode, listen: listens[0], public: listens[0], roams: s.replicas > 0}
	extra, ends, err := s.surround(dir)
	defer ends()
	if err != nil {
		return r, err
	}
	where.extra = extra
	r = result{Bot: c.Name, Mode: mode, Scene: s.Name}
	began := time.Now()
	bot, err := c.start(where)
	if err != nil {
		return r, err
	}
	defer func() { bot.kill() }()
	for _, listen := range listens[1:] {
		where.listen = listen
		other, err := c.start(where)
		if err != nil {
			return r, err
		}
		defer other.kill()
	}
	if !api.Awaits(mode, 60*time.Second) {
		return r, fmt.Errorf("%s does not come up:\n%s", c.Name, tail(dir))
	}
	r.Ready = time.Since(began).Seconds()
	if s.known > 0 {
		crowd.known, crowd.newcomers = s.known, s.newcomers
		time.Sleep(3 * time.Second)
		own, resident := bot.memory()
		r.Own, r.Resident = float64(own)/(1<<20), float64(resident)/(1<<20)
	}
	if s.broadcast {
		if err := broadcast(c, where); err != nil {
			return r, fmt.Errorf("%w\n%s", err, tail(dir))
		}
	}
	if s.kills > 0 {
		bot, err = s.torment(c, where, bot, crowd)
	} else {
		s.watch(&r, bot, crowd)
	}
	r.tally = crowd.leave(s.quiet)
	if r.Lost > 0 {
		fmt.Fprintf(os.Stderr, "%s %s %s: %v\n%s\n", c.Name, mode, s.Name, r.tally, tail(dir))
	}
	return r, err
}

// watch measures for a while.
func (s scene) watch(r *result, bot *process, crowd *crowd) {
	stop := make(chan struct{})
	if s.rate > 0 {
		crowd.idle = make(chan *customer, s.customers)
		go crowd.pace(crowd.idle, s.rate, stop)
	}
	crowd.come(s.customers)
	time.Sleep(s.warm)
	before, cpu, began := crowd.mark(), bot.cpu(), time.Now()
	time.Sleep(s.length)
	after, waits := crowd.take()
	seconds := time.Since(began).Seconds()
	used := bot.cpu() - cpu
	n := float64(after.Replies - before.Replies)
	slices.Sort(waits)
	r.PerSecond, r.P50, r.P99 = n/seconds, share(waits, 0.5), share(waits, 0.99)
	if n > 0 {
		r.CPU = float64(used.Microseconds()) / n
	}
	if crowd.idle != nil {
		close(stop)
		crowd.finishIdle() // who stands idle has nothing open
	}
}

// torment kills the bot at random moments and starts it again.
func (s scene) torment(c contender, where place, bot *process, crowd *crowd) (*process, error) {
	crowd.limit = s.dialogs
	crowd.come(s.customers)
	for kill := range s.kills {
		for goal := s.dialogs * (kill + 1) / (s.kills + 1); !crowd.reached(goal, 2*s.quiet); {
			time.Sleep(10 * time.Millisecond)
			crowd.giveUp(s.quiet)
		}
		time.Sleep(rand.N(20 * time.Millisecond))
		bot.kill()
		var err error
		if bot, err = c.start(where); err != nil {
			return bot, err
		}
	}
	for !crowd.reached(s.dialogs, 2*s.quiet) {
		time.Sleep(10 * time.Millisecond)
		crowd.giveUp(s.quiet)
	}
	return bot, nil
}

// share is a quantile of sorted values.
func share(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

// tail is the end of what a bot said.
func tail(dir string) string {
	raw, err := os.ReadFile(dir + "/output")
	if err != nil {
		return err.Error()
	}
	return string(raw[max(0, len(raw)-2000):])
}
