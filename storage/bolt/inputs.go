package bolt

import (
	"bytes"
	"time"
)

func (t *tx) See(id string, at time.Time) (seen bool, err error) {
	if t.get(bucketInputs, []byte(id)) != nil {
		return true, nil
	}
	if err := t.replace(bucketInputs, []byte(id), nil, moment(at)); err != nil {
		return false, err
	}
	return false, t.replace(bucketInputsAt, join(moment(at), []byte(id)), nil, []byte{})
}

func (t *tx) Forget(before time.Time, limit int) (int, error) {
	var old [][]byte
	end := moment(before)
	for key := range t.scan(bucketInputsAt, nil) {
		if len(old) >= limit || bytes.Compare(key[:momentSize], end) >= 0 {
			break
		}
		old = append(old, bytes.Clone(key))
	}
	for _, key := range old {
		if err := t.delete(bucketInputsAt, key); err != nil {
			return 0, err
		}
		if err := t.delete(bucketInputs, key[momentSize:]); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}
