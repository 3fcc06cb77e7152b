package botapi

import (
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// hook posts updates to a bot's address. An update that was not answered 2xx
// comes again; the next one of its chat waits for it.
type hook struct {
	set   atomic.Bool
	done  chan struct{}
	hosts []string

	mu           sync.Mutex
	host, path   string
	secret       string
	generation   int
	chats        map[int64][]string // what waits behind the one under way
	ready        chan delivery
	redeliveries atomic.Int64
}

// delivery is an update on its way.
type delivery struct {
	chat   int64
	update string
}

// maxConnections is what Telegram opens when the bot does not say (Bot API, setWebhook).
const maxConnections = 40

func (s *Server) setWebhook(request message) (status, body string) {
	address, err := url.Parse(request.field("url"))
	if err != nil || address.Host == "" {
		return statusBad, `{"ok":false,"error_code":400,"description":"Bad Request: bad webhook"}`
	}
	connections, _ := strconv.Atoi(request.field("max_connections"))
	if connections < 1 || connections > 100 {
		connections = maxConnections
	}
	h := &s.hook
	h.mu.Lock()
	defer h.mu.Unlock()
	h.host, h.path, h.secret = address.Host, address.RequestURI(), request.field("secret_token")
	if h.chats == nil {
		h.chats, h.ready = map[int64][]string{}, make(chan delivery, 1<<20)
		for number := range connections {
			go h.deliver(number)
		}
	}
	h.set.Store(true)
	return statusOK, `{"ok":true,"result":true,"description":"Webhook was set"}`
}

func (h *hook) remove() { h.set.Store(false) }

// offer queues an update behind those of its chat.
func (h *hook) offer(id, chat int64, update string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	waiting, busy := h.chats[chat]
	if busy {
		h.chats[chat] = append(waiting, whole(id, update))
		return
	}
	h.chats[chat] = nil
	h.ready <- delivery{chat, whole(id, update)}
}

// next frees a chat, or sends on what waits in it.
func (h *hook) next(chat int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	waiting := h.chats[chat]
	if len(waiting) == 0 {
		delete(h.chats, chat)
		return
	}
	h.chats[chat] = waiting[1:]
	h.ready <- delivery{chat, waiting[0]}
}

// deliver is one connection's work.
func (h *hook) deliver(number int) {
	line := &line{}
	if len(h.hosts) > 0 {
		line.host = h.hosts[number%len(h.hosts)]
	}
	defer line.close()
	for {
		var one delivery
		select {
		case one = <-h.ready:
		case <-h.done:
			return
		}
		for try := 0; !h.post(line, one.update); try++ {
			h.redeliveries.Add(1)
			select {
			case <-time.After(min(time.Duration(try)*100*time.Millisecond, time.Second)):
			case <-h.done:
				return
			}
		}
		h.next(one.chat)
	}
}

// line is a connection that is opened when it is needed.
type line struct {
	host string // empty: the webhook's
	conn net.Conn
	in   *wire
	out  []byte
}

func (l *line) close() {
	if l.conn != nil {
		_ = l.conn.Close()
	}
	l.conn = nil
}

// post tells whether the bot took the update.
func (h *hook) post(l *line, update string) bool {
	h.mu.Lock()
	host, path, secret := h.host, h.path, h.secret
	h.mu.Unlock()
	if l.host != "" {
		host = l.host
	}
	if l.conn == nil {
		conn, err := net.DialTimeout("tcp", host, 5*time.Second)
		if err != nil {
			return false
		}
		l.conn, l.in = conn, newWire(conn)
	}
	l.out = append(l.out[:0], "POST "...)
	l.out = append(l.out, path...)
	l.out = append(l.out, " HTTP/1.1\r\nHost: "...)
	l.out = append(l.out, host...)
	l.out = append(l.out, "\r\nContent-Type: application/json\r\nX-Telegram-Bot-Api-Secret-Token: "...)
	l.out = append(l.out, secret...)
	l.out = append(l.out, "\r\nContent-Length: "...)
	l.out = strconv.AppendInt(l.out, int64(len(update)), 10)
	l.out = append(l.out, "\r\n\r\n"...)
	l.out = append(l.out, update...)
	if _, err := l.conn.Write(l.out); err != nil {
		l.close()
		return false
	}
	answer, err := l.in.read()
	if err != nil || answer.closes {
		l.close()
	}
	return err == nil && strings.HasPrefix(answer.second, "2")
}

// listens tells whether somebody is at the webhook's address, or at all of them.
func (h *hook) listens() bool {
	if !h.set.Load() {
		return false
	}
	h.mu.Lock()
	hosts := h.hosts
	if len(hosts) == 0 {
		hosts = []string{h.host}
	}
	h.mu.Unlock()
	for _, host := range hosts {
		conn, err := net.DialTimeout("tcp", host, time.Second)
		if err != nil {
			return false
		}
		_ = conn.Close()
	}
	return true
}
