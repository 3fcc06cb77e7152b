package bolt

import (
	"bytes"

	"go.etcd.io/bbolt"
)

// pages is a transaction of bbolt's with the buckets that were used in it.
type pages struct {
	*bbolt.Tx
	open map[bucket]shelf
	held map[bucket]*held
	// lines are the numbers of contacts' last lines, of all who have lines that
	// are held back and of others.
	lines map[string]int64
}

// shelf is a bucket and a cursor to look things up with: one that is made for
// each look allocates its way down the tree, which was a fifth of all that a
// turn allocated.
type shelf struct {
	*bbolt.Bucket
	cursor *bbolt.Cursor
}

func newPages(b *bbolt.Tx) *pages {
	return &pages{Tx: b, open: map[bucket]shelf{}, held: map[bucket]*held{}, lines: map[string]int64{}}
}

// shelf is a bucket as bbolt has it; see [pages.in].
func (p *pages) shelf(name bucket) shelf {
	one, known := p.open[name]
	if !known {
		one.Bucket = p.Bucket([]byte(name))
		one.cursor = one.Bucket.Cursor()
		one.FillPercent = name.fill()
		p.open[name] = one
	}
	return one
}

// get is valid until the next write, or as long as the transaction where the
// key is not written to.
func (s shelf) get(key []byte) []byte {
	if k, v := s.cursor.Seek(key); bytes.Equal(k, key) {
		return v
	}
	return nil
}

// first is the first entry whose key begins with prefix.
func (s shelf) first(prefix []byte) (k, v []byte) {
	if k, v = s.cursor.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix) {
		return k, v
	}
	return nil, nil
}

// last is the last key that begins with prefix.
func (s shelf) last(prefix []byte) []byte {
	k, _ := s.cursor.Seek(after(prefix))
	if k != nil {
		k, _ = previous(s.Bucket, s.cursor, k)
	} else {
		k, _ = last(s.cursor)
	}
	if bytes.HasPrefix(k, prefix) {
		return k
	}
	return nil
}

// fill is how full the bucket's pages are written. bbolt leaves half of each
// free for keys in between; where keys come in order there never are any, and a
// sixth of what a settlement wrote was room. A journal's lines come in order for
// each contact, and the lines of one dialog are nearly a page: half full, they
// were spread over three.
func (name bucket) fill() float64 {
	switch name {
	case bucketInputs, bucketInputsAt, bucketContactsAt, bucketJobs, bucketJournal:
		return 0.95
	}
	return bbolt.DefaultFillPercent
}
