package dialogs

import (
	"fmt"
	"slices"
	"strings"

	"voronka/flows"
	"voronka/sales"
)

// customer types a text or a command. A line like /wait is a command to the
// bot here, nothing else.
func customer(s *scene, step *Step) error {
	if command, found := strings.CutPrefix(step.Text, "/"); found {
		name, payload, _ := strings.Cut(command, " ")
		return s.send(flows.Input{Kind: flows.Command, Text: name, Payload: payload})
	}
	return s.send(flows.Input{Kind: flows.Text, Text: step.Text})
}

func (s *scene) send(input flows.Input) error {
	_, err := s.Send(input)
	return err
}

// press finds a button by its label, or by how its label begins, the newest
// message first. A button that opens a page does nothing here; one of the
// keyboard sends its text or the own number.
func press(s *scene, step *Step) error {
	if live, found := s.button(step.Text); found {
		if live.Data == "" {
			return nil
		}
		_, err := s.Press(live)
		return err
	}
	for _, key := range s.Keyboard {
		switch {
		case !labelled(key.Text, step.Text):
		case key.Contact:
			return s.send(flows.Input{Kind: flows.Shared, Phone: s.suite.Phone, Own: true})
		default:
			return s.send(flows.Input{Kind: flows.Text, Text: key.Text})
		}
	}
	return fmt.Errorf("%w: %s", flows.ErrNoButton, step.Text)
}

func pressTwice(s *scene, step *Step) error {
	live, found := s.button(step.Text)
	if !found || live.Data == "" {
		return fmt.Errorf("%w: %s", flows.ErrNoButton, step.Text)
	}
	for range 2 {
		if _, err := s.Press(live); err != nil {
			return err
		}
	}
	return nil
}

func (s *scene) button(label string) (flows.LiveButton, bool) {
	for _, fits := range []func(text, label string) bool{
		func(text, label string) bool { return squeeze(text) == squeeze(label) }, labelled,
	} {
		for _, live := range slices.Backward(s.Live) {
			if fits(live.Text, label) {
				return live, true
			}
		}
	}
	return flows.LiveButton{}, false
}

func labelled(text, label string) bool { return like(label, text) || like(label+"*", text) }

func share(s *scene, step *Step) error {
	if step.Pairs == nil {
		return s.send(flows.Input{Kind: flows.Shared, Phone: step.Text, Own: true})
	}
	return s.send(flows.Input{Kind: flows.Shared, Phone: step.pair("phone"), Own: step.pair("foreign") != "true"})
}

func send(s *scene, step *Step) error {
	kind, caption := step.Text, ""
	if step.Pairs != nil {
		kind, caption = step.Pairs[0].Name, step.Pairs[0].Text
	}
	if kind == "sticker" {
		return s.send(flows.Input{Kind: flows.Other})
	}
	return s.send(flows.Input{Kind: flows.InputKind(kind), Text: caption, File: "file"})
}

func wait(s *scene, step *Step) error {
	_, err := s.Wait(step.Wait)
	return err
}

func operator(s *scene, step *Step) error {
	if step.Pairs != nil {
		return s.send(flows.Input{Kind: flows.Operator, Text: step.pair("says")})
	}
	return s.send(flows.Input{Kind: flows.Operator, Payload: strings.TrimSuffix(step.Text, "s")})
}

func does(s *scene, step *Step) error {
	return s.send(flows.Input{Kind: flows.InputKind(strings.TrimSuffix(step.Text, "s") + "ed")})
}

// script plays a line of a rehearsal's script.
func script(word string) func(*scene, *Step) error {
	return func(s *scene, step *Step) error {
		_, err := s.Do(word + step.Text)
		return err
	}
}

// bank does with the payment asked for last what the word says.
func bank(s *scene, step *Step) error {
	if len(s.Known.Payments) == 0 {
		return flows.ErrNoPayment
	}
	payment := s.Known.Payments[len(s.Known.Payments)-1]
	what, rest, _ := strings.Cut(step.Text, " ")
	switch what {
	case "other":
		paid, err := sales.ParseMoney(rest)
		if err != nil {
			paid = payment.Amount / 2
		}
		return s.notify(payment, flows.DifferentAmounts, paid)
	case "expires":
		return s.expire(payment)
	case "late":
		if err := s.expire(payment); err != nil {
			return err
		}
		return s.notify(payment, flows.Success, payment.Amount)
	case "twice":
		if err := s.notify(payment, flows.Success, payment.Amount); err != nil {
			return err
		}
		return s.notify(payment, flows.Success, payment.Amount)
	case "declines":
		return s.notify(payment, flows.Fail, 0)
	case "refuses":
		return s.notify(payment, flows.LinkError, 0)
	case "holds":
		return s.notify(payment, flows.Held, payment.Amount)
	case "clicks":
		return s.notify(payment, flows.Clicked, 0)
	case "receipt":
		return s.notify(payment, flows.Receipt, 0)
	case "refunds":
		return s.notify(payment, flows.Refunded, payment.Amount)
	}
	return s.notify(payment, flows.Success, payment.Amount)
}

func (s *scene) notify(payment sales.Payment, outcome flows.Outcome, paid sales.Money) error {
	_, err := s.Bank(payment, outcome, paid)
	return err
}

// expire lets time pass until the link is dead, reminders on the way included.
func (s *scene) expire(payment sales.Payment) error {
	_, err := s.Wait(max(0, payment.ExpiresAt.Sub(s.Now)))
	return err
}
