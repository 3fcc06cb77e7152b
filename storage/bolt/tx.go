package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"voronka/internal/outbox"
	"voronka/storage"
)

// tx is one update's part of a transaction. It remembers what it overwrote, so
// that it can be taken back while its neighbours in the same commit stay.
type tx struct {
	bolt *pages
	undo []change
	// log takes the changes for the log; nil in a transaction that only reads.
	log *[]byte
	// announced are the jobs that came to stand first in their lanes; left is
	// set when any job has left its lane.
	announced []outbox.Job
	left      bool
	ended     bool
	// contact and session were looked at last: whoever writes them again need
	// not read them again.
	contact, session glance
}

// glance is a record as it stands in the store, with what its index holds of it.
type glance struct {
	id  string
	raw []byte // nil where there is none
	at  time.Time
	// phone and email are a contact's.
	phone, email string
}

type change struct {
	bucket   bucket
	key, old []byte // old is nil where there was nothing
}

var errEnded = errors.New("write after the end of the transaction")

func (t *tx) in(name bucket) shelf { return t.bolt.in(name) }

// get is valid until the next write.
func (t *tx) get(name bucket, key []byte) []byte { return t.bolt.get(name, key) }

func (t *tx) put(name bucket, key, value []byte) error {
	if err := t.writable(name, key); err != nil {
		return err
	}
	return t.replace(name, key, t.get(name, key), value)
}

// replace is put where it is known what stands under the key; nil is nothing.
func (t *tx) replace(name bucket, key, old, value []byte) error {
	if err := t.writable(name, key); err != nil {
		return err
	}
	if old != nil && bytes.Equal(old, value) {
		return nil
	}
	if err := t.bolt.put(name, key, value, old == nil); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	t.undo = append(t.undo, change{name, key, old})
	*t.log = appendChange(*t.log, changePut, name, key, value)
	return nil
}

func (t *tx) delete(name bucket, key []byte) error {
	if err := t.writable(name, key); err != nil {
		return err
	}
	return t.remove(name, key, t.get(name, key))
}

// remove is delete where it is known what stands under the key; nil is nothing.
func (t *tx) remove(name bucket, key, old []byte) error {
	if err := t.writable(name, key); err != nil || old == nil {
		return err
	}
	if err := t.bolt.remove(name, key); err != nil {
		return fmt.Errorf("delete from %s: %w", name, err)
	}
	t.undo = append(t.undo, change{name, key, old})
	*t.log = appendChange(*t.log, changeDelete, name, key, nil)
	return nil
}

// sequence numbers the records of a bucket. A number that is taken back with
// its update is not given again.
func (t *tx) sequence(name bucket) (int64, error) {
	if t.log == nil {
		return 0, fmt.Errorf("write %s: %w", name, bolterrors.ErrTxNotWritable)
	}
	next, err := t.bolt.shelf(name).NextSequence()
	if err != nil {
		return 0, fmt.Errorf("number a record of %s: %w", name, err)
	}
	*t.log = appendChange(*t.log, changeSequence, name, binary.BigEndian.AppendUint64(nil, next), nil)
	return int64(next), nil
}

// writable tells why a key cannot be written to.
func (t *tx) writable(name bucket, key []byte) error {
	switch {
	case t.log == nil:
		return fmt.Errorf("write %s: %w", name, bolterrors.ErrTxNotWritable)
	case t.ended:
		return errEnded
	case len(key) == 0:
		return fmt.Errorf("write %s: empty key", name)
	case len(key) > bbolt.MaxKeySize:
		return fmt.Errorf("write %s: %w", name, bolterrors.ErrKeyTooLarge)
	}
	return nil
}

// rollback takes back everything written, last first.
func (t *tx) rollback() error {
	for i := len(t.undo) - 1; i >= 0; i-- {
		c := t.undo[i]
		var err error
		if c.old == nil {
			err = t.in(c.bucket).Delete(c.key)
		} else {
			err = t.in(c.bucket).Put(c.key, c.old)
		}
		if err != nil {
			return fmt.Errorf("take back %s: %w", c.bucket, err)
		}
		if c.bucket == bucketJournal {
			clear(t.bolt.lines) // none is held back any more
		}
	}
	t.undo = nil
	return nil
}

// move keeps an index: the entry leaves its old key, where it is, for its new
// one, where nothing is; nil is nowhere. It does not look there first: in a
// large store each look is a page that nobody has seen for long.
func (t *tx) move(name bucket, from, to []byte) error {
	if bytes.Equal(from, to) {
		return nil
	}
	if from != nil {
		if err := t.remove(name, from, []byte{}); err != nil {
			return err
		}
	}
	if to == nil {
		return nil
	}
	return t.replace(name, to, nil, []byte{})
}

// load decodes the record under a key; found is false when there is none.
func (t *tx) load(name bucket, key []byte, into any) (found bool, err error) {
	raw := t.get(name, key)
	if raw == nil {
		return false, nil
	}
	if err := storage.Decode(raw, into); err != nil {
		return false, fmt.Errorf("read %s: %w", name, err)
	}
	return true, nil
}

// record is load for a record that has to be there.
func (t *tx) record(name bucket, id string, into any) error {
	found, err := t.load(name, []byte(id), into)
	if err == nil && !found {
		return fmt.Errorf("read %s: %w", name, storage.ErrNotFound)
	}
	return err
}

// looked is load that gives what stands there, too.
func (t *tx) looked(name bucket, id string, into any) (raw []byte, err error) {
	if raw = t.get(name, []byte(id)); raw == nil {
		return nil, nil
	}
	if err := storage.Decode(raw, into); err != nil {
		return raw, fmt.Errorf("read %s: %w", name, err)
	}
	return raw, nil
}

// there is the error of a look that found nothing, or another one.
func (t *tx) there(name bucket, raw []byte, err error) error {
	if err == nil && raw == nil {
		return fmt.Errorf("read %s: %w", name, storage.ErrNotFound)
	}
	return err
}

func (t *tx) save(name bucket, key []byte, value any) error {
	return t.saveOver(name, key, t.get(name, key), value)
}

// saveOver is save where it is known what stands under the key; nil is nothing.
func (t *tx) saveOver(name bucket, key, old []byte, value any) error {
	raw, err := storage.Encode(value)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return t.replace(name, key, old, raw)
}

// scan goes through the entries whose keys begin with prefix, in order. The
// bucket must not be written meanwhile.
func (t *tx) scan(name bucket, prefix []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		cursor := t.in(name).Cursor()
		for k, v := cursor.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = cursor.Next() {
			if !yield(k, v) {
				return
			}
		}
	}
}

// from goes through the entries whose keys do not come before the given one, in order.
func (t *tx) from(name bucket, begin []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		cursor := t.in(name).Cursor()
		for k, v := cursor.Seek(begin); k != nil && yield(k, v); k, v = cursor.Next() {
		}
	}
}

// last is a bucket's last entry. Where a transaction that is not over has
// emptied every page, Cursor.Last never ends (bbolt v1.5.0: its prev stays at
// the first page); Cursor.First looks over empty pages and does.
func last(cursor *bbolt.Cursor) (k, v []byte) {
	if k, _ = cursor.First(); k == nil {
		return nil, nil
	}
	return cursor.Last()
}

// back goes through the entries whose keys begin with prefix and come before
// the given key (nil: all of them), last first.
func (t *tx) back(name bucket, prefix, before []byte) iter.Seq2[[]byte, []byte] {
	if before == nil {
		before = after(prefix)
	}
	return func(yield func(k, v []byte) bool) {
		in := t.in(name).Bucket
		cursor := in.Cursor()
		var k, v []byte
		if before != nil {
			k, _ = cursor.Seek(before)
		}
		if k != nil {
			k, v = previous(in, cursor, k)
		} else {
			k, v = last(cursor)
		}
		for ; k != nil && bytes.HasPrefix(k, prefix); k, v = previous(in, cursor, k) {
			if !yield(k, v) {
				return
			}
		}
	}
}

// previous is the entry before the one with the given key, where the cursor is.
// bbolt's own step ends at a page that was emptied since it was written; such
// pages are stepped over as long as there is anything before the key.
func previous(in *bbolt.Bucket, cursor *bbolt.Cursor, key []byte) (k, v []byte) {
	if k, v = cursor.Prev(); k != nil {
		return k, v
	}
	if first, _ := in.Cursor().First(); first == nil || bytes.Compare(first, key) >= 0 {
		return nil, nil
	}
	for k == nil {
		k, v = cursor.Prev()
	}
	return k, v
}
