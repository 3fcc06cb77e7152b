package telegram

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// caller is a connection whose requests are looked at before they are taken.
type caller struct {
	net.Conn
	in *bufio.Reader
	// known is set when the caller was given time once, until is the deadline
	// that stands; zero where it is another one.
	known bool
	until time.Time
}

// Read is for the server: what was looked at comes first.
func (c *caller) Read(p []byte) (int, error) {
	if c.in.Buffered() > 0 {
		return c.in.Read(p)
	}
	return c.Conn.Read(p)
}

// post looks at the next request, and takes nothing of it.
func (c *caller) post(address string) (post, error) {
	if _, err := c.in.Peek(1); err != nil {
		return post{}, err
	}
	head, err := c.in.Peek(c.in.Buffered())
	if err != nil {
		return post{}, err
	}
	return readPost(head, address), nil
}

// body takes the request off the connection.
func (c *caller) body(post post) ([]byte, error) {
	if _, err := c.in.Discard(post.head); err != nil {
		return nil, err
	}
	if c.in.Buffered() < post.length {
		c.until = time.Time{}
		if err := c.SetReadDeadline(time.Now().Add(bodyWithin)); err != nil {
			return nil, err
		}
	}
	body := make([]byte, post.length)
	_, err := io.ReadFull(c.in, body)
	return body, err
}

// reply answers as net/http would.
func (c *caller) reply(status int) error {
	out := make([]byte, 0, 192)
	out = append(out, "HTTP/1.1 "...)
	out = strconv.AppendInt(out, int64(status), 10)
	out = append(out, ' ')
	out = append(out, http.StatusText(status)...)
	out = append(out, "\r\nDate: "...)
	out = time.Now().UTC().AppendFormat(out, http.TimeFormat)
	switch status {
	case http.StatusServiceUnavailable:
		out = append(out, "\r\nRetry-After: 1"...)
	case http.StatusBadRequest:
		out = append(out, "\r\nConnection: close"...)
	}
	out = append(out, "\r\nContent-Length: 0\r\n\r\n"...)
	_, err := c.Write(out)
	return err
}
