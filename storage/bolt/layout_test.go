package bolt_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

// layout1 is what a Voronka of layout 1 has written. It stays readable: whoever
// renames a field finds the records of customers here before losing them.
func layout1() map[string]map[string]string {
	id := "\x80\x00\x00\x00\x00\x00\x00\x07"
	return map[string]map[string]string{
		"contacts": {"tg:1": `{"ID":"tg:1","ChatID":1,"Name":"Анна","LastName":"Смирнова","Username":"anna","Language":"ru","Email":"anna@mail.ru","Phone":"+79161234567","Source":{"utm_source":"vk"},"Blocked":true,"CreatedAt":"2026-11-22T10:00:00+03:00","ActiveAt":"2026-11-22T10:00:00+03:00"}`},
		"sessions": {"tg:1": `{"contact":"tg:1","flow":"course","version":"1f","state":"pay","entered":"2026-11-22T10:00:00+03:00","asking":{"state":"email","step":1},"vars":{"a":"1"},"timers":[{"id":"t1","state":"pay","index":1,"set":"2026-11-22T10:00:00+03:00","due":"2026-11-22T10:00:00+03:00"}],"order":"o1","payment":"p1","manual":true,"turns":7}`},
		"journal": {"\x00\x04tg:1\x80\x00\x00\x00\x00\x00\x00\x01": `{"seq":1,"at":"2026-11-22T10:00:00+03:00","who":"customer","text":"Привет","kind":"text","buttons":["Да"],"state":"pay","input":"tg:5"}`,
			"\x00\x04tg:1\x80\x00\x00\x00\x00\x00\x00\x02": `{"seq":2,"at":"2026-11-22T10:00:00+03:00","who":"event","text":"payment_success 77","heard":{"kind":"payment","turn":2,"text":"a","payload":"b","own":true,"message":5,"profile":{"name":"Анна","last_name":"Смирнова","username":"anna","language":"ru"},"timer":{"id":"t1","state":"pay","index":1,"set":"2026-11-22T10:00:00+03:00","due":"2026-11-22T10:00:00+03:00"},"payment":{"outcome":"success","payment":"p1","order":"o1","product":"go","paid":490000,"amount":490000,"external":"77","message":"да"}}}`},
		"orders":   {"o1": `{"ID":"o1","Contact":"tg:1","Flow":"course","Product":"go","Title":"Курс","Amount":490000,"CreatedAt":"2026-11-22T10:00:00+03:00","PaidAt":"2026-11-22T10:00:00+03:00","PaidBy":"p1","DeliveredAt":"2026-11-22T10:00:00+03:00"}`},
		"payments": {"p1": `{"ID":"p1","Order":"o1","Contact":"tg:1","Provider":"tbank","Amount":490000,"Paid":490000,"Status":"paid","External":"77","URL":"https://pay.example/77","State":"CONFIRMED","CreatedAt":"2026-11-22T10:00:00+03:00","ExpiresAt":"2026-11-22T10:00:00+03:00","PaidAt":"2026-11-22T10:00:00+03:00","CheckAt":"2026-11-22T10:00:00+03:00","Checks":2}`},
		"buried":   {id: `{"ID":7,"Lane":"crm/tg:1","Kind":"note","Payload":{"a":1},"EnqueuedAt":"2026-11-22T10:00:00+03:00","NotBefore":"2026-11-22T10:00:00+03:00","Attempts":3,"Began":true,"Code":"crm_refused","Error":"нет","BuriedAt":"2026-11-22T10:00:00+03:00"}`},
		"refs":     {"deal:tg:1": "777"},
	}
}

func TestLayout1(t *testing.T) {
	t.Parallel()
	path := temp(t)
	if err := open(t, path, bolt.Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(b *bbolt.Tx) error {
		for name, records := range layout1() {
			for key, value := range records {
				if err := b.Bucket([]byte(name)).Put([]byte(key), []byte(value)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	store := open(t, path, bolt.Options{})
	if err := store.View(t.Context(), func(tx storage.Tx) error { return readLayout1(t, tx) }); err != nil {
		t.Fatal(err)
	}
}

func readLayout1(t *testing.T, tx storage.Tx) error {
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.FixedZone("", 3*60*60))
	contact, err1 := tx.Contact("tg:1")
	session, err2 := tx.Session("tg:1")
	lines, err3 := tx.Journal("tg:1", 0, 10)
	order, err4 := tx.Order("o1")
	payment, err5 := tx.Payment("p1")
	buried, err6 := tx.Buried(10)
	ref, err7 := tx.Ref("deal:tg:1")
	heard := flows.Heard{
		Kind: flows.Paid, Turn: 2, Text: "a", Payload: "b", Own: true, Message: 5,
		Profile: &flows.HeardProfile{Name: "Анна", LastName: "Смирнова", Username: "anna", Language: "ru"},
		Timer:   &flows.Timer{ID: "t1", State: "pay", Index: 1, Set: at, Due: at},
		Payment: &flows.HeardPayment{
			Outcome: flows.Success, Payment: "p1", Order: "o1", Product: "go", Paid: 490000, Amount: 490000, External: "77", Message: "да",
		},
	}
	got := []any{contact, session, lines, order, payment, buried, ref}
	want := []any{
		sales.Contact{
			ID: "tg:1", ChatID: 1, Name: "Анна", LastName: "Смирнова", Username: "anna", Language: "ru", Email: "anna@mail.ru",
			Phone: "+79161234567", Source: map[string]string{"utm_source": "vk"}, Blocked: true, CreatedAt: at, ActiveAt: at,
		},
		flows.Session{
			Contact: "tg:1", Flow: "course", Version: "1f", State: "pay", Entered: at, Asking: &flows.Asking{State: "email", Step: 1},
			Vars: map[string]string{"a": "1"}, Timers: []flows.Timer{{ID: "t1", State: "pay", Index: 1, Set: at, Due: at}},
			Order: "o1", Payment: "p1", Manual: true, Turns: 7,
		},
		[]flows.Line{
			{Seq: 1, At: at, Who: flows.Customer, Text: "Привет", Kind: "text", Buttons: []string{"Да"}, State: "pay", Input: "tg:5"},
			{Seq: 2, At: at, Who: flows.Event, Text: "payment_success 77", Heard: &heard},
		},
		sales.Order{
			ID: "o1", Contact: "tg:1", Flow: "course", Product: "go", Title: "Курс", Amount: 490000,
			CreatedAt: at, PaidAt: at, PaidBy: "p1", DeliveredAt: at,
		},
		sales.Payment{
			ID: "p1", Order: "o1", Contact: "tg:1", Provider: "tbank", Amount: 490000, Paid: 490000, Status: sales.PaymentPaid,
			External: "77", URL: "https://pay.example/77", State: "CONFIRMED", CreatedAt: at, ExpiresAt: at, PaidAt: at, CheckAt: at, Checks: 2,
		},
		[]outbox.Job{{
			ID: 7, Lane: "crm/tg:1", Kind: "note", Payload: json.RawMessage(`{"a":1}`), EnqueuedAt: at, NotBefore: at,
			Attempts: 3, Began: true, Code: "crm_refused", Error: "нет", BuriedAt: at,
		}},
		"777",
	}
	for i := range want {
		if diff := cmp.Diff(want[i], got[i]); diff != "" {
			t.Errorf("record of layout 1 (-want +got):\n%s", diff)
		}
	}
	return errors.Join(err1, err2, err3, err4, err5, err6, err7)
}
