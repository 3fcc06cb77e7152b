package sales_test

import (
	"fmt"
	"testing"
	"time"

	"voronka/sales"
)

var moscow = time.FixedZone("MSK", 3*3600)

func at(text string) time.Time {
	moment, err := time.ParseInLocation("2006-01-02 15:04", text, moscow)
	if err != nil {
		panic(err)
	}
	return moment
}

func plan(change ...func(*sales.Plan)) sales.Plan {
	p := sales.Plan{
		ID: "club", Title: "Клуб", Price: 99000, Every: sales.Period{Count: 1, Unit: sales.Months}, Grace: 5 * 24 * time.Hour,
		Retry: []time.Duration{24 * time.Hour, 72 * time.Hour}, Remind: []time.Duration{72 * time.Hour, 24 * time.Hour},
	}
	for _, c := range change {
		c(&p)
	}
	return p
}

func begun(change ...func(*sales.Plan)) sales.Subscription {
	return sales.Subscription{ID: "s1", Plan: plan(change...), Status: sales.SubscriptionNew}.Begin(at("2027-01-31 12:00"), moscow)
}

// is says where a subscription stands, in one line.
func is(s sales.Subscription) string {
	day := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.In(moscow).Format("02.01 15:04")
	}
	return fmt.Sprintf("%s until %s next %s taken %d", s.Status, day(s.Until), day(s.NextAt), s.Taken)
}

func expect(t *testing.T, what string, s sales.Subscription, want string) {
	t.Helper()
	if got := is(s); got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func TestSubscriptionGoesRound(t *testing.T) {
	t.Parallel()
	s := begun()
	expect(t, "begun", s, "active until 28.02 12:00 next 21.02 12:00 taken 1")
	if deed := s.Due(at("2027-02-21 12:00")); deed != sales.DeedCard {
		t.Errorf("a week before: %q", deed)
	}
	s = s.CheckCard()
	expect(t, "card looked at", s, "active until 28.02 12:00 next 25.02 12:00 taken 1")
	if deed := s.Due(at("2027-02-25 12:00")); deed != sales.DeedRemind {
		t.Errorf("three days before: %q", deed)
	}
	expect(t, "both reminders after a stop", s.Remind(at("2027-02-27 13:00")), "active until 28.02 12:00 next 28.02 12:00 taken 1")
	s = s.Remind(at("2027-02-25 12:00"))
	expect(t, "first reminder", s, "active until 28.02 12:00 next 27.02 12:00 taken 1")
	if deed := s.Due(at("2027-02-28 12:00")); deed != sales.DeedCharge {
		t.Errorf("at the end: %q", deed)
	}
	s = s.Charge("p1")
	if deed := s.Due(at("2027-03-28 12:00")); deed != sales.DeedNone || !s.NextAt.IsZero() {
		t.Errorf("while the charge is under way: %q %s", deed, is(s))
	}
	s = s.Charged(at("2027-02-28 12:01"), moscow)
	expect(t, "charged", s, "active until 31.03 12:00 next 24.03 12:00 taken 2")
}

func TestNobodyPaysForManyPeriodsAtOnce(t *testing.T) {
	t.Parallel()
	s := begun().Charge("p1").Charged(at("2027-06-10 09:00"), moscow) // we slept for months
	expect(t, "charged late", s, "active until 10.07 09:00 next 03.07 09:00 taken 2")
}

func TestLadderByReason(t *testing.T) {
	t.Parallel()
	failed := at("2027-02-28 12:01")
	money := begun().Charge("p1").Declined(sales.DeclineMoney, failed)
	expect(t, "no money", money, "overdue until 28.02 12:00 next 01.03 12:01 taken 1")
	money = money.Charge("p2").Declined(sales.DeclineMoney, at("2027-03-01 12:02"))
	expect(t, "twice", money, "overdue until 28.02 12:00 next 03.03 12:01 taken 1")
	money = money.Charge("p3").Declined(sales.DeclineMoney, at("2027-03-03 12:02"))
	expect(t, "three times", money, "overdue until 28.02 12:00 next 05.03 12:01 taken 1")
	if deed := money.Due(at("2027-03-05 12:01")); deed != sales.DeedEnd {
		t.Errorf("after the grace: %q", deed)
	}
	expect(t, "paid within the grace", money.Charged(at("2027-03-04 09:00"), moscow), "active until 31.03 12:00 next 24.03 12:00 taken 2")
	bank := begun().Charge("p1").Declined(sales.DeclineBank, failed)
	expect(t, "bank down", bank, "overdue until 28.02 12:00 next 28.02 13:01 taken 1")
	card := begun().Charge("p1").Declined(sales.DeclineCard, failed)
	expect(t, "card lost", card, "overdue until 28.02 12:00 next 05.03 12:01 taken 1")
	shop := begun().Charge("p1").Declined(sales.DeclineShop, failed)
	expect(t, "the shop's fault", shop, "active until 28.02 12:00 next 28.02 18:01 taken 1")
	if deed := shop.Due(at("2027-02-28 13:00")); deed != sales.DeedNone {
		t.Errorf("held up: %q", deed)
	}
	expect(t, "seen to", shop.Mended(at("2027-02-28 14:00")), "active until 28.02 12:00 next 28.02 14:00 taken 1")
	if deed := shop.Mended(at("2027-02-28 14:00")).Due(at("2027-02-28 14:00")); deed != sales.DeedCharge {
		t.Errorf("seen to: %q", deed)
	}
	shop = money.Charge("p4").Declined(sales.DeclineShop, at("2027-03-05 12:01"))
	expect(t, "the shop's fault when overdue", shop, "overdue until 28.02 12:00 next 05.03 18:01 taken 1")
	expect(t, "another card", card.NewCard(at("2027-03-02 10:00")), "overdue until 28.02 12:00 next 02.03 10:00 taken 1")
}

func TestTrialAndInstalments(t *testing.T) {
	t.Parallel()
	trial := begun(func(p *sales.Plan) { p.First, p.Trial = 100, sales.Period{Count: 7, Unit: sales.Days} })
	expect(t, "trial", trial, "trial until 07.02 12:00 next 31.01 12:00 taken 1")
	expect(t, "after it", trial.Charge("p").Charged(at("2027-02-07 12:00"), moscow), "active until 07.03 12:00 next 28.02 12:00 taken 2")
	parts := begun(func(p *sales.Plan) { p.Payments = 3 })
	parts = parts.Charge("p1").Charged(at("2027-02-28 12:00"), moscow)
	expect(t, "two of three", parts, "active until 31.03 12:00 next 24.03 12:00 taken 2")
	parts = parts.Charge("p2").Charged(at("2027-03-31 12:00"), moscow)
	expect(t, "all", parts, "ended until 30.04 12:00 next - taken 3")
	if parts.Why != sales.EndComplete {
		t.Errorf("ended as %q", parts.Why)
	}
}

func TestCancelPauseResume(t *testing.T) {
	t.Parallel()
	now := at("2027-02-10 12:00")
	cancelled := begun().Cancel(now, false)
	expect(t, "cancelled", cancelled, "cancelled until 28.02 12:00 next 28.02 12:00 taken 1")
	expect(t, "back again", cancelled.Return(), "active until 28.02 12:00 next 21.02 12:00 taken 1")
	if deed := cancelled.Due(at("2027-02-28 12:00")); deed != sales.DeedEnd {
		t.Errorf("at its end: %q", deed)
	}
	expect(t, "at once", begun().Cancel(now, true), "ended until 28.02 12:00 next - taken 1")
	expect(t, "overdue", begun().Charge("p").Declined(sales.DeclineMoney, now).Cancel(now, false), "ended until 28.02 12:00 next - taken 1")
	charging := begun().Charge("p").Cancel(at("2027-02-28 12:01"), false)
	expect(t, "while the card is charged", charging, "cancelled until 28.02 12:00 next - taken 1")
	expect(t, "and it was", charging.Charged(at("2027-02-28 12:02"), moscow), "cancelled until 31.03 12:00 next 31.03 12:00 taken 2")
	expect(t, "and it was not", charging.Declined(sales.DeclineMoney, at("2027-02-28 12:02")), "cancelled until 28.02 12:00 next 28.02 12:00 taken 1")

	paused := begun().Pause(now)
	expect(t, "paused", paused, "paused until 28.02 12:00 next - taken 1")
	expect(t, "resumed", paused.Resume(at("2027-05-01 12:00")), "active until 19.05 12:00 next 12.05 12:00 taken 1")
	overdue := begun().Charge("p").Declined(sales.DeclineMoney, at("2027-02-28 12:01")).Pause(at("2027-03-01 12:00"))
	expect(t, "resumed with nothing left", overdue.Resume(at("2027-05-01 12:00")), "active until 01.05 12:00 next 24.04 12:00 taken 1")
	expect(t, "late money after the end", begun().End(sales.EndUnpaid, now).Charged(at("2027-04-01 09:00"), moscow), "active until 01.05 09:00 next 24.04 09:00 taken 2")
}

func TestSwitch(t *testing.T) {
	t.Parallel()
	big := plan(func(p *sales.Plan) { p.ID, p.Price = "big", 300000 })
	year := plan(func(p *sales.Plan) {
		p.ID, p.Price, p.Every = "year", 990000, sales.Period{Count: 1, Unit: sales.Years}
	})
	s, due := begun().Switch(big, at("2027-02-14 12:00"), moscow)
	if due != 300000-49500 { // half of the period is left
		t.Errorf("due %s", due)
	}
	expect(t, "upgraded", s.Charge("p").Charged(at("2027-02-14 12:01"), moscow), "active until 14.03 12:01 next 07.03 12:01 taken 2")
	if declined := s.Charge("p").Declined(sales.DeclineMoney, at("2027-02-14 12:01")); declined.Status != sales.SubscriptionActive || declined.Change != nil || declined.Failed != 0 {
		t.Errorf("an upgrade that was declined: %s", is(declined))
	}
	s, due = begun().Switch(year, at("2027-02-14 12:00"), moscow) // cheaper by the day
	if due != 0 || s.Sum() != 990000 || s.Plan.ID != "club" {
		t.Errorf("due %s, coming %s", due, s.Sum())
	}
	s = s.Charge("p").Charged(at("2027-02-28 12:00"), moscow)
	expect(t, "from the next period on", s, "active until 28.02 12:00 next 21.02 12:00 taken 2")
	if s.Plan.ID != "year" || s.Until.Year() != 2028 {
		t.Errorf("plan %s until %s", s.Plan.ID, s.Until)
	}
	if s, _ = begun().Switch(year, at("2027-02-14 12:00"), moscow); s.Next == nil {
		t.Fatal("no next plan")
	}
	if s, _ = s.Switch(plan(), at("2027-02-15 12:00"), moscow); s.Next != nil {
		t.Error("a change of mind stays")
	}
}
