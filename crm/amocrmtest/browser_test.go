package amocrmtest_test

import (
	"context"
	"fmt"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"voronka/crm/amocrmtest"
)

// browser opens the board in a headless Chromium as wide as a phone, or answers
// nil where there is none.
func browser(t *testing.T, address string) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Log("NOT RUN: there is no chromium here; the board was not tried in a browser")
		return nil
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(390, 844))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if _, err := chromedp.Run(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatalf("open the board: %v", err)
	}
	ctx, cancel = context.WithTimeout(ctx, patience)
	t.Cleanup(cancel)
	return ctx
}

func see[T any](t *testing.T, ctx context.Context, what string, action chromedp.Action[T]) T {
	t.Helper()
	got, err := chromedp.Run(ctx, action)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return got
}

// TestBoardInABrowser: a deal appears, is opened, is moved by the API and by hand.
func TestBoardInABrowser(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	ctx := browser(t, a.url+"/?lang=ru")
	if ctx == nil {
		return
	}
	made := a.want(200, "POST", "/api/v4/leads/complex", `[{"name":"<i>Курс</i> 🌷","price":4900,
		"_embedded":{"contacts":[{"name":"Анна","custom_fields_values":[{"field_code":"PHONE","values":[{"value":"+79123456789"}]}]}]}}]`)
	lead := made.id(t, "0.id")
	in := func(status int64) string {
		return fmt.Sprintf(`.stage[data-status-id="%d"] .deal[data-lead-id="%d"][data-status-id="%d"]`, status, lead, status)
	}
	see(t, ctx, "the new deal", chromedp.WaitVisible(in(32392159)))
	if title := see(t, ctx, "its title", chromedp.TextContent(in(32392159)+" .open")); title != "<i>Курс</i> 🌷" {
		t.Errorf("the title reads %q", title)
	}

	a.want(200, "PATCH", fmt.Sprintf("/api/v4/leads/%d", lead), `{"status_id":32392168}`)
	see(t, ctx, "the deal moved by the API", chromedp.WaitVisible(in(32392168)))

	a.want(200, "POST", fmt.Sprintf("/api/v4/leads/%d/notes", lead), `[{"note_type":"common","params":{"text":"Ждёт ссылку"}}]`)
	see(t, ctx, "open the deal", chromedp.Evaluate[bool](`document.querySelector('.deal .open').click(), true`))
	see(t, ctx, "the dialog", chromedp.WaitVisible("#deal .notes li"))
	see(t, ctx, "choose the stage", chromedp.Evaluate[bool](
		`{ const s = document.getElementById('deal-stage'); s.value = '142'; s.dispatchEvent(new Event('change')); true }`))
	see(t, ctx, "the won deal", chromedp.WaitReady(in(amocrmtest.Won)))
	if got := a.Leads()[0].StatusID; got != amocrmtest.Won {
		t.Errorf("the deal is in %d", got)
	}

	wide := see(t, ctx, "the page's width", chromedp.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`))
	if wide > 0 {
		t.Errorf("the page is %d px wider than the phone", wide)
	}
}

// TestDealIsDragged: a mouse takes the card to another column.
func TestDealIsDragged(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	lead := a.AddLead(amocrmtest.Lead{Card: amocrmtest.Card{Name: "Курс"}, Price: 4900})
	ctx := browser(t, a.url)
	if ctx == nil {
		return
	}
	card := fmt.Sprintf(`.deal[data-lead-id="%d"]`, lead)
	see(t, ctx, "a wide window", chromedp.EmulateViewport(1720, 900))
	see(t, ctx, "the deal", chromedp.WaitVisible(card))
	see(t, ctx, "drag", chromedp.DragAndDrop(card, `.stage[data-status-id="143"] ol`))
	see(t, ctx, "the lost deal", chromedp.WaitReady(`.stage[data-status-id="143"] `+card))
	if got := a.Leads()[0].StatusID; got != amocrmtest.Lost {
		t.Errorf("the deal is in %d", got)
	}
}

// TestDealIsMovedWithAKeyboard: Tab reaches the card's list of stages, a letter chooses.
func TestDealIsMovedWithAKeyboard(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	lead := a.AddLead(amocrmtest.Lead{Card: amocrmtest.Card{Name: "Курс"}})
	ctx := browser(t, a.url)
	if ctx == nil {
		return
	}
	see(t, ctx, "the deal", chromedp.WaitVisible(fmt.Sprintf(`.deal[data-lead-id="%d"]`, lead)))
	see(t, ctx, "focus", chromedp.Focus(".deal .open"))
	see(t, ctx, "on to the list", chromedp.KeyEvent("\t"))
	see(t, ctx, "one stage down", chromedp.KeyEvent(kb.ArrowDown))
	see(t, ctx, "the moved deal", chromedp.WaitReady(fmt.Sprintf(`.stage[data-status-id="32392162"] .deal[data-lead-id="%d"]`, lead)))
}
