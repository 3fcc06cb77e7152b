package tbanktest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// payView is what the payment page shows.
type payView struct {
	T           words
	State       string // form, challenge, processing, paid, declined, expired, canceled, refunded
	Short       string
	Merchant    string
	Initial     string // the merchant's first letter, for the round sign
	Description string
	OrderID     string
	PaymentID   string
	Amount      string
	Contact     string
	Items       []payLine
	Left        int    // seconds to the deadline
	LeftText    string // the same as people read it
	Note        string // what was wrong with the form
	Number      string
	Expiry      string
	Mask        string
	Why         string // of a declined card
	BackURL     string
	Code        string // of the challenge
	Chips       []chip
	App, Kind   string // whose app the page plays: sbp or tpay
}

type payLine struct{ Name, Quantity, Amount string }

// chip is a test card that one click puts into the form.
type chip struct{ Name, Text, Number, Expiry, CVV string }

// view describes a payment; the caller holds the lock.
func (s *Server) view(p *payment) payView {
	t := s.pages.words[p.Language]
	left := p.Expires.Sub(s.now())
	v := payView{
		T: t, State: pageState(p), Short: p.short, Merchant: p.merchant, Description: p.Description,
		OrderID: p.OrderID, PaymentID: p.ID, Amount: money(p.Amount, p.Language),
		Left: max(0, int(left.Seconds())), LeftText: leftText(left, p.Language), Mask: p.card.mask(), Code: challengeCode, Chips: chips(t),
	}
	if isPaid(p.Status) {
		v.Amount = money(p.Paid, p.Language)
	}
	for _, r := range strings.Trim(p.merchant, " «»\"") {
		v.Initial = strings.ToUpper(string(r))
		break
	}
	v.BackURL = p.failURL
	if v.State == "paid" {
		v.BackURL = p.successURL
	}
	switch {
	case p.ErrorCode == "":
	case p.card == "" && !p.charged: // no card was entered: it was an app
		v.Why = t["why_app"]
	default:
		v.Why = or(t["why_"+p.ErrorCode], t["why"])
	}
	var r receipt
	if p.Receipt != nil && json.Unmarshal(p.Receipt, &r) == nil {
		v.Contact = or(r.Email, r.Phone)
		for _, it := range r.Items {
			line := payLine{Name: it.Name, Amount: money(it.Amount, p.Language)}
			if q := it.Quantity.String(); q != "1" {
				line.Quantity = q + " × " + money(it.Price, p.Language)
			}
			v.Items = append(v.Items, line)
		}
	}
	return v
}

func pageState(p *payment) string {
	switch p.Status {
	case StatusNew, StatusFormShowed, StatusRejected:
		return "form"
	case Status3DSChecking:
		return "challenge"
	case StatusAuthorizing, Status3DSChecked:
		return "processing"
	case StatusDeadlineExpired:
		return "expired"
	case StatusCanceled, StatusReversed, StatusReversing:
		return "canceled"
	case StatusRefunded, StatusRefunding, StatusAsyncRefunding:
		return "refunded"
	}
	return "paid"
}

func chips(t words) []chip {
	return []chip{
		{"success", t["chip_success"], grouped(CardSuccess), "12/30", "111"},
		{"declined", t["chip_declined"], grouped(CardDeclined), "12/30", "123"},
		{"other-amount", t["chip_other"], grouped(CardOtherAmount), "12/30", "123"},
		{"challenge", t["chip_challenge"], grouped(CardChallenge), "12/30", "123"},
		{"slow", t["chip_slow"], grouped(CardSlow), "12/30", "123"},
	}
}

func grouped(c Card) string {
	return fmt.Sprintf("%s %s %s %s", c[:4], c[4:8], c[8:12], c[12:])
}

// leftText is the time to the deadline as 29:59, 23:59:59, or days.
func leftText(left time.Duration, lang string) string {
	sec := max(0, int(left.Seconds()))
	switch {
	case sec >= 48*3600 && lang == "en":
		return fmt.Sprintf("%d days", sec/86400)
	case sec >= 48*3600:
		return fmt.Sprintf("%d дн.", sec/86400)
	case sec >= 3600:
		return fmt.Sprintf("%d:%02d:%02d", sec/3600, sec/60%60, sec%60)
	}
	return fmt.Sprintf("%d:%02d", sec/60, sec%60)
}
