package telegram

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"strconv"
	"time"
)

// cable is one connection of [cables].
type cable struct {
	conn net.Conn
	in   *bufio.Reader
	// out is the request; its room is used again.
	out    []byte
	rested time.Time
	// spent is set when an answer was the connection's last.
	spent bool
}

func newCable(conn net.Conn) *cable { return &cable{conn: conn, in: bufio.NewReader(conn)} }

const (
	// freshFor is how long a cable that rests is taken to be alive.
	freshFor = 100 * time.Millisecond
	// listening is how long it is listened to otherwise.
	listening = 50 * time.Microsecond
)

// lives tells whether the other side has left the cable alone. One that was
// closed meanwhile would take a request whose fate nobody knows.
func (c *cable) lives() bool {
	if time.Since(c.rested) < freshFor {
		return true
	}
	if c.conn.SetReadDeadline(time.Now().Add(listening)) != nil {
		return false
	}
	_, err := c.in.Peek(1)
	return errors.Is(err, os.ErrDeadlineExceeded) && c.conn.SetReadDeadline(time.Time{}) == nil
}

// cut ends whatever is written or read.
func (c *cable) cut() { _ = c.conn.SetDeadline(time.Unix(1, 0)) }

// exchange sends the request and reads the answer.
func (c *cable) exchange() (status int, answer []byte, err error) {
	if _, err := c.conn.Write(c.out); err != nil {
		return 0, nil, err
	}
	var head head
	for status < http.StatusOK { // others only announce it (RFC 9110, 15.2)
		if head, err = c.head(); err != nil {
			return 0, nil, err
		}
		status = head.status
	}
	if answer, err = c.body(head); err != nil {
		return status, nil, err
	}
	c.spent = head.closes || head.length < 0 || head.length > answerLimit || c.in.Buffered() > 0
	return status, answer, nil
}

// body reads an answer, of which no more is read than its limit.
func (c *cable) body(h head) ([]byte, error) {
	switch {
	case h.chunked:
		return io.ReadAll(io.LimitReader(httputil.NewChunkedReader(c.in), answerLimit))
	case h.length < 0 || h.length > answerLimit:
		return io.ReadAll(io.LimitReader(c.in, answerLimit))
	}
	answer := make([]byte, h.length)
	_, err := io.ReadFull(c.in, answer)
	return answer, noEnd(err)
}

// head is what matters of an answer's head.
type head struct {
	status  int
	length  int64 // -1: as long as it comes
	chunked bool
	closes  bool
}

var errHead = errors.New("the answer is not HTTP/1.1")

func (c *cable) head() (head, error) {
	line, err := c.line()
	if err != nil {
		return head{}, err
	}
	version, rest, _ := bytes.Cut(line, []byte(" "))
	code, _, _ := bytes.Cut(rest, []byte(" "))
	h := head{length: -1, closes: string(version) != "HTTP/1.1"}
	if h.status, err = strconv.Atoi(string(code)); err != nil || !bytes.HasPrefix(version, []byte("HTTP/1.")) {
		return h, errHead
	}
	for {
		if line, err = c.line(); err != nil || len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if h.length, err = strconv.ParseInt(string(value), 10, 64); err != nil || h.length < 0 {
				return h, errHead
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			h.chunked = true
		case bytes.EqualFold(name, []byte("Connection")):
			h.closes = h.closes || bytes.EqualFold(value, []byte("close"))
		}
	}
	if h.chunked {
		h.length = -1 // RFC 9112, 6.3
	}
	return h, err
}

// line is the next one of a head, as much of it as the buffer holds: the rest
// of a longer one does not matter here.
func (c *cable) line() ([]byte, error) {
	line, more, err := c.in.ReadLine()
	if !more {
		return line, noEnd(err)
	}
	line = bytes.Clone(line)
	for more && err == nil {
		_, more, err = c.in.ReadLine()
	}
	return line, noEnd(err)
}

// noEnd is the error of an answer that ends too early.
func noEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
