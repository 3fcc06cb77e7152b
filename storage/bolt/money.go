package bolt

import (
	"bytes"
	"time"

	"voronka/sales"
)

func (t *tx) Order(id string) (order sales.Order, err error) {
	return order, t.record(bucketOrders, id, &order)
}

func (t *tx) PutOrder(order sales.Order) error {
	var old sales.Order
	known, err := t.load(bucketOrders, []byte(order.ID), &old)
	if err != nil {
		return err
	}
	if err := t.save(bucketOrders, []byte(order.ID), order); err != nil {
		return err
	}
	var from []byte
	if known {
		from = belongs(old.Contact, old.CreatedAt, old.ID)
	}
	return t.move(bucketContactOrders, from, belongs(order.Contact, order.CreatedAt, order.ID))
}

func (t *tx) Orders(contact string) ([]sales.Order, error) {
	prefix := text(contact)
	var orders []sales.Order
	for key := range t.back(bucketContactOrders, prefix, nil) {
		order, err := t.Order(string(key[len(prefix)+momentSize:]))
		if err != nil {
			return nil, err
		}
		orders = append(orders, order)
	}
	return orders, nil
}

func (t *tx) Payment(id string) (payment sales.Payment, err error) {
	return payment, t.record(bucketPayments, id, &payment)
}

func (t *tx) PutPayment(payment sales.Payment) error {
	var old sales.Payment
	known, err := t.load(bucketPayments, []byte(payment.ID), &old)
	if err != nil {
		return err
	}
	if err := t.save(bucketPayments, []byte(payment.ID), payment); err != nil {
		return err
	}
	var from []byte
	if known {
		from = belongs(old.Order, old.CreatedAt, old.ID)
	}
	if err := t.move(bucketOrderPayments, from, belongs(payment.Order, payment.CreatedAt, payment.ID)); err != nil {
		return err
	}
	return t.move(bucketChecks, due(old.CheckAt, payment.ID), due(payment.CheckAt, payment.ID))
}

func (t *tx) Payments(order string) ([]sales.Payment, error) {
	prefix := text(order)
	var payments []sales.Payment
	for key := range t.scan(bucketOrderPayments, prefix) {
		payment, err := t.Payment(string(key[len(prefix)+momentSize:]))
		if err != nil {
			return nil, err
		}
		payments = append(payments, payment)
	}
	return payments, nil
}

func (t *tx) Unchecked(now time.Time, limit int) (payments []string, next time.Time, err error) {
	payments, next = t.due(bucketChecks, now, limit)
	return payments, next, nil
}

// belongs is the index key of what an owner has, by age.
func belongs(owner string, at time.Time, id string) []byte {
	return join(text(owner), moment(at), []byte(id))
}

// notification is a record of bucketRecords.
type notification struct {
	At  time.Time
	Raw []byte
}

func (t *tx) Record(key string, raw []byte, at time.Time) (known bool, err error) {
	if t.get(bucketRecords, []byte(key)) != nil {
		return true, nil
	}
	return false, t.save(bucketRecords, []byte(key), notification{At: at, Raw: raw})
}

func (t *tx) Ref(key string) (string, error) {
	return string(t.get(bucketRefs, []byte(key))), nil
}

func (t *tx) RefKeys(prefix, behind string, limit int) ([]string, error) {
	var keys []string
	for key := range t.from(bucketRefs, []byte(max(prefix, behind))) {
		if len(keys) >= limit || !bytes.HasPrefix(key, []byte(prefix)) {
			break
		}
		if string(key) != behind {
			keys = append(keys, string(key))
		}
	}
	return keys, nil
}

func (t *tx) PutRef(key, value string) error {
	if value == "" && key != "" {
		return t.delete(bucketRefs, []byte(key))
	}
	return t.put(bucketRefs, []byte(key), []byte(value))
}
