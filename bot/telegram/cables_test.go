package telegram

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/sales"
)

// exchange is a server that gives each request on a connection the next of its
// answers, as they are, and then closes it.
type exchange struct {
	answers []string
	// stays keeps a connection open behind its last answer.
	stays  bool
	dialed atomic.Int64
	asked  []string
}

func (e *exchange) dial(context.Context, string, string) (net.Conn, error) {
	e.dialed.Add(1)
	near, far := net.Pipe()
	go func() {
		defer far.Close()
		in := bufio.NewReader(far)
		for _, answer := range e.answers {
			req, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			body, _ := io.ReadAll(req.Body)
			e.asked = append(e.asked, req.Method+" "+req.URL.Path+" "+req.Host+" "+req.Header.Get("Content-Type")+" "+string(body))
			if _, err := io.WriteString(far, answer); err != nil {
				return
			}
		}
		if e.stays {
			_, _ = in.Peek(1)
		}
	}()
	return near, nil
}

func (e *exchange) cables() *cables {
	p := newCables(url.URL{Scheme: "http", Host: "bot.local:8081", Path: "/bot42:x/"}, &http.Transport{Proxy: http.ProxyFromEnvironment, IdleConnTimeout: 30 * time.Second})
	p.dial = e.dial
	return p
}

// kept is how many connections wait for a request.
func kept(p *cables) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.idle)
}

const well = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntrue"

func TestCableCarriesOneRequestAfterAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &exchange{answers: []string{well, well, well}}
		p := server.cables()
		for range 3 {
			if status, answer, err := p.post(t.Context(), "sendMessage", []byte(`{"text":"ё"}`)); status != 200 || string(answer) != "true" || err != nil {
				t.Fatal(status, string(answer), err)
			}
		}
		want := `POST /bot42:x/sendMessage bot.local:8081 application/json {"text":"ё"}`
		if diff := cmp.Diff([]string{want, want, want}, server.asked); diff != "" || server.dialed.Load() != 1 {
			t.Error(server.dialed.Load(), diff)
		}
	})
}

func TestCableReadsEveryAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer string
		status int
		body   string
		reused bool
	}{
		"plain":          {well, 200, "true", true},
		"empty":          {"HTTP/1.1 200\r\ncontent-length:0\r\n\r\n", 200, "", true},
		"refused":        {"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n{}", 403, "{}", true},
		"announced":      {"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + well, 200, "true", true},
		"long line":      {"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("Content-Length: 9 ", 1000) + "\r\nContent-Length: 4\r\n\r\ntrue", 200, "true", true},
		"last":           {"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 4\r\n\r\ntrue", 200, "true", false},
		"of old":         {"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\ntrue", 200, "true", false},
		"chunked":        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nt\r\n3\r\nrue\r\n0\r\n\r\n", 200, "true", false},
		"without length": {"HTTP/1.1 200 OK\r\n\r\ntrue", 200, "true", false},
		"too much":       {well + "HTTP/1.1 500 Oops\r\n\r\n", 200, "true", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &exchange{answers: []string{c.answer}}
				p := server.cables()
				status, answer, err := p.post(t.Context(), "getMe", nil)
				if status != c.status || string(answer) != c.body || err != nil {
					t.Errorf("got %d %q, %v", status, answer, err)
				}
				if (kept(p) == 1) != c.reused {
					t.Errorf("kept: %d", kept(p))
				}
				<-time.After(2 * p.rest)
			})
		})
	}
}

func TestCableThatBreaksLeavesTheFateOpen(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"silence":    "",
		"in head":    "HTTP/1.1 200 OK\r\nContent-",
		"in body":    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntr",
		"in chunk":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ntr",
		"not HTTP":   "SSH-2.0-OpenSSH_9.2\r\n\r\n",
		"bad length": "HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\ntrue",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := (&exchange{answers: []string{answer}}).cables()
				_, _, err := p.post(t.Context(), "getMe", nil)
				if coded := transportError(err); err == nil || !coded.Uncertain || coded.Code != "telegram_unreachable" || kept(p) > 0 {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

func TestCableThatWasClosedIsNotUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &exchange{answers: []string{well}}
		p := server.cables()
		for range 3 {
			if _, _, err := p.post(t.Context(), "getMe", nil); err != nil {
				t.Fatal(err)
			}
			<-time.After(freshFor)
		}
		if server.dialed.Load() != 3 {
			t.Errorf("%d connections", server.dialed.Load())
		}
		<-time.After(2 * p.rest)
	})
}

func TestCableThatRestsIsFoundAliveAndClosedInTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &exchange{answers: []string{well, well}, stays: true}
		p := server.cables()
		for range 2 {
			if _, _, err := p.post(t.Context(), "getMe", nil); err != nil {
				t.Fatal(err)
			}
			<-time.After(p.rest / 2)
		}
		if server.dialed.Load() != 1 {
			t.Errorf("%d connections", server.dialed.Load())
		}
		<-time.After(2 * p.rest)
		if synctest.Wait(); kept(p) > 0 {
			t.Error("it is kept for ever")
		}
	})
}

func TestCableEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(context.Context) (context.Context, context.CancelFunc)
		want string
	}{
		"stopped": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		}, "telegram_stopped"},
		"late": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		}, "telegram_unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := c.end(t.Context())
				defer cancel()
				p := (&exchange{answers: []string{"HTTP/1.1 100 Continue\r\n\r\n"}, stays: true}).cables()
				began := time.Now()
				_, _, err := p.post(ctx, "sendMessage", nil)
				if coded := transportError(err); coded.Code != c.want || !coded.Uncertain || time.Since(began) != time.Second {
					t.Errorf("got %v after %v", err, time.Since(began))
				}
			})
		})
	}
}

func TestCablesLeaveWhatIsNotPlain(t *testing.T) {
	t.Parallel()
	none := func(*http.Request) (*url.URL, error) { return nil, nil }
	some := func(*http.Request) (*url.URL, error) { return url.Parse("http://proxy:3128") }
	broken := func(*http.Request) (*url.URL, error) { return nil, errors.New("no such proxy") }
	for address, c := range map[string]struct {
		proxy func(*http.Request) (*url.URL, error)
		want  string
	}{
		"http://127.0.0.1:8081/bot42:x/": {none, "127.0.0.1:8081"},
		"http://bot.local/bot42:x/":      {none, "bot.local:80"},
		"http://[::1]/bot42:x/":          {none, "[::1]:80"},
		"https://api.telegram.org/b/":    {none, ""},
		"http://bot.local/b/":            {some, ""},
		"http://bot.local/c/":            {broken, ""},
		"http://бот.рф/b/":               {none, ""},
		"http://me:secret@bot.local/b/":  {none, ""},
		"/bot42:x/":                      {none, ""},
	} {
		base, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if p := newCables(*base, &http.Transport{Proxy: c.proxy}); p != nil {
			got = p.address
		}
		if got != c.want {
			t.Errorf("%s leads to %q, wanted %q", address, got, c.want)
		}
	}
}

func TestNobodyAtTheOtherEndIsCertain(t *testing.T) {
	t.Parallel()
	sender, err := NewSender("http://127.0.0.1:1", "42:SECRET")
	if err != nil {
		t.Fatal(err)
	}
	err = sender.Acknowledge(within(t), 7, "1", "")
	if coded := sales.AsError(err); coded.Code != "telegram_unreachable" || coded.Uncertain || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("got %v", err)
	}
}
