package botapi

import (
	"strconv"
	"sync"
	"time"
)

// queue holds the updates of a polling bot until it confirms them.
type queue struct {
	mu    sync.Mutex
	last  int64
	first int64 // the id of pending[0]
	// pending are whole updates as JSON, in the order of their ids.
	pending []string
	// wake is closed, and replaced, when there is something new.
	wake chan struct{}
	// poll numbers the polls: a newer one ends the one before it.
	poll int64
}

// firstID is what Telegram's ids look like: large, and not from one.
const firstID = 640_000_000

// number gives the next update its id.
func (q *queue) number() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.last = max(q.last, firstID) + 1
	return q.last
}

func (q *queue) push(update string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.last = max(q.last, firstID) + 1
	if len(q.pending) == 0 {
		q.first = q.last
	}
	q.pending = append(q.pending, whole(q.last, update))
	close(q.wake)
	q.wake = make(chan struct{})
}

func whole(id int64, update string) string {
	return `{"update_id":` + strconv.FormatInt(id, 10) + `,` + update + `}`
}

// updates is getUpdates: it forgets those before the offset, and gives the
// rest again, however often they were given.
func (s *Server) updates(request message) (status, body string) {
	offset, _ := strconv.ParseInt(request.field("offset"), 10, 64)
	limit, _ := strconv.Atoi(request.field("limit"))
	if limit < 1 || limit > 100 {
		limit = 100
	}
	seconds, _ := strconv.Atoi(request.field("timeout"))
	q := &s.queue
	q.mu.Lock()
	q.poll++
	own := q.poll
	if gone := offset - q.first; gone > 0 && len(q.pending) > 0 {
		gone = min(gone, int64(len(q.pending)))
		q.pending, q.first = q.pending[gone:], q.first+gone
	}
	deadline := time.NewTimer(time.Duration(min(seconds, 50)) * time.Second)
	defer deadline.Stop()
	for late := seconds == 0; ; {
		if q.poll != own {
			q.mu.Unlock()
			return statusConflict, `{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request"}`
		}
		if len(q.pending) > 0 || late {
			list := q.batch(limit)
			q.mu.Unlock()
			return statusOK, list
		}
		wake := q.wake
		q.mu.Unlock()
		select {
		case <-wake:
		case <-deadline.C:
			late = true
		case <-s.done:
			late = true
		}
		q.mu.Lock()
	}
}

func (q *queue) batch(limit int) string {
	size := 32
	for _, update := range q.pending[:min(limit, len(q.pending))] {
		size += len(update) + 1
	}
	list := make([]byte, 0, size)
	list = append(list, `{"ok":true,"result":[`...)
	for i, update := range q.pending[:min(limit, len(q.pending))] {
		if i > 0 {
			list = append(list, ',')
		}
		list = append(list, update...)
	}
	return string(append(list, "]}"...))
}
