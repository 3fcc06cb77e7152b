package postgres

import (
	"fmt"
	"slices"
	"strings"
)

// kind is a kind of record; each has a table of its own.
type kind uint8

const (
	inputs kind = iota
	contacts
	phones
	emails
	sessions
	journal
	orders
	payments
	subscriptions
	refunds
	ledger
	counters
	notifications
	refs
	jobs
	buried
	lanes
	kinds // how many there are
)

// String is the table's name.
func (k kind) String() string {
	if k < kinds {
		return tables()[k].name
	}
	return "records"
}

// table names the columns of a kind, empty where it has none. Records have the
// same parts everywhere, so that one piece of code reads and writes them all.
type table struct {
	name string
	// key is the record's id, owner whose it is; journal lines have their
	// owner and number for an id.
	key, owner string
	// at is the moment it is sorted by, due when it has to be looked at.
	at, due string
	number  string
	body    string
	// counted is set where key is a number.
	counted bool
}

func tables() [kinds]table {
	return [kinds]table{
		inputs:        {name: "inputs", key: "id", at: "at"},
		contacts:      {name: "contacts", key: "id", at: "active_at", body: "body"},
		phones:        {name: "phones", key: "contact", owner: "phone"},
		emails:        {name: "emails", key: "contact", owner: "email"},
		sessions:      {name: "sessions", key: "contact", due: "rings_at", body: "body"},
		journal:       {name: "journal", owner: "contact", number: "line", body: "body"},
		orders:        {name: "orders", key: "id", owner: "contact", at: "created_at", body: "body"},
		payments:      {name: "payments", key: "id", owner: "order_id", at: "created_at", due: "check_at", body: "body"},
		subscriptions: {name: "subscriptions", key: "id", owner: "contact", at: "created_at", due: "next_at", body: "body"},
		refunds:       {name: "refunds", key: "id", owner: "payment", at: "created_at", body: "body"},
		ledger:        {name: "ledger", key: "number", owner: "payment", at: "at", body: "body", counted: true},
		counters:      {name: "counters", key: "name", number: "value"},
		notifications: {name: "notifications", key: "key", body: "body"},
		refs:          {name: "refs", key: "key", body: "body"},
		jobs:          {name: "jobs", key: "id", owner: "lane", at: "not_before", number: "place", body: "body", counted: true},
		buried:        {name: "buried", key: "id", body: "body", counted: true},
		lanes:         {name: "lanes", key: "lane", owner: "owner", at: "at"}, // written by refreshLanes alone
	}
}

// column is one part of a record and its type in a parameter.
type column struct{ name, array, cast string }

// columns are in the order of row's parts.
func (t table) columns() []column {
	cast := ""
	if t.counted {
		cast = "::bigint"
	}
	all := []column{
		{t.key, "text[]", cast}, {t.owner, "text[]", ""}, {t.at, "timestamptz[]", ""},
		{t.due, "timestamptz[]", ""}, {t.number, "bigint[]", ""}, {t.body, "text[]", "::json"},
	}
	return slices.DeleteFunc(all, func(c column) bool { return c.name == "" })
}

// list selects the parts of a record in the order in which scan takes them.
func (t table) list() string {
	pick := func(name, missing string) string {
		if name == "" {
			return missing
		}
		return t.name + "." + name
	}
	return strings.Join([]string{
		pick(t.key, "''") + "::text", pick(t.owner, "''"), pick(t.at, "null::timestamptz"), pick(t.due, "null::timestamptz"),
		pick(t.number, "0::bigint"), pick(t.body, "''") + "::text",
	}, ", ")
}

// unique are the columns that tell records apart.
func (t table) unique() string {
	if t.key == "" {
		return t.owner + ", " + t.number
	}
	return t.key
}

func (t table) upsert() string {
	var names, arrays, aliases, values, changes []string
	for i, c := range t.columns() {
		alias := fmt.Sprint("c", i)
		names = append(names, c.name)
		arrays = append(arrays, fmt.Sprintf("$%d::%s", i+1, c.array))
		aliases = append(aliases, alias)
		values = append(values, alias+c.cast)
		if !strings.Contains(", "+t.unique()+",", ", "+c.name+",") {
			changes = append(changes, c.name+" = excluded."+c.name)
		}
	}
	return fmt.Sprintf("insert into %s (%s) select %s from unnest(%s) r(%s) on conflict (%s) do update set %s",
		t.name, strings.Join(names, ", "), strings.Join(values, ", "), strings.Join(arrays, ", "),
		strings.Join(aliases, ", "), t.unique(), strings.Join(changes, ", "))
}

func (t table) remove() string {
	return fmt.Sprintf("delete from %s where %s = any($1::text[]%s)", t.name, t.key, t.keys())
}

// keys turns an array of texts into one of keys.
func (t table) keys() string {
	if t.counted {
		return "::bigint[]"
	}
	return ""
}

// by is how records are found.
type by uint8

const (
	byKey   by = iota // the record with a key
	byOwner           // all of an owner
	byTail            // the last one of an owner, its number alone
	byHead            // the first ones of an owner, up to headLimit
	ways              // how many there are
)

// headLimit is how much of a lane is read to find its head: what the updates of
// one commit take out of a lane is rarely more.
const headLimit = 8

func (t table) find(how by) string {
	switch {
	case how == byKey && t.key != "":
		return fmt.Sprintf("select %s from %s where %s = any($1::text[]%s)", t.list(), t.name, t.key, t.keys())
	case how == byOwner && t.owner != "":
		return fmt.Sprintf("select %s from %s where %s = any($1::text[])", t.list(), t.name, t.owner)
	case how == byTail && t.number != "" && t.owner != "":
		return fmt.Sprintf(`select '', o, null::timestamptz, null::timestamptz, n.last, '' from unnest($1::text[]) r(o)
			cross join lateral (select %s last from %s where %s = o order by %s desc limit 1) n`, t.number, t.name, t.owner, t.number)
	case how == byHead && t.number != "" && t.owner != "":
		return fmt.Sprintf(`select h.* from unnest($1::text[]) r(o)
			cross join lateral (select %s from %s where %s = o order by %s limit %d) h`, t.list(), t.name, t.owner, t.number, headLimit)
	}
	return ""
}

// statements are those of all tables, written out once.
type statements struct {
	upsert, remove [kinds]string
	find           [kinds][ways]string
}

func newStatements() *statements {
	s := &statements{}
	for k, t := range tables() {
		s.upsert[k], s.remove[k] = t.upsert(), t.remove()
		for how := range ways {
			s.find[k][how] = t.find(how)
		}
	}
	return s
}
