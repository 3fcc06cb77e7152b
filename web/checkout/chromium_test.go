package checkout_test

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestWaysInChromium looks at the choice and at the code on a phone.
func TestWaysInChromium(t *testing.T) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Log("NOT RUN: there is no chromium")
		return
	}
	c := withWays(t, link(), nil)
	server := httptest.NewServer(c.handler)
	defer server.Close()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(390, 844))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()

	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	look := func(name string) {
		t.Helper()
		wide, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > innerWidth`))
		if err != nil || wide {
			t.Errorf("%s is wider than the phone, %v", name, err)
		}
		dir := os.Getenv("VORONKA_TEST_PICTURES")
		if dir == "" {
			return
		}
		picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	do(chromedp.Navigate(server.URL+"/pay/pay1"), chromedp.WaitVisible(`a[data-method="sbp"]`))
	look("choose")
	do(chromedp.Navigate(server.URL+"/pay/pay1/sbp"), chromedp.WaitVisible("#app"))
	drawn, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector(".code img").naturalWidth > 100`))
	if err != nil || !drawn {
		t.Errorf("the code is not drawn: %v, %v", drawn, err)
	}
	look("code")
}
