package amocrmtest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"voronka/crm/amocrmtest"
)

// newChat is an account with one deal, whose contact has said something in a
// chat, and how many hooks told of managers' messages.
func newChat(t *testing.T) (a *account, lead int64, hooks *atomic.Int64) {
	t.Helper()
	hooks = &atomic.Int64{}
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hooks.Add(1) }))
	t.Cleanup(receiver.Close)
	a = chatting(t, receiver.URL+"/hook/:scope_id")
	a.connect()
	loud := strings.NewReplacer(`"silent":true`, `"silent":false`, "Привет", "<b>Привет</b>").Replace(fromCustomer)
	if got := a.signed("POST", scopePath, loud, nil); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.text)
	}
	return a, a.Leads()[0].ID, hooks
}

func TestBoardShowsTheChat(t *testing.T) {
	t.Parallel()
	a, lead, hooks := newChat(t)
	silent := a.AddLead(amocrmtest.Lead{Card: amocrmtest.Card{Name: "Без чата"}})
	opened := fmt.Sprintf("%s/board/leads/%d", a.url, lead)
	json := map[string]string{"Content-Type": "application/json"}
	for body, want := range map[string]int{`{"text":"Ждём вас"}`: 204, `{"text":""}`: 400, `text=x`: 400, "": 400} {
		if got := page(t, "POST", opened+"/chat", body, json); got.status != want {
			t.Errorf("%q: %d %s", body, got.status, got.text)
		}
	}
	if got := page(t, "POST", opened+"/chat", `{"text":"чужой"}`, nil); got.status != 415 {
		t.Errorf("a form of another page wrote to the customer: %d", got.status)
	}
	for _, nowhere := range []int64{silent, 404} {
		if got := page(t, "POST", fmt.Sprintf("%s/board/leads/%d/chat", a.url, nowhere), `{"text":"?"}`, json); got.status != 404 {
			t.Errorf("wrote into the chat of deal %d: %d", nowhere, got.status)
		}
	}
	m := a.ChatMessages()[1]
	if got := a.signed("POST", scopePath+"/"+m.ID+"/delivery_status", `{"status_code":1}`, nil); got.status != 200 {
		t.Fatalf("delivered: %d %s", got.status, got.text)
	}
	details := page(t, "GET", opened, "", nil)
	for path, want := range map[string]any{
		"chat": "tg:7", "messages.0.from": "client", "messages.0.text": "<b>Привет</b>",
		"messages.1.from": "user", "messages.1.text": "Ждём вас", "messages.1.status": float64(1),
	} {
		if got := details.at(t, path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if hooks.Load() != 1 {
		t.Errorf("%d hooks", hooks.Load())
	}
	if got := page(t, "GET", fmt.Sprintf("%s/board/leads/%d", a.url, silent), "", nil); got.at(t, "chat") != "" {
		t.Errorf("a deal without a chat: %s", got.text)
	}
}

// TestManagerAnswersInTheBrowser while the page draws itself anew.
func TestManagerAnswersInTheBrowser(t *testing.T) {
	t.Parallel()
	a, lead, hooks := newChat(t)
	ctx := browser(t, a.url+"/?lang=ru")
	if ctx == nil {
		return
	}
	see(t, ctx, "the deal", chromedp.WaitVisible(fmt.Sprintf(`.deal[data-lead-id="%d"]`, lead)))
	see(t, ctx, "open the deal", chromedp.Evaluate[bool](`document.querySelector('.deal .open').click(), true`))
	see(t, ctx, "the customer's words", chromedp.WaitVisible(`#deal-chat li[data-from="client"]`))
	see(t, ctx, "half an answer", chromedp.SendKeys("#deal-words", "Ждём"))
	a.signed("POST", scopePath, strings.Replace(fromCustomer, "m1", "m2", 1), nil)
	see(t, ctx, "more of the customer's words", chromedp.WaitVisible(`#deal-chat li[data-from="client"]:nth-child(2)`))
	see(t, ctx, "the rest, and Enter", chromedp.SendKeys("#deal-words", " вас\r"))
	see(t, ctx, "the answer", chromedp.WaitVisible(`#deal-chat li[data-from="user"]`))
	if got := a.ChatMessages(); len(got) != 3 || got[2].Text != "Ждём вас" || hooks.Load() != 1 {
		t.Errorf("%d hooks, the chat %+v", hooks.Load(), got)
	}
	if text := see(t, ctx, "the first bubble", chromedp.TextContent(`#deal-chat li`)); !strings.Contains(text, "<b>Привет</b>") {
		t.Errorf("it reads %q", text)
	}
	if wide := see(t, ctx, "the page's width", chromedp.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`)); wide > 0 {
		t.Errorf("the page is %d px wider than the phone", wide)
	}
}
