package outbox

import (
	"context"
	"errors"
	"time"
)

// Handler does one job, outside any transaction. What finish writes (it may be
// nil) is committed together with the removal of the job; like any transaction
// it may run twice. An error tells what to do about it: see sales.Error.
type Handler[T Queue] func(ctx context.Context, job Job) (finish func(T) error, err error)

// Route is how jobs of one kind are done.
type Route[T Queue] struct {
	Handle Handler[T]
	// Once is set for what must not be done twice: that a run begins is
	// committed before it does. Only a coded error that is not Uncertain proves
	// that nothing was done, and lets Handle run again. After any other end (a
	// crash, a panic, an error without a code) the outcome is unknown.
	Once bool
	// Settle runs instead of Handle when the outcome of an earlier run is
	// unknown: it asks the other side, does what was not done, and finishes the
	// job; it runs until it succeeds or is buried. Where it is nil, a job of
	// unknown outcome is buried with CodeUncertain.
	Settle Handler[T]
	// MaxAttempts is how many failed runs bury a job; zero lets it try for ever.
	MaxAttempts int
	// Timeout ends the context of one run (one minute).
	Timeout time.Duration
}

// ErrUntried in a handler's error tells that the run came to nothing through no
// fault of the job: it counts neither as an attempt nor towards MaxAttempts. The
// error says with After when to come back.
var ErrUntried = errors.New("the job was not tried")

// Codes of jobs that the runner itself gave up. A handler's own codes stand
// beside them.
const (
	CodeUncertain   = "uncertain"    // nobody knows whether it was done; Error tells how it ended
	CodeUnknownKind = "unknown_kind" // no route for its kind
	CodePanic       = "panic"        // the handler panicked
	CodeTimeout     = "timeout"      // the handler was not ready in time
	CodeUnfinished  = "unfinished"   // it was done, but what it had to write was refused
)
