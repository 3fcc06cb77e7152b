package bot

import (
	"context"
	"fmt"
	"html"
	"strings"

	"rsc.io/qr"

	"voronka/flows"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

// Methods lists the ways in which a payment that has a link can be paid now.
func (b *Bot) Methods(ctx context.Context, payment sales.Payment) []sales.Method {
	opener, able := b.Provider.(payments.Opener)
	if !able || payment.Method != "" {
		return nil
	}
	methods, err := opener.Methods(ctx, payment.Shop)
	if err != nil {
		b.Log.Error("ways to pay not known", "payment", payment.ID, "error", err)
		return nil
	}
	if payment.Hold { // money by SBP cannot be held (T-Bank API 1.80, statuses)
		kept := methods[:0]
		for _, method := range methods {
			if method != sales.MethodSBP {
				kept = append(kept, method)
			}
		}
		methods = kept
	}
	return methods
}

// Open gives the address where a payment is paid by a method; the provider's
// page where it has no such way, or does not answer.
func (b *Bot) Open(ctx context.Context, payment sales.Payment, method sales.Method) string {
	opener, able := b.Provider.(payments.Opener)
	if !able || method == "" || method == sales.MethodCard || payment.StoresAccount() {
		return payment.URL
	}
	ctx, cancel := context.WithTimeout(ctx, linkTime)
	defer cancel()
	address, err := opener.Open(ctx, payment, method)
	if err != nil {
		b.Log.Warn("a way to pay did not open, the provider's page is given", "payment", payment.ID, "method", string(method), "error", err)
		return payment.URL
	}
	return address
}

// links are the addresses that a customer can open, in the place of the
// late-bound ones of a message.
func (b *Bot) links(ctx context.Context, say flows.Say) (replaced, error) {
	if say.Card != "" {
		return b.cardLinks(ctx, say.Card)
	}
	if len(say.Payments) == 0 {
		return replaced{}, nil
	}
	asked, err := b.loadPayments(ctx, say.Payments)
	if err != nil {
		return replaced{}, err
	}
	var pairs, inText []string
	add := func(from, to string) {
		pairs, inText = append(pairs, from, to), append(inText, from, html.EscapeString(to))
	}
	for _, payment := range asked {
		if payment.URL == "" {
			return replaced{}, errNoLink
		}
		for _, method := range []sales.Method{sales.MethodCard, sales.MethodSBP, sales.MethodTPay} {
			switch way := flows.PayWay(payment.ID, method); {
			case !leads(say, way):
			case b.PublicURL != "":
				add(way, b.payAddress(payment)+"/"+string(method))
			default:
				add(way, b.Open(ctx, payment, method))
			}
		}
		add(flows.PayLink(payment.ID), b.payAddress(payment))
	}
	return replaced{strings.NewReplacer(pairs...), strings.NewReplacer(inText...)}, nil
}

// cardLinks is the address of a page for a card in the place of its late-bound one.
func (b *Bot) cardLinks(ctx context.Context, id string) (replaced, error) {
	one, err := b.peekBinding(ctx, id)
	if err == nil && one.URL == "" {
		err = errNoLink
	}
	pair := strings.NewReplacer(flows.CardLink(id), one.URL)
	return replaced{pair, pair}, err
}

// leads tells whether a message holds an address.
func leads(say flows.Say, address string) bool {
	if strings.Contains(say.Text, address) {
		return true
	}
	for _, row := range say.Buttons {
		for _, button := range row {
			if button.URL == address {
				return true
			}
		}
	}
	return false
}

func (b *Bot) loadPayments(ctx context.Context, ids []string) (found []sales.Payment, err error) {
	err = b.peek(ctx, func(tx storage.Tx) error {
		found = nil
		for _, id := range ids {
			payment, err := tx.Payment(id)
			if err != nil {
				return fmt.Errorf("load payment: %w", err)
			}
			found = append(found, payment)
		}
		return nil
	})
	return found, err
}

// code puts the QR code of a payment into a message that has no picture of its
// own. A payment that cannot be paid by SBP has none: its buttons lead to the
// provider's page.
func (b *Bot) code(ctx context.Context, message *Message, id string) error {
	if id == "" || message.Photo != nil || len(message.Media) > 0 {
		return nil
	}
	payment, err := b.loadPayment(ctx, id)
	if err != nil {
		return err
	}
	address := b.Open(ctx, payment, sales.MethodSBP)
	if address == payment.URL && !payment.StoresAccount() {
		return nil
	}
	picture, err := qr.Encode(address, qr.M)
	if err != nil {
		b.Log.Error("a QR code cannot be drawn", "payment", id, "error", err)
		return nil
	}
	message.Photo = &File{Name: "qr.png", Content: picture.PNG(), Fleeting: true}
	return nil
}
