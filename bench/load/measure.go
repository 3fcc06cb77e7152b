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
	Name      string
	customers int
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
	extra []string
}

// result is what was measured.
type result struct {
	Bot, Mode, Scene string
	tally
	PerSecond, P50, P99, CPU float64 // CPU in microseconds per update
}

// run drives one bot through one scene, in a folder of its own.
func (s scene) run(c contender, mode string) (r result, err error) {
	dir, err := os.MkdirTemp("", "voronka-bench-")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	api := &botapi.Server{Delay: s.delay, FloodEvery: s.floodEvery, RetryAfter: 1}
	crowd := newCrowd(api.Offer)
	api.Heard = crowd.heard
	if err := api.Listen(); err != nil {
		return r, err
	}
	defer api.Close()
	listen, err := freeAddress()
	if err != nil {
		return r, err
	}
	where := place{dir: dir, api: api.URL(), mode: mode, listen: listen, extra: s.extra}
	bot, err := c.start(where)
	if err != nil {
		return r, err
	}
	defer func() { bot.kill() }()
	if !api.Awaits(mode, 15*time.Second) {
		return r, fmt.Errorf("%s does not come up:\n%s", c.Name, tail(dir))
	}
	r = result{Bot: c.Name, Mode: mode, Scene: s.Name}
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
		for goal := s.dialogs * (kill + 1) / (s.kills + 1); !crowd.reached(goal, s.quiet); {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(rand.N(20 * time.Millisecond))
		bot.kill()
		var err error
		if bot, err = c.start(where); err != nil {
			return bot, err
		}
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
