package postgres

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
)

// row is a record with the parts that it is found by.
type row struct {
	key, owner string
	at, due    time.Time // zero: none
	number     int64
	body       string
	// gone marks a record that is deleted.
	gone bool
}

// scan reads a row as table.list selects it.
func scan(rows pgx.Rows) (r row, err error) {
	var at, due *time.Time
	err = rows.Scan(&r.key, &r.owner, &at, &due, &r.number, &r.body)
	if at != nil {
		r.at = at.UTC()
	}
	if due != nil {
		r.due = due.UTC()
	}
	return r, err
}

// moment rounds up to what a column holds: nothing is due too early.
func moment(t time.Time) time.Time {
	rounded := t.Truncate(time.Microsecond)
	if rounded.Before(t) {
		rounded = rounded.Add(time.Microsecond)
	}
	return rounded.UTC()
}

// due is a moment, or none where it is zero.
func due(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return moment(t)
}

// name is a text as a column can hold it: PostgreSQL takes neither a zero byte
// nor broken UTF-8. What is no such text is written with backslashes.
func name(s string) string {
	if utf8.ValidString(s) && !strings.ContainsAny(s, "\\\x00") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == '\\' || r == 0 || r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, "\\%02x", s[i])
		} else {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// unname is the text that name was given.
func unname(s string) string {
	if !strings.Contains(s, "\\") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// count is a number as the key of a counted table.
func count(n int64) string { return strconv.FormatInt(n, 10) }
