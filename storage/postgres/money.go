package postgres

import (
	"cmp"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"voronka/internal/codec"
	"voronka/sales"
)

func (t *tx) Order(id string) (order sales.Order, err error) {
	return order, t.record(orders, id, &order)
}

func (t *tx) PutOrder(order sales.Order) error {
	return t.save(orders, row{key: name(order.ID), owner: name(order.Contact), at: moment(order.CreatedAt)}, order)
}

func (t *tx) Orders(contact string) ([]sales.Order, error) {
	list, err := byAge[sales.Order](t, orders, contact)
	slices.Reverse(list)
	return list, err
}

func (t *tx) Payment(id string) (payment sales.Payment, err error) {
	return payment, t.record(payments, id, &payment)
}

func (t *tx) PutPayment(payment sales.Payment) error {
	return t.save(payments, row{
		key: name(payment.ID), owner: name(payment.Order), at: moment(payment.CreatedAt), due: due(payment.CheckAt),
	}, payment)
}

func (t *tx) Payments(order string) ([]sales.Payment, error) {
	return byAge[sales.Payment](t, payments, order)
}

// byAge lists what an owner has, oldest first.
func byAge[T any](t *tx, k kind, owner string) ([]T, error) {
	rows, err := t.of(k, owner)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.key, b.key)) })
	var list []T
	for _, r := range rows {
		var one T
		if err := decode(k, r.body, &one); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

func (t *tx) Unchecked(now time.Time, limit int) (payments []string, next time.Time, err error) {
	return t.upcoming(now, limit,
		"select id, check_at from payments where check_at is not null order by check_at, id limit $1", limit+1)
}

// notification is what a provider sent, as it came.
type notification struct {
	At  time.Time
	Raw []byte
}

func (t *tx) Record(key string, raw []byte, at time.Time) (known bool, err error) {
	if t.readOnly {
		return false, errReadOnly
	}
	if _, known, err = t.get(notifications, key); err != nil || known {
		return known, err
	}
	return false, t.save(notifications, row{key: name(key)}, notification{At: at, Raw: raw})
}

func (t *tx) Ref(key string) (string, error) {
	r, found, err := t.get(refs, key)
	if err != nil || !found {
		return "", err
	}
	var value string
	if err := codec.Unmarshal([]byte(r.body), &value); err != nil {
		return "", err
	}
	return unname(value), nil
}

func (t *tx) RefKeys(prefix, behind string, limit int) ([]string, error) {
	var keys []string
	err := t.query(func(rows pgx.Rows) error {
		var key string
		if err := rows.Scan(&key); err != nil {
			return err
		}
		keys = append(keys, unname(key))
		return nil
	}, "select key from refs where key >= $1 and key < $2 and key <> $3 order by key limit $4",
		max(name(prefix), name(behind)), name(prefix)+string(utf8.MaxRune), name(behind), limit)
	return keys, err
}

func (t *tx) PutRef(key, value string) error {
	if value == "" && key != "" {
		return t.drop(refs, row{key: name(key)})
	}
	return t.save(refs, row{key: name(key)}, name(value))
}
