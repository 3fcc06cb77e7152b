// Package botapi is a Bot API that is light enough to drive a bot on another
// core, and strict about what matters under load: an update is repeated until
// the bot confirms it, by its offset or by answering 200, and the updates of a
// chat go to a webhook one after another.
package botapi

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Token is the only one the server knows.
const Token = "4200000000:AAbenchbenchbenchbenchbenchbenchbench"

// Server is one bot's Bot API. The fields are set before Listen.
type Server struct {
	// Heard is told of each message the bot sent, when its request has arrived.
	Heard func(chat int64, text string)
	// Delay is how long each answer to a send is held back.
	Delay time.Duration
	// FloodEvery answers every such send 429, with retry_after RetryAfter
	// (seconds); zero answers none.
	FloodEvery, RetryAfter int
	// Hosts are posted to in turn in place of the webhook's own: a balancer in
	// front of replicas.
	Hosts []string

	listener net.Listener
	sends    atomic.Int64
	floods   atomic.Int64
	messages atomic.Int64
	queue    queue
	hook     hook

	mu    sync.Mutex
	conns map[net.Conn]bool
	done  chan struct{}
}

// Listen opens the server on a free port of this machine and serves until Close.
func (s *Server) Listen() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("open the Bot API: %w", err)
	}
	s.listener, s.conns, s.done = listener, map[net.Conn]bool{}, make(chan struct{})
	s.queue.wake = make(chan struct{})
	s.hook.done, s.hook.hosts = s.done, s.Hosts
	go s.accept()
	return nil
}

// URL is the base address for the bot.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Floods is how many sends were answered 429.
func (s *Server) Floods() int64 { return s.floods.Load() }

// Close drops all connections.
func (s *Server) Close() {
	close(s.done)
	_ = s.listener.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.conns {
		_ = conn.Close()
	}
}

// Offer gives the bot an update of a chat, by the way it asked for: update is
// its JSON behind the "update_id".
func (s *Server) Offer(chat int64, update string) {
	if s.hook.set.Load() {
		s.hook.offer(s.queue.number(), chat, update)
		return
	}
	s.queue.push(update)
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns[conn] = true
		s.mu.Unlock()
		go func() {
			s.serve(conn)
			_ = conn.Close()
			s.mu.Lock()
			delete(s.conns, conn)
			s.mu.Unlock()
		}()
	}
}

func (s *Server) serve(conn net.Conn) {
	in := newWire(conn)
	var out []byte
	for {
		request, err := in.read()
		if err != nil {
			return
		}
		status, body := s.answer(request)
		out = append(out[:0], "HTTP/1.1 "...)
		out = append(out, status...)
		out = append(out, "\r\nContent-Type: application/json\r\nContent-Length: "...)
		out = strconv.AppendInt(out, int64(len(body)), 10)
		out = append(out, "\r\n\r\n"...)
		out = append(out, body...)
		if _, err := conn.Write(out); err != nil || request.closes {
			return
		}
	}
}

const (
	statusOK       = "200 OK"
	statusBad      = "400 Bad Request"
	statusUnknown  = "401 Unauthorized"
	statusConflict = "409 Conflict"
	statusFlood    = "429 Too Many Requests"
)

func (s *Server) answer(request message) (status, body string) {
	method, known := strings.CutPrefix(request.second, "/bot"+Token+"/")
	if !known {
		return statusUnknown, `{"ok":false,"error_code":401,"description":"Unauthorized"}`
	}
	switch method {
	case "getMe":
		return statusOK, `{"ok":true,"result":{"id":4200000000,"is_bot":true,"first_name":"Bench","username":"bench_bot"}}`
	case "getUpdates":
		return s.updates(request)
	case "setWebhook":
		return s.setWebhook(request)
	case "deleteWebhook":
		s.hook.remove()
	case "sendMessage":
		return s.send(request)
	}
	return statusOK, `{"ok":true,"result":true}`
}

func (s *Server) send(request message) (status, body string) {
	chat, err := strconv.ParseInt(request.field("chat_id"), 10, 64)
	text := request.field("text")
	if err != nil || text == "" {
		return statusBad, `{"ok":false,"error_code":400,"description":"Bad Request: chat_id and text are required"}`
	}
	number := s.sends.Add(1)
	if s.FloodEvery > 0 && number%int64(s.FloodEvery) == 0 {
		s.floods.Add(1)
		after := strconv.Itoa(s.RetryAfter)
		return statusFlood, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after ` + after +
			`","parameters":{"retry_after":` + after + `}}`
	}
	s.Heard(chat, text)
	if s.Delay > 0 {
		time.Sleep(s.Delay)
	}
	to := strconv.FormatInt(chat, 10)
	return statusOK, `{"ok":true,"result":{"message_id":` + strconv.FormatInt(s.messages.Add(1), 10) +
		`,"from":{"id":4200000000,"is_bot":true,"first_name":"Bench","username":"bench_bot"},"chat":{"id":` + to +
		`,"first_name":"Анна","type":"private"},"date":` + strconv.FormatInt(time.Now().Unix(), 10) + `,"text":` + strconv.Quote(text) + `}}`
}

// Awaits waits until the bot polls, or has set its webhook and listens there.
func (s *Server) Awaits(mode string, limit time.Duration) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		s.queue.mu.Lock()
		polled := s.queue.poll > 0
		s.queue.mu.Unlock()
		if mode == "polling" && polled || mode == "webhook" && s.hook.listens() {
			return true
		}
	}
	return false
}
