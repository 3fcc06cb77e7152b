package bolt

import "voronka/sales"

func (t *tx) Refund(id string) (refund sales.Refund, err error) {
	return refund, t.record(bucketRefunds, id, &refund)
}

func (t *tx) PutRefund(refund sales.Refund) error {
	var old sales.Refund
	known, err := t.load(bucketRefunds, []byte(refund.ID), &old)
	if err != nil {
		return err
	}
	if err := t.save(bucketRefunds, []byte(refund.ID), refund); err != nil {
		return err
	}
	var of, at []byte
	if known {
		of, at = belongs(old.Payment, old.CreatedAt, old.ID), aged(old.CreatedAt, old.ID)
	}
	if err := t.move(bucketPaymentRefunds, of, belongs(refund.Payment, refund.CreatedAt, refund.ID)); err != nil {
		return err
	}
	return t.move(bucketRefunded, at, aged(refund.CreatedAt, refund.ID))
}

func (t *tx) Refunds(payment string) ([]sales.Refund, error) {
	prefix := text(payment)
	var refunds []sales.Refund
	for key := range t.scan(bucketPaymentRefunds, prefix) {
		refund, err := t.Refund(string(key[len(prefix)+momentSize:]))
		if err != nil {
			return nil, err
		}
		refunds = append(refunds, refund)
	}
	return refunds, nil
}

func (t *tx) AllRefunds(after sales.Refund, limit int) ([]sales.Refund, error) {
	return newest(t, bucketRefunded, after.CreatedAt, after.ID, limit, t.Refund)
}
