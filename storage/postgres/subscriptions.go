package postgres

import (
	"slices"
	"time"

	"voronka/sales"
)

func (t *tx) Subscription(id string) (one sales.Subscription, err error) {
	return one, t.record(subscriptions, id, &one)
}

func (t *tx) PutSubscription(one sales.Subscription) error {
	return t.save(subscriptions, row{
		key: name(one.ID), owner: name(one.Contact), at: moment(one.CreatedAt), due: due(one.NextAt),
	}, one)
}

func (t *tx) Subscriptions(contact string) ([]sales.Subscription, error) {
	list, err := byAge[sales.Subscription](t, subscriptions, contact)
	slices.Reverse(list)
	return list, err
}

func (t *tx) AllSubscriptions(after sales.Subscription, limit int) ([]sales.Subscription, error) {
	return newest[sales.Subscription](t, subscriptions, after.CreatedAt, after.ID, limit)
}

func (t *tx) Renewing(now time.Time, limit int) (subscriptions []string, next time.Time, err error) {
	return t.upcoming(now, limit,
		"select id, next_at from subscriptions where next_at is not null order by next_at, id limit $1", limit+1)
}

func (t *tx) Refund(id string) (refund sales.Refund, err error) {
	return refund, t.record(refunds, id, &refund)
}

func (t *tx) PutRefund(refund sales.Refund) error {
	return t.save(refunds, row{key: name(refund.ID), owner: name(refund.Payment), at: moment(refund.CreatedAt)}, refund)
}

func (t *tx) Refunds(payment string) ([]sales.Refund, error) {
	return byAge[sales.Refund](t, refunds, payment)
}

func (t *tx) AllRefunds(after sales.Refund, limit int) ([]sales.Refund, error) {
	return newest[sales.Refund](t, refunds, after.CreatedAt, after.ID, limit)
}
