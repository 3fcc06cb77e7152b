package tbanktest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestPageInChromium pays in a real browser, and opens the form in a frame of a shop.
func TestPageInChromium(t *testing.T) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Log("NOT RUN: there is no chromium")
		return
	}
	b := newBank(t, nil)
	_, link := b.initOrder(m{"Receipt": receipt105(), "RedirectDueDate": start().Add(30 * time.Minute).Format(time.RFC3339)})
	_, framed := b.initOrder(nil)
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<iframe id="bank" width="400" height="800" src="%s"></iframe>`, framed)
	}))
	defer shop.Close()

	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(390, 844))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, patience)
	defer cancel()

	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	do(chromedp.Navigate(link))
	if ask(t, ctx, `document.documentElement.scrollWidth > innerWidth`) != "false" {
		t.Error("the page is wider than the phone")
	}
	do(chromedp.Click(`button[data-card="declined"]`), chromedp.Click("#pay"), chromedp.WaitVisible(`#result[data-state="declined"]`))
	do(chromedp.Click("#again"), chromedp.WaitVisible("#number"))
	// Its script comes after what it shows.
	ask(t, ctx, `new Promise(yes => document.readyState === "complete" ? yes(true) : addEventListener("load", () => yes(true)))`)
	do(chromedp.Click(`button[data-card="success"]`))
	if got := ask(t, ctx, `document.querySelector("#number").value`); got != "4300 0000 0000 0777" {
		t.Errorf("the chip filled in %q", got)
	}
	if got := ask(t, ctx, `document.querySelector("#left").textContent`); got != "30:00" && !strings.HasPrefix(got, "29:") {
		t.Errorf("time left: %q", got)
	}
	do(chromedp.Click("#pay"), chromedp.WaitVisible(`#result[data-state="paid"]`))
	if got := ask(t, ctx, `document.querySelector("#amount").textContent`); got != "4\u00a0900\u00a0₽" {
		t.Errorf("amount %q", got)
	}
	do(chromedp.Navigate(shop.URL))
	if err := shownInFrame(ctx, b, framed); err != nil {
		t.Fatal(err)
	}
	if v := b.Violations(); len(v) > 0 {
		t.Errorf("violations: %v", v)
	}
}

// shownInFrame waits until the bank has served its form to the frame.
func shownInFrame(ctx context.Context, b *bank, link string) error {
	return b.until(ctx, func() bool {
		p, err := b.find(link)
		return err == nil && p.Status == StatusFormShowed
	})
}

// ask evaluates an expression on the page.
func ask(t *testing.T, ctx context.Context, expression string) string {
	t.Helper()
	script := "(async () => String(await (" + expression + ")))()"
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return got
}
