package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestDemoInABrowser buys a course in `voronka demo` as a newcomer would, in a
// real Chromium, at desktop and phone width: chat, bank, file, won deal. With
// VORONKA_TEST_SHOTS set to a folder it leaves pictures there.
func TestDemoInABrowser(t *testing.T) {
	t.Parallel()
	address := startDemo(t)
	for name, width := range map[string]int{"desktop": 1440, "phone": 390} {
		t.Run(name, func(t *testing.T) {
			tab := openBrowser(t, address+"?lang=ru", width, 900)
			order(tab, name)
			payBySBP(tab, name)
			receive(t, tab, name)
		})
	}
}

// TestDemoByEveryWay pays the course in the demo by card and by T-Pay.
func TestDemoByEveryWay(t *testing.T) {
	t.Parallel()
	address := startDemo(t)
	for name, pay := range map[string]func(*tab, string){"card": payByCard, "tpay": payByTPay} {
		t.Run(name, func(t *testing.T) {
			tab := openBrowser(t, address+"?lang=ru", 390, 900)
			order(tab, name)
			pay(tab, name)
			receive(t, tab, name)
		})
	}
}

// TestManagerAnswersInTheDemo reads the dialog in the deal's card and answers there.
func TestManagerAnswersInTheDemo(t *testing.T) {
	t.Parallel()
	tab := openBrowser(t, startDemo(t)+"?lang=ru", 1440, 900)
	tab.do("press Start", `chat.readyState === 'complete' && chat.querySelector('#start')`, `.click()`)
	tab.do("open the deal", `crm.querySelector('.deal .open')`, `.click()`)
	tab.see("the dialog in its card", `['client', 'bot'].every(who => crm.querySelector('#deal-chat li[data-from="' + who + '"]'))`)
	tab.do("write an answer", `crm.querySelector('#deal-words')`, `.value = 'Подскажу! Мария'`)
	tab.do("send it", `crm.querySelector('form.answer')`, `.requestSubmit()`)
	tab.see("the manager's words in the chat", `chat.body.innerText.includes('Подскажу! Мария')`)
	tab.see("that they have arrived", `crm.querySelector('#deal-chat li[data-from="user"] .fate')?.innerText.includes('✓')`)
	tab.shot("answer")
}

// order talks to the bot until it sends the payment link, and opens it.
func order(tab *tab, name string) {
	tab.shot(name + "-1-start")
	tab.do("press Start", `chat.readyState === 'complete' && chat.querySelector('#start')`, `.click()`)
	tab.do("choose the mini course", button("За вечер"), `.click()`)
	tab.do("take it", button("Беру за 990"), `.click()`)
	tab.see("the question for an e-mail", `chat.body.innerText.includes('Напишите вашу почту')`)
	tab.say("anna@")
	tab.see("that a typo is noticed", `chat.body.innerText.includes('Похоже на опечатку')`)
	tab.say("anna@mail.ru")
	tab.see("the question for a phone", `chat.body.innerText.includes('И телефон')`)
	tab.say("8 912 345-67-89")
	tab.shot(name + "-2-link")
	tab.do("open the payment link", `[...chat.querySelectorAll('a.url-button')].find(a => a.innerText.includes('Оплатить'))`, `.click()`)
}

// payBySBP looks at the code that a phone would scan, goes where it leads,
// refuses once and pays then.
func payBySBP(tab *tab, name string) {
	tab.see("every way to pay", `['sbp', 'tpay', 'card'].every(way => bank.querySelector('a[data-method="' + way + '"]'))`)
	tab.shot(name + "-3-ways")
	tab.do("choose SBP", way("sbp"), `.click()`)
	tab.see("the QR code", `bank.querySelector('p.code img')?.naturalWidth > 100`)
	tab.shot(name + "-4-code")
	tab.do("open the bank's app", `bank.querySelector('a#app')`, `.click()`)
	tab.see("the app with the sum", `bank.readyState === 'complete' && bank.querySelector('#pay')?.innerText.includes('990')`)
	tab.shot(name + "-5-app")
	tab.do("refuse", `bank.querySelector('#refuse')`, `.click()`)
	tab.see("that the payment failed", `bank.querySelector('#result[data-state="declined"]')`)
	tab.shot(name + "-6-refused")
	tab.do("try again", button("Попробовать ещё раз"), `.click()`)
	tab.do("open the second payment link", `[...chat.querySelectorAll('a.url-button')].filter(a => a.innerText.includes('Оплатить'))[1]`, `.click()`)
	tab.do("choose SBP again", way("sbp"), `.click()`)
	tab.do("open the bank's app again", `bank.querySelector('a#app')`, `.click()`)
	tab.do("pay", `bank.readyState === 'complete' && bank.querySelector('input[value="sbp"]') && bank.querySelector('#pay')`, `.click()`)
}

func payByTPay(tab *tab, name string) {
	tab.do("choose T-Pay", way("tpay"), `.click()`)
	tab.see("T-Bank's app", `bank.readyState === 'complete' && bank.querySelector('input[value="tpay"]')`)
	tab.shot(name + "-3-app")
	tab.do("pay", `bank.querySelector('#pay')`, `.click()`)
}

func payByCard(tab *tab, name string) {
	tab.do("choose the card", way("card"), `.click()`)
	tab.do("take the good card", `bank.readyState === 'complete' && bank.querySelector('button[data-card="success"]')`, `.click()`)
	tab.shot(name + "-3-bank")
	tab.do("pay", `bank.querySelector('#pay')`, `.click()`)
}

// way finds a way to pay on the bot's own page.
func way(method string) string {
	return fmt.Sprintf(`bank.readyState === 'complete' && bank.querySelector('a[data-method=%q]')`, method)
}

// receive waits for what was bought and for what the CRM shows.
func receive(t *testing.T, tab *tab, name string) {
	tab.see("the bank's thanks", `bank.querySelector('#result[data-state="paid"]')`)
	tab.see("the file in the chat", `[...chat.querySelectorAll('a.file')].some(a => a.innerText.includes('go-za-vecher.pdf'))`)
	tab.see("the won deal", `[...crm.querySelectorAll('.deal[data-status-id="142"]')].length >= 1`)
	if name != "desktop" {
		tab.see("the dots that call back to the chat and the board", `document.querySelectorAll('[role=tab].news').length === 2`)
	}
	tab.shot(name + "-7-done")
	if width := tab.number(`document.documentElement.scrollWidth - innerWidth`); width > 0 {
		t.Errorf("the page is %v px wider than the window", width)
	}
}

// button finds a pressable button of the chat by a part of its text.
func button(text string) string {
	return fmt.Sprintf(`[...chat.querySelectorAll('button[data-callback]')].findLast(b => b.innerText.includes(%q))`, text)
}

// startDemo runs the command itself and gives the address it prints.
func startDemo(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		code := command(ctx, time.Now, []string{"demo", "--listen", "127.0.0.1:0"}, nil, strings.NewReader(""), in, os.Stderr)
		in.Close()
		ended <- code
	}()
	t.Cleanup(func() {
		stop()
		go io.Copy(io.Discard, out)
		if code := <-ended; code != exitOK {
			t.Errorf("demo ended with status %d", code)
		}
	})
	var printed strings.Builder
	buffer := make([]byte, 4096)
	for {
		n, err := out.Read(buffer)
		printed.Write(buffer[:n])
		if found := regexp.MustCompile(`http://127\.0\.0\.1:\d+/`).FindString(printed.String()); found != "" {
			go io.Copy(io.Discard, out)
			return found
		}
		if err != nil {
			t.Fatalf("demo printed no address: %v\n%s", err, printed.String())
		}
	}
}

// tab is a browser tab on the demo.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// openBrowser starts Chromium. Without one the test fails: .ci/prepare installs it.
func openBrowser(t *testing.T, address string, width, height int) *tab {
	t.Helper()
	path := os.Getenv("VORONKA_TEST_CHROMIUM")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		t.Fatal("no Chromium here: run .ci/prepare, or set VORONKA_TEST_CHROMIUM")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(width, height+143))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	// The first action starts the browser, which lives as long as its context.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(int64(width), int64(height)), chromedp.Navigate(address)); err != nil {
		t.Fatalf("open %s: %v", address, err)
	}
	ctx, cancel = context.WithTimeout(ctx, deadline)
	t.Cleanup(cancel)
	return &tab{t, ctx}
}

// frames names the documents of the three panels for the expressions below.
const frames = `const doc = id => document.getElementById(id).contentDocument;
const chat = doc('chat-frame'), bank = doc('bank-frame'), crm = doc('crm-frame');`

// see waits until an expression over chat, bank and crm holds.
func (b *tab) see(what, expression string) {
	b.t.Helper()
	script := fmt.Sprintf(`new Promise((yes, no) => {
		const since = Date.now();
		(function look() {
			let found = false;
			try { %s found = Boolean(%s); } catch (e) { found = false; }
			if (found) return yes(true);
			if (Date.now() - since > 240000) return no(new Error('not seen in four minutes'));
			setTimeout(look, 50);
		})();
	})`, frames, expression)
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise)); err != nil {
		b.shot("failed")
		text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`[...document.querySelectorAll('iframe')].map(f => f.contentDocument.body.innerText).join('\n=====\n')`))
		b.t.Fatalf("%s: %v\nthe page reads:\n%s", what, err, text)
	}
}

// do waits for an element and does something to it.
func (b *tab) do(what, element, action string) {
	b.t.Helper()
	b.see(what, element)
	b.run(what, fmt.Sprintf(`{ %s (%s)%s; true }`, frames, element, action))
}

// say types a message and sends it.
func (b *tab) say(text string) {
	b.t.Helper()
	b.run("type", fmt.Sprintf(`{ %s const c = chat.querySelector('#composer-text'); c.value = %q; c.dispatchEvent(new Event('input', {bubbles: true})); chat.querySelector('#send').click(); true }`, frames, text))
}

func (b *tab) run(what, script string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script)); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

func (b *tab) number(expression string) float64 {
	b.t.Helper()
	n, err := chromedp.Run(b.ctx, chromedp.Evaluate[float64](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return n
}

// shot leaves a picture of the page for a person to look at.
func (b *tab) shot(name string) {
	dir := os.Getenv("VORONKA_TEST_SHOTS")
	if dir == "" {
		return
	}
	// What moves comes to rest first.
	if err := pause(b.ctx, 2*time.Second); err != nil {
		b.t.Fatal(err)
	}
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644)
	}
	if err != nil {
		b.t.Errorf("picture %s: %v", name, err)
	}
}
