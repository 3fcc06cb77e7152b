package postgres

import "sync/atomic"

// crew are goroutines that wait for the next update to run. Those that are made
// for each one grow their stacks anew each time, which took a tenth of a busy
// process's time.
type crew struct {
	idle   chan func()
	idlers atomic.Int32
	// closed ends those who wait.
	closed <-chan struct{}
}

func newCrew(closed <-chan struct{}) *crew { return &crew{idle: make(chan func()), closed: closed} }

// do runs something beside its caller.
func (c *crew) do(work func()) {
	select {
	case c.idle <- work: // somebody has nothing to do
	default:
		go c.member(work)
	}
}

func (c *crew) member(work func()) {
	for {
		work()
		if c.idlers.Add(1) > groupLimit {
			c.idlers.Add(-1)
			return
		}
		select {
		case work = <-c.idle:
			c.idlers.Add(-1)
		case <-c.closed:
			return
		}
	}
}
