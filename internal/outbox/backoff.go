package outbox

import (
	"encoding/binary"
	"hash/fnv"
	"time"
)

const (
	firstBackoff = time.Second
	lastBackoff  = 10 * time.Minute
)

// backoff is how long a job waits after its last failed attempt.
func (r *Runner[T]) backoff(job Job) time.Duration {
	if r.Backoff != nil {
		return r.Backoff(job.Attempts)
	}
	wait := double(firstBackoff, lastBackoff, job.Attempts)
	return wait + time.Duration(float64(wait)/4*jitter(job))
}

// double is first, twice as much with each further attempt, at most last.
func double(first, last time.Duration, attempt int) time.Duration {
	for ; attempt > 1 && first < last; attempt-- {
		first *= 2
	}
	return min(first, last)
}

// jitter is a number from 0 to 1 that differs between jobs and attempts, and is
// the same each time: jobs that failed together come back apart.
func jitter(job Job) float64 {
	hash := fnv.New32a()
	_ = binary.Write(hash, binary.BigEndian, [2]int64{job.ID, int64(job.Attempts)})
	return float64(hash.Sum32()) / (1 << 32)
}
