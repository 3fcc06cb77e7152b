package tbanktest

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestNotificationIsSignedOverAllRootScalars(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	b.Mischief(Mischief{Extra: m{"Loyalty": 12, "Note": "Привет & <b>", "Nested": m{"a": 1}}, DataString: true})
	id, link := b.initOrder(m{"CustomerKey": "user-1", "Recurrent": "Y"})
	b.Pay(link, CardSuccess)
	b.settle()
	all, raws := b.shop.all()
	for i, n := range all {
		var root map[string]json.RawMessage
		if err := json.Unmarshal(raws[i], &root); err != nil {
			t.Fatal(err)
		}
		if n["Token"] != token(root, password) {
			t.Errorf("token of %v", n["Status"])
		}
		if got := string(root["PaymentId"]); got != id {
			t.Errorf("PaymentId is %s, not the number %s", got, id)
		}
		if root["RebillId"][0] == '"' || root["CardId"][0] == '"' || root["Data"][0] != '"' || n["ErrorCode"] != "0" {
			t.Errorf("types: %s", raws[i])
		}
		if n["Pan"] != "430000******0777" || n["ExpDate"] != "1230" || n["CustomerKey"] != "user-1" || n["Note"] != "Привет & <b>" {
			t.Errorf("fields: %v", n)
		}
	}
}

func TestMischiefWithNotifications(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		m       Mischief
		want    string
		inOrder bool
	}{
		{"duplicates", Mischief{Duplicate: 2}, "AUTHORIZED AUTHORIZED AUTHORIZED CONFIRMED CONFIRMED CONFIRMED", false},
		{"reordered", Mischief{Reorder: true}, "CONFIRMED AUTHORIZED", true},
		{"reordered and doubled", Mischief{Reorder: true, Duplicate: 1}, "CONFIRMED CONFIRMED AUTHORIZED AUTHORIZED", true},
		{"lost", Mischief{Lose: 1}, "CONFIRMED", true},
		{"rejected first", Mischief{RejectedFirst: true}, "REJECTED CONFIRMED", true},
		{"fiscal", Mischief{Fiscal: true}, "AUTHORIZED CONFIRMED RECEIPT", false},
		{"delayed", Mischief{Delay: 20 * time.Millisecond}, "AUTHORIZED CONFIRMED", false},
	} {
		b := newBank(t, nil)
		b.Mischief(tt.m)
		_, link := b.initOrder(nil)
		b.Pay(link, CardSuccess)
		b.settle()
		got := b.shop.statuses()
		if !tt.inOrder {
			slices.Sort(got)
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, s, tt.want)
		}
	}
}

func TestBadTokenAndOtherAmount(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	b.Mischief(Mischief{BadTokens: 1, Amount: 777})
	_, link := b.initOrder(m{"PayType": "T"})
	b.Pay(link, CardSuccess)
	b.call("Confirm", m{"PaymentId": b.Payments()[0].ID})
	b.settle()
	all, raws := b.shop.all()
	good := 0
	for i, n := range all {
		var root map[string]json.RawMessage
		if err := json.Unmarshal(raws[i], &root); err != nil {
			t.Fatal(err)
		}
		if n["Token"] == token(root, password) {
			good++
		}
		if n["Amount"].(json.Number) != "777" {
			t.Errorf("amount %v", n["Amount"])
		}
	}
	if good != 1 || len(all) != 2 {
		t.Errorf("%d of %d are signed rightly", good, len(all))
	}
}

// TestOnlyOKIsAnAnswer: the bank wants HTTP 200 and exactly OK, and follows no redirect.
func TestOnlyOKIsAnAnswer(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(http.ResponseWriter){
		"lower case": func(w http.ResponseWriter) { io.WriteString(w, "ok") },
		"new line":   func(w http.ResponseWriter) { io.WriteString(w, "OK\n") },
		"empty":      func(w http.ResponseWriter) {},
		"201":        func(w http.ResponseWriter) { w.WriteHeader(201); io.WriteString(w, "OK") },
		"500":        func(w http.ResponseWriter) { w.WriteHeader(500) },
		"redirect":   func(w http.ResponseWriter) { w.Header().Set("Location", "/ok"); w.WriteHeader(301) },
		"dropped":    func(w http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		b := newBank(t, nil)
		b.shop.reply(func(_ int, w http.ResponseWriter) { answer(w) })
		_, link := b.initOrder(nil)
		b.Pay(link, CardDeclined)
		b.settle()
		n := b.Payments()[0].Notifications[0]
		if n.Acked || n.Attempts != 1 || !n.Next.Equal(start().Add(time.Hour)) || n.Answer == "" {
			t.Errorf("%s: %+v", name, n)
		}
	}
}

func TestNotificationsAreRepeatedHourlyThenDailyThenGivenUp(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	b.shop.reply(func(_ int, w http.ResponseWriter) { w.WriteHeader(502) })
	_, link := b.initOrder(nil)
	b.Pay(link, CardDeclined)
	b.settle()
	b.advance(time.Hour - time.Second)
	b.settle()
	if n := len(b.shop.statuses()); n != 1 {
		t.Fatalf("%d attempts within an hour", n)
	}
	b.advance(time.Second)
	b.settle()
	for range 23 {
		b.advance(time.Hour)
		b.settle()
	}
	if n := len(b.shop.statuses()); n != 25 {
		t.Fatalf("%d attempts after a day", n)
	}
	for range 40 {
		b.advance(24 * time.Hour)
		b.settle()
	}
	n := b.Payments()[0].Notifications[0]
	if len(b.shop.statuses()) != 55 || n.Attempts != 55 || !n.GivenUp {
		t.Fatalf("%d attempts after a month, given up %v", n.Attempts, n.GivenUp)
	}
	b.shop.reply(nil)
	out := b.call("Resend", nil)
	b.settle()
	if n := b.Payments()[0].Notifications[0]; !n.Acked || out["Count"] != json.Number("1") {
		t.Errorf("Resend: %v, %+v", out, n)
	}
}

func TestRetryAfterIsInRealTime(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(c *Config) {
		c.RetryAfter = func(attempt int) time.Duration {
			if attempt > 3 {
				return -1
			}
			return time.Millisecond
		}
	})
	b.shop.reply(func(n int, w http.ResponseWriter) {
		if n < 3 {
			w.WriteHeader(500)
			return
		}
		io.WriteString(w, "OK")
	})
	_, link := b.initOrder(nil)
	b.Pay(link, CardDeclined)
	b.settle()
	if n := b.Payments()[0].Notifications[0]; !n.Acked || n.Attempts != 3 {
		t.Errorf("%+v", n)
	}
	b.shop.reply(func(_ int, w http.ResponseWriter) { w.WriteHeader(500) })
	b.Pay(link, CardDeclined)
	b.settle()
	if n := b.Payments()[0].Notifications[1]; !n.GivenUp || n.Attempts != 4 {
		t.Errorf("%+v", n)
	}
}

func TestSlowShopIsNotWaitedForForever(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(c *Config) { c.AckTimeout = 30 * time.Millisecond })
	free := make(chan struct{})
	b.shop.reply(func(_ int, w http.ResponseWriter) { <-free })
	_, link := b.initOrder(nil)
	b.Pay(link, CardDeclined)
	b.settle()
	close(free)
	if n := b.Payments()[0].Notifications[0]; n.Acked || n.Answer != "timeout" {
		t.Errorf("%+v", n)
	}
}

func TestNotificationURLOfInitWins(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	other := newShop(t)
	_, link := b.initOrder(m{"NotificationURL": other.url})
	b.Mischief(Mischief{Fiscal: true})
	b.Pay(link, CardSuccess)
	b.settle()
	if a, c := b.shop.statuses(), other.statuses(); len(a) != 1 || a[0] != "RECEIPT" || len(c) != 2 {
		t.Errorf("terminal got %v, payment's own address got %v", a, c)
	}
}
