package main

import (
	"net"
	"net/url"
	"sync"
	"testing"
)

// wire is the network between a process and its database, which can hang: what is
// sent arrives nowhere, and no end knows of it, until it is mended or cut.
type wire struct {
	upstream string // a socket
	address  string // of the database as seen from this end

	mu    sync.Mutex
	whole *sync.Cond
	hangs bool
	carry map[net.Conn]bool // of both ends
}

// newWire lays a wire to a database that listens on a socket.
func newWire(t *testing.T, database string) *wire {
	t.Helper()
	direct, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	values := direct.Query()
	w := &wire{upstream: values.Get("host") + "/.s.PGSQL." + values.Get("port"), carry: map[net.Conn]bool{}}
	w.whole = sync.NewCond(&w.mu)
	values.Del("host")
	values.Del("port")
	values.Set("sslmode", "disable")
	direct.Host, direct.RawQuery = listener.Addr().String(), values.Encode()
	w.address = direct.String()
	t.Cleanup(func() { listener.Close(); w.cut() })
	go w.serve(listener)
	return w
}

func (w *wire) serve(listener net.Listener) {
	for {
		near, err := listener.Accept()
		if err != nil {
			return
		}
		go w.connect(near)
	}
}

func (w *wire) connect(near net.Conn) {
	w.pass()
	far, err := net.Dial("unix", w.upstream)
	if err != nil { // the database is away
		near.Close()
		return
	}
	w.mu.Lock()
	w.carry[near], w.carry[far] = true, true
	w.mu.Unlock()
	go w.forward(far, near)
	w.forward(near, far)
}

// forward carries what one end says to the other, while the wire is whole.
func (w *wire) forward(to, from net.Conn) {
	part := make([]byte, 1<<15)
	for {
		n, err := from.Read(part)
		w.pass()
		if _, failed := to.Write(part[:n]); failed != nil || err != nil {
			w.hangUp(to, from)
			return
		}
	}
}

// pass waits while the wire hangs.
func (w *wire) pass() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.hangs {
		w.whole.Wait()
	}
}

func (w *wire) hangUp(ends ...net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, one := range ends {
		one.Close()
		delete(w.carry, one)
	}
}

// hang lets nothing through, in either direction.
func (w *wire) hang() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hangs = true
}

func (w *wire) hanging() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.hangs
}

// mend lets everything through that was held up, late as it is.
func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hangs = false
	w.whole.Broadcast()
}

// cut ends all connections, and what was held up with them; new ones are carried.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for one := range w.carry {
		one.Close()
	}
	w.carry, w.hangs = map[net.Conn]bool{}, false
	w.whole.Broadcast()
}
