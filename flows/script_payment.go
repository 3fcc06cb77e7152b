package flows

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"voronka/flows/calc"
	"voronka/sales"
)

// paymentURL is the function that makes a link of its ten values, all but the
// first two of which may be left out as ”, "" or None: amount in roubles,
// description, recurrent, products_for_receipt, customer_phone, customer_email,
// expired, taxation, language, extra_params.
const paymentURL = "get_tinkoff_payment_url"

func scriptEffects() map[string]calc.Arity {
	all := clientEffects()
	all[paymentURL] = calc.Arity{Least: 2, Most: 10}
	all[recurrentPayment] = calc.Arity{Least: 1, Most: 2}
	return all
}

// bill is what a script asks to be paid.
type bill struct {
	amount                sales.Money
	description, language string
	expires               time.Time
	receipt               *sales.Receipt
	extra                 map[string]string
	// recurrent saves the card for charges to come.
	recurrent bool
}

// callEffect runs a function of a script; what it could not do stands in
// error_payment_func afterwards, and its value is empty.
func (r *Run) callEffect(name string, args []calc.Value) (calc.Value, error) {
	if known, err := r.callClient(name, args); known {
		return calc.Value{}, err
	}
	if name == recurrentPayment {
		value, err := r.chargeCard(args)
		if err != nil {
			r.paymentFailed(err)
		}
		return value, nil
	}
	asked, err := r.billOf(args)
	if err != nil {
		r.paymentFailed(err)
		return calc.Value{}, nil
	}
	return calc.Text(PayLink(r.charge(asked))), nil
}

var (
	errAmount  = errors.New("amount is none, or out of bounds")
	errExpires = errors.New("expired: write dd.mm.yyyy or dd.mm.yyyy hh:mm, later than now and within 90 days")
	errExtra   = errors.New("extra_params: write a dictionary of IP and DATA, nothing else")
)

func (r *Run) paymentFailed(err error) {
	r.Set("error_payment_func", err.Error())
	r.Event("error", "payment: "+clipError(err)+" — "+r.written())
}

// billOf reads the ten values.
func (r *Run) billOf(args []calc.Value) (bill, error) {
	given := make([]calc.Value, 10)
	copy(given, args)
	asked := bill{description: given[1].String(), language: given[8].String()}
	var err error
	if asked.amount, err = roubles(given[0].String()); err != nil {
		return asked, err
	}
	asked.recurrent = given[2].True() && r.Session.Vars[manualDisable] == ""
	if asked.expires, err = r.expiry(given[6].String()); err != nil {
		return asked, err
	}
	if asked.extra, err = extras(given[9]); err != nil {
		return asked, err
	}
	if given[3].Zero() {
		return asked, nil
	}
	asked.receipt, err = r.billReceipt(spokenReceipt{
		items: given[3], phone: given[4].String(), email: given[5].String(), taxation: given[7].String(), unit: 100, at: r.Input.At,
	}, asked.amount)
	return asked, err
}

// extras reads extra_params: IP, and DATA with up to 20 pairs (T-Bank API 1.80,
// Init: keys up to 20 characters, values up to 100).
func extras(given calc.Value) (map[string]string, error) {
	if given.Zero() {
		return nil, nil
	}
	extra := map[string]string{}
	for _, key := range given.Keys() {
		value := given.Get(key)
		switch {
		case key == "IP" && len(value.String()) <= 40:
			extra["IP"] = value.String()
		case key == "DATA" && value.IsDict() && len(value.Keys()) <= 20:
			for _, name := range value.Keys() {
				text := value.Get(name).String()
				if err := sales.CheckData(name, text); err != nil {
					return nil, fmt.Errorf("extra_params: %w", err)
				}
				extra["DATA."+name] = text
			}
		default:
			return nil, errExtra
		}
	}
	if !given.IsDict() {
		return nil, errExtra
	}
	return extra, nil
}

// demandSum makes tinkoff_pay_url once payment_sum, in roubles, is assigned,
// of the variables before it: payment_description, language, expiration_date,
// and for a receipt email or phone, taxation, products_for_receipt. A link for
// the same sum that can be paid, or is paid, stays; it has to be emptied for a
// second payment.
func (r *Run) demandSum(sum calc.Value) {
	const link = "tinkoff_pay_url"
	if sum.Zero() {
		return
	}
	vars := r.Session.Vars
	amount, err := roubles(sum.String())
	if err != nil {
		r.forget(link)
		r.paymentFailed(err)
		return
	}
	if id, made := strings.CutPrefix(vars[link], PayLink("")); made {
		if payment, known := r.payment(id); known && payment.Amount == amount && !r.dead(payment) {
			return
		}
	}
	r.forget(link)
	asked := bill{
		amount: amount, description: r.reckon("payment_description"), language: vars["language"],
		recurrent: r.Flow.charges && vars[manualDisable] == "",
	}
	if asked.expires, err = r.expiry(vars["expiration_date"]); err == nil && vars["products_for_receipt"] != "" {
		asked.receipt, err = r.billReceipt(spokenReceipt{
			items: calc.Text(vars["products_for_receipt"]), phone: r.Contact.Phone, email: r.Contact.Email,
			taxation: r.reckon("taxation"), unit: 1, at: r.Input.At,
		}, amount)
	}
	if err != nil {
		r.paymentFailed(err)
		return
	}
	r.Set(link, PayLink(r.charge(asked)))
}

// dead tells whether nothing can be paid by a payment's link any more, and
// nothing was.
func (r *Run) dead(payment sales.Payment) bool {
	switch payment.Status {
	case sales.PaymentDeclined, sales.PaymentExpired, sales.PaymentRefused:
		return true
	case sales.PaymentNew, sales.PaymentLinked:
		return payment.ExpiresAt.Before(r.Input.At.Add(time.Minute))
	}
	return false
}

func roubles(text string) (sales.Money, error) {
	amount, err := sales.ParseMoney(text)
	if err != nil || amount < minPrice || amount > maxPrice {
		return 0, errAmount
	}
	return amount, nil
}

// expiry reads until when a link can be paid: a day counts until it begins.
func (r *Run) expiry(text string) (time.Time, error) {
	now := r.Now()
	if strings.TrimSpace(text) == "" {
		return now.Add(24 * time.Hour), nil
	}
	at, ok := calc.Moment(text, now.Location())
	if !ok || at.Before(now.Add(time.Minute)) || at.After(now.AddDate(0, 0, 90)) {
		return time.Time{}, errExpires
	}
	return at, nil
}

// charge makes the order and the payment of a bill, and gives the payment's
// id. The same bill that can still be paid is not made twice.
func (r *Run) charge(asked bill) string {
	title := cmp.Or(strings.TrimSpace(asked.description), "Заказ")
	for _, payment := range slices.Backward(slices.Concat(r.known.Payments, r.payments)) {
		order, known := r.order(payment.Order)
		if !known || order.Product != "" || order.Title != title || order.Paid() {
			continue
		}
		same, open := r.payable(order, nil)
		if open && same.ID == payment.ID && payment.Initiator == "" && payment.Recurrent == asked.recurrent && payment.Amount == asked.amount && reflect.DeepEqual(payment.Receipt, asked.receipt) {
			r.Session.Order, r.Session.Payment = order.ID, payment.ID
			return payment.ID
		}
	}
	order := sales.Order{
		ID: r.ID("order"), Contact: r.Contact.ID, Flow: r.Flow.ID, Title: title,
		Amount: asked.amount, CreatedAt: r.Input.At,
	}
	r.SaveOrder(order)
	product := sales.Product{Title: title, Price: asked.amount}
	payment := r.newPayment(order, product, asked.expires.Sub(r.Input.At), asked.description)
	payment.Receipt, payment.Extra, payment.Recurrent = asked.receipt, asked.extra, asked.recurrent
	if asked.language == "ru" || asked.language == "en" {
		payment.Language = asked.language
	}
	r.payments = append(r.payments, payment)
	r.Session.Order, r.Session.Payment = order.ID, payment.ID
	r.Emit(MakeLink{Payment: payment.ID})
	r.remember("")
	return payment.ID
}

// remarkPayment keeps what salebot's variables say of a payment's end: what a
// flow emptied speaks again, what the bank refused stands in its variable.
func (r *Run) remarkPayment(order sales.Order, event PaymentEvent) {
	switch event.Outcome {
	case Success:
		for _, name := range append(bankWords(), "error_payment_button", "error_payment_func") {
			r.forget(name)
		}
		if payment, _ := r.payment(event.Payment); payment.Recurrent {
			r.forget(rebillID) // a card is saved anew
		}
	case LinkError:
		name := "error_payment_button"
		if order.Product == "" {
			name = "error_payment_func"
		}
		r.Set(name, cmp.Or(event.Message, "error"))
		if event.Message != "" { // the variable keeps the last reason alone
			r.Event("error", "payment: "+Clip(event.Message, 200))
		}
	}
}

// bankWords are the variables that speak of the last payment's end.
func bankWords() []string {
	return []string{"tinkoff_payment_id", "tinkoff_payment_completed", "tinkoff_callback_data"}
}

// lookupBank gives them: the bank's number of the payment, "True" once it is
// paid, and what the bank told, with the amount in kopecks as the bank has it.
func (r *Run) lookupBank(name string) string {
	payment, known := r.payment(r.Session.Payment)
	external, paid := payment.External, payment.Paid
	done := known && payment.Status == sales.PaymentPaid
	if event := r.Input.Payment; event != nil && event.Payment == r.Session.Payment {
		external, paid = cmp.Or(event.External, external), cmp.Or(event.Paid, paid)
		done = event.Outcome == Success || done && event.Outcome != Refunded
	}
	if name == "tinkoff_payment_id" {
		return external
	}
	if !done {
		return ""
	}
	if name == "tinkoff_payment_completed" {
		return "True"
	}
	return fmt.Sprintf(`{"Success": true, "Status": "CONFIRMED", "OrderId": %q, "PaymentId": %q, "Amount": %d}`,
		payment.ID, external, int64(cmp.Or(paid, payment.Amount)))
}
