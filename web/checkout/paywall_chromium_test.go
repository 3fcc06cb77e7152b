package checkout_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"voronka/bot"
)

// bankWord is what stands on the page that a bill leads to.
const bankWord = "Это страница банка"

// bills are one in each state, with what a buyer reads of it in both languages.
func bills(server string) (map[string]bot.Billed, map[string][2]string) {
	long := "Консультация по договору аренды нежилого помещения № 17/2026‑А за «апрель» и «май»"
	return map[string]bot.Billed{
			"1": {State: bot.BillMissing},
			"2": {State: bot.BillWrong, Title: long, Seller: "ООО «Ромашка & <Ко>»", INN: "7701234567"},
			"3": {State: bot.BillPaid, Title: "Счёт #123 от 02.03.2026", Amount: 150050},
			"4": {State: bot.BillRefused, Title: long, Amount: 150050},
			"5": {State: bot.BillWho, Title: long, Amount: 150050, Seller: "ИП Константинопольская Александра Владимировна", INN: "770123456789"},
			"6": {State: bot.BillWaiting},
			"7": {State: bot.BillOpen, Title: "Счёт #123 от 02.03.2026", Amount: 150050, URL: server + "/bank"}, // no items
		}, map[string][2]string{
			"1": {"Счёт не найден", "There is no such invoice"},
			"2": {"Попросите продавца поправить", "Ask the seller to correct"},
			"3": {"Счёт уже оплачен", "is paid"},
			"4": {"Обратитесь к продавцу", "turn to the seller"},
			"5": {"Продавец: ИП Константинопольская Александра Владимировна, ИНН 770123456789", "INN 770123456789"},
			"6": {"Открываем оплату", "Opening"},
			"7": {bankWord, bankWord},
		}
}

// TestPaywallInChromium comes to each page through the loader, as buyers do, in
// both languages, on a phone and at a desk: each is in the buyer's words and no
// wider than the screen.
func TestPaywallInChromium(t *testing.T) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Log("NOT RUN: there is no chromium")
		return
	}
	for at, language := range []string{"ru", "en"} {
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
			chromedp.Flag("accept-lang", language), chromedp.Flag("lang", language))
		ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
		defer cancel()
		ctx, cancel = chromedp.NewContext(ctx)
		defer cancel()
		ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
		defer cancel()
		for _, width := range []int64{390, 1440} {
			server := bank(t)
			states, words := bills(server.URL)
			server.Config.Handler.(*http.ServeMux).Handle("/paywall/", paywall(t, states))
			for bill, said := range words {
				arrived := fmt.Sprintf("main[data-state=%q]", states[bill].State)
				switch states[bill].State {
				case bot.BillOpen:
					arrived = "#bank"
				case bot.BillWaiting: // not the loader, but the page behind it, which comes again later
					arrived = `meta[http-equiv=refresh][content^="3;"]`
				}
				// The loader leads on by itself: nothing is pressed.
				err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 844), chromedp.Navigate(server.URL+"/paywall/31337/"+bill+"/card"), chromedp.WaitReady(arrived))
				if err != nil {
					t.Fatalf("bill %s, %s, %d px: %v", bill, language, width, err)
				}
				text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
				if err != nil || !strings.Contains(text, said[at]) || strings.Contains(text, "‹") {
					t.Errorf("bill %s, %s: no %q in %q, %v", bill, language, said[at], text, err)
				}
				wide, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("document.documentElement.scrollWidth > innerWidth"))
				if err != nil || wide {
					t.Errorf("bill %s, %s is wider than %d px, %v", bill, language, width, err)
				}
				picture(t, ctx, fmt.Sprintf("paywall-%s-%s-%d", states[bill].State, language, width))
			}
		}
	}
}

// bank is a server with the page that a bill leads to.
func bank(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("/bank", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<body id="bank">` + bankWord + "</body>"))
	})
	return server
}

// picture keeps what the browser shows, for who wants to look.
func picture(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv("VORONKA_TEST_PICTURES")
	if dir == "" {
		return
	}
	drawn, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), drawn, 0o644); err != nil {
		t.Fatal(err)
	}
}
