package telegram

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"
)

// cables are connections that speak unencrypted HTTP/1.1 with a Bot API server
// of one's own: whoever asks writes the request and reads the answer. net/http
// has two goroutines for each connection and makes a map of each head; that was
// a seventh of the processor time of an update.
type cables struct {
	address string
	// head begins each request, up to the method's name; host ends its line.
	head, host string
	dial       func(ctx context.Context, network, address string) (net.Conn, error)
	rest       time.Duration // how long one that nobody needs is kept

	mu   sync.Mutex
	idle []*cable // the last one rested shortest
	// sweeps is set while those that rested too long are looked for.
	sweeps bool
}

// newCables gives nil where the way to base is not that simple: TLS, a proxy, a
// name that is not ASCII.
func newCables(base url.URL, standard *http.Transport) *cables {
	if base.Scheme != "http" || base.User != nil || base.Hostname() == "" {
		return nil
	}
	if proxy, err := standard.Proxy(&http.Request{URL: &base}); err != nil || proxy != nil {
		return nil
	}
	for _, r := range base.Host {
		if r <= ' ' || r > '~' {
			return nil
		}
	}
	port := base.Port()
	if port == "" {
		port = "80"
	}
	return &cables{
		address: net.JoinHostPort(base.Hostname(), port), dial: standard.DialContext, rest: standard.IdleConnTimeout,
		head: "POST " + base.EscapedPath(),
		host: " HTTP/1.1\r\nHost: " + base.Host + "\r\nContent-Type: application/json\r\nContent-Length: ",
	}
}

// post calls a method with JSON.
func (p *cables) post(ctx context.Context, method string, body []byte) (status int, answer []byte, err error) {
	c := p.take()
	if c == nil {
		conn, err := p.dial(ctx, "tcp", p.address)
		if err != nil {
			return 0, nil, err
		}
		c = newCable(conn)
	}
	out := append(append(append(c.out[:0], p.head...), method...), p.host...)
	out = append(strconv.AppendInt(out, int64(len(body)), 10), "\r\n\r\n"...)
	c.out = append(out, body...)
	calm := context.AfterFunc(ctx, c.cut)
	status, answer, err = c.exchange()
	switch {
	case calm() && err == nil && !c.spent:
		p.put(c)
	case err == nil:
		c.conn.Close()
	default:
		c.conn.Close()
		if ended := context.Cause(ctx); ended != nil {
			err = ended
		}
	}
	return status, answer, err
}

// take gives a cable that waits, nil where there is none.
func (p *cables) take() *cable {
	for {
		p.mu.Lock()
		if len(p.idle) == 0 {
			p.mu.Unlock()
			return nil
		}
		c := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		p.mu.Unlock()
		if c.lives() {
			return c
		}
		c.conn.Close()
	}
}

func (p *cables) put(c *cable) {
	c.rested = time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, c)
	if !p.sweeps {
		p.sweeps = true
		time.AfterFunc(p.rest, p.sweep)
	}
}

// sweep closes those that rested too long, and comes again as long as there are others.
func (p *cables) sweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = slices.DeleteFunc(p.idle, func(c *cable) bool {
		if time.Since(c.rested) < p.rest {
			return false
		}
		c.conn.Close()
		return true
	})
	if p.sweeps = len(p.idle) > 0; p.sweeps {
		time.AfterFunc(p.rest, p.sweep)
	}
}
