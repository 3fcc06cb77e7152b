// Package outbox keeps promises to the outside world: a job is written in the
// transaction that decided on it and runs after the commit, until it succeeds
// or is buried. Jobs of one lane run one after another in the order they were
// enqueued; lanes run side by side.
package outbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"voronka/internal/codec"
)

// Lane is one contact at one destination: "chat/tg:42", "crm/tg:42".
type Lane string

// Destination is the part of a lane's name before its first slash, empty when
// there is none: "chat", "crm".
func (l Lane) Destination() string {
	destination, _, found := strings.Cut(string(l), "/")
	if !found {
		return ""
	}
	return destination
}

// Whole stands for all lanes of a destination, in a set of lanes to be skipped.
func Whole(destination string) Lane { return Lane(destination + "/") }

// ErrUnknownJob is returned for a job that is not, or no more, in the queue.
var ErrUnknownJob = errors.New("unknown job")

// Job is one promise.
type Job struct {
	// ID is given by the queue and grows with the order of enqueueing.
	ID   int64
	Lane Lane
	Kind string
	// Payload is the job's own data as JSON.
	Payload    json.RawMessage
	EnqueuedAt time.Time
	// NotBefore is when it may run (again); the lane waits for it.
	NotBefore time.Time
	// Attempts counts the runs that failed.
	Attempts int
	// FailedAt is when it was put off last; NotBefore is counted from it.
	FailedAt time.Time `json:",omitzero"`
	// Began is set and committed before the run of a job that must not be
	// done twice. Found set at the start of a run, its outcome is unknown.
	Began bool
	// Code and Error tell why the last run failed.
	Code, Error string
	// BuriedAt is set when only an operator can decide; the lane goes on without it.
	BuriedAt time.Time
}

// New makes a job of any JSON-encodable payload.
func New(lane Lane, kind string, payload any, at time.Time) (Job, error) {
	raw, err := codec.Marshal(payload)
	if err != nil {
		return Job{}, fmt.Errorf("encode %s job: %w", kind, err)
	}
	return Job{Lane: lane, Kind: kind, Payload: raw, EnqueuedAt: at, NotBefore: at}, nil
}

// Queue is what a transaction must offer to keep jobs. Its verbs take part in
// the transaction they are called in. Find, Save, Remove, Bury and Revive answer
// ErrUnknownJob where there is no such job.
type Queue interface {
	// Enqueue appends the job to its lane and gives it an ID.
	Enqueue(Job) (Job, error)
	// Head is the first unburied job of a lane; false when the lane is empty.
	Head(Lane) (Job, bool, error)
	// Find is a job by its ID, buried or not.
	Find(id int64) (Job, error)
	// Lane lists up to limit unburied jobs of a lane, its head first.
	Lane(lane Lane, limit int) ([]Job, error)
	// Save replaces a job by its ID where it stands; it keeps its lane.
	Save(Job) error
	// Remove takes a job that is done, or given up, out of the queue, buried or not.
	Remove(Job) error
	// Bury takes a job out of its lane and keeps it, as it is given, for an operator.
	Bury(Job) error
	// Revive puts a buried job at the head of its lane, ready now, with its
	// attempts and its beginning forgotten; Code still tells why it was buried.
	Revive(id int64, now time.Time) (Job, error)
	// Ready lists up to limit lanes whose head may run at now, longest waiting
	// first, leaving out those in skip and those of a destination whose Whole
	// is in skip. next is when the earliest of the lanes neither listed nor
	// left out becomes, or became, ready; zero when there is none.
	Ready(now time.Time, limit int, skip map[Lane]bool) (lanes []Lane, next time.Time, err error)
	// Waiting lists up to limit jobs in the order of their IDs, Buried likewise.
	Waiting(limit int) ([]Job, error)
	Buried(limit int) ([]Job, error)
	// Latest lists up to limit unburied jobs whose IDs are below the given one
	// (0: all), the latest first.
	Latest(below int64, limit int) ([]Job, error)
}
