package steps

import (
	"net/textproto"
	"regexp"
	"strings"

	"voronka/flows"
)

// header is one line that goes with a request. A secret of the owner's is named
// in it, and put in by whoever sends it: `Authorization: "Bearer #{secret.crm}"`.
type header struct {
	name          string
	before, after flows.Template
	secret        string
}

var (
	secretMark = regexp.MustCompile(`#\{\s*secret\.([\p{L}_][\p{L}\p{N}_-]*)\s*\}`)
	headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$") // RFC 9110, token
)

// ownHeader tells of headers that the bot or HTTP itself sets.
func ownHeader(name string) bool {
	switch name {
	case "Host", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection", "Idempotency-Key", "X-Voronka-Time", "X-Voronka-Signature":
		return true
	}
	return false
}

func readHeaders(n flows.Node) []header {
	var all []header
	for _, entry := range n.Entries() {
		one := header{name: textproto.CanonicalMIMEHeaderKey(entry.Name)}
		if !headerName.MatchString(entry.Name) || ownHeader(one.name) {
			entry.Key.Error("http_header", "Header", entry.Name)
		}
		text := entry.Value.Text()
		marks := secretMark.FindAllStringSubmatchIndex(text, -1)
		if len(marks) > 1 {
			entry.Value.Error("http_secrets", "Header", entry.Name)
		}
		one.before = flows.ReadTemplate(entry.Value)
		if len(marks) > 0 {
			at := marks[0]
			one.secret = text[at[2]:at[3]]
			one.before, one.after = piece(entry.Value, text[:at[0]]), piece(entry.Value, text[at[1]:])
		}
		all = append(all, one)
	}
	return all
}

// piece compiles a part of a text; ReadTemplate has reported what is wrong.
func piece(n flows.Node, text string) flows.Template {
	template, _ := flows.ParseTemplate(text)
	template.Pos = n.Pos()
	return template
}

func fillHeaders(r *flows.Run, all []header) []flows.Header {
	var filled []flows.Header
	for _, one := range all {
		filled = append(filled, flows.Header{
			Name: one.name, Before: oneLine(r.Fill(one.before)), Secret: one.secret, After: oneLine(r.Fill(one.after)),
		})
	}
	return filled
}

// oneLine keeps what a customer wrote from becoming a header of its own.
func oneLine(text string) string {
	return strings.Map(func(char rune) rune {
		if char < ' ' || char == 0x7f {
			return ' '
		}
		return char
	}, text)
}
