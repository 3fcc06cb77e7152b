package bot_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/crm/amocrm"
	"voronka/crm/amocrmtest"
	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

const mirroredCourse = `
flow: course
title: Курс
start: welcome
products: {course: {title: Курс, price: 4900, deliver: {link: "https://example.ru"}}}
crm:
  deal: "Курс для #{name}"
  responsible: Олег Кравцов
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
    on: [{success: thanks, fail: again, different_amounts: thanks, expired: thanks, error: thanks}]
  again:
    do: [{say: Ссылка та же}]
    on: [{success: thanks, fail: again, different_amounts: thanks, expired: thanks, error: thanks}]
  thanks: {do: [{say: Спасибо}, {crm: {stage: won, note: Купил}}], end: true}
stages: {welcome: Первый контакт, email: Знакомство}
`

// customersVariable sets how many customers walk; `make torture` asks for ten thousand.
const customersVariable = "VORONKA_TEST_CUSTOMERS"

// mirrorWorld is a shop with an amoCRM account in the weather of the day, at
// amoCRM's own limits. Time is synctest's: a day of waiting costs a moment.
type mirrorWorld struct {
	*world
	account *amocrmtest.Server
	rand    *rand.Rand
	now     *process
	// dead are the processes that were killed and have not noticed yet.
	dead sync.WaitGroup
	born time.Time
}

// process is one run of the program over the store, until it is stopped or killed.
type process struct {
	*bolt.Store
	account http.Handler
	killed  atomic.Bool
	stop    context.CancelFunc
	ended   chan struct{}
}

var errKilled = errors.New("the process is dead")

func (p *process) alive(do func() error) error {
	if p.killed.Load() {
		return errKilled
	}
	return do()
}

// Update, View and Peek of a dead process do nothing.
func (p *process) Update(ctx context.Context, fn func(storage.Tx) error) error {
	return p.alive(func() error { return p.Store.Update(ctx, fn) })
}

func (p *process) View(ctx context.Context, fn func(storage.Tx) error) error {
	return p.alive(func() error { return p.Store.View(ctx, fn) })
}

func (p *process) Peek(ctx context.Context, fn func(storage.Tx) error) error {
	return p.alive(func() error { return p.Store.Peek(ctx, fn) })
}

// RoundTrip is a wire without a network, that takes its time and still breaks. What a
// process has sent before it was killed may arrive.
func (p *process) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	written := httptest.NewRecorder()
	defer func() {
		if recover() != nil {
			answer, err = nil, errors.New("connection reset by peer")
		}
	}()
	if p.killed.Load() {
		return nil, errKilled
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{}) // from here on nobody can prove that nothing was sent
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	<-time.After(80 * time.Millisecond)
	p.account.ServeHTTP(written, r)
	<-time.After(40 * time.Millisecond)
	if p.killed.Load() {
		return nil, errKilled
	}
	return written.Result(), nil
}

func newMirrorWorld(t *testing.T, seed uint64) *mirrorWorld {
	t.Helper()
	m := &mirrorWorld{rand: rand.New(rand.NewPCG(seed, 7))}
	m.account = amocrmtest.New(amocrmtest.Config{
		Token: "token", Now: time.Now, SearchLag: time.Minute, Limits: amocrmtest.RealLimits(),
		Fields: append(amocrmtest.DefaultFields(), amocrmtest.Field{ID: 900001, Entity: "leads", Name: "Город", Type: "text"}),
	})
	t.Cleanup(m.account.Close)
	m.world = newWorld(t, mirroredCourse, func(c *bot.Config) { c.Now = time.Now })
	m.begin()
	return m
}

// begin starts a process that remembers nothing.
func (m *mirrorWorld) begin() {
	m.Helper()
	ctx, stop := context.WithCancel(m.Context())
	p := &process{Store: m.store.(*bolt.Store), account: m.account, stop: stop, ended: make(chan struct{})}
	m.config.Store = p
	m.config.CRM = amocrm.New(amocrm.Config{URL: "http://amocrm.test", Token: "token", HTTP: &http.Client{Transport: p}})
	m.restart()
	m.now, m.born = p, time.Now()
	running := m.Bot
	m.dead.Go(func() {
		defer close(p.ended)
		if err := running.Run(ctx); err != nil && !p.killed.Load() {
			m.Error(err)
		}
	})
}

// end stops the process in good order, or lets it die in the middle of whatever it does.
func (m *mirrorWorld) end(kill bool) {
	m.now.killed.Store(kill)
	m.now.stop()
	if !kill {
		<-m.now.ended
	}
}

// lifetime is how long a process lives.
const lifetime = time.Minute

// pass lets time go by, and processes with it.
func (m *mirrorWorld) pass(d time.Duration) {
	m.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); {
		<-time.After(min(time.Until(end), time.Until(m.born.Add(lifetime))))
		if time.Since(m.born) >= lifetime {
			m.end(m.rand.IntN(2) == 0)
			m.begin()
		}
	}
}

// spoil begins a bad day of the account, and tells how long it lasts.
func (m *mirrorWorld) spoil(day int, long bool) time.Duration {
	fault := func(kind amocrmtest.FaultKind, times int) {
		m.account.Inject(amocrmtest.Fault{Kind: kind, Times: times, Skip: m.rand.IntN(30)})
	}
	several := func(kind amocrmtest.FaultKind, times int) {
		for range times {
			fault(kind, 1)
		}
	}
	switch day % 9 {
	case 1:
		fault(amocrmtest.TooManyRequests, 40)
	case 2:
		several(amocrmtest.DropAfter, 10)
	case 3:
		several(amocrmtest.GatewayTimeout, 10)
	case 4:
		fault(amocrmtest.Forbidden, -1)
		if long {
			return 24 * time.Hour
		}
	case 5:
		fault(amocrmtest.Unauthorized, -1)
	case 6:
		fault(amocrmtest.BadGateway, 30)
	case 7:
		several(amocrmtest.EmptyBody, 8)
	case 8:
		several(amocrmtest.DropBefore, 15)
	}
	return time.Hour
}

// weather is a bad day in which something is done.
func (m *mirrorWorld) weather(day int, long bool, do func()) {
	m.Helper()
	lasts := m.spoil(day, long)
	do()
	m.pass(lasts)
	m.account.Heal()
	m.account.Unblock()
}

// settle waits until the account has heard everything.
func (m *mirrorWorld) settle() {
	m.Helper()
	for range 72 {
		m.pass(time.Hour)
		if len(m.waiting()) == 0 {
			return
		}
	}
}

// input is something that a customer does.
func (m *mirrorWorld) input(number int, in flows.Input) {
	m.Helper()
	m.updates++
	in.ID, in.Contact, in.At = fmt.Sprint("tg:", m.updates), buyerID(number), time.Now()
	in.Profile = flows.Profile{ChatID: 7, Name: fmt.Sprint("Имя ", number)}
	if err := m.Handle(m.Context(), in); err != nil {
		m.Fatal(err)
	}
}

func buyerID(number int) string { return fmt.Sprint("tg:", 5_000_000+number) }

func (m *mirrorWorld) comes(number int) {
	m.input(number, flows.Input{Kind: flows.Command, Text: "start"})
	for _, text := range []string{fmt.Sprint("Город ", number), fmt.Sprintf("anna%d@example.ru", number), fmt.Sprintf("+7916%07d", number)} {
		m.pass(time.Second)
		m.input(number, flows.Input{Kind: flows.Text, Text: text})
	}
}

// pays is the bank telling that a customer has paid. One in ten never does.
func (m *mirrorWorld) pays(number int) {
	m.Helper()
	if number%10 == 3 {
		return
	}
	m.pass(time.Second)
	payment := m.paymentOf(number)
	if declined(number) {
		if err := m.Accept(m.Context(), m.bank.Name(), event(payment, sales.PaymentDeclined, payment.Amount)); err != nil {
			m.Fatal(err)
		}
		m.pass(time.Second)
		again, err := m.Again(m.Context(), payment.ID)
		if err != nil || again.ID == payment.ID {
			m.Fatalf("another attempt of customer %d: %+v, %v", number, again, err)
		}
		payment = again
	}
	if err := m.Accept(m.Context(), m.bank.Name(), paid(payment)); err != nil {
		m.Fatal(err)
	}
}

// declined tells whose first attempt the bank refuses: one in four of those who pay.
func declined(number int) bool { return number%4 == 1 }

// paymentOf is the youngest payment of a customer.
func (m *mirrorWorld) paymentOf(number int) sales.Payment {
	m.Helper()
	all := m.attemptsOf(number)
	return all[len(all)-1]
}

func (m *mirrorWorld) attemptsOf(number int) (all []sales.Payment) {
	m.Helper()
	m.view(func(tx storage.Tx) error {
		orders, err := tx.Orders(buyerID(number))
		if err != nil || len(orders) != 1 {
			return cmp.Or(err, fmt.Errorf("%d orders of customer %d", len(orders), number))
		}
		all, err = tx.Payments(orders[0].ID)
		return err
	})
	return all
}

// mirrorOf is everything that the account has of one customer, with what is
// the customer's own in its place.
type mirrorOf struct {
	Name, Phone, Email, Telegram string
	Deals                        int
	Status, Price                int64
	Tags, City, Notes, Bills     []string
	Tasks                        []string
	// Title and Responsible are the deal's, Payer and PaidAt its invoice's.
	Title, Payer string
	Responsible  int64
	PaidAt       bool
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
			one.Status, one.Price, one.Title, one.Responsible = deal.StatusID, deal.Price, deal.Name, deal.ResponsibleUserID
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
				one.Payer, one.PaidAt = payerOf(b), len(b.Values("BILL_PAYMENT_DATE")) == 1
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

// payerOf is the name of who an invoice is for.
func payerOf(bill amocrmtest.Card) string {
	for _, field := range bill.Fields {
		if who, is := field.Values[0].Value.(map[string]any); is && field.Code == "PAYER" {
			return fmt.Sprint(who["name"])
		}
	}
	return ""
}

// expected is what the account must have of a customer, by what the store says.
func (m *mirrorWorld) expected(number int) (want mirrorOf) {
	m.Helper()
	m.view(func(tx storage.Tx) error {
		who, err1 := tx.Contact(buyerID(number))
		session, err2 := tx.Session(who.ID)
		want = mirrorOf{
			Title: "Курс для " + who.Name, Responsible: 504142, Payer: who.Name,
			Name: who.Name, Phone: who.Phone, Email: who.Email, Telegram: strings.TrimPrefix(who.ID, "tg:"), Deals: 1,
			Tags: []string{"telegram", "voronka"}, City: []string{"Город=" + session.Vars["city"]},
		}
		return errors.Join(err1, err2)
	})
	payment := m.paymentOf(number)
	want.Price = int64(payment.Amount) / 100
	want.Notes = []string{"→ phone", "→ pay", "payment_link: Курс, 4\u00a0900 ₽\n" + m.PublicURL + "/pay/" + m.attemptsOf(number)[0].ID}
	if payment.Status == sales.PaymentPaid {
		want.Status, want.PaidAt = amocrmtest.Won, true
		if declined(number) {
			want.Notes = append(want.Notes, "payment_fail: Курс, 4\u00a0900 ₽", "→ again")
		}
		want.Notes = append(want.Notes, "payment_success: Курс, 4\u00a0900 ₽", "→ thanks", "Купил")
		want.Bills, want.Tasks = []string{"[Оплачен] [4900.00]"}, []string{"Позвонить true"}
	} else {
		want.Status = waitsForMoney()
		want.Bills, want.Tasks = []string{"[Создан] [4900.00]"}, []string{"Позвонить false"}
	}
	return want
}

func waitsForMoney() int64 {
	for _, stage := range amocrmtest.DefaultPipeline().Statuses {
		if stage.Name == "Ждём оплату" {
			return stage.ID
		}
	}
	return 0
}

// TestTortureMirror walks many customers through every weather of an account at
// amoCRM's own limits, with a restart each minute, every other one a death in the
// middle of things, and then compares store and CRM field by field.
func TestTortureMirror(t *testing.T) {
	t.Parallel()
	customers := 90
	if asked, err := strconv.Atoi(os.Getenv(customersVariable)); err == nil {
		customers = asked
	}
	seed, err := strconv.ParseUint(os.Getenv("VORONKA_TEST_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("VORONKA_TEST_SEED=%d begins in the same way", seed)
	synctest.Test(t, func(t *testing.T) { torture(newMirrorWorld(t, seed), customers) })
}

func torture(m *mirrorWorld, customers int) {
	m.Helper()
	long, began := customers >= 1000, time.Now()
	wave := max(10, customers/18)
	for first := 0; first < customers; first += wave {
		last := min(first+wave, customers)
		m.weather(first/wave, long, func() {
			for number := first; number < last; number++ {
				m.comes(number)
			}
		})
		m.pass(time.Hour)
		m.weather(m.rand.IntN(9), false, func() {
			for number := first; number < last; number++ {
				m.pays(number)
			}
		})
		m.Logf("%d customers after %v of the account's time, %d changes wait", last, time.Since(began), len(m.waiting()))
	}
	m.settle()
	m.end(false)
	m.dead.Wait()
	if buried, _ := m.buried(); len(buried)+len(m.waiting()) > 0 {
		m.Errorf("buried %q, waiting %q", buried, m.waiting())
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
		want := m.expected(number)
		if diff := gocmp.Diff(want, got[want.Telegram]); diff != "" {
			if wrong++; wrong <= 5 {
				m.Errorf("customer %d, store and CRM differ (-store +CRM):\n%s", number, diff)
			}
		}
	}
	counted := map[string]int{}
	for _, r := range m.account.Requests() {
		counted[r.Method+" "+fmt.Sprint(r.Status)]++
	}
	m.Logf("proved: %d customers came to the CRM, %d differ there; its last answers: %v", customers, wrong, counted)
}
