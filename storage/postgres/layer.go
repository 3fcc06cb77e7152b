package postgres

import "slices"

// ref is a record, or everything that an owner has.
type ref struct {
	kind kind
	key  string
}

// layer is what was written and not yet sent to the database. The last write of
// a record counts.
type layer struct {
	rows map[ref]row
	// owned are the keys that were written with an owner.
	owned map[ref][]string
}

func (l *layer) put(k kind, r row) {
	if l.rows == nil {
		l.rows, l.owned = map[ref]row{}, map[ref][]string{}
	}
	l.rows[ref{k, r.key}] = r
	if r.owner == "" {
		return
	}
	owner := ref{k, r.owner}
	if !slices.Contains(l.owned[owner], r.key) {
		l.owned[owner] = append(l.owned[owner], r.key)
	}
}

// merge writes what another layer holds over this one.
func (l *layer) merge(over *layer) {
	if len(l.rows) == 0 {
		*l = *over
		return
	}
	for ref, row := range over.rows {
		l.put(ref.kind, row)
	}
}

// cover gives the rows of an owner as they are with this layer over them.
func (l *layer) cover(k kind, owner string, under []row) []row {
	keys := l.owned[ref{k, owner}]
	all := make([]row, 0, len(under)+len(keys))
	for _, r := range under {
		if _, written := l.rows[ref{k, r.key}]; !written {
			all = append(all, r)
		}
	}
	for _, key := range keys {
		if r := l.rows[ref{k, key}]; !r.gone && r.owner == owner {
			all = append(all, r)
		}
	}
	return all
}

// changes tells whether what a read found is not so any more.
func (l *layer) changes(r read, found []row) bool {
	if len(l.rows) == 0 {
		return false
	}
	if r.how == byKey {
		_, written := l.rows[ref{r.kind, r.key}]
		return written
	}
	if len(l.owned[ref{r.kind, r.key}]) > 0 {
		return true
	}
	return slices.ContainsFunc(found, func(one row) bool {
		_, written := l.rows[ref{r.kind, one.key}]
		return written
	})
}
