package bolt

import (
	"time"

	"voronka/sales"
)

func (t *tx) Subscription(id string) (one sales.Subscription, err error) {
	return one, t.record(bucketSubscriptions, id, &one)
}

func (t *tx) PutSubscription(one sales.Subscription) error {
	var old sales.Subscription
	known, err := t.load(bucketSubscriptions, []byte(one.ID), &old)
	if err != nil {
		return err
	}
	if err := t.save(bucketSubscriptions, []byte(one.ID), one); err != nil {
		return err
	}
	var of, at []byte
	if known {
		of, at = belongs(old.Contact, old.CreatedAt, old.ID), aged(old.CreatedAt, old.ID)
	}
	if err := t.move(bucketSubscribers, of, belongs(one.Contact, one.CreatedAt, one.ID)); err != nil {
		return err
	}
	if err := t.move(bucketSubscribed, at, aged(one.CreatedAt, one.ID)); err != nil {
		return err
	}
	return t.move(bucketRenewals, due(old.NextAt, one.ID), due(one.NextAt, one.ID))
}

func (t *tx) Subscriptions(contact string) ([]sales.Subscription, error) {
	prefix := text(contact)
	var all []sales.Subscription
	for key := range t.back(bucketSubscribers, prefix, nil) {
		one, err := t.Subscription(string(key[len(prefix)+momentSize:]))
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func (t *tx) AllSubscriptions(after sales.Subscription, limit int) ([]sales.Subscription, error) {
	return newest(t, bucketSubscribed, after.CreatedAt, after.ID, limit, t.Subscription)
}

func (t *tx) Renewing(now time.Time, limit int) (subscriptions []string, next time.Time, err error) {
	subscriptions, next = t.due(bucketRenewals, now, limit)
	return subscriptions, next, nil
}

// aged is the index key of a record among all, by age.
func aged(at time.Time, id string) []byte { return join(moment(at), []byte(id)) }

// newest lists records by an index of their age, beginning after one of them.
func newest[T any](t *tx, index bucket, at time.Time, id string, limit int, record func(string) (T, error)) ([]T, error) {
	var before []byte
	if id != "" {
		before = aged(at, id)
	}
	var all []T
	for key := range t.back(index, nil, before) {
		if len(all) >= limit {
			break
		}
		one, err := record(string(key[momentSize:]))
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}
