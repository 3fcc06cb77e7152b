package crmtest

import (
	"net/http"
	"sync"
)

// Door stands between adapter and account and can spoil calls.
type Door struct {
	mu    sync.Mutex
	fault *Fault
	fired bool
}

// Fault spoils one call: the one after Skip others of its sort.
type Fault struct {
	// Writes counts only calls that are no GET.
	Writes bool
	Skip   int
	// Status and Body are the answer instead of the real one; 0 cuts the connection.
	Status int
	Body   string
	// Handled lets the account do what was asked before the answer is spoilt.
	Handled bool
	// Always spoils all calls from there on.
	Always bool
}

// Break sets the fault for the calls to come; nil heals.
func (d *Door) Break(f *Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault, d.fired = f, false
}

// Fired tells whether the fault has spoilt a call.
func (d *Door) Fired() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.fired
}

// Handler puts the door in front of an account.
func (d *Door) Handler(account http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault := d.take(r)
		if fault == nil {
			account.ServeHTTP(w, r)
			return
		}
		if fault.Handled {
			account.ServeHTTP(&nobody{header: http.Header{}}, r)
		}
		if fault.Status == 0 {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(fault.Status)
		w.Write([]byte(fault.Body))
	})
}

func (d *Door) take(r *http.Request) *Fault {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.fault
	if f == nil || f.Writes && r.Method == http.MethodGet {
		return nil
	}
	if f.Skip > 0 {
		f.Skip--
		return nil
	}
	d.fired = true
	if !f.Always {
		d.fault = nil
	}
	return f
}

// nobody hears the answer.
type nobody struct{ header http.Header }

func (n *nobody) Header() http.Header            { return n.header }
func (n *nobody) Write(body []byte) (int, error) { return len(body), nil }
func (n *nobody) WriteHeader(int)                {}
