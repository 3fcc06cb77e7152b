package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/payments/tbanktest"
	"voronka/sales"
	"voronka/storage"
)

// signed adds the token to a notification: the values of all root scalars and
// of the password, in the order of their keys, hashed (T-Bank API 1.80, "Подпись запроса").
func signed(fields map[string]any, password string) string {
	values := map[string]string{"Password": password}
	for key, value := range fields {
		switch value := value.(type) {
		case string, int64, int, bool:
			values[key] = fmt.Sprint(value)
		}
	}
	var joined strings.Builder
	for _, key := range slices.Sorted(maps.Keys(values)) {
		joined.WriteString(values[key])
	}
	sum := sha256.Sum256([]byte(joined.String()))
	all := maps.Clone(fields)
	all["Token"] = hex.EncodeToString(sum[:])
	body, _ := json.Marshal(all)
	return string(body)
}

// knock is one request at the bank's door and the status it deserves.
type knock struct {
	method, path, body string
	want               int
}

// forgeries is what the bank did not send about a payment.
func forgeries(t *testing.T, payment tbanktest.Payment) map[string]knock {
	t.Helper()
	confirmed := map[string]any{
		"TerminalKey": "TestDEMO", "OrderId": payment.OrderID, "PaymentId": payment.ID, "Success": true, "Status": "CONFIRMED",
		"ErrorCode": "0", "Amount": int64(99000), "Pan": "430000******0777", "ExpDate": "1230", "CardId": int64(322264),
		"Data": map[string]any{"Email": "leaked@mail.ru", "Phone": "+79161234567"},
	}
	with := func(key string, value any) map[string]any {
		changed := maps.Clone(confirmed)
		changed[key] = value
		return changed
	}
	unsigned, err := json.Marshal(confirmed)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]knock{
		"no token":            {"POST", "tbank", string(unsigned), http.StatusForbidden},
		"foreign password":    {"POST", "tbank", signed(confirmed, "guessed"), http.StatusForbidden},
		"empty password":      {"POST", "tbank", signed(confirmed, ""), http.StatusForbidden},
		"altered afterwards":  {"POST", "tbank", strings.Replace(signed(with("Amount", int64(1)), "bank-secret-password"), `"Amount":1,`, `"Amount":99000,`, 1), http.StatusForbidden},
		"another terminal":    {"POST", "tbank", signed(with("TerminalKey", "OtherDEMO"), "bank-secret-password"), http.StatusForbidden},
		"token that is a map": {"POST", "tbank", strings.Replace(string(unsigned), "{", `{"Token":{"a":["leaked@mail.ru"]},`, 1), http.StatusForbidden},
		"negative amount":     {"POST", "tbank", signed(with("Amount", int64(-99000)), "bank-secret-password"), http.StatusBadRequest},
		"amount of words":     {"POST", "tbank", signed(with("Amount", "leaked@mail.ru"), "bank-secret-password"), http.StatusBadRequest},
		"half of it":          {"POST", "tbank", signed(confirmed, "bank-secret-password")[:80], http.StatusBadRequest},
		"two of them":         {"POST", "tbank", signed(confirmed, "bank-secret-password") + "{}", http.StatusBadRequest},
		"a list":              {"POST", "tbank", `["leaked@mail.ru","430000******0777"]`, http.StatusBadRequest},
		"null":                {"POST", "tbank", "null", http.StatusBadRequest},
		"nothing":             {"POST", "tbank", "", http.StatusBadRequest},
		"HTML":                {"POST", "tbank", "<html>4300000000000777</html>", http.StatusBadRequest},
		"binary":              {"POST", "tbank", "\xff\x00\xfe{leaked@mail.ru", http.StatusBadRequest},
		"a form":              {"POST", "tbank", "TerminalKey=TestDEMO&Pan=4300000000000777", http.StatusBadRequest},
		"too long":            {"POST", "tbank", `{"Email":"leaked@mail.ru","x":"` + strings.Repeat("я", 1<<20) + `"}`, http.StatusRequestEntityTooLarge},
		"not by POST":         {"GET", "tbank", "", http.StatusMethodNotAllowed},
		"no such provider":    {"POST", "paypal", string(unsigned), http.StatusNotFound},
		"not our payment":     {"POST", "tbank", signed(with("OrderId", "someone-elses"), "bank-secret-password"), http.StatusOK},
	}
}

// TestHostileNotifications knocks at the bank's door with everything that the
// bank did not send: nothing changes, and the log tells that somebody knocked,
// but not what was carried.
func TestHostileNotifications(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "webhook")
	w.start()
	anna := w.customer(20)
	if err := anna.askForLink(ctx); err != nil {
		t.Fatal(err)
	}
	if err := anna.WaitForButton(ctx, "Оплатить 990 ₽"); err != nil {
		t.Fatal(err)
	}
	w.settled(ctx)
	for name, test := range forgeries(t, w.bank.Payments()[0]) {
		if got, answer := w.knock(t, test.method, "/payments/"+test.path, "", test.body); got != test.want || strings.Contains(answer, "leaked") {
			t.Errorf("%s: %d %q, want %d", name, got, answer, test.want)
		}
	}
	for name, test := range map[string]struct {
		secret, body string
		want         int
	}{
		"no secret":    {"", `{"update_id":1}`, http.StatusUnauthorized},
		"wrong secret": {"hook-secre", `{"update_id":1,"message":{"text":"leaked@mail.ru"}}`, http.StatusUnauthorized},
		"garbage":      {"hook-secret", `<html>leaked@mail.ru +79161234567</html>`, http.StatusOK},
	} {
		if got, _ := w.knock(t, "POST", "/telegram", test.secret, test.body); got != test.want {
			t.Errorf("telegram, %s: %d, want %d", name, got, test.want)
		}
	}
	w.settled(ctx)
	if anna.files(anna.Messages()) > 0 {
		t.Error("a forged notification gave the course away")
	}
	if err := anna.finish(ctx); err != nil {
		t.Fatal(err)
	}
	genuine := w.bank.Payments()[0].Notifications
	for range 3 {
		if got, answer := w.knock(t, "POST", "/payments/tbank", "", string(genuine[len(genuine)-1].Body)); got != http.StatusOK || answer != "OK" {
			t.Errorf("a repeated notification: %d %q", got, answer)
		}
	}
	w.settled(ctx)
	w.stop()
	w.onceEach(anna)
	w.judgeOne(anna)
	if log := w.logs(); strings.Count(log, "notification refused") < 15 || !strings.Contains(log, "wrong secret") {
		t.Error("the log does not tell of every refused knock")
	}
	w.silent("leaked", "+7916", "0777", "1230", "322264", "guessed", string(tbanktest.CardSuccess))
}

// TestOtherAmount pays another sum: nothing is delivered, a person is called.
func TestOtherAmount(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "polling")
	w.start()
	anna := w.customer(21)
	if err := anna.askForLink(ctx); err != nil {
		t.Fatal(err)
	}
	if err := anna.WaitForButton(ctx, "Оплатить 990 ₽"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.bank.PayOther(w.bank.Payments()[0].URL, 99_001); err != nil {
		t.Fatal(err)
	}
	if _, err := anna.WaitForText(ctx, "сумма не совпала"); err != nil {
		t.Fatal(err)
	}
	w.settled(ctx)
	if n := anna.files(anna.Messages()); n > 0 {
		t.Errorf("%d files for a wrong amount", n)
	}
	if page := w.console(ctx, "/console/"); !strings.Contains(page, "Нужен человек") {
		t.Errorf("nobody is called:\n%s", page)
	}
	w.stop()
	w.read(func(tx storage.Tx) error {
		orders, err := tx.Orders("tg:21")
		if err != nil || len(orders) != 1 {
			return fmt.Errorf("orders %+v: %w", orders, err)
		}
		paid, err := tx.Payments(orders[0].ID)
		if err != nil {
			return err
		}
		got := []any{orders[0].PaidBy, orders[0].DeliveredAt.IsZero(), paid[0].Status, paid[0].Paid}
		if diff := cmp.Diff([]any{"", true, sales.PaymentOther, sales.Money(99_001)}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		return nil
	})
}

// knock sends one request to a door of the process.
func (w *outside) knock(t *testing.T, method, path, secret, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+w.listen+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if secret != "" {
		request.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}
