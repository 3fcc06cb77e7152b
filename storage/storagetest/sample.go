package storagetest

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// contact is one with everything that a contact can have.
func contact(id string, active time.Time) sales.Contact {
	return sales.Contact{
		ID: id, ChatID: 42, Name: "Анна 🌷", LastName: "Смирнова", Username: "anna", Language: "ru",
		Email: "anna@mail.ru", Phone: "+79161234567",
		Source:    map[string]string{"utm_source": "канал", "start": "весна_2026"},
		CreatedAt: day(9, 0), ActiveAt: active,
	}
}

func session(contact string, due ...time.Time) flows.Session {
	s := flows.Session{
		Contact: contact, Flow: "course", Version: "1f2e", State: "оплата", Entered: day(10, 0),
		Asking: &flows.Asking{State: "email", Step: 1}, Vars: map[string]string{"имя": "Анна 🌷", "utm": ""},
		Answered: day(10, 1), Order: "order-1", Payment: "payment-1", Turns: 7, Seed: "семя",
		Choices: map[string]flows.Choice{"b1": {Text: "Купить", To: "email"}},
	}
	for i, at := range due {
		s.Timers = append(s.Timers, flows.Timer{ID: string(rune('a' + i)), State: "оплата", Index: i, Set: day(10, 0), Due: at})
	}
	return s
}

func order(id, contact string, at time.Time) sales.Order {
	return sales.Order{
		ID: id, Contact: contact, Flow: "course", Product: "course", Title: "Курс «Go за 30 дней»",
		Amount: sales.Roubles(4900), CreatedAt: at,
	}
}

func payment(id, order string, created, check time.Time) sales.Payment {
	return sales.Payment{
		ID: id, Order: order, Contact: "tg:1", Provider: "tbank", Amount: sales.Roubles(4900),
		Status: sales.PaymentLinked, External: "2006896", URL: "https://pay.example/1", State: "NEW",
		Receipt: &sales.Receipt{FFD: "1.05", Email: "anna@mail.ru", Taxation: "usn_income", Items: []sales.ReceiptItem{
			{Name: "Курс", Price: sales.Roubles(4900), Quantity: 1000, Tax: "none", Method: "full_payment", Object: "service"},
		}},
		CreatedAt: created, ExpiresAt: created.Add(30 * time.Minute), CheckAt: check, Checks: 1,
	}
}

func job(lane outbox.Lane, kind string) outbox.Job {
	return outbox.Job{
		Lane: lane, Kind: kind, Payload: json.RawMessage(`{"text":"Привет 🌷"}`),
		EnqueuedAt: day(10, 0), NotBefore: day(10, 0),
	}
}

// fill writes a little of everything.
func fill(t *testing.T, store storage.Store) {
	t.Helper()
	update(t, store, func(tx storage.Tx) error {
		_, err := tx.See("tg:100", day(10, 0))
		err = errors.Join(err, tx.PutContact(contact("tg:1", day(10, 0))), tx.PutContact(contact("tg:2", day(11, 0))))
		err = errors.Join(err, tx.PutSession(session("tg:1", day(12, 0))), tx.PutSession(session("tg:2")))
		err = errors.Join(err, tx.Append("tg:1", flows.Line{At: day(10, 0), Who: flows.Customer, Text: "Привет"}))
		err = errors.Join(err, tx.PutOrder(order("order-1", "tg:1", day(10, 0))))
		err = errors.Join(err, tx.PutPayment(payment("payment-1", "order-1", day(10, 0), day(11, 0))))
		_, recordErr := tx.Record("tbank:1", []byte(`{"Status":"CONFIRMED"}`), day(10, 5))
		err = errors.Join(err, recordErr, tx.PutRef("deal:tg:1", "777"))
		err = errors.Join(err, tx.PutSubscription(subscription("s1", "tg:1", day(10, 0), day(11, 0))))
		err = errors.Join(err, tx.PutRefund(refund("r1", "payment-1", day(10, 0))), tx.Post(entry("payment-1", 100, day(10, 0))))
		for _, kind := range []string{"say", "pay", "say"} {
			_, enqueueErr := tx.Enqueue(job("chat/tg:1", kind))
			err = errors.Join(err, enqueueErr)
		}
		buried, enqueueErr := tx.Enqueue(job("crm/tg:1", "note"))
		buried.BuriedAt, buried.Code = day(10, 6), "crm_refused"
		return errors.Join(err, enqueueErr, tx.Bury(buried))
	})
}

// scribble changes everything that fill wrote.
func scribble(tx storage.Tx) error {
	_, err := tx.See("tg:101", day(10, 0))
	_, forgetErr := tx.Forget(day(23, 0), 1)
	err = errors.Join(err, forgetErr, tx.PutContact(contact("tg:1", day(12, 0))), tx.PutContact(contact("tg:3", day(9, 0))))
	err = errors.Join(err, tx.PutSession(session("tg:1")), tx.PutSession(session("tg:2", day(9, 0))))
	err = errors.Join(err, tx.Append("tg:1", flows.Line{Text: "раз"}, flows.Line{Text: "два"}), tx.Append("tg:3", flows.Line{}))
	err = errors.Join(err, tx.PutOrder(order("order-1", "tg:2", day(9, 0))), tx.PutOrder(order("order-2", "tg:1", day(9, 0))))
	err = errors.Join(err, tx.PutPayment(payment("payment-1", "order-2", day(9, 0), time.Time{})))
	_, recordErr := tx.Record("tbank:2", nil, day(10, 5))
	err = errors.Join(err, recordErr, tx.PutRef("deal:tg:1", "778"), tx.PutRef("deal:tg:2", "1"))
	err = errors.Join(err, tx.PutSubscription(subscription("s1", "tg:2", day(9, 0), time.Time{})))
	err = errors.Join(err, tx.PutRefund(refund("r1", "payment-2", day(9, 0))), tx.Post(entry("payment-1", 200, day(9, 0))))
	head, _, headErr := tx.Head("chat/tg:1")
	err = errors.Join(err, headErr, tx.Remove(head))
	head, _, headErr = tx.Head("chat/tg:1")
	head.NotBefore = day(22, 0)
	err = errors.Join(err, headErr, tx.Save(head))
	buried, buriedErr := tx.Buried(1)
	err = errors.Join(err, buriedErr)
	if len(buried) == 1 {
		_, reviveErr := tx.Revive(buried[0].ID, day(12, 0))
		err = errors.Join(err, reviveErr)
	}
	_, enqueueErr := tx.Enqueue(job("crm/tg:2", "note"))
	return errors.Join(err, enqueueErr)
}

// contents is everything that the verbs of a transaction tell.
type contents struct {
	Seen           bool
	Contacts       []sales.Contact
	ByPhone        []sales.Contact
	ByEmail        []sales.Contact
	Sessions       map[string]flows.Session
	Ringing        []string
	NextTimer      time.Time
	Journals       map[string][]flows.Line
	Orders         map[string][]sales.Order
	Payments       map[string][]sales.Payment
	Unchecked      []string
	Subscriptions  map[string][]sales.Subscription
	Renewing       []string
	Everybody      []sales.Subscription
	Refunds        map[string][]sales.Refund
	AllRefunds     []sales.Refund
	Ledger         []sales.Entry
	LedgerOf       []sales.Entry
	LedgerIn       []sales.Entry
	Refs           map[string]string
	Waiting        []outbox.Job
	Buried         []outbox.Job
	Heads          map[outbox.Lane]outbox.Job
	Lanes          []outbox.Lane
	NextLane       time.Time
	SeenElse, Know bool
}

// everything reads what fill and scribble may have written. It takes back what
// it has to write to ask whether an input or a notification is known.
func everything(t *testing.T, store storage.Store) contents {
	t.Helper()
	all := contents{
		Sessions: map[string]flows.Session{}, Journals: map[string][]flows.Line{}, Orders: map[string][]sales.Order{},
		Subscriptions: map[string][]sales.Subscription{}, Refunds: map[string][]sales.Refund{},
		Payments: map[string][]sales.Payment{}, Refs: map[string]string{}, Heads: map[outbox.Lane]outbox.Job{},
	}
	view(t, store, all.read)
	err := store.Update(t.Context(), func(tx storage.Tx) (err error) {
		all.Seen, err = tx.See("tg:100", day(0, 0))
		seenElse, err2 := tx.See("tg:101", day(0, 0))
		known, err3 := tx.Record("tbank:2", nil, day(0, 0))
		all.SeenElse, all.Know = seenElse, known
		return errors.Join(err, err2, err3, errOnPurpose)
	})
	if !errors.Is(err, errOnPurpose) {
		t.Fatalf("read everything: %v", err)
	}
	return all
}

func (c *contents) read(tx storage.Tx) (err error) {
	gather := func(e error) {
		if e != nil && !errors.Is(e, storage.ErrNotFound) {
			err = errors.Join(err, e)
		}
	}
	var e error
	c.Contacts, e = tx.Contacts(sales.Contact{}, 100)
	gather(e)
	c.ByPhone, e = tx.ByPhone("8 916 123-45-67", 100)
	gather(e)
	c.ByEmail, e = tx.ByEmail("Anna@mail.ru", 100)
	gather(e)
	for _, id := range []string{"tg:1", "tg:2", "tg:3"} {
		c.Sessions[id], e = tx.Session(id)
		gather(e)
		c.Journals[id], e = tx.Journal(id, 0, 100)
		gather(e)
		c.Orders[id], e = tx.Orders(id)
		gather(e)
		c.Refs[id], e = tx.Ref("deal:" + id)
		gather(e)
	}
	for _, id := range []string{"order-1", "order-2"} {
		c.Payments[id], e = tx.Payments(id)
		gather(e)
	}
	for _, lane := range []outbox.Lane{"chat/tg:1", "crm/tg:1", "crm/tg:2"} {
		c.Heads[lane], _, e = tx.Head(lane)
		gather(e)
	}
	gather(c.readMoney(tx))
	c.Ringing, c.NextTimer, e = tx.Ringing(day(11, 0), 100)
	gather(e)
	c.Unchecked, _, e = tx.Unchecked(day(20, 0), 100)
	gather(e)
	c.Waiting, e = tx.Waiting(100)
	gather(e)
	c.Buried, e = tx.Buried(100)
	gather(e)
	c.Lanes, c.NextLane, e = tx.Ready(day(11, 0), 100, nil)
	gather(e)
	return err
}

func (c *contents) readMoney(tx storage.Tx) (err error) {
	for _, id := range []string{"tg:1", "tg:2"} {
		of, e := tx.Subscriptions(id)
		c.Subscriptions[id], err = of, errors.Join(err, e)
	}
	for _, id := range []string{"payment-1", "payment-2"} {
		of, e := tx.Refunds(id)
		c.Refunds[id], err = of, errors.Join(err, e)
	}
	var errs [6]error
	c.Renewing, _, errs[0] = tx.Renewing(day(20, 0), 100)
	c.Everybody, errs[1] = tx.AllSubscriptions(sales.Subscription{}, 100)
	c.AllRefunds, errs[2] = tx.AllRefunds(sales.Refund{}, 100)
	c.Ledger, errs[3] = tx.Entries(0, 100)
	c.LedgerOf, errs[4] = tx.EntriesOf("payment-1")
	c.LedgerIn, errs[5] = tx.EntriesIn(day(0, 0), day(23, 0), sales.Entry{}, 100)
	return errors.Join(err, errors.Join(errs[:]...))
}
