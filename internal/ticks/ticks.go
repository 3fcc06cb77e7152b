// Package ticks repeats what has to be looked at again and again.
package ticks

import (
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"

	"github.com/robfig/cron/v3"
)

// Tick is something to be done again and again.
type Tick struct {
	// Name is for the log.
	Name string
	// Spec is cron's expression: "@every 1m".
	Spec string
	Do   func()
}

// Start does each by its expression until stop is called, which waits for those
// under way. One is left out while the one before it lasts, and survives its panics.
func Start(log *slog.Logger, all ...Tick) (stop func(), err error) {
	table := cron.New(cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger)))
	for _, one := range all {
		if _, err := table.AddFunc(one.Spec, func() { Survive(log, one.Name, one.Do) }); err != nil {
			return nil, fmt.Errorf("schedule %s: %w", one.Name, err)
		}
	}
	table.Start()
	return func() { <-table.Stop().Done() }, nil
}

// Survive does something and logs its panic with the stack. What was panicked
// with is told where it is the runtime's word: others may hold what a customer said.
func Survive(log *slog.Logger, name string, do func()) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		what := fmt.Sprintf("%T", p)
		if err, is := p.(runtime.Error); is {
			what = err.Error()
		}
		log.Error("the clock panicked", "tick", name, "panic", what, "stack", string(debug.Stack()))
	}()
	do()
}
