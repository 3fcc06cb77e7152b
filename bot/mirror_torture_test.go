package bot_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/crm/amocrm"
	"voronka/crm/amocrmtest"
	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

const mirroredCourse = `
flow: course
title: Курс
start: welcome
products: {course: {title: Курс, price: 4900, deliver: {link: "https://example.ru"}}}
crm:
  tags: [telegram]
  events: {payment_link: Ждём оплату}
  fields: {Город: "#{city}"}
  invoices: true
  tasks: {close: true}
states:
  welcome: {do: [{say: Привет}, {ask: Город?, into: city}], next: email}
  email: {do: [{ask: Почта?, into: email, as: email}], next: phone}
  phone: {do: [{ask: Телефон?, into: phone, as: phone}], next: pay}
  pay:
    do: [{crm: {task: {text: Позвонить, due: 1d}}}, {pay: course, say: Оплатите, button: Оплатить, expires: 30d}]
    on: [{success: thanks, fail: thanks, different_amounts: thanks, expired: thanks, error: thanks}]
  thanks: {do: [{say: Спасибо}, {crm: {stage: won, note: Купил}}], end: true}
stages: {welcome: Первый контакт, email: Знакомство}
`

// customersVariable sets how many customers walk; `make torture` asks for ten thousand.
const customersVariable = "VORONKA_TEST_CUSTOMERS"

// mirrorWorld is a shop with an amoCRM account in the weather of the day.
type mirrorWorld struct {
	*world
	account *amocrmtest.Server
	rand    *rand.Rand
}

// near is a transport without a network, that still breaks connections.
type near struct{ handler http.Handler }

func (n near) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	written := httptest.NewRecorder()
	defer func() {
		if recover() != nil {
			answer, err = nil, fmt.Errorf("connection reset by peer")
		}
	}()
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{}) // from here on nobody can prove that nothing was sent
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	n.handler.ServeHTTP(written, r)
	return written.Result(), nil
}

func newMirrorWorld(t *testing.T, seed uint64) *mirrorWorld {
	t.Helper()
	m := &mirrorWorld{rand: rand.New(rand.NewPCG(seed, 7))}
	m.world = newWorld(t, mirroredCourse, func(c *bot.Config) {
		m.account = amocrmtest.New(amocrmtest.Config{
			Token: "token", Now: c.Now, SearchLag: time.Minute,
			Fields: append(amocrmtest.DefaultFields(), amocrmtest.Field{ID: 900001, Entity: "leads", Name: "Город", Type: "text"}),
		})
		t.Cleanup(m.account.Close)
		c.CRM = m.fresh(c.Now)
	})
	return m
}

// drain and pass take as long as they need: the long form has many customers.
func (m *mirrorWorld) drain() {
	m.Helper()
	if err := m.Drain(m.Context()); err != nil {
		m.Fatal(err)
	}
}

func (m *mirrorWorld) pass(d time.Duration) {
	m.Helper()
	m.clock.pass(d)
	if err := m.Tick(m.Context()); err != nil {
		m.Fatal(err)
	}
	m.drain()
}

// fresh is the adapter of a process that has just begun: it remembers nothing.
func (m *mirrorWorld) fresh(now func() time.Time) *amocrm.CRM {
	return amocrm.New(amocrm.Config{URL: "http://amocrm.test", Token: "token", HTTP: &http.Client{Transport: near{m.account}},
		Now: now, RequestsPerSecond: 1e6, Patience: 1})
}

func (m *mirrorWorld) reborn() {
	m.config.CRM = m.fresh(m.clock.Now)
	m.restart()
}

// weathers are the bad days of an account, and how long they last.
func (m *mirrorWorld) weather(round int) {
	fault := func(kind amocrmtest.FaultKind, times int) {
		m.account.Inject(amocrmtest.Fault{Kind: kind, Times: times, Skip: m.rand.IntN(30)})
	}
	lasts := time.Hour
	switch round % 9 {
	case 1:
		fault(amocrmtest.TooManyRequests, 40)
	case 2:
		for range 10 {
			fault(amocrmtest.DropAfter, 1)
		}
	case 3:
		for range 10 {
			fault(amocrmtest.GatewayTimeout, 1)
		}
	case 4:
		fault(amocrmtest.Forbidden, -1)
		lasts = 24 * time.Hour
	case 5:
		fault(amocrmtest.Unauthorized, -1)
		lasts = 2 * time.Hour
	case 6:
		fault(amocrmtest.BadGateway, 30)
	case 7:
		for range 8 {
			fault(amocrmtest.EmptyBody, 1)
		}
	case 8:
		for range 15 {
			fault(amocrmtest.DropBefore, 1)
		}
	}
	for range 4 {
		m.pass(lasts / 4)
	}
	m.account.Heal()
	m.account.Unblock()
}

// buyer walks one customer to the payment page, or from there to the end.
func (m *mirrorWorld) input(number int, in flows.Input) {
	m.Helper()
	m.updates++
	in.ID, in.Contact, in.At = fmt.Sprint("tg:", m.updates), buyerID(number), m.clock.Now()
	in.Profile = flows.Profile{ChatID: 7, Name: fmt.Sprint("Имя ", number)}
	if err := m.Handle(m.ctx(), in); err != nil {
		m.Fatal(err)
	}
}

func buyerID(number int) string { return fmt.Sprint("tg:", 5_000_000+number) }

func (m *mirrorWorld) comes(number int) {
	m.input(number, flows.Input{Kind: flows.Command, Text: "start"})
	for _, text := range []string{fmt.Sprint("Город ", number), fmt.Sprintf("anna%d@example.ru", number), fmt.Sprintf("+7916%07d", number)} {
		m.clock.pass(time.Second)
		m.input(number, flows.Input{Kind: flows.Text, Text: text})
	}
}

func (m *mirrorWorld) pays(number int) {
	m.Helper()
	var payment sales.Payment
	m.view(func(tx storage.Tx) error {
		orders, err := tx.Orders(buyerID(number))
		if err != nil || len(orders) == 0 {
			return cmp.Or(err, fmt.Errorf("no order of %d", number))
		}
		all, err := tx.Payments(orders[0].ID)
		payment = all[0]
		return err
	})
	m.notify(paid(payment))
}

// mirrorOf is everything that the account has of one customer, with what is
// the customer's own in its place.
type mirrorOf struct {
	Name, Phone, Email, Telegram string
	Deals                        int
	Status, Price                int64
	Tags, City, Notes, Bills     []string
	Tasks                        []string
}

func (m *mirrorWorld) mirrors() map[string]mirrorOf {
	bills := map[int64]amocrmtest.Card{}
	for _, b := range m.account.Elements("invoices") {
		bills[b.ID] = b
	}
	tasks := map[int64][]string{}
	for _, task := range m.account.Tasks() {
		tasks[task.EntityID] = append(tasks[task.EntityID], fmt.Sprint(task.Text, " ", task.Completed))
	}
	deals := map[int64]amocrmtest.Lead{}
	for _, deal := range m.account.Leads() {
		deals[deal.ID] = deal
	}
	all := map[string]mirrorOf{}
	for _, who := range m.account.Contacts() {
		one := mirrorOf{Name: who.Name, Phone: strings.Join(who.Values("PHONE"), ","), Email: strings.Join(who.Values("EMAIL"), ","),
			Telegram: strings.Join(who.Values("TELEGRAM_ID"), ","), Deals: len(who.Leads)}
		for _, id := range who.Leads {
			deal := deals[id]
			one.Status, one.Price = deal.StatusID, deal.Price
			for _, tag := range deal.Tags {
				one.Tags = append(one.Tags, tag.Name)
			}
			for _, f := range deal.Fields {
				one.City = append(one.City, fmt.Sprint(f.Name, "=", f.Values[0].Value))
			}
			for _, note := range m.account.Notes("leads", id) {
				one.Notes = append(one.Notes, note.Text())
			}
			for _, bill := range m.account.Linked(id, "catalog_elements") {
				b := bills[bill]
				one.Bills = append(one.Bills, fmt.Sprint(b.Values("BILL_STATUS"), b.Values("BILL_PRICE")))
			}
			one.Tasks = append(one.Tasks, tasks[id]...)
		}
		slices.Sort(one.Tags)
		if _, twice := all[one.Telegram]; twice {
			m.Errorf("two contacts of %s", one.Telegram)
		}
		all[one.Telegram] = one
	}
	return all
}

// expected is what the store says that the CRM must have of a customer.
func expected(number int) mirrorOf {
	return mirrorOf{
		Name: fmt.Sprint("Имя ", number), Phone: fmt.Sprintf("+7916%07d", number), Email: fmt.Sprintf("anna%d@example.ru", number),
		Telegram: fmt.Sprint(5_000_000 + number), Deals: 1, Status: amocrmtest.Won, Price: 4900,
		Tags: []string{"telegram", "voronka"}, City: []string{fmt.Sprint("Город=Город ", number)},
		Notes: []string{"→ phone", "→ pay", "payment_success: Курс, 4\u00a0900 ₽", "→ thanks", "Купил"},
		Bills: []string{"[Оплачен] [4900.00]"}, Tasks: []string{"Позвонить true"},
	}
}

// TestTortureMirror walks many customers through every weather of an account,
// with restarts, and then compares store and CRM field by field.
func TestTortureMirror(t *testing.T) {
	t.Parallel()
	customers := 180
	if asked, err := strconv.Atoi(os.Getenv(customersVariable)); err == nil {
		customers = asked
	}
	seed, err := strconv.ParseUint(os.Getenv("VORONKA_TEST_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("VORONKA_TEST_SEED=%d begins in the same way", seed)
	m := newMirrorWorld(t, seed)
	wave := max(10, customers/18)
	for first := 0; first < customers; first += wave {
		last := min(first+wave, customers)
		for number := first; number < last; number++ {
			m.comes(number)
			if number%7 == 0 {
				m.drain() // some are mirrored step by step
			}
		}
		m.weather(first / wave)
		m.reborn()
		m.pass(time.Hour)
		for number := first; number < last; number++ {
			m.pays(number)
		}
		m.weather(m.rand.IntN(9))
		m.reborn()
	}
	for range 12 {
		m.pass(time.Hour)
	}
	if buried, _ := m.buried(); len(buried)+len(m.waiting()) > 0 {
		t.Errorf("buried %q, waiting %q", buried, m.waiting())
	}
	m.judge(customers)
}

func (m *mirrorWorld) judge(customers int) {
	m.Helper()
	got := m.mirrors()
	if len(got) != customers || len(m.account.Leads()) != customers {
		m.Errorf("%d contacts and %d deals of %d customers", len(got), len(m.account.Leads()), customers)
	}
	wrong := 0
	for number := range customers {
		want := expected(number)
		if diff := gocmp.Diff(want, got[want.Telegram]); diff != "" && wrong < 5 {
			wrong++
			m.Errorf("customer %d, store and CRM differ (-store +CRM):\n%s", number, diff)
		}
	}
	counted := map[string]int{}
	for _, r := range m.account.Requests() {
		counted[r.Method+" "+fmt.Sprint(r.Status)]++
	}
	m.Logf("%d customers; answers %v", customers, counted)
}
