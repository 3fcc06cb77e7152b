package payments_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/payments"
	"voronka/sales"
)

var update = flag.Bool("update", false, "rewrite golden files")

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func linked() sales.Payment {
	return sales.Payment{
		ID: "p1", Amount: 490000, Status: sales.PaymentLinked, External: "700001",
		CreatedAt: noon, ExpiresAt: noon.Add(30 * time.Minute),
	}
}

func event(status sales.PaymentStatus, amount sales.Money) payments.Event {
	return payments.Event{Payment: "p1", External: "700001", Status: status, State: "BANK_" + string(status), Amount: amount}
}

func TestLifeOfAPayment(t *testing.T) {
	t.Parallel()
	const full, other = 490000, 100
	type step struct {
		status sales.PaymentStatus
		amount sales.Money
	}
	tests := []struct {
		name  string
		steps []step
		want  sales.PaymentStatus
		heard string
	}{
		{"paid", []step{{sales.PaymentHeld, full}, {sales.PaymentPaid, full}}, "paid", "success"},
		{"reversed and doubled", []step{{sales.PaymentPaid, full}, {sales.PaymentHeld, full}, {sales.PaymentPaid, full}}, "paid", "success"},
		{"declined, then paid", []step{{sales.PaymentDeclined, full}, {sales.PaymentDeclined, full}, {sales.PaymentPaid, full}}, "paid", "fail success"},
		{"declined late", []step{{sales.PaymentPaid, full}, {sales.PaymentDeclined, full}, {sales.PaymentExpired, full}, {sales.PaymentLinked, 0}}, "paid", "success"},
		{"another amount", []step{{sales.PaymentPaid, other}, {sales.PaymentPaid, other}, {sales.PaymentPaid, full}}, "other", "different_amounts"},
		{"no amount", []step{{sales.PaymentPaid, 0}}, "other", "different_amounts"},
		{"more than asked", []step{{sales.PaymentPaid, full + 1}}, "other", "different_amounts"},
		{"late money", []step{{sales.PaymentExpired, full}, {sales.PaymentPaid, full}}, "paid", "expired success"},
		{"expired twice", []step{{sales.PaymentExpired, full}, {sales.PaymentExpired, full}, {sales.PaymentDeclined, full}}, "expired", "expired"},
		{"refunded in parts", []step{{sales.PaymentPaid, full}, {sales.PaymentPartly, other}, {sales.PaymentPartly, other}, {sales.PaymentRefunded, full}, {sales.PaymentPaid, full}}, "refunded", "success refunded"},
		{"refunded before we knew", []step{{sales.PaymentRefunded, full}, {sales.PaymentPaid, full}}, "refunded", "refunded"},
		{"part refunded before we knew", []step{{sales.PaymentPartly, other}}, "partly", "different_amounts"},
		{"hold released", []step{{sales.PaymentHeld, full}, {sales.PaymentRefunded, full}}, "refunded", "refunded"},
		{"hold that came to nothing", []step{{sales.PaymentHeld, full}, {sales.PaymentDeclined, full}}, "declined", "fail"},
		{"pending", []step{{sales.PaymentLinked, full}, {"", full}, {"strange", full}}, "linked", ""},
	}
	life := payments.NewLife()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, words := linked(), []string{}
			for _, s := range test.steps {
				var word payments.Outcome
				if p, word = life.Apply(p, event(s.status, s.amount), noon); word != payments.Silence {
					words = append(words, string(word))
				}
			}
			if got := strings.Join(words, " "); p.Status != test.want || got != test.heard {
				t.Errorf("ended %s, heard %q; want %s, %q", p.Status, got, test.want, test.heard)
			}
		})
	}
}

func TestLifeKeepsWhatWasPaid(t *testing.T) {
	t.Parallel()
	life := payments.NewLife()
	p, _ := life.Apply(linked(), event(sales.PaymentPaid, 100), noon.Add(time.Minute))
	want := linked()
	want.Status, want.State, want.Paid, want.PaidAt = sales.PaymentOther, "BANK_paid", 100, noon.Add(time.Minute)
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("payment (-want +got):\n%s", diff)
	}
	later, _ := life.Apply(p, event(sales.PaymentHeld, 5), noon.Add(time.Hour))
	if diff := cmp.Diff(p, later); diff != "" {
		t.Errorf("a late hold changed the payment:\n%s", diff)
	}
}

func TestLifeHearsOnlyMoneyFromAStrangeLink(t *testing.T) {
	t.Parallel()
	life := payments.NewLife()
	for _, status := range []sales.PaymentStatus{sales.PaymentLinked, sales.PaymentDeclined, sales.PaymentExpired} {
		for _, own := range []string{"700001", ""} {
			p := linked()
			p.External = own
			e := event(status, 490000)
			e.External = "111"
			got, word := life.Apply(p, e, noon)
			p.CheckAt = got.CheckAt
			if diff := cmp.Diff(p, got); diff != "" || word != payments.Silence {
				t.Errorf("%s of another link: %q, %s", status, word, diff)
			}
		}
	}
	e := event(sales.PaymentPaid, 490000)
	e.External = "111"
	p, word := life.Apply(linked(), e, noon)
	if p.Status != sales.PaymentPaid || p.External != "111" || word != payments.Success {
		t.Errorf("money of another link: %s by %s, %q", p.Status, p.External, word)
	}
}

func TestLifeOfALink(t *testing.T) {
	t.Parallel()
	life := payments.NewLife()
	fresh := linked()
	fresh.Status, fresh.External = sales.PaymentNew, ""
	link := payments.Link{External: "700001", URL: "https://pay.example/x"}

	p := life.Link(fresh, link, noon)
	if p.Status != sales.PaymentLinked || p.External != link.External || p.URL != link.URL || p.CheckAt != noon.Add(15*time.Second) {
		t.Errorf("linked: %+v", p)
	}
	overtaken, _ := life.Apply(fresh, event(sales.PaymentPaid, 490000), noon)
	if p := life.Link(overtaken, link, noon); p.Status != sales.PaymentPaid || !p.CheckAt.IsZero() {
		t.Errorf("a link that came after the money: %+v", p)
	}
	refused, word := life.Refuse(fresh, noon)
	if refused.Status != sales.PaymentRefused || word != payments.LinkError {
		t.Errorf("refused: %s, %q", refused.Status, word)
	}
	if _, word = life.Refuse(refused, noon); word != payments.Silence {
		t.Errorf("refused again: %q", word)
	}
}

func TestLifeExpires(t *testing.T) {
	t.Parallel()
	life, due := payments.NewLife(), linked().ExpiresAt
	tests := []struct {
		status sales.PaymentStatus
		at     time.Time
		want   sales.PaymentStatus
		word   payments.Outcome
	}{
		{sales.PaymentLinked, due.Add(-time.Second), sales.PaymentLinked, payments.Silence},
		{sales.PaymentLinked, due, sales.PaymentExpired, payments.Expired},
		{sales.PaymentNew, due, sales.PaymentExpired, payments.Expired},
		{sales.PaymentDeclined, due, sales.PaymentExpired, payments.Expired},
		{sales.PaymentExpired, due, sales.PaymentExpired, payments.Silence},
		{sales.PaymentHeld, due, sales.PaymentHeld, payments.Silence},
		{sales.PaymentPaid, due, sales.PaymentPaid, payments.Silence},
	}
	for _, test := range tests {
		p := linked()
		p.Status = test.status
		if got, word := life.Expire(p, test.at); got.Status != test.want || word != test.word {
			t.Errorf("%s at %s: %s, %q", test.status, test.at, got.Status, word)
		}
	}
	endless := linked()
	endless.ExpiresAt = time.Time{}
	if got, word := life.Expire(endless, due); got.Status != sales.PaymentLinked || word != payments.Silence {
		t.Errorf("a link without expiry expired: %s", got.Status)
	}
}

func TestLifeIsDrawn(t *testing.T) {
	t.Parallel()
	path, docs := filepath.Join("testdata", "life.mmd"), filepath.Join("..", "docs", "payment-life.md")
	got := payments.NewLife().Mermaid()
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("drawing (-want +got), -update rewrites it:\n%s", diff)
	}
	page, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), "```mermaid\n")
	_, after, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatalf("%s has no drawing", docs)
	}
	drawn := before + "```mermaid\n" + got + "```" + after
	if *update {
		if err := os.WriteFile(docs, []byte(drawn), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(page), drawn); diff != "" {
		t.Errorf("%s shows another life (-page +machine), -update redraws it:\n%s", docs, diff)
	}
}
