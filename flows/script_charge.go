package flows

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"voronka/flows/calc"
	"voronka/sales"
)

// recurrentPayment charges the saved card: tinkoff_recurrent_payment(sum, 'description').
const recurrentPayment = "tinkoff_recurrent_payment"

// Words of salebot's about the saved card. What they hold is only told to be
// there: neither the card nor its token ever comes into a flow.
const (
	rebillID      = "tinkoff_rebill_id"
	recurrentID   = "tinkoff_recurrent_id"
	manualDisable = "tinkoff_manual_recurrent_disable"
	savedCardWord = "saved"
)

// betweenCharges is how long a script waits before it charges for the same
// thing again. A schedule made by hand may go in circles; a plan has its own dates.
const betweenCharges = 20 * time.Hour

var (
	errNoCard       = errors.New("no card is saved: it is saved by a recurrent payment that its owner makes")
	errChargedAgain = errors.New("the same was charged less than 20 hours ago, or is being charged")
)

// charges tells whether some script of the flow charges saved cards. In such a
// flow payment_sum saves the card, as salebot's switch of the project does.
func (c *checker) charges() bool {
	return slices.ContainsFunc(c.uses, func(uses Uses) bool { return uses.Charges })
}

// rebill gives the two words: something while a card is saved that the flow has
// not put away by emptying tinkoff_rebill_id.
func (r *Run) rebill(name string) (string, bool) {
	if name != rebillID && name != recurrentID {
		return "", false
	}
	if _, away := r.Session.Vars[rebillID]; away || r.known.Card == nil {
		return "", true
	}
	return savedCardWord, true
}

// putCardAway lets no script charge the card until a recurrent payment saves one again.
func (r *Run) putCardAway() {
	if r.Session.Vars[rebillID] = ""; r.known.Card != nil {
		r.Event("card", "put away")
	}
}

// chargeCard asks for a charge of the saved card by an order of its own, and
// tells whether it will be tried. How it ends is heard as `success` or `fail`.
func (r *Run) chargeCard(args []calc.Value) (calc.Value, error) {
	amount, err := roubles(args[0].String())
	if err != nil {
		return calc.Value{}, err
	}
	title := "Автоплатёж"
	if len(args) > 1 {
		title = cmp.Or(args[1].String(), title)
	}
	if saved, _ := r.rebill(rebillID); saved == "" {
		return calc.Value{}, errNoCard
	}
	if r.chargedLately(title, amount) {
		return calc.Value{}, errChargedAgain
	}
	receipt, err := r.chargeReceipt(amount)
	if err != nil {
		return calc.Value{}, err
	}
	order := sales.Order{
		ID: r.ID("order"), Contact: r.Contact.ID, Flow: r.Flow.ID, Title: title, Amount: amount, CreatedAt: r.Input.At,
	}
	r.SaveOrder(order)
	payment := r.newPayment(order, sales.Product{Title: title, Price: amount}, chargeLife, title)
	payment.Receipt, payment.CustomerKey, payment.Initiator = receipt, "", sales.ByMerchant
	if r.Input.Kind.FromCustomer() {
		payment.Initiator = sales.ByCustomer
	}
	r.payments = append(r.payments, payment)
	r.Session.Order, r.Session.Payment = order.ID, payment.ID
	r.Emit(Charge{Payment: payment.ID})
	r.Event("charge", title+" "+amount.String()+" ₽")
	r.remember("")
	return calc.Text("True"), nil
}

// chargeReceipt is made of products_for_receipt_recurrent, in kopecks.
func (r *Run) chargeReceipt(amount sales.Money) (*sales.Receipt, error) {
	goods := r.Session.Vars["products_for_receipt_recurrent"]
	if goods == "" {
		return nil, nil
	}
	return r.billReceipt(spokenReceipt{
		items: calc.Text(goods), phone: r.Contact.Phone, email: r.Contact.Email, taxation: r.reckon("taxation"), unit: 1, at: r.Input.At,
	}, amount)
}

// chargedLately tells whether a script has charged the same not long ago: one
// that was declined may be tried again.
func (r *Run) chargedLately(title string, amount sales.Money) bool {
	for i := range len(r.known.Payments) + len(r.payments) {
		payment := r.paymentAt(i)
		order, _ := r.order(payment.Order)
		over := payment.Status == sales.PaymentDeclined || payment.Status == sales.PaymentRefused || payment.Status == sales.PaymentExpired
		if payment.Initiator != "" && order.Subscription == "" && order.Title == title && payment.Amount == amount &&
			!over && r.Input.At.Sub(payment.CreatedAt) < betweenCharges {
			return true
		}
	}
	return false
}
