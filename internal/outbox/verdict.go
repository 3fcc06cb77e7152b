package outbox

import (
	"cmp"
	"errors"
	"net/url"
	"strings"
	"time"

	"voronka/sales"
)

// end is what becomes of a job after a run.
type end int

const (
	done  end = iota // it leaves the queue
	again            // it waits in its place
	bury             // it waits aside, for an operator
)

func (e end) String() string { return [...]string{"done", "again", "buried"}[e] }

// verdict is a job as it is to be written, and where.
type verdict[T Queue] struct {
	Job
	end
	finish func(T) error
	took   time.Duration // by the handler
}

// panicLimit is how many panics bury a job.
const panicLimit = 3

// decide judges one run of a job.
func (r *Runner[T]) decide(job Job, route Route[T], settling bool, err error) verdict[T] {
	now := r.now()
	if err == nil {
		return verdict[T]{Job: job, end: done}
	}
	var known *sales.Error
	blind := !errors.As(err, &known)
	coded := sales.AsError(err)
	if !errors.Is(err, ErrUntried) {
		job.Attempts++
	}
	job.FailedAt = now
	job.Code, job.Error = coded.Code, reason(coded)
	unknown := route.Once && !settling && (blind || coded.Uncertain)
	if unknown && route.Settle == nil {
		return verdict[T]{Job: uncertain(job, now), end: bury}
	}
	if route.Once && !settling && !unknown {
		job.Began = false
	}
	switch {
	case coded.Action == sales.Stop:
		job.NotBefore = now.Add(max(coded.After, cmp.Or(r.StopWait, 15*time.Minute)))
	case coded.Action == sales.Bury && !unknown, spent(job, route.MaxAttempts):
		job.BuriedAt = now
		return verdict[T]{Job: job, end: bury}
	case coded.After > 0:
		job.NotBefore = now.Add(coded.After)
	default:
		job.NotBefore = now.Add(r.backoff(job))
	}
	return verdict[T]{Job: job, end: again}
}

// spent tells whether a job has failed too often to be tried again.
func spent(job Job, limit int) bool {
	if job.Code == CodePanic && (limit == 0 || limit > panicLimit) {
		limit = panicLimit
	}
	return limit > 0 && job.Attempts >= limit
}

// uncertain marks a job of unknown outcome; what is known goes into its text.
func uncertain(job Job, now time.Time) Job {
	how := "interrupted"
	if job.Code != "" && job.Code != CodeUncertain {
		how = strings.TrimSuffix(job.Code+": "+job.Error, ": ")
	}
	job.Code, job.Error, job.BuriedAt = CodeUncertain, how, now
	return job
}

func unrouted(job Job, now time.Time) Job {
	job.Code, job.Error, job.BuriedAt = CodeUnknownKind, "no handler for "+job.Kind, now
	return job
}

// reason is an error's text for operators. Addresses go: they may carry a token.
func reason(err *sales.Error) string {
	text := err.Message
	var request *url.Error
	switch {
	case text != "":
	case errors.As(err.Err, &request):
		text = request.Op + ": " + request.Err.Error()
	case err.Err != nil:
		text = err.Err.Error()
	}
	const limit = 500
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit]) + "…"
	}
	return text
}
