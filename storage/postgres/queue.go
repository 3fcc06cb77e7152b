package postgres

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"voronka/internal/outbox"
)

func (t *tx) Enqueue(job outbox.Job) (outbox.Job, error) {
	if job.Lane == "" || job.Kind == "" {
		return job, fmt.Errorf("enqueue: a job needs a lane and a kind")
	}
	if t.readOnly {
		return job, errReadOnly
	}
	id, err := t.on.number(t)
	if err != nil {
		return job, err
	}
	job.ID, job.BuriedAt = id, time.Time{}
	return job, t.stand(job, id)
}

// stand writes a job in its place: its id, or less for one that was revived to
// the head.
func (t *tx) stand(job outbox.Job, place int64) error {
	return t.save(jobs, row{key: count(job.ID), owner: name(string(job.Lane)), at: moment(job.NotBefore), number: place}, job)
}

func (t *tx) Head(lane outbox.Lane) (job outbox.Job, found bool, err error) {
	if t.replica != "" {
		held, found, err := t.get(lanes, string(lane))
		if err != nil || found && held.owner != t.replica {
			return job, false, err
		}
	}
	r, found, err := t.head(lane)
	if err != nil || !found {
		return job, false, err
	}
	return job, true, decode(jobs, r.body, &job)
}

func (t *tx) Find(id int64) (job outbox.Job, err error) {
	for _, k := range []kind{jobs, buried} {
		r, found, err := t.get(k, count(id))
		if err != nil {
			return job, err
		}
		if found {
			return job, decode(k, r.body, &job)
		}
	}
	return job, fmt.Errorf("job %d: %w", id, outbox.ErrUnknownJob)
}

func (t *tx) Lane(lane outbox.Lane, limit int) ([]outbox.Job, error) {
	return bodies[outbox.Job](t, jobs, "select body::text from jobs where lane = $1 order by place limit $2", name(string(lane)), limit)
}

func (t *tx) head(lane outbox.Lane) (row, bool, error) {
	ask := read{jobs, byHead, name(string(lane))}
	rows, err := t.owned(ask)
	if err != nil {
		return row{}, false, err
	}
	stored, err := t.on.rows(t, ask)
	if err != nil {
		return row{}, false, err
	}
	if len(stored) == headLimit && !slices.ContainsFunc(rows, func(r row) bool {
		return r.number <= stored[headLimit-1].number
	}) {
		// All that was read of the lane is gone: its head is further behind.
		if _, err := t.on.direct(t); err != nil {
			return row{}, false, err
		}
		if rows, err = t.owned(ask); err != nil {
			return row{}, false, err
		}
	}
	if len(rows) == 0 {
		return row{}, false, nil
	}
	return slices.MinFunc(rows, func(a, b row) int { return cmp.Compare(a.number, b.number) }), true, nil
}

// standing reads a job that is in its lane.
func (t *tx) standing(id int64) (r row, job outbox.Job, err error) {
	r, found, err := t.get(jobs, count(id))
	switch {
	case err != nil:
		return r, job, err
	case !found:
		return r, job, fmt.Errorf("job %d: %w", id, outbox.ErrUnknownJob)
	}
	return r, job, decode(jobs, r.body, &job)
}

func (t *tx) Save(job outbox.Job) error {
	r, old, err := t.standing(job.ID)
	if err != nil {
		return err
	}
	job.Lane = old.Lane
	return t.stand(job, r.number)
}

func (t *tx) Remove(job outbox.Job) error {
	r, found, err := t.get(jobs, count(job.ID))
	if err != nil {
		return err
	}
	if found {
		return t.drop(jobs, r)
	}
	r, found, err = t.get(buried, count(job.ID))
	switch {
	case err != nil:
		return err
	case !found:
		return fmt.Errorf("job %d: %w", job.ID, outbox.ErrUnknownJob)
	}
	return t.drop(buried, r)
}

func (t *tx) Bury(job outbox.Job) error {
	r, old, err := t.standing(job.ID)
	if err != nil {
		return err
	}
	job.Lane = old.Lane
	if err := t.drop(jobs, r); err != nil {
		return err
	}
	return t.save(buried, row{key: count(job.ID)}, job)
}

func (t *tx) Revive(id int64, now time.Time) (job outbox.Job, err error) {
	r, found, err := t.get(buried, count(id))
	switch {
	case err != nil:
		return job, err
	case !found:
		return job, fmt.Errorf("revive job %d: %w", id, outbox.ErrUnknownJob)
	}
	if err := decode(buried, r.body, &job); err != nil {
		return job, err
	}
	if err := t.drop(buried, r); err != nil {
		return job, err
	}
	job.NotBefore, job.Attempts, job.Began = now, 0, false
	job.FailedAt, job.BuriedAt = time.Time{}, time.Time{}
	place := id
	first, found, err := t.head(job.Lane)
	if err != nil {
		return job, err
	}
	if found {
		place = first.number - 1
	}
	return job, t.stand(job, place)
}

func (t *tx) Waiting(limit int) ([]outbox.Job, error) {
	return bodies[outbox.Job](t, jobs, "select body::text from jobs order by id limit $1", limit)
}

func (t *tx) Latest(below int64, limit int) ([]outbox.Job, error) {
	return bodies[outbox.Job](t, jobs, "select body::text from jobs where $2 = 0 or id < $2 order by id desc limit $1", limit, below)
}

func (t *tx) Buried(limit int) ([]outbox.Job, error) {
	return bodies[outbox.Job](t, buried, "select body::text from buried order by id limit $1", limit)
}
