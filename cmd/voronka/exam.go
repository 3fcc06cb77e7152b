package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"time"

	"voronka/payments"
	"voronka/payments/tbank"
	"voronka/sales"
)

// examiner is what the bank's test cases need of a provider.
type examiner interface {
	payments.Provider
	payments.Refunder
	payments.Recurrer
	payments.Wallet
}

// exam goes through the bank's test cases 1 to 8 on a test terminal (cabinet,
// «Магазины → Терминалы → Тестовый → Тестировать»; T-Bank API 1.80, "Тестовые
// карты"): it makes the links and the calls, and says what to do by hand. How
// the cases 4 to 6 and 8 are divided is not documented; here 4 is the parent
// payment, 5 and 6 are charges, 7 the sale's receipt and 8 the refund's.
type exam struct {
	bank examiner
	say  func(key string, args map[string]any)
	now  func() time.Time
	// every is how often the bank is asked, patience how long a hand may take.
	every, patience time.Duration
	receipt         *sales.Receipt
	customer        string
	card            payments.Card
	paid            sales.Payment
}

// examPrice is what each test payment costs: above every minimum.
const examPrice = sales.Money(100_00)

// heldLooks is after how many looks money that is still held stays so: with one
// stage it is for seconds.
const heldLooks = 20

// errTwoStages is a terminal that holds what it is to take. Init must not
// contradict its setting (T-Bank, test cases), so that the setting is changed.
var errTwoStages = &sales.Error{Code: "bank_two_stages", Action: sales.Bury,
	Message: "терминал двухстадийный: деньги удержаны, но не списаны. Попросите банк сделать его одностадийным; удержание бот включает сам, где в воронке hold: true"}

var errExam = errors.New("the case did not go as the bank wants")

func newExam(bank examiner, s Settings, say func(string, map[string]any), now func() time.Time) *exam {
	return &exam{bank: bank, say: say, now: now, every: 3 * time.Second, patience: 10 * time.Minute, customer: "exam-" + rand.Text(),
		receipt: &sales.Receipt{FFD: s.TBankFFD, Email: "test@example.com", Taxation: "usn_income", Items: []sales.ReceiptItem{
			{Name: "Проверка оплаты", Price: examPrice, Quantity: 1000, Tax: "none", Method: "full_payment", Object: "service", Unit: "шт"},
		}}}
}

// run goes through all cases and tells how many failed. A case that failed does
// not keep the others from being tried, but those that follow from it.
func (e *exam) run(ctx context.Context) int {
	failed := 0
	for number, try := range []func(context.Context) error{
		e.success, e.declined, e.refunded, e.parent, e.charged, e.charged, e.saleReceipt, e.refundReceipt,
	} {
		args := map[string]any{"Case": number + 1}
		e.say("exam.case", args)
		if err := try(ctx); err != nil {
			failed++
			e.say("exam.failed", map[string]any{"Case": number + 1, "Reason": reasonOf(err)})
			if ctx.Err() != nil {
				return failed
			}
			continue
		}
		e.say("exam.done", args)
	}
	e.say("exam.press", nil)
	return failed
}

func reasonOf(err error) string {
	if coded := sales.AsError(err); coded.Code != "internal" {
		return strings.TrimSuffix(coded.Code+": "+coded.Message, ": ")
	}
	return err.Error()
}

// payment is a new one; change may make it another kind. Each has a receipt: a
// terminal with a cash register takes none without (code 309).
func (e *exam) payment(change func(*sales.Payment)) sales.Payment {
	p := sales.Payment{
		ID: "exam" + rand.Text(), Provider: e.bank.Name(), Amount: examPrice, Status: sales.PaymentNew,
		Description: "Проверка терминала", Language: "ru", CreatedAt: e.now(), ExpiresAt: e.now().Add(time.Hour),
		Receipt: e.receipt,
	}
	if change != nil {
		change(&p)
	}
	return p
}

// byHand makes a link, asks a person to pay by it, and waits for a status.
func (e *exam) byHand(ctx context.Context, hint string, want sales.PaymentStatus, change func(*sales.Payment)) (sales.Payment, error) {
	p := e.payment(change)
	made, err := e.bank.Link(ctx, p)
	if err != nil {
		return p, err
	}
	p.External, p.URL = made.External, made.URL
	e.say("exam.open", map[string]any{"URL": made.URL, "PaymentID": made.External})
	e.say(hint, nil)
	return p, e.await(ctx, p, want)
}

// await asks the bank until a payment has come to a status, or to one from
// which there is no way there.
func (e *exam) await(ctx context.Context, p sales.Payment, want sales.PaymentStatus) error {
	ctx, cancel := context.WithTimeout(ctx, e.patience)
	defer cancel()
	for held := 0; ; {
		event, err := e.bank.Status(ctx, p)
		if err == nil && event.Status == sales.PaymentHeld && want == sales.PaymentPaid {
			held++
		}
		switch {
		case held > heldLooks:
			return errTwoStages
		case err == nil && event.Status == want:
			return nil
		case err == nil && want == sales.PaymentDeclined && event.Status == sales.PaymentPaid, err == nil && event.Status == sales.PaymentExpired:
			return errExam
		case err != nil && sales.AsError(err).Action != sales.Retry:
			return err
		}
		select {
		case <-ctx.Done():
			return errors.New(e.bank.Name() + ": " + string(event.Status) + ", " + ctx.Err().Error())
		case <-time.After(e.every):
		}
	}
}

func (e *exam) success(ctx context.Context) (err error) {
	e.paid, err = e.byHand(ctx, "exam.pay_1", sales.PaymentPaid, nil)
	return err
}

func (e *exam) declined(ctx context.Context) error {
	_, err := e.byHand(ctx, "exam.pay_2", sales.PaymentDeclined, nil)
	return err
}

func (e *exam) refunded(ctx context.Context) error { return e.giveBack(ctx, e.paid, nil) }

// giveBack refunds a payment of an earlier case in full.
func (e *exam) giveBack(ctx context.Context, p sales.Payment, receipt *sales.Receipt) error {
	if p.External == "" {
		return errors.New(e.bank.Name() + ": the payment of an earlier case is needed")
	}
	p.Paid = p.Amount
	done, err := e.bank.Refund(ctx, p, sales.Refund{ID: "exam-" + rand.Text(), Amount: p.Amount, Receipt: receipt}, false)
	if err != nil {
		return err
	}
	e.say("exam.refund", map[string]any{"PaymentID": p.External, "State": done.Event.State})
	return e.await(ctx, p, sales.PaymentRefunded)
}

func (e *exam) parent(ctx context.Context) error {
	_, err := e.byHand(ctx, "exam.pay_5", sales.PaymentPaid, func(p *sales.Payment) { p.Recurrent, p.CustomerKey = true, e.customer })
	if err != nil {
		return err
	}
	cards, err := e.bank.Cards(ctx, "", e.customer)
	for _, card := range cards {
		if card.Token != "" && !card.Removed {
			e.card = card
			return nil
		}
	}
	return errors.Join(err, errors.New(e.bank.Name()+": the card was not stored (RebillId)"))
}

func (e *exam) charged(ctx context.Context) error {
	if e.card.Token == "" {
		return errors.New(e.bank.Name() + ": the card of case 4 is needed")
	}
	p := e.payment(func(p *sales.Payment) { p.Initiator = sales.ByMerchant })
	made, err := e.bank.Link(ctx, p)
	if err != nil {
		return err
	}
	p.External = made.External
	event, err := e.bank.Charge(ctx, p, e.card)
	if err != nil {
		return err
	}
	e.say("exam.charge", map[string]any{"PaymentID": p.External, "State": event.State})
	return e.await(ctx, p, sales.PaymentPaid)
}

func (e *exam) saleReceipt(ctx context.Context) (err error) {
	e.paid, err = e.byHand(ctx, "exam.pay_7", sales.PaymentPaid, nil)
	return err
}

func (e *exam) refundReceipt(ctx context.Context) error { return e.giveBack(ctx, e.paid, e.receipt) }

// examineTBank is `voronka doctor tbank`.
func (a *app) examineTBank(s Settings) error {
	say := func(key string, args map[string]any) {
		_, _ = io.WriteString(a.out, a.words.Text(a.language, key, args)+"\n")
	}
	if !strings.HasSuffix(s.TBankTerminal, "DEMO") {
		say("exam.not_demo", nil)
		return exit(exitFault)
	}
	config, err := s.bankConfig()
	if err != nil {
		return err
	}
	config.Shops, config.Now = nil, a.now
	transport, err := s.bankTransport()
	if err != nil {
		return err
	}
	config.HTTP = transport
	say("exam.begin", map[string]any{"Terminal": s.TBankTerminal})
	if s.Public == "" {
		say("exam.no_public", nil)
	}
	if failed := newExam(tbank.New(config), s, say, a.now).run(a.ctx); failed > 0 {
		return exit(exitFault)
	}
	return nil
}
