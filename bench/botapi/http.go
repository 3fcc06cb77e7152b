package botapi

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// message is one HTTP/1.1 request or response, as far as it is looked at. Its
// body is valid until the next one is read.
type message struct {
	// first and second are the words of the start line behind which the rest
	// follows: "POST" and "/bot1:x/getMe", or "HTTP/1.1" and "200".
	first, second string
	contentType   string
	closes        bool
	body          []byte
}

var errMalformed = errors.New("malformed HTTP")

// wire reads messages from a connection. net/http would cost the driver, which
// has one core, more than the bots that it drives.
type wire struct {
	in  *bufio.Reader
	buf []byte
}

func newWire(r io.Reader) *wire {
	return &wire{in: bufio.NewReaderSize(r, 16<<10), buf: make([]byte, 0, 4<<10)}
}

func (w *wire) read() (message, error) {
	var m message
	line, err := w.line()
	if err != nil {
		return m, err
	}
	words := strings.SplitN(string(line), " ", 3)
	if len(words) < 2 {
		return m, errMalformed
	}
	m.first, m.second = words[0], words[1]
	length, chunked := 0, false
	for {
		line, err := w.line()
		if err != nil {
			return m, noEnd(err)
		}
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil || length < 0 {
				return m, errMalformed
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = bytes.EqualFold(value, []byte("chunked"))
		case bytes.EqualFold(name, []byte("Content-Type")):
			m.contentType = string(value)
		case bytes.EqualFold(name, []byte("Connection")):
			m.closes = bytes.EqualFold(value, []byte("close"))
		}
	}
	w.buf = w.buf[:0]
	if chunked {
		err = w.chunks()
	} else {
		err = w.more(length)
	}
	m.body = w.buf
	return m, noEnd(err)
}

// line is a line without its end; it is valid until the next read.
func (w *wire) line() ([]byte, error) {
	line, err := w.in.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	return bytes.TrimRight(line, "\r\n"), nil
}

func (w *wire) more(n int) error {
	at := len(w.buf)
	if n > cap(w.buf)-at {
		w.buf = append(make([]byte, 0, at+n), w.buf...)
	}
	w.buf = w.buf[:at+n]
	_, err := io.ReadFull(w.in, w.buf[at:])
	return err
}

func (w *wire) chunks() error {
	for {
		line, err := w.line()
		if err != nil {
			return err
		}
		size, _, _ := strings.Cut(string(line), ";")
		n, err := strconv.ParseUint(size, 16, 31)
		if err != nil {
			return errMalformed
		}
		if err := w.more(int(n)); err != nil {
			return err
		}
		if _, err := w.line(); err != nil { // behind the chunk; no trailers are sent to us
			return err
		}
		if n == 0 {
			return nil
		}
	}
}

// noEnd tells a connection that ended inside a message from one that ended
// between two.
func noEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
