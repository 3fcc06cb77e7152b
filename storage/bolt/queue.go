package bolt

import (
	"bytes"
	"fmt"
	"iter"
	"strconv"
	"time"

	"voronka/internal/codec"
	"voronka/internal/outbox"
	"voronka/storage"
)

// placed is a job with its place in its lane: its id, or less for one that was
// revived to the head.
type placed struct {
	outbox.Job
	Place int64
}

// MarshalJSON writes the job as stores do.
func (j placed) MarshalJSON() ([]byte, error) {
	b, err := storage.Encode(j.Job)
	if err != nil {
		return nil, err
	}
	b = append(b[:len(b)-1], `,"Place":`...)
	return append(strconv.AppendInt(b, j.Place, 10), '}'), nil
}

func (t *tx) Enqueue(job outbox.Job) (outbox.Job, error) {
	if job.Lane == "" || job.Kind == "" {
		return job, fmt.Errorf("enqueue: a job needs a lane and a kind")
	}
	id, err := t.sequence(bucketJobs)
	if err != nil {
		return job, err
	}
	job.ID, job.BuriedAt = id, time.Time{}
	first := t.head(job.Lane) == nil
	at := placed{job, job.ID}
	raw, err := at.MarshalJSON()
	if err != nil {
		return job, fmt.Errorf("write %s: %w", bucketJobs, err)
	}
	if err := t.replace(bucketJobs, number(job.ID), nil, raw); err != nil {
		return job, err
	}
	err = t.replace(bucketLanes, place(at), nil, join(moment(job.NotBefore), number(job.ID)))
	if err != nil || !first {
		return job, err // behind others, the lane's head stays what it is
	}
	t.announced = append(t.announced, job)
	return job, t.replace(bucketReady, readyKey(job.Lane, moment(job.NotBefore)), nil, []byte{})
}

func (t *tx) Head(lane outbox.Lane) (outbox.Job, bool, error) {
	_, value := t.in(bucketLanes).first(text(string(lane)))
	if value == nil {
		return outbox.Job{}, false, nil
	}
	job, err := t.standing(readNumber(value[momentSize:]))
	return job.Job, err == nil, err
}

func (t *tx) Find(id int64) (job outbox.Job, err error) {
	for _, name := range []bucket{bucketJobs, bucketBuried} {
		if found, err := t.load(name, number(id), &job); found || err != nil {
			return job, err
		}
	}
	return job, fmt.Errorf("job %d: %w", id, outbox.ErrUnknownJob)
}

func (t *tx) Lane(lane outbox.Lane, limit int) ([]outbox.Job, error) {
	var jobs []outbox.Job
	for _, value := range t.scan(bucketLanes, text(string(lane))) {
		if len(jobs) >= limit {
			break
		}
		job, err := t.standing(readNumber(value[momentSize:]))
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, job.Job)
	}
	return jobs, nil
}

func (t *tx) Save(job outbox.Job) error {
	old, err := t.standing(job.ID)
	if err != nil {
		return err
	}
	job.Lane = old.Lane
	return t.reindex(job.Lane, func() error { return t.stand(placed{job, old.Place}) })
}

func (t *tx) Remove(job outbox.Job) error {
	if t.get(bucketBuried, number(job.ID)) != nil {
		return t.delete(bucketBuried, number(job.ID))
	}
	if removed, err := t.removeHead(job); removed || err != nil {
		return err
	}
	old, err := t.standing(job.ID)
	if err != nil {
		return err
	}
	return t.reindex(old.Lane, func() error { return t.leave(old) })
}

// removeHead removes a job that stands first in its lane without decoding it:
// nearly all that are done do.
func (t *tx) removeHead(job outbox.Job) (removed bool, err error) {
	if job.Lane == "" {
		return false, nil
	}
	prefix := text(string(job.Lane))
	key, value := t.in(bucketLanes).first(prefix)
	if value == nil || readNumber(value[momentSize:]) != job.ID {
		return false, nil
	}
	t.left = true
	key, value = bytes.Clone(key), bytes.Clone(value)
	if err := t.delete(bucketJobs, number(job.ID)); err != nil {
		return true, err
	}
	if err := t.remove(bucketLanes, key, value); err != nil {
		return true, err
	}
	ready := readyKey(job.Lane, value[:momentSize])
	if _, next := t.in(bucketLanes).first(prefix); next != nil {
		if err := t.move(bucketReady, ready, readyKey(job.Lane, next[:momentSize])); err != nil {
			return true, err
		}
		return true, t.announceHead(job.Lane)
	}
	return true, t.remove(bucketReady, ready, []byte{})
}

func (t *tx) Bury(job outbox.Job) error {
	old, err := t.standing(job.ID)
	if err != nil {
		return err
	}
	job.Lane = old.Lane
	if err := t.reindex(job.Lane, func() error { return t.leave(old) }); err != nil {
		return err
	}
	return t.save(bucketBuried, number(job.ID), job)
}

func (t *tx) Revive(id int64, now time.Time) (outbox.Job, error) {
	var job outbox.Job
	found, err := t.load(bucketBuried, number(id), &job)
	if err != nil {
		return job, err
	}
	if !found {
		return job, fmt.Errorf("revive job %d: %w", id, outbox.ErrUnknownJob)
	}
	if err := t.delete(bucketBuried, number(id)); err != nil {
		return job, err
	}
	job.NotBefore, job.Attempts, job.Began = now, 0, false
	job.FailedAt, job.BuriedAt = time.Time{}, time.Time{}
	place := id
	prefix := text(string(job.Lane))
	for key := range t.scan(bucketLanes, prefix) {
		place = readNumber(key[len(prefix):]) - 1
		break
	}
	return job, t.reindex(job.Lane, func() error { return t.stand(placed{job, place}) })
}

func (t *tx) Waiting(limit int) ([]outbox.Job, error) { return t.jobs(bucketJobs, limit) }

func (t *tx) Buried(limit int) ([]outbox.Job, error) { return t.jobs(bucketBuried, limit) }

func (t *tx) Latest(below int64, limit int) ([]outbox.Job, error) {
	var before []byte
	if below != 0 {
		before = number(below)
	}
	return decoded(bucketJobs, t.back(bucketJobs, nil, before), limit)
}

func (t *tx) jobs(name bucket, limit int) ([]outbox.Job, error) {
	return decoded(name, t.scan(name, nil), limit)
}

// decoded reads up to limit jobs.
func decoded(name bucket, all iter.Seq2[[]byte, []byte], limit int) ([]outbox.Job, error) {
	var jobs []outbox.Job
	for _, raw := range all {
		if len(jobs) >= limit {
			break
		}
		var job outbox.Job
		if err := codec.Unmarshal(raw, &job); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		jobs = append(jobs, job)
	}
	return jobs, nil
}

// standing reads a job that is in its lane.
func (t *tx) standing(id int64) (job placed, err error) {
	found, err := t.load(bucketJobs, number(id), &job)
	if err == nil && !found {
		err = fmt.Errorf("job %d: %w", id, outbox.ErrUnknownJob)
	}
	return job, err
}

// stand writes a job in its place.
func (t *tx) stand(job placed) error {
	if err := t.save(bucketJobs, number(job.ID), job); err != nil {
		return err
	}
	return t.put(bucketLanes, place(job), join(moment(job.NotBefore), number(job.ID)))
}

// leave takes a job out of its place.
func (t *tx) leave(job placed) error {
	t.left = true
	if err := t.delete(bucketJobs, number(job.ID)); err != nil {
		return err
	}
	return t.delete(bucketLanes, place(job))
}

func place(job placed) []byte { return join(text(string(job.Lane)), number(job.Place)) }
