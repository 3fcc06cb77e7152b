package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// hookTries is how often a finish, or OnBuried, may fail before the job is
// written without it.
const hookTries = 3

// record commits a verdict. What was done must not be done again because it
// could not be written down: the lane stays here until the store takes it, or
// the runner stops (false). The lane's next job is read in the same
// transaction: a look of its own for each job cost as much as the job.
func (r *Runner[T]) record(work context.Context, v verdict[T]) (next after, ok bool) {
	hook := r.OnBuried
	for try := 1; ; try++ {
		var refused error
		err := r.Update(context.WithoutCancel(work), func(tx T) (err error) {
			if refused, err = v.write(tx, hook); refused != nil || err != nil {
				return errors.Join(refused, err)
			}
			next, err = headOf(tx, v.Lane)
			return err
		})
		if err == nil {
			r.tell(v)
			return next, true
		}
		r.log().Error("a job's end cannot be written", "job", v.ID, "kind", v.Kind, "try", try, "error", err)
		if !sleep(work, double(100*time.Millisecond, 30*time.Second, try)) {
			return after{}, false
		}
		if refused == nil || try < hookTries {
			continue
		}
		try = 0
		if v.end == done {
			v = unfinished(v, refused, r.now())
		} else {
			hook = nil
		}
	}
}

// write puts the verdict into a transaction. A job that an operator has taken
// away meanwhile is no obstacle. An error of finish or hook is told apart.
func (v verdict[T]) write(tx T, hook func(T, Job) error) (refused, err error) {
	switch v.end {
	case done:
		err = tx.Remove(v.Job)
	case again:
		err = tx.Save(v.Job)
	case bury:
		err = tx.Bury(v.Job)
	}
	gone := errors.Is(err, ErrUnknownJob)
	switch {
	case err != nil && !gone:
		return nil, err
	case v.end == done && v.finish != nil:
		return safely(func() error { return v.finish(tx) }), nil
	case v.end == bury && hook != nil && !gone:
		return safely(func() error { return hook(tx, v.Job) }), nil
	}
	return nil, nil
}

// unfinished buries a job whose result was refused for good.
func unfinished[T Queue](v verdict[T], refused error, now time.Time) verdict[T] {
	v.Code, v.Error, v.BuriedAt = CodeUnfinished, refused.Error(), now
	return verdict[T]{Job: v.Job, end: bury}
}

func safely(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return fn()
}

// routine is how long a first failure may let a job wait without anybody being
// warned: the next try is likely to go well.
const routine = time.Minute

// tell counts a run, and logs what did not go well.
func (r *Runner[T]) tell(v verdict[T]) {
	if r.Ended != nil {
		r.Ended(v.Job, v.end.String(), v.took)
	}
	if v.end == done {
		return
	}
	log := r.log().With("job", v.ID, "kind", v.Kind, "lane", v.Lane, "code", v.Code, "error", v.Error, "attempts", v.Attempts)
	switch v.end {
	case again:
		level := slog.LevelWarn
		if v.Attempts == 1 && v.NotBefore.Sub(r.now()) < routine {
			level = slog.LevelInfo
		}
		log.Log(context.Background(), level, "a job failed and waits", "until", v.NotBefore)
	case bury:
		log.Error("a job is buried")
	}
}
