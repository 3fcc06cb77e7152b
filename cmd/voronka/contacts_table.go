package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

// tableRow is what one row of the table says.
type tableRow struct {
	contact sales.Contact
	tags    []string
	// vars are variables of the deal, client those of the customer.
	vars, client map[string]string
}

// The columns of the table. Those of the bot's own are written and, on the way
// back, not read: a table does not move dialogs.
func contactColumns() []string {
	return []string{"id", "name", "last_name", "username", "phone", "email", "language", "tags"}
}

func sourceColumns() []string {
	return []string{"start", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"}
}

func ownColumns() []string { return []string{"flow", "state", "created", "active", "blocked"} }

// Prefixes of the columns of variables.
const (
	varColumn    = "var."
	clientColumn = "client."
)

// bom tells spreadsheets that the text is UTF-8.
const bom = "\ufeff"

// writeContacts writes every customer and tells how many there were.
func writeContacts(to io.Writer, tx storage.Tx, excel bool) (rows int, err error) {
	vars := map[string]bool{}
	err = eachSession(tx, func(_ sales.Contact, session flows.Session) error {
		for name := range session.Vars {
			vars[varColumn+name] = true
		}
		for name := range session.Customer {
			vars[clientColumn+name] = true
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	names := slices.Sorted(maps.Keys(vars))
	buffered := bufio.NewWriter(to)
	table := csv.NewWriter(buffered)
	if excel {
		table.Comma = ';'
	}
	_, _ = buffered.WriteString(bom) // a buffer keeps its first error for Flush
	if err := table.Write(slices.Concat(contactColumns(), sourceColumns(), ownColumns(), names)); err != nil {
		return 0, fmt.Errorf("write the table: %w", err)
	}
	err = eachSession(tx, func(contact sales.Contact, session flows.Session) error {
		rows++
		return table.Write(contactRow(contact, session, names))
	})
	table.Flush()
	if err := errors.Join(err, table.Error(), buffered.Flush()); err != nil {
		return rows, fmt.Errorf("write the table: %w", err)
	}
	return rows, nil
}

func contactRow(contact sales.Contact, session flows.Session, vars []string) []string {
	row := []string{
		contact.ID, contact.Name, contact.LastName, contact.Username, contact.Phone, contact.Email, contact.Language,
		strings.Join(session.Tags, ", "),
	}
	for _, name := range sourceColumns() {
		row = append(row, contact.Source[name])
	}
	row = append(row, session.Flow, session.State, stamp(contact.CreatedAt), stamp(contact.ActiveAt), strconv.FormatBool(contact.Blocked))
	for _, column := range vars {
		if name, ok := strings.CutPrefix(column, varColumn); ok {
			row = append(row, session.Vars[name])
		} else {
			row = append(row, session.Customer[strings.TrimPrefix(column, clientColumn)])
		}
	}
	for i, cell := range row {
		row[i] = tame(cell)
	}
	return row
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// number is a cell that may begin with a sign: a phone or an amount.
var number = regexp.MustCompile(`^[+-][\d ().,-]+$`)

// tame keeps a spreadsheet from taking what a customer wrote for a formula
// (OWASP, CSV injection); wild takes the mark off again.
func tame(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r'", rune(cell[0])) && !number.MatchString(cell) {
		return "'" + cell
	}
	return cell
}

func wild(cell string) string {
	if rest, marked := strings.CutPrefix(cell, "'"); marked && rest != "" && strings.ContainsRune("=+-@\t\r'", rune(rest[0])) {
		return rest
	}
	return cell
}

// contactFault is what is wrong with a line of the table.
type contactFault struct {
	line       int
	code, what string
}

// mostFaults is how many are told of.
const mostFaults = 50

// readContacts reads a table with commas or semicolons; its first line names the columns.
func readContacts(from io.Reader) (rows []tableRow, faults []contactFault) {
	buffered := bufio.NewReader(from)
	if mark, err := buffered.Peek(len(bom)); err == nil && string(mark) == bom {
		_, _ = buffered.Discard(len(bom))
	}
	head, _ := buffered.Peek(buffered.Size())
	first, _, _ := strings.Cut(string(head), "\n")
	table := csv.NewReader(buffered)
	if strings.Count(first, ";") > strings.Count(first, ",") {
		table.Comma = ';'
	}
	columns, err := table.Read()
	if err != nil {
		return nil, []contactFault{{1, "unreadable", "CSV"}}
	}
	if faults = checkColumns(columns); len(faults) > 0 {
		return nil, faults
	}
	seen := map[string]int{}
	for len(faults) < mostFaults {
		cells, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := table.FieldPos(0)
		if err != nil {
			return nil, append(faults, contactFault{line, "unreadable", err.Error()})
		}
		row, found := readCustomer(columns, cells, line)
		if before := seen[row.contact.ID]; before > 0 && len(found) == 0 {
			found = append(found, contactFault{line, "twice", row.contact.ID})
		}
		seen[row.contact.ID] = line
		rows, faults = append(rows, row), append(faults, found...)
	}
	return rows, faults
}

func checkColumns(columns []string) (faults []contactFault) {
	known := slices.Concat(contactColumns(), sourceColumns(), ownColumns(), []string{"telegram"})
	for i, column := range columns {
		columns[i] = strings.ToLower(strings.TrimSpace(column))
		isVariable := len(columns[i]) > len(varColumn) && strings.HasPrefix(columns[i], varColumn) ||
			len(columns[i]) > len(clientColumn) && strings.HasPrefix(columns[i], clientColumn)
		if isVariable {
			columns[i] = strings.TrimSpace(column) // names of variables keep their case
		} else if !slices.Contains(known, columns[i]) {
			faults = append(faults, contactFault{1, "unknown_column", column})
		}
	}
	if !slices.Contains(columns, "id") && !slices.Contains(columns, "telegram") {
		faults = append(faults, contactFault{1, "no_id", ""})
	}
	return faults
}

// readCustomer reads one line.
func readCustomer(columns, cells []string, line int) (row tableRow, faults []contactFault) {
	row.contact.Source, row.vars, row.client = map[string]string{}, map[string]string{}, map[string]string{}
	wrong := func(code, what string) { faults = append(faults, contactFault{line, code, what}) }
	for i, column := range columns {
		cell := strings.TrimSpace(wild(cells[i]))
		if cell == "" {
			continue
		}
		name, isVar := strings.CutPrefix(column, varColumn)
		client, isClient := strings.CutPrefix(column, clientColumn)
		switch {
		case isVar:
			row.vars[name] = cell
		case isClient:
			row.client[client] = cell
		case slices.Contains(sourceColumns(), column):
			row.contact.Source[column] = cell
		default:
			if code := row.set(column, cell); code != "" {
				wrong(code, cell)
			}
		}
	}
	if row.contact.ID == "" && len(faults) == 0 {
		wrong("no_id", "")
	}
	return row, faults
}

// set reads a cell of the customer's own; a code tells what is wrong with it.
func (r *tableRow) set(column, cell string) string {
	switch column {
	case "id", "telegram":
		chat, err := strconv.ParseInt(strings.TrimPrefix(cell, "tg:"), 10, 64)
		if err != nil || chat <= 0 {
			return "bad_id"
		}
		r.contact.ID, r.contact.ChatID = "tg:"+strconv.FormatInt(chat, 10), chat
	case "phone":
		parsed, err := phonenumbers.Parse(cell, "RU")
		if err != nil || !phonenumbers.IsValidNumber(parsed) {
			return "bad_phone"
		}
		r.contact.Phone = phonenumbers.Format(parsed, phonenumbers.E164)
	case "email":
		address, err := mail.ParseAddress(cell)
		if err != nil {
			return "bad_email"
		}
		r.contact.Email = address.Address
	case "tags":
		for tag := range strings.SplitSeq(cell, ",") {
			if tag = strings.TrimSpace(tag); tag != "" {
				r.tags = append(r.tags, tag)
			}
		}
	case "name":
		r.contact.Name = cell
	case "last_name":
		r.contact.LastName = cell
	case "username":
		r.contact.Username = strings.TrimPrefix(cell, "@")
	case "language":
		r.contact.Language = cell
	}
	return ""
}
