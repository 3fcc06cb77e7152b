package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"voronka/bot"
	"voronka/sales"
	"voronka/storage"
)

// ledgerCommand is `voronka ledger`.
type ledgerCommand struct {
	From    string `help:"С какого дня · from which day (2026-11-01)" placeholder:"ДАТА"`
	Until   string `help:"До какого дня, не включая · until which day, not included" placeholder:"ДАТА"`
	Offline bool   `help:"Только остатки, без банка · balances alone, without the bank"`
	Fix     bool   `help:"Перенять у банка, чего бот не знает · take over from the bank what the bot does not know"`
	CSV     bool   `name:"csv" help:"Все записи таблицей · all entries as a table"`
	JSON    bool   `name:"json" help:"Ответ для программ · answer for programs"`
}

type ledgerQuestion struct {
	Since   time.Time `json:"since"`
	Offline bool      `json:"offline"`
	Fix     bool      `json:"fix"`
}

type ledgerAnswer struct {
	Balances    map[sales.Account]sales.Money `json:"balances"`
	Entries     int64                         `json:"entries"`
	Asked       int                           `json:"asked"`
	Differences []bot.Difference              `json:"differences"`
}

func ledgerOf(ctx context.Context, s *service, q ledgerQuestion) (any, error) {
	var answer ledgerAnswer
	var err error
	if answer.Balances, answer.Entries, err = bot.Balances(ctx, s.store); err != nil || q.Offline {
		return answer, err
	}
	if answer.Asked, answer.Differences, err = s.bot.Reconcile(ctx, q.Since); err != nil || !q.Fix {
		return answer, err
	}
	for _, one := range answer.Differences {
		if err := s.bot.Recheck(ctx, one.Payment); err != nil {
			return answer, err
		}
	}
	return answer, nil
}

// Run prints balances and whatever the bank says otherwise.
func (c *ledgerCommand) Run(a *app) error {
	from, until, err := c.span(a)
	if err != nil {
		return err
	}
	if c.CSV {
		return c.table(a, from, until)
	}
	var answer ledgerAnswer
	if err := a.errand("ledger", ledgerQuestion{Since: from, Offline: c.Offline, Fix: c.Fix}, &answer); err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(a.out).Encode(answer)
	} else {
		c.print(a, answer)
	}
	if err == nil && len(answer.Differences) > 0 {
		return exit(exitFault)
	}
	return err
}

// span is the time that is asked about, in the project's zone.
func (c *ledgerCommand) span(a *app) (from, until time.Time, err error) {
	settings, err := readSettings(a.env)
	if err != nil {
		return from, until, err
	}
	zone, err := time.LoadLocation(settings.Timezone)
	if err != nil {
		return from, until, fmt.Errorf("load time zone: %w", err)
	}
	until = a.now().AddDate(0, 0, 1)
	for text, at := range map[string]*time.Time{c.From: &from, c.Until: &until} {
		if text == "" {
			continue
		}
		if *at, err = time.ParseInLocation(time.DateOnly, text, zone); err != nil {
			return from, until, &spoken{"money.bad_date", map[string]any{"Value": text}, errors.New("not a date")}
		}
	}
	return from, until, nil
}

func (c *ledgerCommand) print(a *app, answer ledgerAnswer) {
	a.say("money.entries", map[string]any{"Count": answer.Entries})
	sum := sales.Money(0)
	for _, account := range slices.Sorted(maps.Keys(answer.Balances)) {
		fmt.Fprintf(a.out, "  %-20s %15s ₽\n", account, answer.Balances[account])
		sum += answer.Balances[account]
	}
	fmt.Fprintf(a.out, "  %-20s %15s ₽\n", "=", sum)
	if c.Offline {
		return
	}
	for _, one := range answer.Differences {
		key := "money.differs"
		if one.Failure != "" {
			key = "money.not_asked"
		}
		a.say(key, map[string]any{
			"Payment": one.Payment, "External": one.External, "Title": one.Title, "Contact": one.Contact, "Taken": one.Taken,
			"Returned": one.Returned, "State": one.State, "Amount": one.Amount, "Failure": one.Failure,
		})
	}
	switch {
	case len(answer.Differences) == 0:
		a.say("money.agrees", map[string]any{"Count": answer.Asked})
	case c.Fix:
		a.say("money.fixing", map[string]any{"Count": len(answer.Differences)})
	default:
		a.say("money.disagrees", map[string]any{"Count": len(answer.Differences), "All": answer.Asked})
	}
}

type entriesQuestion struct {
	From  time.Time   `json:"from"`
	Until time.Time   `json:"until"`
	After sales.Entry `json:"after"`
}

// entriesPerPage bounds one answer.
const entriesPerPage = 500

func entriesOf(ctx context.Context, s *service, q entriesQuestion) (any, error) {
	var page []sales.Entry
	err := s.store.View(ctx, func(tx storage.Tx) (err error) {
		page, err = tx.EntriesIn(q.From, q.Until, q.After, entriesPerPage)
		return err
	})
	return page, err
}

// table prints entries as CSV, amounts with a point and two digits.
func (c *ledgerCommand) table(a *app, from, until time.Time) error {
	out := csv.NewWriter(a.out)
	err := out.Write([]string{"number", "at", "kind", "from", "to", "amount", "contact", "order", "payment", "refund", "because"})
	for last := (sales.Entry{}); err == nil; {
		var page []sales.Entry
		if err := a.errand("entries", entriesQuestion{From: from, Until: until, After: last}, &page); err != nil {
			return err
		}
		for _, e := range page {
			err = errors.Join(err, out.Write([]string{
				strconv.FormatInt(e.Number, 10), e.At.UTC().Format(time.RFC3339), string(e.Kind), string(e.From), string(e.To),
				e.Amount.Decimal(), e.Contact, e.Order, e.Payment, e.Refund, e.Because,
			}))
		}
		if len(page) < entriesPerPage {
			break
		}
		last = page[len(page)-1]
	}
	out.Flush()
	return errors.Join(err, out.Error())
}
