package main

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"voronka/bot"
	"voronka/flows"
	"voronka/internal/seal"
	"voronka/sales"
)

// chargeFaults checks what charging saved cards needs.
func (s Settings) chargeFaults(check func(ok bool, variable, key string)) {
	_, err := s.sealer()
	check(s.SecretKeyOld == "" || s.SecretKey != "" && err == nil, "VORONKA_SECRET_KEY_OLD", "secret_key_old")
	check(s.Charges == "on" || s.Charges == "off" || s.Charges == "", "VORONKA_CHARGES", "charges")
	for variable, text := range map[string]string{
		"VORONKA_CHARGES_PER_CUSTOMER": s.ChargesClient, "VORONKA_CHARGES_PER_PLAN": s.ChargesPlan, "VORONKA_CHARGES_PER_DAY": s.ChargesDay,
	} {
		_, ok := roubles(text)
		check(ok, variable, "charges_cap")
	}
	_, ok := s.fee()
	check(ok, "VORONKA_FEE", "fee")
}

// sealer seals saved cards, nil without a key.
func (s Settings) sealer() (bot.Sealer, error) {
	if s.SecretKey == "" {
		return nil, nil
	}
	box, err := seal.New(string(s.SecretKey))
	if err != nil || s.SecretKeyOld == "" {
		return box, err
	}
	return box.With(strings.Split(string(s.SecretKeyOld), ",")...)
}

// resealCards seals the cards of earlier keys with the key of today and says
// when the earlier ones can go. A failure is tried again at the next start.
func (s *service) resealCards(ctx context.Context) error {
	done, err := s.bot.Reseal(ctx)
	say := s.log.Info
	if err != nil && ctx.Err() == nil || done.Unreadable > 0 {
		say = s.log.Error
	}
	say("saved cards sealed with VORONKA_SECRET_KEY", "anew", done.Anew, "before", done.Current, "unreadable", done.Unreadable,
		"old_key_can_go", err == nil && done.Unreadable == 0, "error", err)
	return nil
}

// roubles reads a cap; nothing is none.
func roubles(text string) (sales.Money, bool) {
	if text == "" {
		return 0, true
	}
	sum, err := sales.ParseMoney(text)
	return sum, err == nil && sum > 0
}

func (s Settings) caps() bot.Caps {
	customer, _ := roubles(s.ChargesClient)
	plan, _ := roubles(s.ChargesPlan)
	day, _ := roubles(s.ChargesDay)
	return bot.Caps{Customer: customer, Plan: plan, Day: day}
}

// fee reads a percentage in hundredths of it: "2.69%" is 269.
func (s Settings) fee() (int64, bool) {
	text := strings.ReplaceAll(strings.TrimSpace(strings.TrimSuffix(s.Fee, "%")), ",", ".")
	if text == "" {
		return 0, s.Fee == ""
	}
	whole, rest, _ := strings.Cut(text, ".")
	if len(rest) > 2 {
		return 0, false
	}
	hundredths, err := strconv.ParseUint(whole+(rest + "00")[:2], 10, 16)
	return int64(hundredths), err == nil && hundredths < 10000
}

var _ bot.Ager = (*seal.Box)(nil)

// errNoKey is a project with plans and no key to keep its customers' cards.
var errNoKey = errors.New("plans need a key for saved cards")

// publish brings an edit to life, unless it needs what is not set.
func (s *service) publish(ctx context.Context, project *flows.Project) error {
	var unkept *spoken
	if err := s.fits(project); errors.As(err, &unkept) {
		return errors.New(s.words.Text(s.Language, unkept.key, unkept.args))
	}
	return s.bot.Publish(ctx, project)
}

// cardsKept tells whether a project can keep the cards that its plans charge.
func (s Settings) cardsKept(project *flows.Project) error {
	if s.SecretKey != "" || project == nil {
		return nil
	}
	for _, flow := range project.Flows {
		if len(flow.Plans) > 0 {
			return &spoken{"settings.secret_key_plans", map[string]any{"File": flow.File}, errNoKey}
		}
	}
	return nil
}
