package bot

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"voronka/crm"
	"voronka/internal/outbox"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

// BillState is what a buyer can do about a bill now.
type BillState string

// What a buyer is told.
const (
	BillOpen    BillState = "open"    // pay at Billed.URL
	BillPaid    BillState = "paid"    // nothing is left to pay
	BillMissing BillState = "missing" // not there, or its account is not
	BillWrong   BillState = "wrong"   // its seller has to correct it
	BillPartly  BillState = "partly"  // a part is paid, and nobody can tell how much
	BillWho     BillState = "who"     // the receipt needs a mail or a phone
	BillRefused BillState = "refused" // the provider makes no link
	BillWaiting BillState = "waiting" // the CRM or the provider does not answer; try again
)

// Billed is a bill as its buyer sees it.
type Billed struct {
	State  BillState
	URL    string
	Title  string
	Amount sales.Money
	// Seller is who gets the money, and INN that one's taxpayer number; may be empty.
	Seller, INN string
	// Payment is the open payment's id, Methods the ways in which it can be paid now
	// beside the page at URL; none where there is that page alone.
	Payment string
	Methods []sales.Method
}

// billTime is how long a link to pay a bill works; the buyer's next visit makes another.
const billTime = 24 * time.Hour

// billFlow marks the orders of bills, which belong to no flow.
const billFlow = "crm:bill"

// Bill leads the buyer of a CRM's bill to a page to pay it. The same bill has
// one order however often it is opened, and one open payment. email goes into
// the receipt where the bill names nobody; it may be empty. An error is our
// own store's; everything else is a state.
func (b *Bot) Bill(ctx context.Context, account, id, email, language string) (Billed, error) {
	biller, able := b.CRM.(crm.Biller)
	if !able || b.Provider == nil || b.Taxation == "" {
		return Billed{State: BillMissing}, nil
	}
	bill, err := biller.Bill(ctx, account, id)
	billed := Billed{Title: bill.Name, Amount: bill.Total, Seller: bill.Supplier, INN: bill.INN}
	switch {
	case errors.Is(err, crm.ErrNoBill):
		return Billed{State: BillMissing}, nil
	case errors.Is(err, crm.ErrBillWrong):
		billed.State = BillWrong
		return billed, b.blameBill(ctx, id, bill, "bill_wrong", err.Error())
	case err != nil:
		b.Log.Warn("a bill cannot be read", "bill", id, "error", err)
		return Billed{State: BillWaiting}, nil
	case bill.Paid:
		billed.State = BillPaid
		return billed, nil
	case bill.Partly:
		billed.State = BillPartly
		return billed, b.blameBill(ctx, id, bill, "bill_partly", "a part of it is paid, and the CRM does not say how much")
	case b.Taxation != NoReceipt && slices.ContainsFunc(bill.Items, func(one crm.BillItem) bool { return one.Tax == "" }):
		billed.State = BillWrong
		return billed, b.blameBill(ctx, id, bill, "bill_wrong", "the VAT of a row cannot be told, and the receipt needs it")
	}
	bill.Email = cmp.Or(bill.Email, email)
	if b.Taxation != NoReceipt && bill.Email == "" && bill.Phone == "" {
		billed.State = BillWho
		return billed, nil
	}
	payment, err := b.paymentOf(ctx, bill, language)
	if err != nil {
		return billed, err
	}
	return b.offer(ctx, billed, payment)
}

// NoReceipt is the taxation of a shop that makes no receipts here.
const NoReceipt = "none"

// paymentOf finds the payment of a bill that can still be paid, or makes one.
// The zero payment tells that the bill was paid.
func (b *Bot) paymentOf(ctx context.Context, bill crm.Bill, language string) (found sales.Payment, err error) {
	fresh := b.newBillPayment(bill, language)
	err = b.Store.Update(ctx, func(tx storage.Tx) error {
		found = sales.Payment{}
		order, err := b.orderOf(tx, bill)
		if err != nil || order.Paid() {
			return err
		}
		attempts, err := tx.Payments(order.ID)
		if err != nil {
			return fmt.Errorf("load payments: %w", err)
		}
		for _, attempt := range slices.Backward(attempts) {
			if open(attempt.Status) && attempt.Amount == bill.Total && b.Now().Before(attempt.ExpiresAt) {
				found = attempt
				return nil
			}
		}
		found = fresh
		return tx.PutPayment(fresh)
	})
	if err != nil {
		return found, fmt.Errorf("prepare the payment of bill %s: %w", bill.ID, err)
	}
	return found, nil
}

// orderOf is the order of a bill. Its contact has no chat: it is where the
// console shows what happens to the bill.
func (b *Bot) orderOf(tx storage.Tx, bill crm.Bill) (sales.Order, error) {
	id := "bill:" + bill.ID
	order, err := tx.Order(id)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		contact := sales.Contact{ID: id, Name: bill.Name, CreatedAt: b.Now(), ActiveAt: b.Now()}
		if err := tx.PutContact(contact); err != nil {
			return order, fmt.Errorf("save contact: %w", err)
		}
		order = sales.Order{ID: id, Contact: id, Flow: billFlow, Product: bill.ID, CreatedAt: b.Now()}
	case err != nil:
		return order, fmt.Errorf("load order: %w", err)
	case order.Paid() || order.Title == bill.Name && order.Amount == bill.Total:
		return order, nil
	}
	order.Title, order.Amount = bill.Name, bill.Total
	return order, tx.PutOrder(order)
}

func (b *Bot) newBillPayment(bill crm.Bill, language string) sales.Payment {
	now := b.Now()
	payment := sales.Payment{
		ID: rand.Text(), Order: "bill:" + bill.ID, Contact: "bill:" + bill.ID, Provider: b.Provider.Name(),
		Amount: bill.Total, Status: sales.PaymentNew, Description: shorten(bill.Name, 140), Language: language,
		CreatedAt: now, ExpiresAt: now.Add(billTime),
	}
	payment.CheckAt = payments.NextCheck(payment, now)
	if b.Taxation == NoReceipt {
		return payment
	}
	receipt := sales.Receipt{FFD: cmp.Or(b.Engine.FFD, "1.05"), Email: bill.Email, Phone: bill.Phone, Taxation: b.Taxation}
	if receipt.Email != "" {
		receipt.Phone = ""
	}
	for _, item := range bill.Items {
		receipt.Items = append(receipt.Items, sales.ReceiptItem{
			Name: cmp.Or(sales.ReceiptName(item.Name), "Товар"), Price: item.Price, Quantity: item.Quantity, Tax: item.Tax, Unit: item.Unit,
			Method: "full_payment", Object: "commodity",
		})
	}
	payment.Receipt = &receipt
	return payment
}

// shorten cuts a text to so many characters.
func shorten(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}

// offer has the provider make the payment's page where it is not made yet.
func (b *Bot) offer(ctx context.Context, billed Billed, payment sales.Payment) (Billed, error) {
	if payment.ID == "" {
		billed.State = BillPaid
		return billed, nil
	}
	if payment.URL == "" {
		linking, cancel := context.WithTimeout(ctx, linkTime)
		defer cancel()
		keep, err := b.link(linking, outbox.Job{}, linkJob{payment.ID})
		if err != nil {
			billed.State = BillWaiting
			return billed, nil
		}
		if keep != nil {
			if err := b.Store.Update(ctx, keep); err != nil {
				return billed, fmt.Errorf("keep the link of bill %s: %w", billed.Title, err)
			}
		}
		if payment, err = b.loadPayment(ctx, payment.ID); err != nil {
			return billed, err
		}
	}
	switch {
	case payment.URL != "" && open(payment.Status):
		billed.State, billed.URL, billed.Payment, billed.Methods = BillOpen, payment.URL, payment.ID, b.Methods(ctx, payment)
		return billed, b.Clicked(ctx, payment.ID)
	case payment.Status == sales.PaymentRefused:
		billed.State = BillRefused
	case open(payment.Status):
		billed.State = BillWaiting
	default:
		billed.State = BillPaid
	}
	return billed, nil
}
