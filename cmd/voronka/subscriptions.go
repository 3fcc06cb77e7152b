package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"voronka/sales"
	"voronka/storage"
)

// subscriptionsCommand is `voronka subscriptions`.
type subscriptionsCommand struct {
	Due  subscriptionsDue  `cmd:"" help:"Что спишется: сегодня или завтра · what will be charged, today or tomorrow"`
	List subscriptionsList `cmd:"" help:"Все подписки · all subscriptions"`
}

// subscriptionsDue is a dry run: nothing is charged by it.
type subscriptionsDue struct {
	Tomorrow bool `help:"Завтра, а не сегодня · tomorrow in place of today"`
	JSON     bool `name:"json" help:"Ответ для программ · answer for programs"`
}

type subscriptionsList struct {
	JSON bool `name:"json" help:"Ответ для программ · answer for programs"`
}

type subscriptionsQuestion struct {
	After sales.Subscription `json:"after"`
}

type subscriptionsAnswer struct {
	Stopped       string               `json:"stopped"`
	Subscriptions []sales.Subscription `json:"subscriptions"`
}

func subscriptionsOf(ctx context.Context, s *service, q subscriptionsQuestion) (any, error) {
	var answer subscriptionsAnswer
	err := s.store.View(ctx, func(tx storage.Tx) (err error) {
		if answer.Stopped, err = s.bot.ChargesStopped(tx); err != nil {
			return err
		}
		answer.Subscriptions, err = tx.AllSubscriptions(q.After, entriesPerPage)
		return err
	})
	return answer, err
}

// subscriptions reads all of them, page by page.
func (a *app) subscriptions() (all []sales.Subscription, stopped string, err error) {
	for last := (sales.Subscription{}); ; {
		var page subscriptionsAnswer
		if err := a.errand("subscriptions", subscriptionsQuestion{last}, &page); err != nil {
			return nil, "", err
		}
		all, stopped = append(all, page.Subscriptions...), page.Stopped
		if len(page.Subscriptions) < entriesPerPage {
			return all, stopped, nil
		}
		last = page.Subscriptions[len(page.Subscriptions)-1]
	}
}

// charge is one that is going to be asked for.
type charge struct {
	At      time.Time   `json:"at"`
	Contact string      `json:"contact"`
	Plan    string      `json:"plan"`
	Amount  sales.Money `json:"amount"`
	// Try counts the declines of this period before it.
	Try int `json:"try"`
}

// Run lists the charges of a day; those that are overdue belong to today.
func (c *subscriptionsDue) Run(a *app) error {
	settings, err := readSettings(a.env)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(settings.Timezone)
	if err != nil {
		return fmt.Errorf("load time zone: %w", err)
	}
	all, stopped, err := a.subscriptions()
	if err != nil {
		return err
	}
	year, month, day := a.now().In(zone).Date()
	from, until := time.Time{}, time.Date(year, month, day+1, 0, 0, 0, 0, zone)
	if c.Tomorrow {
		from, until = until, time.Date(year, month, day+2, 0, 0, 0, 0, zone)
	}
	charges, sum := charges(all, from, until)
	if c.JSON {
		return json.NewEncoder(a.out).Encode(map[string]any{"stopped": stopped, "charges": charges, "sum": sum})
	}
	for _, one := range charges {
		a.say("money.charge", map[string]any{
			"At": one.At.In(zone).Format("02.01 15:04"), "Contact": one.Contact, "Plan": one.Plan, "Amount": one.Amount, "Try": one.Try,
		})
	}
	a.say("money.charges", map[string]any{"Count": len(charges), "Sum": sum})
	if stopped != "" {
		a.say("money.stopped", map[string]any{"By": stopped})
	}
	return nil
}

// charges are those that come due within a span, earliest first.
func charges(all []sales.Subscription, from, until time.Time) (due []charge, sum sales.Money) {
	due = []charge{}
	for _, one := range all {
		at := one.ChargeAt()
		if at.IsZero() || at.Before(from) || !at.Before(until) {
			continue
		}
		due = append(due, charge{at, one.Contact, one.Coming().ID, one.Sum(), one.Failed})
		sum += one.Sum()
	}
	slices.SortFunc(due, func(x, y charge) int { return x.At.Compare(y.At) })
	return due, sum
}

// Run lists all subscriptions, newest first.
func (c *subscriptionsList) Run(a *app) error {
	all, _, err := a.subscriptions()
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(a.out).Encode(all)
	}
	for _, one := range all {
		a.say("money.subscription", map[string]any{
			"Contact": one.Contact, "Plan": one.Plan.ID, "Status": a.words.Text(a.language, "console.subscription."+string(one.Status), nil),
			"Until": one.Until.Format(time.DateOnly), "Price": one.Sum(), "Taken": one.Taken,
		})
	}
	a.say("money.subscriptions", map[string]any{"Count": len(all)})
	return nil
}
