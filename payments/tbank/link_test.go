package tbank_test

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/payments/tbank"
	"voronka/payments/tbanktest"
	"voronka/sales"
)

var update = flag.Bool("update", false, "rewrite golden files")

func payment(b *bank) sales.Payment {
	return sales.Payment{ID: "p1", Amount: 490000, Status: sales.PaymentNew, CreatedAt: b.now(), ExpiresAt: b.now().Add(30 * time.Minute)}
}

func TestInitOnTheWire(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*sales.Receipt{
		"init-plain": nil, "init-ffd105": receipt("1.05"), "init-ffd12": receipt("1.2"),
	} {
		b, provider := open(t, func(c *tbanktest.Terminal) {
			if r != nil {
				c.FFD = r.FFD
			}
		})
		p := payment(b)
		p.Description, p.CustomerKey, p.Language, p.Receipt = strings.Repeat("Курс 🚀 ", 30), "tg:1", "en-GB", r
		p.ExpiresAt = time.Date(2026, 3, 2, 9, 30, 0, 999, time.UTC)
		if _, err := provider.Link(t.Context(), p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		fields := b.lastInit(t)
		if n := len([]rune(fields["Description"].(string))); n != 140 {
			t.Errorf("%s: the description has %d characters", name, n)
		}
		fields["NotificationURL"], fields["Token"] = "…", "…" // differ with the port
		golden(t, "testdata/"+name+".json", fields)
	}
}

func golden(t *testing.T, path string, value any) {
	t.Helper()
	got, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
		t.Errorf("%s (-want +got), -update rewrites it:\n%s", path, diff)
	}
}

func TestLinkRefusesBeforeItAsks(t *testing.T) {
	t.Parallel()
	b, provider := open(t, nil)
	tests := []struct {
		name   string
		change func(p *sales.Payment)
		code   string
	}{
		{"no amount", func(p *sales.Payment) { p.Amount = 0 }, "bank_amount"},
		{"long id", func(p *sales.Payment) { p.ID = strings.Repeat("a", 37) }, "bank_request"},
		{"too late", func(p *sales.Payment) { p.ExpiresAt = b.now().Add(59 * time.Second) }, "bank_expired"},
		{"nobody to send the receipt to", func(p *sales.Payment) { p.Receipt.Email, p.Receipt.Phone = "", "" }, "bank_receipt"},
		{"phone as typed", func(p *sales.Payment) { p.Receipt.Phone = "8 (916) 123-45-67" }, "bank_receipt"},
		{"another sum", func(p *sales.Payment) { p.Amount++ }, "bank_receipt"},
		{"long name", func(p *sales.Payment) { p.Receipt.Items[0].Name = strings.Repeat("я", 129) }, "bank_receipt"},
		{"no items", func(p *sales.Payment) { p.Receipt.Items = nil }, "bank_receipt"},
		{"no quantity", func(p *sales.Payment) { p.Receipt.Items[0].Quantity = 0 }, "bank_receipt"},
		{"no tax", func(p *sales.Payment) { p.Receipt.Items[1].Tax = "" }, "bank_receipt"},
		{"no taxation", func(p *sales.Payment) { p.Receipt.Taxation = "" }, "bank_receipt"},
		{"no version", func(p *sales.Payment) { p.Receipt.FFD = "" }, "bank_receipt"},
	}
	for _, test := range tests {
		p := payment(b)
		p.Receipt = receipt("1.05")
		test.change(&p)
		_, err := provider.Link(t.Context(), p)
		if got := sales.AsError(err); got.Code != test.code || got.Action != sales.Bury || got.Message == "" {
			t.Errorf("%s: %v, want %s", test.name, err, test.code)
		}
		if err != nil && strings.Contains(err.Error(), "123") {
			t.Errorf("%s: the error quotes a contact: %v", test.name, err)
		}
	}
	if n := len(b.Requests()); n != 0 {
		t.Errorf("the bank was asked %d times", n)
	}
}

func TestLinkOfALongLifeIsCut(t *testing.T) {
	t.Parallel()
	b, provider := open(t, nil)
	p := payment(b)
	p.ExpiresAt = b.now().AddDate(1, 0, 0)
	p.CustomerKey = strings.Repeat("k", 37)
	if _, err := provider.Link(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if _, sent := b.lastInit(t)["CustomerKey"]; sent {
		t.Error("a customer key that is too long was sent")
	}
}

// A link that somebody holds is never doubled: not one that was opened, nor one that was paid.
func TestLinkOfATakenOrder(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(b *bank, url string) error{
		"paid":     func(b *bank, url string) error { _, err := b.Pay(url, tbanktest.CardSuccess); return err },
		"declined": func(b *bank, url string) error { _, err := b.Pay(url, tbanktest.CardDeclined); return err },
	} {
		b, provider := open(t, nil)
		p := payment(b)
		link, err := provider.Link(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		if err := use(b, link.URL); err != nil {
			t.Fatal(err)
		}
		_, err = provider.Link(t.Context(), p) // as after a restore: the link is not known to us
		if got := sales.AsError(err); got.Code != "bank_order_taken" || got.Action != sales.Bury {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(b.Payments()); n != 1 {
			t.Errorf("%s: %d payments at the bank", name, n)
		}
		event, err := provider.Status(t.Context(), p)
		if err != nil || event.External != link.External {
			t.Errorf("%s: the lost payment is not found by its order: %+v, %v", name, event, err)
		}
	}
}

func TestLinkLostManyTimes(t *testing.T) {
	t.Parallel()
	b, provider := open(t, nil)
	p := payment(b)
	for range 9 {
		if _, err := provider.Link(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	open := 0
	for _, made := range b.Payments() {
		if made.Status == tbanktest.StatusNew {
			open++
		}
	}
	if open != 1 {
		t.Errorf("%d links are open, want 1", open)
	}
	if _, err := provider.Link(t.Context(), p); sales.AsError(err).Code != "bank_link_lost" {
		t.Errorf("the tenth link: %v", err)
	}
}

func TestProviderDoesNotPrintItsPassword(t *testing.T) {
	t.Parallel()
	provider := tbank.New(tbank.Config{Terminal: "T", Password: password})
	if text := printed(provider); strings.Contains(text, password) {
		t.Errorf("printed: %s", text)
	}
}
