package bolt

import (
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"
)

// Kinds of changes, as they stand in the log: a promise.
const (
	changePut      = 1
	changeDelete   = 2
	changeSequence = 3
)

// appendChange writes one change behind others. The value is that of a put.
func appendChange(buf []byte, kind byte, name bucket, key, value []byte) []byte {
	buf = append(buf, kind, byte(len(name)))
	buf = append(buf, name...)
	buf = binary.AppendUvarint(buf, uint64(len(key)))
	buf = append(buf, key...)
	if kind == changePut {
		buf = binary.AppendUvarint(buf, uint64(len(value)))
		buf = append(buf, value...)
	}
	return buf
}

// replay makes the changes of one entry of the log again.
func replay(b *bbolt.Tx, changes []byte) error {
	for len(changes) > 0 {
		var err error
		if changes, err = replayOne(b, changes); err != nil {
			return err
		}
	}
	return nil
}

var errChange = fmt.Errorf("%w: a change in the log", ErrDamaged)

func replayOne(b *bbolt.Tx, changes []byte) (rest []byte, err error) {
	if len(changes) < 2 || len(changes) < 2+int(changes[1]) {
		return nil, errChange
	}
	kind, name := changes[0], changes[2:2+changes[1]]
	key, rest, ok := cut(changes[2+len(name):])
	if !ok {
		return nil, errChange
	}
	in := b.Bucket(name)
	if in == nil {
		return nil, errChange
	}
	switch kind {
	case changePut:
		value, rest, ok := cut(rest)
		if !ok {
			return nil, errChange
		}
		return rest, in.Put(key, value)
	case changeDelete:
		return rest, in.Delete(key)
	case changeSequence:
		if len(key) != numberSize {
			return nil, errChange
		}
		return rest, in.SetSequence(binary.BigEndian.Uint64(key))
	}
	return nil, errChange
}

// cut takes a piece off that begins with its length.
func cut(b []byte) (piece, rest []byte, ok bool) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return nil, nil, false
	}
	return b[n : n+int(size)], b[n+int(size):], true
}
