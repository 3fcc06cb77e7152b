package flows_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/flows/steps"
	"voronka/sales"
)

const shop = `
start: welcome
products:
  course: {title: Курс, price: 4900, receipt: {tax: none, taxation: usn_income}, deliver: {file: course.pdf}}
  book: {title: Книга, price: 700.50, deliver: {link: "https://example.ru/book"}}
anywhere:
  - {command: help, do: [{say: Помогу}, {operator: "Просит помощи: #{name}"}]}
  - {text: [стоп, отписаться], to: bye}
  - {start: promo, to: email}
fallback:
  - {contains: цена, do: [{say: "#{course.price} ₽"}]}
otherwise:
  - say: "Не понял: #{question}"
states:
  welcome:
    do:
      - say: "Привет, <b>#{name}</b>!"
        buttons: [[{text: Купить, to: email}, {text: Книга, to: book}, Подробнее]]
    on:
      - {button: подробнее, do: [{say: Подробности}]}
    timers:
      - {after: 24h, to: nudge, unless: answered}
      - {after: 1h, do: [{say: Уже час}]}
      - {after: 7d, do: [{say: Неделя}], unless: paid}
  nudge: {do: [{say: Вы тут?}], end: true}
  email:
    do: [{ask: Почта?, into: email, as: email}]
    next: pay
  pay:
    do: [{pay: course, expires: 30m, say: "#{price} ₽"}]
    on:
      - {success: thanks}
      - {fail: again}
      - {different_amounts: by_hand}
      - {expired: remind}
      - {error: by_hand}
  book:
    do: [{pay: book}]
    on:
      - {success: thanks, fail: lost, different_amounts: by_hand, expired: lost, error: lost}
  again: {do: [{say: Ещё раз?, buttons: [[{text: Ещё, to: pay}]]}]}
  lost: {do: [{say: Ещё книгу?, buttons: [[{text: Да, to: book}]]}]}
  by_hand: {do: [{operator: Другая сумма}]}
  remind: {do: [{say: Истекла, buttons: [[{text: Обновить, to: pay}]]}]}
  thanks: {do: [{deliver: course}], end: true}
  bye: {do: [{say: Пока}], end: true}
`

func load(t testing.TB, source string) *flows.Flow {
	t.Helper()
	flow, found := flows.Loader{Kinds: steps.All()}.LoadText("shop.yaml", source)
	if flow == nil {
		t.Fatalf("flow does not load: %+v", found)
	}
	return flow
}

func noon() time.Time { return time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC) }

func rehearse(t testing.TB, source string, script ...string) *flows.Rehearsal {
	t.Helper()
	stage := flows.NewRehearsal(flows.Engine{}, load(t, source), noon())
	perform(t, stage, script...)
	return stage
}

// perform plays a script and gives its last turn.
func perform(t testing.TB, stage *flows.Rehearsal, script ...string) flows.Turn {
	t.Helper()
	var last flows.Turn
	for _, line := range script {
		turns, err := stage.Do(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if len(turns) > 0 {
			last = turns[len(turns)-1]
		}
	}
	return last
}

// all are the effects of one type.
func all[T flows.Effect](turn flows.Turn) []T {
	var found []T
	for _, effect := range turn.Effects {
		if one, ok := effect.(T); ok {
			found = append(found, one)
		}
	}
	return found
}

// snapshot is everything that Advance must not touch.
func snapshot(t testing.TB, stage *flows.Rehearsal) string {
	t.Helper()
	data, err := json.Marshal([]any{stage.Session, stage.Contact, stage.Known})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestAdvanceIsPure walks at random: no argument changes, and the same input
// gives the same turn.
func TestAdvanceIsPure(t *testing.T) {
	t.Parallel()
	moves := []string{
		"/start", "/start src-vk", "/help", "стоп", "цена", "anna@mail.ru", "чушь", "[Купить]", "[Книга]", "[Ещё]",
		"[Подробнее]!", "/pay success", "/pay fail", "/pay other 5", "/pay error", "/pay expired", "/pay refunded",
		"/wait 30m", "/wait 1d", "/contact 79991234567", "/photo", "/sticker", "/join", "/leave", "/block", "/unblock",
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		stage := rehearse(t, shop)
		for range 60 {
			move := moves[random.IntN(len(moves))]
			before, twin := snapshot(t, stage), *stage
			first, errFirst := twin.Do(move)
			if after := snapshot(t, stage); after != before {
				t.Fatalf("%s changes its arguments:\n%s", move, cmp.Diff(before, after))
			}
			second, errSecond := stage.Do(move)
			if diff := cmp.Diff(first, second); diff != "" || (errFirst == nil) != (errSecond == nil) {
				t.Fatalf("%s gives different turns:\n%s", move, diff)
			}
			checkMoney(t, stage)
		}
	}
}

// checkMoney holds after every turn: an order is delivered only when it is
// paid, and paid by a payment that the bank says is paid or was refunded.
func checkMoney(t *testing.T, stage *flows.Rehearsal) {
	t.Helper()
	status := map[string]sales.PaymentStatus{}
	for _, payment := range stage.Known.Payments {
		if status[payment.ID] != "" {
			t.Fatalf("payment id twice: %s", payment.ID)
		}
		status[payment.ID] = payment.Status
	}
	for _, order := range stage.Known.Orders {
		if !order.DeliveredAt.IsZero() && !order.Paid() {
			t.Fatalf("unpaid order is delivered: %+v", order)
		}
		if order.Paid() && status[order.PaidBy] == "" {
			t.Fatalf("order is paid by nothing: %+v", order)
		}
	}
}

func TestAdvanceRefusesBadCalls(t *testing.T) {
	t.Parallel()
	flow, contact := load(t, shop), sales.Contact{ID: "tg:1"}
	session := flows.Session{Seed: "seed"}
	for name, call := range map[string]struct {
		flow    *flows.Flow
		session flows.Session
		input   flows.Input
		want    error
	}{
		"no flow":    {nil, session, flows.Input{Kind: flows.Text, At: noon()}, flows.ErrNoStart},
		"no seed":    {flow, flows.Session{}, flows.Input{Kind: flows.Text, At: noon()}, flows.ErrNoSeed},
		"no time":    {flow, session, flows.Input{Kind: flows.Text}, flows.ErrInput},
		"no payment": {flow, session, flows.Input{Kind: flows.Paid, At: noon()}, flows.ErrInput},
	} {
		if _, err := (flows.Engine{}).Advance(call.flow, contact, flows.Known{}, call.session, call.input); !errors.Is(err, call.want) {
			t.Errorf("%s: %v, want %v", name, err, call.want)
		}
	}
}

// TestOrderOfRules: anywhere, the question, the button, on, /start, the
// question again, fallback, otherwise.
func TestOrderOfRules(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		script []string
		state  string
		say    string
	}{
		"unknown contact":      {[]string{"привет"}, "welcome", "Привет, <b>Анна</b>!"},
		"unknown, a command":   {[]string{"/help"}, "welcome", "Привет, <b>Анна</b>!"},
		"unknown, a stop":      {[]string{"СТОП "}, "bye", "Пока"},
		"unknown, a deep link": {[]string{"/start promo5"}, "email", "Почта?"},
		"anywhere over ask":    {[]string{"/start", "[Купить]", "отписаться"}, "bye", "Пока"},
		"ask retries":          {[]string{"/start", "[Купить]", "цена"}, "email", "retry.email"},
		"ask, other kind":      {[]string{"/start", "[Купить]", "/photo"}, "email", "retry.email"},
		"in place":             {[]string{"/start", "[Подробнее]"}, "welcome", "Подробности"},
		"fallback":             {[]string{"/start", "какая цена?"}, "welcome", "4\u00a0900 ₽"},
		"otherwise":            {[]string{"/start", "бу"}, "welcome", "Не понял: бу"},
		"unknown command":      {[]string{"/start", "[Купить]", "/foo"}, "email", "Не понял: "},
		"start again":          {[]string{"/start", "[Купить]", "/start"}, "welcome", "Привет, <b>Анна</b>!"},
		"typed success":        {[]string{"/start", "[Книга]", "ovg58keefc_success 44"}, "book", "Не понял: ovg58keefc_success 44"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage := rehearse(t, shop)
			turn := perform(t, stage, one.script...)
			says := all[flows.Say](turn)
			if turn.Session.State != one.state || len(says) == 0 || says[len(says)-1].Text != one.say {
				t.Errorf("state %s, says %+v; want %s, %q", turn.Session.State, says, one.state, one.say)
			}
			if len(turn.Trace) == 0 || len(turn.Journal) == 0 || turn.Journal[0].Who != flows.Customer {
				t.Errorf("the turn does not explain itself: %+v %+v", turn.Journal, turn.Trace)
			}
		})
	}
}

func TestTrace(t *testing.T) {
	t.Parallel()
	stage := rehearse(t, shop, "/start")
	turn := perform(t, stage, "цена")
	want := []flows.Considered{
		{Rule: "shop.yaml:7", Label: "command: help", Result: "kind"},
		{Rule: "shop.yaml:8", Label: "text: стоп, отписаться", Result: "text"},
		{Rule: "shop.yaml:9", Label: "start: promo", Result: "kind"},
		{Rule: "shop.yaml:20", Label: "button: подробнее", Result: "kind"},
		{Rule: "shop.yaml:11", Label: "contains: цена", Result: "matched"},
	}
	if diff := cmp.Diff(want, turn.Journal[0].Trace); diff != "" {
		t.Errorf("trace (-want +got):\n%s", diff)
	}
}

func TestHostileTexts(t *testing.T) {
	t.Parallel()
	stage := rehearse(t, shop)
	stage.Profile.Name = `<a href="tg://user?id=1">Анна</a>&#{price}`
	turn := perform(t, stage, "/start")
	if got := all[flows.Say](turn)[0].Text; got != `Привет, <b>&lt;a href=&#34;tg://user?id=1&#34;&gt;Анна&lt;/a&gt;&amp;#{price}</b>!` {
		t.Errorf("a name is not escaped: %s", got)
	}
	for _, text := range []string{
		strings.Repeat("я", 4096), strings.Repeat("😀", 2048), strings.Repeat("<&", 2048), strings.Repeat("👩‍👩‍👧", 300), "\x00\ufeff", "#{name}", "",
	} {
		turn := perform(t, stage, "x"+text)
		for _, say := range all[flows.Say](turn) {
			if length := len(utf16.Encode([]rune(flows.PlainText(say.Text)))); length > flows.MaxText {
				t.Errorf("%d characters are said", length)
			}
		}
		if heard := turn.Journal[0].Text; heard != "x"+text {
			t.Errorf("the journal does not keep what was said: %.40q", heard)
		}
	}
}

// TestStepCap: a flow that goes in circles ends with an operator, not for ever.
func TestStepCap(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"moves": "start: a\nstates:\n  a: {do: [{set: {x: 1}}, {goto: b}]}\n  b: {do: [{goto: a}]}\n",
		"steps": "start: a\nstates:\n  a: {do: [" + strings.Repeat("{set: {x: 1}},", 101) + "{goto: b}]}\n  b: {end: true, do: [{say: конец}]}\n",
	} {
		flow, found := flows.Loader{Kinds: steps.All()}.LoadText("loop.yaml", source)
		if flow == nil {
			t.Logf("%s: the checker already refuses it: %v", name, found[0].Code)
			continue
		}
		stage := flows.NewRehearsal(flows.Engine{}, flow, noon())
		turn := perform(t, stage, "/start")
		calls := all[flows.CallOperator](turn)
		if len(calls) != 1 || !strings.HasPrefix(calls[0].Text, "loop") || len(all[flows.Say](turn)) > 0 {
			t.Errorf("%s: %+v", name, turn.Effects)
		}
	}
}

func TestVanishedState(t *testing.T) {
	t.Parallel()
	moved := shop + "moved: {old: remind}\n"
	for from, want := range map[string]string{"old": "remind", "gone": "welcome"} {
		stage := rehearse(t, moved, "/start")
		stage.Session.State = from
		stage.Session.Asking = &flows.Asking{State: from}
		turn := perform(t, stage, "бу")
		if turn.Session.State != want || turn.Session.Asking != nil || !strings.Contains(turn.Journal[0].Text, from) {
			t.Errorf("%s: %s %+v", from, turn.Session.State, turn.Journal)
		}
	}
	stage := rehearse(t, shop, "/start", "[Купить]")
	stage.Session.Asking.Step = 7
	if turn := perform(t, stage, "anna@mail.ru"); turn.Session.Asking != nil || turn.Session.State != "email" {
		t.Errorf("a question that is gone still asks: %+v", turn.Session)
	}
}
