package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"voronka/bot"
	"voronka/sales"
	"voronka/storage"
)

// refundCommand is `voronka refund`.
type refundCommand struct {
	Payment  string `arg:"" help:"Номер платежа: наш или банка · the payment's number, ours or the bank's"`
	Amount   string `help:"Сколько вернуть, рубли; без указания — всё · how much, roubles; all of it where not given" placeholder:"РУБЛИ"`
	Reason   string `help:"Почему, для операторов · why, for operators"`
	Withdraw bool   `help:"Забрать доступ, когда вернутся все деньги · take access back once all the money has gone back"`
	Done     bool   `help:"Деньги уже вернули в кабинете банка: только записать · the bank's cabinet has given it back: write it down alone"`
	Yes      bool   `help:"Не переспрашивать · do not ask again"`
}

type paymentQuestion struct {
	Payment string `json:"payment"`
}

// paymentAnswer is what a person has to see before money goes back.
type paymentAnswer struct {
	Payment string              `json:"payment"`
	Contact string              `json:"contact"`
	Title   string              `json:"title"`
	Status  sales.PaymentStatus `json:"status"`
	Paid    sales.Money         `json:"paid"`
	Left    sales.Money         `json:"left"`
}

func paymentOf(ctx context.Context, s *service, q paymentQuestion) (any, error) {
	var answer paymentAnswer
	err := s.store.View(ctx, func(tx storage.Tx) error {
		payment, err := tx.Payment(q.Payment)
		if errors.Is(err, storage.ErrNotFound) {
			payment, err = bankPayment(tx, q.Payment)
		}
		if err != nil {
			return err
		}
		order, err := tx.Order(payment.Order)
		if err != nil {
			return err
		}
		left, err := bot.Left(tx, payment)
		answer = paymentAnswer{payment.ID, payment.Contact, order.Title, payment.Status, payment.Paid, left}
		return err
	})
	return answer, err
}

// bankPayment finds a payment that brought money by the bank's number.
func bankPayment(tx storage.Tx, number string) (sales.Payment, error) {
	const page = 500
	seen := map[string]bool{"": true}
	for last := int64(0); ; {
		entries, err := tx.Entries(last, page)
		if err != nil || len(entries) == 0 {
			return sales.Payment{}, cmp.Or(err, storage.ErrNotFound)
		}
		for _, entry := range entries {
			last = entry.Number
			if seen[entry.Payment] {
				continue
			}
			seen[entry.Payment] = true
			payment, err := tx.Payment(entry.Payment)
			if err != nil || payment.External == number {
				return payment, err
			}
		}
	}
}

func refundOf(ctx context.Context, s *service, q sales.Refund) (any, error) {
	q.By = "cli"
	if q.Status == sales.RefundDone {
		return struct{}{}, s.bot.BookReturn(ctx, q)
	}
	return struct{}{}, s.bot.Refund(ctx, q)
}

// Run shows the payment, asks, and has the money go back.
func (c *refundCommand) Run(a *app) error {
	var known paymentAnswer
	if err := a.errand("payment", paymentQuestion{c.Payment}, &known); err != nil {
		return err
	}
	amount := known.Left
	if c.Amount != "" {
		given, err := sales.ParseMoney(c.Amount)
		if err != nil || given <= 0 {
			return &spoken{"money.bad_amount", map[string]any{"Value": c.Amount}, errors.New("no amount")}
		}
		amount = given
	}
	if amount > known.Left || amount == 0 {
		return &spoken{"money.too_much", nil, bot.ErrRefund}
	}
	args := map[string]any{
		"Amount": amount, "Title": known.Title, "Contact": known.Contact, "Payment": known.Payment, "Paid": known.Paid, "Left": known.Left,
	}
	ask, tell, kept := "money.sure", "money.refunding", "money.kept"
	if c.Done {
		ask, tell, kept = "money.sure_done", "money.booked", "money.not_booked"
	}
	if !c.Yes {
		fmt.Fprint(a.out, a.words.Text(a.language, ask, args)+" ")
		answer, _ := bufio.NewReader(a.in).ReadString('\n') // nothing is no
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "да", "д", "yes", "y":
		default:
			a.say(kept, nil)
			return exit(exitFault)
		}
	}
	refund := sales.Refund{ID: "cli-" + rand.Text(), Payment: known.Payment, Amount: amount, Reason: c.Reason, Withdraw: c.Withdraw}
	if c.Done {
		refund.Status = sales.RefundDone
	}
	if err := a.errand("refund", refund, &struct{}{}); err != nil {
		return err
	}
	a.say(tell, args)
	return nil
}
