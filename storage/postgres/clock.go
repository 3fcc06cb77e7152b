package postgres

import (
	"time"
)

const (
	// wrongBy is how wrong a machine's clock may be before the database's is taken:
	// less cannot be told from the way of the question, and harms nobody.
	wrongBy = 20 * time.Millisecond
	// tellOf is how wrong it is when somebody should know.
	tellOf = 5 * time.Second
)

// Clock makes one clock of those of all replicas: the time that now tells, put
// right by the database's, which is asked with each beat. While the database is
// away what it was wrong by last is believed. It is called before Join.
func (r *Replica) Clock(now func() time.Time) func() time.Time {
	r.now = now
	return func() time.Time { return now().Add(time.Duration(r.behind.Load())) }
}

// read asks this machine's clock.
func (r *Replica) read() time.Time {
	if r.now == nil {
		return time.Now()
	}
	return r.now()
}

// compare puts the clock right by what the database's showed at a moment after
// asked, and before this.
func (r *Replica) compare(asked, theirs time.Time) {
	took := r.read().Sub(asked)
	if took < 0 || took > time.Second { // it jumped meanwhile, or nobody can tell
		return
	}
	behind := theirs.Sub(asked.Add(took / 2))
	before := time.Duration(r.behind.Load())
	if change := (behind - before).Abs(); change <= max(wrongBy, took) {
		return
	}
	r.behind.Store(int64(behind))
	if behind.Abs() >= tellOf || before.Abs() >= tellOf {
		r.log.Warn("this machine's clock is not the database's, whose time is taken", "behind by", behind.Round(time.Millisecond))
	}
}
