package telegram

import (
	"strconv"
	"strings"
)

// post is the head of a request as [Hatch] sees it.
type post struct {
	// plain is set when the request is an update, and each line of its head is
	// understood here or changes nothing.
	plain bool
	// head and length are the bytes of the head, with its empty line, and of the body.
	head, length int
	secret       string
}

// readPost reads what has come of a request. What it doubts is not plain, even
// where net/http would take it: two readings of one request are how requests
// are smuggled (RFC 9112, 11.2).
func readPost(came []byte, address string) post {
	text := string(came)
	lines, rest, whole := strings.Cut(text, "\r\n\r\n")
	lines, update := strings.CutPrefix(lines, "POST "+address+" HTTP/1.1\r\n")
	if !whole || !update {
		return post{}
	}
	p := post{plain: true, head: len(text) - len(rest), length: -1}
	hosts, secrets := 0, 0
	for line := range strings.SplitSeq(lines, "\r\n") {
		name, value, colon := strings.Cut(line, ":")
		value = strings.Trim(value, " \t")
		if !colon || !plainName(name) || strings.ContainsFunc(value, control) {
			return post{}
		}
		switch strings.ToLower(name) {
		case "host":
			hosts++
			p.plain = p.plain && plainHost(value)
		case "content-length":
			length, err := strconv.ParseUint(value, 10, 31)
			p.plain = p.plain && err == nil && p.length < 0 && length <= webhookLimit
			p.length = int(length)
		case "x-telegram-bot-api-secret-token":
			secrets++
			p.secret = value
		case "connection":
			p.plain = p.plain && strings.EqualFold(value, "keep-alive")
		case "transfer-encoding", "expect", "upgrade", "trailer":
			p.plain = false
		}
	}
	p.plain = p.plain && hosts == 1 && secrets == 1 && p.length >= 0
	return p
}

func plainName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool { return !alphanumeric(r) && r != '-' && r != '_' })
}

func plainHost(host string) bool {
	return host != "" && !strings.ContainsFunc(host, func(r rune) bool { return !alphanumeric(r) && !strings.ContainsRune("-.:[]", r) })
}

func alphanumeric(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

func control(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
