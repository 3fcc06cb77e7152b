package bolt

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"strconv"
	"time"

	"voronka/internal/codec"
	"voronka/internal/outbox"
	"voronka/storage"
)

var _ storage.Carrier = (*Store)(nil)

// carriedBucket is a bucket that holds records of a kind.
type carriedBucket struct {
	kind string
	name bucket
}

// carried are the buckets that hold records. All others are indexes of theirs.
func carried() []carriedBucket {
	return []carriedBucket{
		{storage.RecordInput, bucketInputs}, {storage.RecordContact, bucketContacts}, {storage.RecordSession, bucketSessions},
		{storage.RecordLine, bucketJournal}, {storage.RecordOrder, bucketOrders}, {storage.RecordPayment, bucketPayments},
		{storage.RecordSubscription, bucketSubscriptions}, {storage.RecordRefund, bucketRefunds}, {storage.RecordEntry, bucketLedger},
		{storage.RecordNotification, bucketRecords}, {storage.RecordRef, bucketRefs}, {storage.RecordVersion, bucketVersions},
		{storage.RecordPublished, bucketPublished}, {storage.RecordJob, bucketJobs}, {storage.RecordBuried, bucketBuried},
	}
}

// Records implements storage.Carrier.
func (s *Store) Records(ctx context.Context, each func(storage.Record) error) error {
	return s.View(ctx, func(view storage.Tx) error {
		t := view.(*tx)
		last := int64(t.in(bucketJobs).Sequence())
		if err := each(storage.Record{Kind: storage.RecordCounter, Key: storage.CounterJobs, Number: last}); err != nil {
			return err
		}
		for _, one := range carried() {
			for key, value := range t.scan(one.name, nil) {
				record, err := read(one.kind, key, value)
				if err == nil {
					err = each(record)
				}
				if err != nil {
					return fmt.Errorf("read %s: %w", one.name, err)
				}
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return nil
	})
}

// read gives what stands in a bucket as a record.
func read(kind string, key, value []byte) (storage.Record, error) {
	r := storage.Record{Kind: kind, Key: string(key), Body: bytes.Clone(value)}
	switch kind {
	case storage.RecordInput:
		r.Number, r.Body = microseconds(readMoment(value)), nil
	case storage.RecordLine:
		contact, line := readText(key)
		r.Key, r.Number = contact, readNumber(line)
	case storage.RecordEntry:
		r.Key, r.Number = "", readNumber(key)
	case storage.RecordPublished:
		r.Key = string(key[momentSize:])
	case storage.RecordBuried:
		r.Key = strconv.FormatInt(readNumber(key), 10)
	case storage.RecordJob:
		var job placed
		if err := codec.Unmarshal(value, &job); err != nil {
			return r, err
		}
		body, err := codec.Marshal(job.Job)
		if err != nil {
			return r, err
		}
		r.Key, r.Number, r.Body = strconv.FormatInt(job.ID, 10), job.Place, body
	}
	return r, nil
}

// microseconds rounds up.
func microseconds(t time.Time) int64 {
	if t.Nanosecond()%1000 != 0 {
		t = t.Truncate(time.Microsecond).Add(time.Microsecond)
	}
	return t.UnixMicro()
}

// fillStep is how many records share a transaction.
const fillStep = 1000

// Fill implements storage.Carrier.
func (s *Store) Fill(ctx context.Context, from iter.Seq2[storage.Record, error]) error {
	if err := s.empty(ctx); err != nil {
		return err
	}
	var step []storage.Record
	write := func() error {
		return s.Update(ctx, func(update storage.Tx) error {
			for _, r := range step {
				if err := update.(*tx).take(r); err != nil {
					return fmt.Errorf("take %s: %w", r.Kind, err)
				}
			}
			return nil
		})
	}
	for r, err := range from {
		if err == nil {
			step = append(step, r)
		}
		if err == nil && len(step) == fillStep {
			err = write()
			step = step[:0]
		}
		if err != nil {
			return err
		}
	}
	return write()
}

func (s *Store) empty(ctx context.Context) error {
	return s.View(ctx, func(view storage.Tx) error {
		for _, name := range buckets() {
			if key, _ := view.(*tx).in(name).Cursor().First(); key != nil {
				return storage.ErrNotEmpty
			}
		}
		return nil
	})
}

// take writes a record with its place in the indexes. Its body stays as it is.
func (t *tx) take(r storage.Record) error {
	switch r.Kind {
	case storage.RecordCounter:
		if r.Key != storage.CounterJobs {
			return fmt.Errorf("counter %q: a kind that this version does not know", r.Key)
		}
		return t.count(bucketJobs, r.Number)
	case storage.RecordInput:
		_, err := t.See(r.Key, time.UnixMicro(r.Number))
		return err
	case storage.RecordLine:
		return t.putLine(r.Key, r.Number, t.get(bucketJournal, join(text(r.Key), number(r.Number))), r.Body)
	case storage.RecordNotification:
		return t.put(bucketRecords, []byte(r.Key), r.Body)
	case storage.RecordRef:
		return t.put(bucketRefs, []byte(r.Key), r.Body)
	case storage.RecordVersion:
		return t.put(bucketVersions, []byte(r.Key), r.Body)
	case storage.RecordPublished:
		var version storage.Version
		if err := codec.Unmarshal(r.Body, &version); err != nil {
			return err
		}
		return t.put(bucketPublished, join(moment(version.At), []byte(r.Key)), r.Body)
	case storage.RecordJob:
		var job outbox.Job
		if err := codec.Unmarshal(r.Body, &job); err != nil {
			return err
		}
		return t.reindex(job.Lane, func() error { return t.stand(placed{job, r.Number}) })
	case storage.RecordBuried:
		id, err := strconv.ParseInt(r.Key, 10, 64)
		if err != nil {
			return err
		}
		return t.put(bucketBuried, number(id), r.Body)
	}
	return t.takeIndexed(r)
}
