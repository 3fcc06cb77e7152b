package flows

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"voronka/sales"
)

// Errors of a script's line.
var (
	ErrNoPayment = errors.New("nothing was asked to be paid")
	ErrNoButton  = errors.New("no such button")
	ErrNoState   = errors.New("no such state")
	ErrScript    = errors.New("cannot read this line")
)

// Do plays one line of a script:
//
//	[Label]                     the last button with that label is pressed
//	[Label]!                    … and a second time, too fast
//	/wait 2d                    time passes
//	/pay success|fail|expired|error|refunded   the bank speaks of the last payment
//	/pay other 100              100 roubles came instead
//	/contact +79991234567       the own number is shared; /contact! somebody else's
//	/photo /document /voice /location /sticker
//	/join /leave /operator Text a person takes over, lets go, writes
//	/card no_money              charges of the saved card fail; works, lost, bank_down, expires 2026-12;
//	                            bound, refused: what came of the page for a new card
//	/http 200 {"a": 1}          the server that was asked answers; 0 for nobody
//	/block /unblock             the customer blocks the bot
//	/joined news /left news     the customer joins a channel, leaves it
//	/stage Won                  the CRM moves the deal
//	/webhook crm {"a": 1}       a webhook comes, with what it brings
//	/subscribed yes             Telegram tells whether the customer is in the channel; no, or unknown
//
// Any other line that begins with a slash is a command, the rest is text.
func (r *Rehearsal) Do(line string) ([]Turn, error) {
	turns, err := r.do(line)
	if err != nil {
		return turns, err
	}
	settled, err := r.Settle()
	return append(turns, settled...), err
}

func (r *Rehearsal) do(line string) ([]Turn, error) {
	if label, found := strings.CutPrefix(line, "["); found {
		return r.doPress(label)
	}
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "/wait":
		d, ok := ParseDuration(rest)
		if !ok {
			return nil, fmt.Errorf("%w: %s: how long? 30m, 24h, 2d", ErrScript, line)
		}
		return r.Wait(d)
	case "/pay":
		return one(r.doPay(rest))
	case "/card":
		return r.doCard(rest)
	case "/http":
		return one(r.doHTTP(rest))
	case "/subscribed":
		return one(r.doSubscribed(rest))
	case "/webhook":
		return one(r.Send(r.Flow.scriptedHook(rest)))
	}
	input, ok := scripted(word, rest)
	switch {
	case ok:
	case strings.HasPrefix(line, "/"):
		input = Input{Kind: Command, Text: strings.TrimPrefix(word, "/"), Payload: rest}
	default:
		input = Input{Kind: Text, Text: line}
	}
	return one(r.Send(input))
}

func one(turn Turn, err error) ([]Turn, error) {
	if err != nil {
		return nil, err
	}
	return []Turn{turn}, nil
}

// scripted makes the inputs that cannot be typed.
func scripted(word, rest string) (Input, bool) {
	switch word {
	case "/contact", "/contact!":
		return Input{Kind: Shared, Phone: rest, Own: word == "/contact"}, true
	case "/photo", "/document", "/voice", "/location":
		return Input{Kind: InputKind(word[1:]), Text: rest, File: "file"}, true
	case "/sticker":
		return Input{Kind: Other}, true
	case "/join", "/leave":
		return Input{Kind: Operator, Payload: word[1:]}, true
	case "/operator":
		return Input{Kind: Operator, Text: rest}, true
	case "/joined", "/left":
		return Input{Kind: InputKind(word[1:]), Text: strings.TrimPrefix(rest, "@")}, true
	case "/stage":
		return Input{Kind: InputKind(word[1:]), Text: rest}, true
	case "/block":
		return Input{Kind: Blocked}, true
	case "/unblock":
		return Input{Kind: Unblocked}, true
	}
	return Input{}, false
}

func (r *Rehearsal) doPress(label string) ([]Turn, error) {
	label, twice := strings.CutSuffix(label, "!")
	label = strings.TrimSuffix(label, "]")
	for _, button := range slices.Backward(r.Live) {
		if button.Text != label || button.Data == "" {
			continue
		}
		turns, err := one(r.Press(button))
		if twice && err == nil {
			var again []Turn
			again, err = one(r.Press(button))
			turns = append(turns, again...)
		}
		return turns, err
	}
	return nil, fmt.Errorf("%w: %s", ErrNoButton, label)
}

// doPay ends the payment that was asked for last.
func (r *Rehearsal) doPay(how string) (Turn, error) {
	if len(r.Known.Payments) == 0 {
		return Turn{}, ErrNoPayment
	}
	payment := r.Known.Payments[len(r.Known.Payments)-1]
	word, amount, _ := strings.Cut(how, " ")
	switch outcome := Outcome(word); outcome {
	case Success, Refunded:
		return r.Bank(payment, outcome, payment.Amount)
	case Fail, Expired, LinkError, Held, Clicked, Receipt:
		return r.Bank(payment, outcome, 0)
	case "other", DifferentAmounts:
		paid := payment.Amount / 2
		if amount != "" {
			var err error
			if paid, err = sales.ParseMoney(amount); err != nil {
				return Turn{}, err
			}
		}
		return r.Bank(payment, DifferentAmounts, paid)
	}
	return Turn{}, fmt.Errorf("%w: /pay %s: success, fail, other, expired, error, refunded, held, clicked or receipt?", ErrScript, how)
}
