package bot_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/flows/steps"
	"voronka/payments"
	"voronka/payments/tbank"
	"voronka/payments/tbanktest"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

const clubFlow = `
flow: shop
start: hi
receipt: {taxation: usn_income, tax: none}
products:
  course: {title: Курс, price: 4900, deliver: {link: "https://course.example/go", withdraw: true}}
  lamp: {title: Лампа, price: 3000}
plans:
  club: {title: Клуб, price: 990, every: month, grace: 5d, retry: [1d, 3d], remind: [3d], consent: charges, channel: "@club"}
  big: {title: Большой клуб, price: 3000, every: month, grace: 5d, consent: charges, channel: "@club"}
  parts: {title: Рассрочка, price: 500, first: 1000, every: month, payments: 3, consent: charges}
anywhere:
  - {success: true, if: payment_sum == 4900, to: thanks}
  - {command: buy, to: buy}
  - {command: join, to: join}
  - {command: hold, to: hold}
  - {command: take, do: [{confirm: lamp}]}
  - {command: takepart, do: [{confirm: lamp, amount: 1234.50}]}
  - {command: void, do: [{void: lamp}]}
  - {command: parts, to: parts}
  - {command: leave, do: [{unsubscribe: club}]}
  - {command: now, do: [{unsubscribe: club, now: true, say: Всё}]}
  - {command: pause, do: [{pause_plan: club, say: Пауза}]}
  - {command: resume, do: [{resume_plan: club, say: Дальше}]}
  - {command: bigger, do: [{change_plan: club, to: big, say: Больше}]}
  - {command: smaller, do: [{change_plan: big, to: club, say: Меньше}]}
  - {command: renew, to: renew}
  - {command: card, do: [{new_card: club, button: Карта}]}
  - {command: anycard, do: [{new_card: true, method: sbp, button: Карта}]}
  - {command: refund, do: [{refund: course}]}
  - {command: part, do: [{refund: course, amount: 100}]}
  - {command: back, do: [{refund: club, withdraw: true}]}
  - {charge_failed: true, do: [{say: Отказ}]}
  - {subscription_ended: true, do: [{say: Конец}]}
  - {charged: true, do: [{say: Списали}]}
  - {refunded: true, do: [{say: Вернули}]}
states:
  hi:
    do: [{set: {email: anna@mail.ru}}, {consent: charges, version: "1", text: Согласны?, button: Да}]
    next: menu
  menu: {do: [{say: Меню}], end: true}
  buy:
    do: [{set: {email: anna@mail.ru}}, {pay: course, expires: 1h}]
    on: [{success: thanks, fail: menu, different_amounts: menu, expired: menu, error: menu}]
  thanks: {do: [{deliver: course}]}
  hold:
    do: [{set: {email: anna@mail.ru}}, {pay: lamp, hold: true, expires: 1h, bonus: 500}]
    on: [{held: menu, success: menu, fail: menu, different_amounts: menu, expired: menu, error: menu}]
  join:
    do: [{set: {email: anna@mail.ru}}, {consent: charges, version: "1", text: Согласны?, button: Да}, {subscribe: club, expires: 1h}]
    on: [{success: menu, fail: menu, different_amounts: menu, expired: menu, error: menu}]
  parts:
    do: [{set: {email: anna@mail.ru}}, {consent: charges, version: "1", text: Согласны?, button: Да}, {subscribe: parts, expires: 1h}]
    on: [{success: menu, fail: menu, different_amounts: menu, expired: menu, error: menu}]
  renew:
    do: [{renew: club}]
    on: [{success: menu, fail: menu, different_amounts: menu, expired: menu, error: menu}]
`

// happening is one thing that happens in a history: what, and two numbers that say
// which and how.
type happening struct {
	What string
	A, B int
}

func (h happening) String() string { return fmt.Sprintf("{%q, %d, %d}", h.What, h.A, h.B) }

// story makes a random history of a seed.
func story(seed uint64) []happening {
	random := rand.New(rand.NewPCG(seed, 0x5eed))
	kinds := []string{
		"say", "say", "say", "pay", "pay", "work", "work", "work", "work", "news", "news", "again", "lose",
		"clock", "clock", "clock", "clock", "crash", "fault", "cabinet", "operator", "charge", "bind",
	}
	list := make([]happening, 12+random.IntN(28))
	for i := range list {
		list[i] = happening{kinds[random.IntN(len(kinds))], random.IntN(1 << 20), random.IntN(1 << 20)}
	}
	return list
}

// TestHistories runs random histories of one customer, the bank, its
// notifications, operators, crashes and the clock against the practice bank:
// money is never lost, doubled or moved backwards, the ledger explains every
// kopeck, a paid order is delivered once and a period is charged once.
// VORONKA_HISTORIES is how many, VORONKA_SEED the first of them.
func TestHistories(t *testing.T) {
	t.Parallel()
	count := number(t, "VORONKA_HISTORIES", 1000)
	first := number(t, "VORONKA_SEED", 1)
	for batch := range 4 {
		t.Run(fmt.Sprint("batch ", batch), func(t *testing.T) {
			t.Parallel()
			for i := uint64(batch); i < count && !t.Failed(); i += 4 {
				list := story(first + i)
				if fault := play(t, list); fault != "" {
					list, fault = shortest(t, list, fault)
					t.Errorf("VORONKA_SEED=%d: %s\nthe shortest history of it: %v", first+i, fault, list)
				}
			}
			t.Logf("proved: the money of %d random histories holds", (count-uint64(batch)+3)/4)
		})
	}
}

func number(t *testing.T, variable string, otherwise uint64) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(cmp.Or(os.Getenv(variable), strconv.FormatUint(otherwise, 10)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// shortest leaves out what the fault does not need.
func shortest(t *testing.T, list []happening, fault string) ([]happening, string) {
	for size := len(list) / 2; size > 0; size /= 2 {
		for from := 0; from+size <= len(list); {
			less := slices.Delete(slices.Clone(list), from, from+size)
			if again := play(t, less); again != "" {
				list, fault = less, again
				continue
			}
			from += size
		}
	}
	return list, fault
}

// play plays a history and gives what is wrong at its end, empty for nothing.
func play(t *testing.T, list []happening) (fault string) {
	dir, err := os.MkdirTemp(t.TempDir(), "history")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		h := newHistory(t, dir)
		defer h.close()
		h.begin()
		for _, one := range list {
			h.happen(one)
			if fault = h.watch(); fault != "" {
				return
			}
		}
		h.heal()
		fault = cmp.Or(h.watch(), h.judge())
	})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	return fault
}

// history is a world in which one customer lives.
type history struct {
	*testing.T
	clock    *clock
	disk     storage.Store
	store    *mortal
	bank     *tbanktest.Server
	provider *tbank.Provider
	mail     *mailbox
	chat     *clubhouse
	bot      *bot.Bot
	door     http.Handler
	ctx      context.Context
	config   bot.Config
	inputs   int
	refunds  int
	// seen are the statuses of payments, entries how many the ledger had.
	seen    map[string]sales.PaymentStatus
	entries int
}

func newHistory(t *testing.T, dir string) *history {
	disk, err := bolt.Open(filepath.Join(dir, "voronka.db"), bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	return newHistoryOn(t, dir, disk)
}

func newHistoryOn(t *testing.T, dir string, disk storage.Store) *history {
	h := &history{
		T: t, disk: disk, clock: &clock{now: time.Date(2027, 1, 29, 12, 0, 0, 0, time.UTC)}, mail: &mailbox{}, chat: &clubhouse{},
		seen: map[string]sales.PaymentStatus{},
	}
	flow, found := flows.Loader{Kinds: steps.All()}.LoadText("shop.yaml", clubFlow)
	if flow == nil {
		t.Fatalf("the flow does not load: %+v", found)
	}
	h.bank = tbanktest.New(tbanktest.Config{
		Terminals: []tbanktest.Terminal{{Key: "HistoryDEMO", Password: "password", Charge: true, CashRegister: true, SBP: true, NotificationURL: "https://shop.example/payments/tbank"}},
		BaseURL:   "https://bank.example", Now: h.clock.Now, Notify: &http.Client{Transport: h.mail}, Seed: 7,
	})
	h.provider = tbank.New(tbank.Config{
		Terminal: "HistoryDEMO", Password: "password", API: "https://bank.example/v2", Now: h.clock.Now,
		NotificationURL: "https://shop.example/payments/tbank", HTTP: &http.Client{Transport: wire{h.bank}},
	})
	h.config = bot.Config{
		Chat: h.chat, Provider: h.provider, Sealer: envelope{}, Fee: 269,
		Project: &flows.Project{Dir: dir, Flows: []*flows.Flow{flow}},
		Engine:  flows.Engine{Provider: tbank.Name, Texts: func(_, key string) string { return "‹" + key + "›" }},
		Now:     h.clock.Now, Log: slog.New(slog.DiscardHandler),
	}
	h.live()
	return h
}

// live begins a life of the process over the same disk.
func (h *history) live() {
	ctx, cancel := context.WithCancel(h.Context())
	h.ctx, h.store = ctx, &mortal{Store: h.disk, die: cancel}
	h.Cleanup(cancel)
	h.config.Store = h.store
	made, err := bot.New(h.config)
	if err != nil {
		h.Fatal(err)
	}
	h.bot, h.door = made, payments.NewDoor(made.Accept, h.provider)
}

// survive begins a new life where the last one has ended.
func (h *history) survive(err error) {
	if h.ctx.Err() != nil || errors.Is(err, errDead) {
		h.live()
		return
	}
	if err != nil {
		h.Fatal(err)
	}
}

func (h *history) close() {
	h.bank.Close()
	if err := h.disk.Close(); err != nil {
		h.Error(err)
	}
}

func (h *history) begin() {
	h.say(flows.Input{Kind: flows.Command, Text: "start"})
	h.work()
	h.say(flows.Input{Kind: flows.Button, Payload: h.chat.button("Да"), Callback: "press", Message: 1})
	h.work()
}

// say repeats an input until it is committed, as Telegram does.
func (h *history) say(in flows.Input) {
	h.inputs++
	in.ID, in.Contact, in.At = fmt.Sprint("tg:", h.inputs), "tg:7", h.clock.Now()
	in.Profile = flows.Profile{ChatID: 7, Name: "Анна"}
	for {
		err := h.bot.Handle(h.ctx, in)
		h.survive(err)
		if err == nil {
			return
		}
	}
}

func (h *history) work() {
	h.survive(errors.Join(h.bot.Tick(h.ctx), h.bot.Drain(h.ctx)))
	if err := h.bank.Settle(h.Context()); err != nil {
		h.Fatal(err)
	}
}

func (h *history) happen(one happening) {
	switch one.What {
	case "say":
		words := []string{"buy", "join", "join", "parts", "leave", "now", "pause", "resume", "bigger", "smaller", "renew", "refund", "part", "back", "card", "anycard", "hold", "take", "takepart", "void"}
		h.say(flows.Input{Kind: flows.Command, Text: words[one.A%len(words)]})
	case "pay":
		h.pay(one)
	case "work":
		h.work()
	case "news":
		h.news(one.A, true)
	case "again":
		h.news(one.A, false)
	case "lose":
		h.mail.drop(one.A)
	case "clock":
		spans := []time.Duration{time.Minute, 20 * time.Minute, time.Hour, 24 * time.Hour, 3 * 24 * time.Hour, 11 * 24 * time.Hour, 31 * 24 * time.Hour}
		h.pass(spans[one.A%len(spans)])
	case "crash":
		h.store.mu.Lock()
		h.store.fuse, h.store.after = 1+one.A%8, one.B%2 == 0
		h.store.mu.Unlock()
	case "fault":
		methods := []string{"Init", "Charge", "Charge", "Cancel", "GetState", ""}
		kinds := []tbanktest.FaultKind{tbanktest.FaultDropAfter, tbanktest.FaultDropAfter, tbanktest.FaultDropBefore, tbanktest.FaultTemporary, tbanktest.FaultHTML}
		h.bank.Inject(tbanktest.Fault{Method: methods[one.A%len(methods)], Kind: kinds[one.B%len(kinds)]})
	case "cabinet":
		if known := h.bank.Payments(); len(known) > 0 {
			p, part := known[one.A%len(known)], int64(0)
			if paid := p.Status == tbanktest.StatusConfirmed || p.Status == tbanktest.StatusPartialRefunded; paid && one.B%3 == 0 {
				part = int64(100 + one.B%30000)
			}
			// A refusal is as good as none.
			_, _ = h.bank.Refund(p.URL, part)
		}
	case "operator":
		h.operator(one)
	case "bind":
		h.bind(one)
	case "charge":
		h.survive(h.bot.StopCharges(h.ctx, []string{"", "", "anna"}[one.A%3]))
	}
}

func (h *history) pass(d time.Duration) {
	h.clock.pass(d)
	h.bank.Tick(h.clock.Now())
	if err := h.bank.Settle(h.Context()); err != nil {
		h.Fatal(err)
	}
}

// pay lets the customer pay one of the links that are open.
func (h *history) pay(one happening) {
	var open []sales.Payment
	for _, payment := range h.money().payments {
		if payment.URL != "" && payment.Initiator == "" {
			open = append(open, payment)
		}
	}
	if len(open) == 0 {
		return
	}
	url := open[len(open)-1-one.A%min(3, len(open))].URL
	// A page that is closed refuses, as good as none.
	switch one.B % 8 {
	case 0:
		_, _ = h.bank.Pay(url, tbanktest.CardDeclined)
	case 1:
		_, _ = h.bank.PayOther(url, 12300)
	case 2, 3:
		_, _ = h.bank.Pay(url, tbanktest.CardOnce)
	default:
		_, _ = h.bank.Pay(url, tbanktest.CardSuccess)
	}
	if err := h.bank.Settle(h.Context()); err != nil {
		h.Fatal(err)
	}
}

// bind lets the customer store a card, or an account, on the page shown last.
func (h *history) bind(one happening) {
	url := h.chat.address("Карта")
	if url == "" {
		return
	}
	// A page that is closed, or of the other kind, refuses, as good as none.
	cards := []tbanktest.Card{tbanktest.CardSuccess, tbanktest.CardOnce, tbanktest.CardDeclined}
	_, _ = h.bank.Bind(url, cards[one.A%3])
	_ = h.bank.BindAccount(url, one.B%4 > 0)
	if err := h.bank.Settle(h.Context()); err != nil {
		h.Fatal(err)
	}
}

// news delivers one of the notifications that wait, or a copy of it.
func (h *history) news(which int, take bool) {
	body, found := h.mail.pick(which)
	if !found {
		return
	}
	r := httptest.NewRequestWithContext(h.ctx, http.MethodPost, "https://shop.example/payments/tbank", strings.NewReader(body))
	r.SetPathValue("provider", "tbank")
	w := httptest.NewRecorder()
	h.door.ServeHTTP(w, r)
	switch {
	case w.Code == http.StatusOK && bytes.Equal(w.Body.Bytes(), []byte("OK")):
		if take {
			h.mail.remove(body)
		}
	case h.ctx.Err() == nil:
		h.Fatalf("the door answers %d %s", w.Code, w.Body)
	}
	h.survive(nil)
}

// operator gives back a part of a payment, or all that is left of it.
func (h *history) operator(one happening) {
	all := h.money().payments
	if len(all) == 0 {
		return
	}
	h.refunds++
	refund := sales.Refund{ID: fmt.Sprint("r", h.refunds-one.B%2), Payment: all[one.A%len(all)].ID, By: "anna", Withdraw: one.B%3 == 0}
	if one.B%4 > 1 {
		refund.Amount = sales.Money(100 + one.B%50000)
	}
	err := h.bot.Refund(h.ctx, refund)
	if errors.Is(err, bot.ErrRefund) {
		err = nil
	}
	h.survive(err)
}

// heal lets everything come to rest: no more faults, all news delivered, time
// for whatever is repeated.
func (h *history) heal() {
	h.bank.ClearFaults()
	h.store.mu.Lock()
	h.store.fuse = 0
	h.store.mu.Unlock()
	h.survive(h.bot.StopCharges(h.ctx, ""))
	for range 40 {
		h.settle()
		h.pass(11 * time.Minute)
	}
	for range 3 {
		h.settle()
		h.pass(25 * time.Hour)
	}
	for _, payment := range h.money().payments {
		h.survive(h.bot.Recheck(h.ctx, payment.ID)) // news that were lost for good
	}
	h.settle()
	h.pass(2 * time.Hour) // the receipt of a return is waited for before a person is called
	h.settle()
}

// settle works until there are no more news.
func (h *history) settle() {
	h.work()
	for h.mail.waits() {
		for h.mail.waits() {
			h.news(0, true)
		}
		h.work()
	}
}

// money is all that the store has of the customer's.
type purse struct {
	orders        []sales.Order
	payments      []sales.Payment
	subscriptions []sales.Subscription
	refunds       map[string][]sales.Refund
	entries       []sales.Entry
}

func (h *history) money() (all purse) {
	all.refunds = map[string][]sales.Refund{}
	err := h.disk.View(h.Context(), func(tx storage.Tx) (err error) {
		if all.orders, err = tx.Orders("tg:7"); err != nil {
			return err
		}
		for _, order := range all.orders {
			of, err := tx.Payments(order.ID)
			if err != nil {
				return err
			}
			all.payments = append(all.payments, of...)
		}
		for _, payment := range all.payments {
			if all.refunds[payment.ID], err = tx.Refunds(payment.ID); err != nil {
				return err
			}
		}
		if all.subscriptions, err = tx.Subscriptions("tg:7"); err != nil {
			return err
		}
		all.entries, err = tx.Entries(0, 10000)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return all
}

// said are the lines of the dialog.
func (h *history) said() (lines []flows.Line) {
	err := h.disk.View(h.Context(), func(tx storage.Tx) (err error) {
		lines, err = tx.Journal("tg:7", 0, 10000)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return lines
}
