package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"voronka/locales"
	"voronka/payments/tbank"
	"voronka/payments/tbanktest"
)

// examRoom is the bank's test terminal and a person who does what is said.
type examRoom struct {
	t     *testing.T
	bank  *tbanktest.Server
	said  strings.Builder
	link  string
	cards map[string]tbanktest.Card
	text  words
}

func newExamRoom(t *testing.T, change func(*tbanktest.Terminal)) (*examRoom, *exam) {
	t.Helper()
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	terminal := tbanktest.Terminal{Key: "ExamDEMO", Password: "exam-password", Charge: true, CashRegister: false}
	if change != nil {
		change(&terminal)
	}
	r := &examRoom{t: t, text: speech(catalog, "ru"), bank: tbanktest.New(tbanktest.Config{Terminals: []tbanktest.Terminal{terminal}}),
		cards: map[string]tbanktest.Card{
			"exam.pay_1": tbanktest.CardSuccess, "exam.pay_2": tbanktest.CardDeclined, "exam.pay_5": tbanktest.CardSuccess, "exam.pay_7": tbanktest.CardSuccess,
		}}
	t.Cleanup(r.bank.Close)
	provider := tbank.New(tbank.Config{Terminal: terminal.Key, Password: terminal.Password, API: serveFake(t, r.bank) + "/v2"})
	e := newExam(provider, Settings{TBankFFD: "1.05"}, r.hear, time.Now)
	e.every, e.patience = time.Millisecond, deadline
	return r, e
}

// hear does by hand what the exam asks for.
func (r *examRoom) hear(key string, args map[string]any) {
	fmt.Fprintln(&r.said, r.text(key, args))
	if key == "exam.open" {
		r.link = args["URL"].(string)
	}
	card, asked := r.cards[key]
	if !asked {
		return
	}
	if _, err := r.bank.Pay(r.link, card); err != nil {
		r.t.Errorf("%s: %v", key, err)
	}
}

func TestBanksCasesPass(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*tbanktest.Terminal){
		"without a cash register": nil,
		"with a cash register":    func(c *tbanktest.Terminal) { c.CashRegister = true },
	} {
		r, e := newExamRoom(t, change)
		if failed := e.run(t.Context()); failed != 0 {
			t.Errorf("%s: %d cases failed:\n%s", name, failed, r.said.String())
		}
		for number := 1; number <= 8; number++ {
			if !strings.Contains(r.said.String(), fmt.Sprintf("✓ тест %d пройден", number)) {
				t.Errorf("%s: case %d is not told:\n%s", name, number, r.said.String())
			}
		}
		made := r.bank.Payments()
		if len(made) != 6 || made[0].Recurrent || made[0].Status != tbanktest.StatusRefunded || made[1].Status != tbanktest.StatusRejected ||
			!made[2].Recurrent || made[5].Receipt == nil || len(made[5].Refunds) != 1 {
			t.Errorf("%s: at the bank: %+v", name, made)
		}
		if v := r.bank.Violations(); len(v) > 0 {
			t.Errorf("%s: against the protocol: %+v", name, v)
		}
		if strings.Contains(r.said.String(), made[2].RebillID) || strings.Contains(r.said.String(), "exam-password") {
			t.Errorf("%s: a secret is told:\n%s", name, r.said.String())
		}
	}
}

func TestBanksCasesTellWhatFailed(t *testing.T) {
	t.Parallel()
	r, e := newExamRoom(t, func(c *tbanktest.Terminal) { c.Charge = false })
	r.cards["exam.pay_2"] = tbanktest.CardSuccess // the wrong card is taken
	if failed := e.run(t.Context()); failed != 3 {
		t.Errorf("%d cases failed:\n%s", failed, r.said.String())
	}
	for _, want := range []string{"✗ тест 2 не пройден", "✗ тест 5 не пройден: bank_settings", "✓ тест 8 пройден"} {
		if !strings.Contains(r.said.String(), want) {
			t.Errorf("%q is not told:\n%s", want, r.said.String())
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if failed := e.run(ctx); failed != 1 {
		t.Errorf("stopped by hand, %d cases failed", failed)
	}
}

func TestExamTellsOfATerminalWithTwoStages(t *testing.T) {
	t.Parallel()
	r, e := newExamRoom(t, func(c *tbanktest.Terminal) { c.TwoStage = true })
	if failed := e.run(t.Context()); failed == 0 || !strings.Contains(r.said.String(), "✗ тест 1 не пройден: bank_two_stages: терминал двухстадийный") {
		t.Errorf("%d cases failed:\n%s", failed, r.said.String())
	}
}

func TestExamWantsATestTerminal(t *testing.T) {
	t.Parallel()
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	a := &app{ctx: t.Context(), out: &out, words: catalog, language: "ru", now: time.Now}
	if err := a.examineTBank(Settings{TBankTerminal: "1700000000001"}); err == nil || !strings.Contains(out.String(), "DEMO") {
		t.Errorf("a live terminal: %v, %s", err, out.String())
	}
}
