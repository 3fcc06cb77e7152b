package storage

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/bits"
	"slices"
)

// Record is one thing that a store keeps, in the form in which every store can
// give and take it.
type Record struct {
	// Kind is one of the kinds below.
	Kind string
	// Key is the record's id; of a journal's line its contact.
	Key string
	// Number is a line's or an entry's, a job's place in its lane, a counter's
	// value; of an input when it was seen, in microseconds since 1970, rounded up.
	Number int64
	// Body is the record as JSON; a ref's value as it is.
	Body []byte
}

// The kinds of records, in the order in which they are carried.
const (
	RecordCounter      = "counters"
	RecordInput        = "inputs"
	RecordContact      = "contacts"
	RecordSession      = "sessions"
	RecordLine         = "journal"
	RecordOrder        = "orders"
	RecordPayment      = "payments"
	RecordSubscription = "subscriptions"
	RecordRefund       = "refunds"
	RecordEntry        = "ledger"
	RecordNotification = "notifications"
	RecordRef          = "refs"
	RecordVersion      = "versions"
	RecordPublished    = "published"
	RecordJob          = "jobs"
	RecordBuried       = "buried"
)

// CounterJobs is the counter of the jobs' ids.
const CounterJobs = "jobs"

// Carrier is a store whose records can be carried into another one.
type Carrier interface {
	Store
	// Records goes through everything that is kept, on one snapshot.
	Records(ctx context.Context, each func(Record) error) error
	// Fill writes records into a store that is empty, and checks that it is
	// (ErrNotEmpty). Where it fails the store must not be used.
	Fill(ctx context.Context, records iter.Seq2[Record, error]) error
}

// ErrNotEmpty is returned by a store that is to be filled but holds something.
var ErrNotEmpty = errors.New("the store is not empty")

// Tally counts records and sums them up by kind, in whatever order they come:
// two stores with the same tally hold the same.
type Tally struct{ kinds map[string]*Sum }

// Sum is the tally of one kind.
type Sum struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
	// Check is the sum of the records' SHA-256.
	Check [4]uint64 `json:"check"`
}

// Add takes a record into account.
func (t *Tally) Add(r Record) {
	if t.kinds == nil {
		t.kinds = map[string]*Sum{}
	}
	sum := t.kinds[r.Kind]
	if sum == nil {
		sum = &Sum{Kind: r.Kind}
		t.kinds[r.Kind] = sum
	}
	sum.Count++
	hash := sha256.New()
	_ = binary.Write(hash, binary.BigEndian, []int64{int64(len(r.Kind)), int64(len(r.Key)), r.Number})
	hash.Write([]byte(r.Kind))
	hash.Write([]byte(r.Key))
	hash.Write(r.Body)
	digest, carry := hash.Sum(nil), uint64(0)
	for i := range sum.Check {
		sum.Check[i], carry = bits.Add64(sum.Check[i], binary.LittleEndian.Uint64(digest[8*i:]), carry)
	}
}

// Sums lists the tallies by kind.
func (t *Tally) Sums() []Sum {
	var all []Sum
	for _, kind := range slices.Sorted(maps.Keys(t.kinds)) {
		all = append(all, *t.kinds[kind])
	}
	return all
}

// Carry fills an empty store with all that another one holds, and reads it back:
// it fails unless every kind has come over with the same count and checksum.
func Carry(ctx context.Context, from, to Carrier) (*Tally, error) {
	sent, kept := &Tally{}, &Tally{}
	err := to.Fill(ctx, func(yield func(Record, error) bool) {
		err := from.Records(ctx, func(r Record) error {
			sent.Add(r)
			if !yield(r, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(Record{}, err)
		}
	})
	if err != nil {
		return sent, fmt.Errorf("carry records: %w", err)
	}
	if err := to.Records(ctx, func(r Record) error { kept.Add(r); return nil }); err != nil {
		return sent, fmt.Errorf("read the records back: %w", err)
	}
	if want, got := sent.Sums(), kept.Sums(); !slices.Equal(want, got) {
		return sent, fmt.Errorf("%w: sent %v, found %v", ErrNotCarried, want, got)
	}
	return sent, nil
}

// ErrNotCarried means that a copy is not what it was copied from.
var ErrNotCarried = errors.New("the copy differs")

// errStopped ends the reading of a store whose records nobody takes any more.
var errStopped = errors.New("stopped")
