package bot_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"voronka/bot"
	"voronka/crm"
	"voronka/flows"
	"voronka/flows/steps"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

const shop = `
flow: shop
title: Магазин
start: welcome
products:
  course: {title: Курс, price: 4900, deliver: {file: files/course.txt, text: Ваш курс}}
anywhere:
  - {command: help, do: [{operator: Просит помощи}, {say: Зову человека}]}
states:
  welcome:
    do:
      - say: Привет, #{name}!
        buttons: [[{text: Купить, to: pay}]]
    timers:
      - {after: 1h, do: [{say: Напоминаем}], unless: [left]}
      - {after: 2h, do: [{say: Ещё раз}], unless: [left]}
  pay:
    do:
      - pay: course
        say: "К оплате #{price} ₽"
        button: Оплатить
        expires: 30m
    on:
      - {success: thanks, fail: again, different_amounts: by_hand, expired: late, error: sorry}
  thanks:
    do: [{say: Спасибо}, {deliver: course}, {crm: {stage: won}}]
  again: {do: [{say: Не вышло}], end: true}
  by_hand: {do: [{say: Другая сумма}, {operator: Другая сумма}], end: true}
  late: {do: [{say: Ссылка истекла}], end: true}
  sorry: {do: [{say: Банк отказал}], end: true}
stages: {welcome: Новый, pay: Счёт}
`

// world is a bot with everything around it.
type world struct {
	*testing.T
	*bot.Bot
	clock *clock
	store storage.Store
	chat  *chat
	bank  *bank
	crm   *board
	flow  *flows.Flow

	config  bot.Config
	updates int
}

func newWorld(t *testing.T, source string, change ...func(*bot.Config)) *world {
	t.Helper()
	flow, found := flows.Loader{Kinds: append(steps.All(), flows.StepKind{Word: "boom", Read: readBoom})}.LoadText("shop.yaml", source)
	if flow == nil {
		t.Fatalf("the flow does not load: %+v", found)
	}
	store, err := bolt.Open(filepath.Join(t.TempDir(), "voronka.db"), bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{T: t, clock: &clock{now: time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)}, store: store, chat: &chat{}, crm: &board{}, flow: flow}
	w.bank = &bank{clock: w.clock, states: map[string]payments.Event{}}
	w.config = bot.Config{
		Store: store, Chat: w.chat, Provider: w.bank, CRM: w.crm, PublicURL: "https://shop.example",
		Project: &flows.Project{Dir: t.TempDir(), Flows: []*flows.Flow{flow}},
		Engine:  flows.Engine{Provider: w.bank.Name(), Texts: func(_, key string) string { return "‹" + key + "›" }},
		Now:     w.clock.Now, Log: slog.New(slog.DiscardHandler),
		Files: func(path string) ([]byte, error) { return []byte("content of " + path), nil },
	}
	for _, c := range change {
		c(&w.config)
	}
	w.restart()
	return w
}

// restart makes a new bot over the same store, as after a crash.
func (w *world) restart() {
	w.Helper()
	made, err := bot.New(w.config)
	if err != nil {
		w.Fatal(err)
	}
	w.Bot = made
}

// patience is how long a test waits for what must come: on a busy machine too.
const patience = 2 * time.Minute

func (w *world) ctx() context.Context {
	ctx, cancel := context.WithTimeout(w.Context(), patience)
	w.Cleanup(cancel)
	return ctx
}

// handle takes an input of Anna's and does not run its effects.
func (w *world) handle(in flows.Input) {
	w.Helper()
	w.updates++
	if in.ID == "" {
		in.ID = fmt.Sprint("tg:", w.updates)
	}
	in.Contact, in.At = "tg:7", w.clock.Now()
	in.Profile = flows.Profile{ChatID: 7, Name: "Анна"}
	if err := w.Handle(w.ctx(), in); err != nil {
		w.Fatal(err)
	}
}

func (w *world) say(text string) {
	w.Helper()
	in := flows.Input{Kind: flows.Text, Text: text}
	if name, ok := strings.CutPrefix(text, "/"); ok {
		in = flows.Input{Kind: flows.Command, Text: name}
	}
	w.handle(in)
}

// press presses the newest button with this label.
func (w *world) press(label string) {
	w.Helper()
	for _, m := range slices.Backward(w.chat.all()) {
		for _, row := range m.Buttons {
			for _, b := range row {
				if b.Text == label {
					w.handle(flows.Input{Kind: flows.Button, Payload: b.Data, Callback: "press", Message: 1})
					return
				}
			}
		}
	}
	w.Fatalf("no button %q", label)
}

func (w *world) drain() {
	w.Helper()
	if err := w.Drain(w.ctx()); err != nil {
		w.Fatal(err)
	}
}

// pass lets time go by, with the clock's tick and the jobs at its end.
func (w *world) pass(d time.Duration) {
	w.Helper()
	w.clock.pass(d)
	if err := w.Tick(w.ctx()); err != nil {
		w.Fatal(err)
	}
	w.drain()
}

// toPay leads Anna to a payment page, and gives the payment.
func (w *world) toPay() sales.Payment {
	w.Helper()
	w.say("/start")
	w.drain()
	w.press("Купить")
	w.drain()
	return w.payment()
}

func (w *world) view(fn func(storage.Tx) error) {
	w.Helper()
	if err := w.store.View(w.ctx(), fn); err != nil {
		w.Fatal(err)
	}
}

func (w *world) orders() (orders []sales.Order) {
	w.Helper()
	w.view(func(tx storage.Tx) (err error) {
		orders, err = tx.Orders("tg:7")
		return err
	})
	return orders
}

// payment is the last payment of the last order.
func (w *world) payment() (payment sales.Payment) {
	w.Helper()
	orders := w.orders()
	if len(orders) == 0 {
		w.Fatal("no order")
	}
	w.view(func(tx storage.Tx) error {
		all, err := tx.Payments(orders[0].ID)
		if len(all) > 0 {
			payment = all[len(all)-1]
		}
		return err
	})
	return payment
}

func (w *world) session() (session flows.Session) {
	w.Helper()
	w.view(func(tx storage.Tx) (err error) {
		session, err = tx.Session("tg:7")
		return err
	})
	return session
}

func (w *world) attention() (reason string) {
	w.Helper()
	w.view(func(tx storage.Tx) (err error) {
		reason, err = tx.Ref(bot.AttentionRef("tg:7"))
		return err
	})
	return reason
}

// journal is the dialog's lines of these kinds, all without one.
func (w *world) journal(kinds ...string) (lines []string) {
	w.Helper()
	w.view(func(tx storage.Tx) error {
		all, err := tx.Journal("tg:7", 0, 1000)
		for _, line := range all {
			if len(kinds) == 0 || slices.Contains(kinds, line.Kind) {
				lines = append(lines, string(line.Who)+": "+line.Text)
			}
		}
		return err
	})
	return lines
}

// buried and waiting are the jobs as "kind code".
func (w *world) buried() (jobs []string, ids []int64) {
	w.Helper()
	w.view(func(tx storage.Tx) error {
		all, err := tx.Buried(100)
		for _, job := range all {
			jobs, ids = append(jobs, job.Kind+" "+job.Code), append(ids, job.ID)
		}
		return err
	})
	return jobs, ids
}

func (w *world) waiting() (jobs []string) {
	w.Helper()
	w.view(func(tx storage.Tx) error {
		all, err := tx.Waiting(100)
		for _, job := range all {
			jobs = append(jobs, job.Kind+" "+job.Code)
		}
		return err
	})
	return jobs
}

// notify brings the bank's notification in, as the door does.
func (w *world) notify(event payments.Event) {
	w.Helper()
	if err := w.Accept(w.ctx(), w.bank.Name(), event); err != nil {
		w.Fatal(err)
	}
}

// clock stands still until it is told to go on.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// chat remembers what it was to show. before may refuse a message; after may
// lose the answer to one that was shown.
type chat struct {
	mu            sync.Mutex
	before, after func(bot.Message) error
	shown         []bot.Message
	answered      []string
	invites       int
}

func (c *chat) Send(_ context.Context, chat int64, m bot.Message) (bot.Sent, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if chat != 7 {
		return bot.Sent{}, &sales.Error{Code: bot.ChatBlocked, Action: sales.Bury}
	}
	if c.before != nil {
		if err := c.before(m); err != nil {
			return bot.Sent{}, err
		}
	}
	c.shown = append(c.shown, m)
	if c.after != nil {
		if err := c.after(m); err != nil {
			return bot.Sent{}, err
		}
	}
	sent := bot.Sent{Message: int64(len(c.shown))}
	switch {
	case m.Document != nil:
		sent.File = "doc-" + m.Document.Name
	case m.Photo != nil:
		sent.File = "pic-" + m.Photo.Name
	}
	for i := range m.Media {
		sent.Files = append(sent.Files, fmt.Sprint("id-", i))
	}
	return sent, nil
}

func (c *chat) Acknowledge(_ context.Context, _ int64, callback, text string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answered = append(c.answered, callback+" "+text)
	return nil
}

func (c *chat) Invite(context.Context, string, string, time.Time) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.invites++; c.invites == 1 {
		return "", &sales.Error{Code: "telegram_unavailable", Uncertain: true}
	}
	return "https://t.me/+link?a=1&b=2", nil
}

func (c *chat) all() []bot.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.shown)
}

// texts are the messages as text, a file in brackets.
func (c *chat) texts() (texts []string) {
	for _, m := range c.all() {
		text := strings.ReplaceAll(m.Text, "\u00a0", " ")
		for _, file := range []*bot.File{m.Document, m.Photo} {
			if file != nil {
				text += " [" + file.Name + "]"
			}
		}
		texts = append(texts, text)
	}
	return texts
}

// deliveries counts the courses handed over.
func (c *chat) deliveries() (n int) {
	for _, m := range c.all() {
		if m.Document != nil {
			n++
		}
	}
	return n
}

func (c *chat) refuse(err error, only string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.before = func(m bot.Message) error {
		if err != nil && strings.Contains(m.Text, only) {
			return err
		}
		return nil
	}
}

// bank is a provider that does as it is told.
type bank struct {
	clock *clock
	mu    sync.Mutex
	// down answers every call; link runs before a link is made.
	down   error
	link   func(sales.Payment) error
	states map[string]payments.Event
	asked  []string
}

func (b *bank) Name() string { return "testbank" }

func (b *bank) Link(_ context.Context, payment sales.Payment) (payments.Link, error) {
	b.mu.Lock()
	down, link := b.down, b.link
	b.asked = append(b.asked, "link")
	b.mu.Unlock()
	if down != nil {
		return payments.Link{}, down
	}
	if link != nil {
		if err := link(payment); err != nil {
			return payments.Link{}, err
		}
	}
	return payments.Link{External: "ext-" + payment.ID, URL: "https://bank.example/" + payment.ID + "?a=1&lt=2"}, nil
}

func (b *bank) Status(_ context.Context, payment sales.Payment) (payments.Event, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, "status")
	if b.down != nil {
		return payments.Event{}, b.down
	}
	if state, known := b.states[payment.ID]; known {
		return state, nil
	}
	return event(payment, sales.PaymentLinked, 0), nil
}

func (b *bank) Cancel(_ context.Context, payment sales.Payment) (payments.Event, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, "cancel")
	return event(payment, sales.PaymentExpired, 0), nil
}

func (b *bank) Receive(*http.Request, []byte) (payments.Event, error) {
	return payments.Event{}, payments.ErrForged
}

func (b *bank) Acknowledge(w http.ResponseWriter) { _, _ = io.WriteString(w, "OK") }

// state is what the bank says from now on when it is asked.
func (b *bank) state(e payments.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.states[e.Payment] = e
}

func (b *bank) fall(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = err
}

func (b *bank) log() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.asked)
}

// event is what the bank says about a payment.
func event(payment sales.Payment, status sales.PaymentStatus, amount sales.Money) payments.Event {
	return payments.Event{
		Key: payment.External + "/" + string(status) + "/" + amount.String(), Payment: payment.ID, External: payment.External,
		Status: status, State: strings.ToUpper(string(status)), Amount: amount, Raw: []byte("{}"),
	}
}

func paid(payment sales.Payment) payments.Event {
	return event(payment, sales.PaymentPaid, payment.Amount)
}

// board is a CRM that writes down what it was told.
type board struct {
	mu      sync.Mutex
	down    error
	deals   int
	changes []crm.Change
	told    []string
	// dislike is a stage that the account does not have.
	dislike string
}

func (b *board) Apply(_ context.Context, change crm.Change, known crm.Refs) (crm.Refs, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if known.Contact == "" {
		known.Contact = "contact"
	}
	if b.down != nil {
		return known, b.down
	}
	if b.dislike != "" && change.Stage == b.dislike {
		return known, &sales.Error{Code: "crm_stage", Action: sales.Bury}
	}
	if known.Deal == "" {
		b.deals++
		known.Deal = fmt.Sprint("deal", b.deals)
	}
	b.changes = append(b.changes, change)
	for _, part := range change.Merged {
		b.told = append(b.told, known.Deal+"  "+part.Note)
	}
	b.told = append(b.told, strings.TrimSpace(known.Deal+" "+change.Stage+" "+change.Note))
	return known, nil
}

func (b *board) fall(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = err
}

func (b *board) log() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.told)
}

// boom is a step with a defect.
type boom struct{ pos flows.Pos }

func readBoom(n flows.Node) flows.Step {
	n.Only("boom")
	return boom{n.Pos()}
}

func (boom) Run(*flows.Run) { panic("a defect in a step") }

func (b boom) Uses() flows.Uses { return flows.Uses{Pos: b.pos, Ends: true} }
