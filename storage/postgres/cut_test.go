package postgres_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"voronka/internal/outbox"
	"voronka/storage"
	"voronka/storage/postgres"
)

// cut is what a wire does to a COMMIT.
type cut int

const (
	cutNothing cut = iota
	cutBefore      // it is not forwarded
	cutWhile       // it is forwarded, and the client is gone in that moment
	cutAfter       // it is forwarded and answered; the answer is not
)

// wire is the way between a store and its database, which is cut at the next COMMIT.
type wire struct {
	t        *testing.T
	upstream string // a socket
	next     atomic.Int32
	cuts     atomic.Int32
	starts   atomic.Int32 // how many connections hear that the database starts
	// hangs is locked while nothing is carried, and no end knows of it; lost is so
	// for the connections that there are.
	hangs sync.RWMutex
	lost  atomic.Pointer[sync.RWMutex]
}

// wireTo gives the address of a database behind a wire.
func wireTo(t *testing.T, address string) (*wire, string) {
	t.Helper()
	direct, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	values := direct.Query()
	w := &wire{t: t, upstream: values.Get("host") + "/.s.PGSQL.5432"}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	w.lost.Store(&sync.RWMutex{})
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go w.carry(client)
		}
	}()
	values.Del("host")
	values.Del("port")
	values.Set("sslmode", "disable")
	direct.Host, direct.RawQuery = listener.Addr().String(), values.Encode()
	return w, direct.String()
}

// carry forwards one connection's messages (PostgreSQL, "Message Flow").
func (w *wire) carry(client net.Conn) {
	if w.starts.Add(-1) >= 0 {
		const refusal = "SFATAL\x00C57P03\x00Mthe database system is starting up\x00\x00"
		if _, err := receive(client, true); err == nil {
			client.Write(append(binary.BigEndian.AppendUint32([]byte("E"), uint32(len(refusal)+4)), refusal...))
		}
		client.Close()
		return
	}
	server, err := net.Dial("unix", w.upstream)
	if err != nil {
		client.Close()
		return
	}
	lost := w.lost.Load()
	whole := func() { pass(&w.hangs); pass(lost) }
	var mute atomic.Bool // the client hears nothing more
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		part := make([]byte, 1<<16)
		for {
			n, err := server.Read(part)
			whole()
			if !mute.Load() {
				client.Write(part[:n])
			}
			// ReadyForQuery ends the answer to what was cut off.
			if err != nil || mute.Load() && bytes.HasSuffix(part[:n], []byte("Z\x00\x00\x00\x05I")) {
				client.Close()
				server.Close()
				return
			}
		}
	}()
	commits := map[string]bool{} // prepared statements
	for first := true; ; first = false {
		message, err := receive(client, first)
		whole()
		if err != nil {
			if !mute.Load() {
				server.Close()
			}
			<-ended
			return
		}
		if w.commits(message, commits) {
			switch how := cut(w.next.Swap(int32(cutNothing))); how {
			case cutBefore:
				w.cuts.Add(1)
				client.Close()
				server.Close()
			case cutWhile, cutAfter:
				w.cuts.Add(1)
				mute.Store(true)
				if how == cutWhile {
					message = append(message, execute...)
					client.Close()
				}
			}
		}
		if _, err := server.Write(message); err != nil {
			client.Close()
		}
	}
}

// pass waits while a gate is closed.
func pass(gate *sync.RWMutex) {
	gate.RLock()
	defer gate.RUnlock()
}

// lose lets the connections that there are lead nowhere until the test ends; new
// ones are carried.
func (w *wire) lose() {
	old := w.lost.Swap(&sync.RWMutex{})
	old.Lock()
	w.t.Cleanup(old.Unlock)
}

// execute is what follows a Bind: Execute and Sync.
const execute = "E\x00\x00\x00\x09\x00\x00\x00\x00\x00" + "S\x00\x00\x00\x04"

// receive reads one message: a type but for the first one, a length, the rest.
func receive(from io.Reader, first bool) ([]byte, error) {
	head := make([]byte, 5)
	if first {
		head = head[:4]
	}
	if _, err := io.ReadFull(from, head); err != nil {
		return nil, err
	}
	body := make([]byte, binary.BigEndian.Uint32(head[len(head)-4:])-4)
	_, err := io.ReadFull(from, body)
	return append(head, body...), err
}

// commits tells whether a message executes a COMMIT.
func (w *wire) commits(message []byte, prepared map[string]bool) bool {
	parts := strings.Split(string(message[min(5, len(message)):]), "\x00")
	switch message[0] {
	case 'P': // Parse: statement, query
		prepared[parts[0]] = strings.EqualFold(parts[1], "commit")
	case 'B': // Bind: portal, statement
		return prepared[parts[1]]
	case 'Q':
		return strings.EqualFold(parts[0], "commit")
	}
	return false
}

// TestCommitWithoutAnswer cuts the connection of the writer at its COMMIT: before
// it, in the middle, and when only its answer was lost. Whatever became of it,
// each input is taken once and each job stands in the queue once.
func TestCommitWithoutAnswer(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]cut{"before": cutBefore, "while": cutWhile, "after": cutAfter} {
		for _, together := range []int{1, 8} {
			t.Run(fmt.Sprint(name, "/", together), func(t *testing.T) {
				t.Parallel()
				direct := schema(t)
				w, address := wireTo(t, direct)
				store := openWith(t, address, postgres.Options{Patience: time.Minute})
				take := func(input string, once bool) error {
					return store.Update(t.Context(), func(tx storage.Tx) error {
						seen, err := tx.See(input, time.Now())
						if seen && once || err != nil {
							return err
						}
						job, err := outbox.New(outbox.Lane("chat/"+input), "say", "Привет", time.Now())
						if err == nil {
							_, err = tx.Enqueue(job)
						}
						return err
					})
				}
				if err := take("tg:0", false); err != nil {
					t.Fatal(err)
				}
				w.next.Store(int32(how))
				var all sync.WaitGroup
				for i := range together {
					all.Go(func() {
						// One that ran twice would leave two jobs, for it does not look.
						if err := take(fmt.Sprint("tg:", i+1), false); err != nil {
							t.Error(err)
						}
					})
				}
				all.Wait()
				eachOnce(t, open(t, direct), together)
				for i := range together { // it comes again, as after an answer that was lost
					if err := take(fmt.Sprint("tg:", i+1), true); err != nil {
						t.Error(err)
					}
				}
				if n := w.cuts.Load(); n != 1 {
					t.Errorf("the wire was cut %d times", n)
				}
				eachOnce(t, open(t, direct), together)
			})
		}
	}
}

// eachOnce proves that each input that was taken has one job.
func eachOnce(t *testing.T, store *postgres.Store, inputs int) {
	t.Helper()
	jobs := map[outbox.Lane]int{}
	err := store.View(t.Context(), func(tx storage.Tx) error {
		waiting, err := tx.Waiting(100)
		for _, job := range waiting {
			jobs[job.Lane]++
		}
		return err
	})
	for i := range inputs + 1 {
		if n := jobs[outbox.Lane(fmt.Sprint("chat/tg:", i))]; n != 1 {
			t.Errorf("input %d has %d jobs", i, n)
		}
	}
	if err != nil || len(jobs) != inputs+1 {
		t.Errorf("%v, %v", jobs, err)
	}
}

// TestOpensWhenTheDatabaseHasStarted waits for a database that says that it
// starts, however long that takes.
func TestOpensWhenTheDatabaseHasStarted(t *testing.T) {
	t.Parallel()
	w, address := wireTo(t, schema(t))
	w.starts.Store(20)
	store := openWith(t, address, postgres.Options{Patience: time.Nanosecond})
	err := store.View(t.Context(), func(tx storage.Tx) error { _, err := tx.Ref("a"); return err })
	if left := w.starts.Load(); err != nil || left >= 0 {
		t.Errorf("error %v, %d connections are still to be refused", err, left)
	}
}
