package tbanktest

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// browse is a buyer's browser: it follows redirects and remembers where it came to.
type browse struct {
	t      *testing.T
	client *http.Client
	at     *url.URL
	status int
	html   string
}

func newBrowser(t *testing.T) *browse {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browse{t: t, client: &http.Client{Jar: jar}}
}

func (b *browse) read(resp *http.Response, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.at, b.status, b.html = resp.Request.URL, resp.StatusCode, strings.ReplaceAll(string(raw), "\u00a0", " ")
}

func (b *browse) open(address string) { b.t.Helper(); b.read(b.client.Get(address)) }

// submit posts to the page's own form.
func (b *browse) submit(form url.Values) {
	b.t.Helper()
	action := regexp.MustCompile(`<form[^>]* action="([^"]*)"`).FindStringSubmatch(b.html)
	if action == nil {
		b.t.Fatalf("no form on %s", b.at)
	}
	to, err := b.at.Parse(action[1])
	if err != nil {
		b.t.Fatal(err)
	}
	b.read(b.client.PostForm(to.String(), form))
}

func (b *browse) card(c Card) {
	b.t.Helper()
	b.submit(url.Values{"number": {grouped(c)}, "expiry": {"12/30"}, "cvv": {"123"}})
}

func (b *browse) wants(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if !strings.Contains(b.html, text) {
			b.t.Errorf("%s does not show %q:\n%s", b.at, text, b.html)
		}
	}
}

func TestPayingOnThePage(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	id, link := b.initOrder(m{"Description": "Курс <b>«Go»</b>", "Receipt": receipt105()})
	page := newBrowser(t)
	page.open(link)
	page.wants(`<html lang="ru">`, `<p id="amount">4 900 ₽</p>`, "Школа «Гофер»", "Курс &lt;b&gt;«Go»", `data-card="success"`,
		`data-card="declined"`, `data-card="other-amount"`, `id="pay"`, `data-seconds="86400"`, "anna@mail.ru", "Курс «Go за 30 дней»")
	if got := b.state(id); got != StatusFormShowed {
		t.Errorf("opened: %s", got)
	}
	page.submit(url.Values{"number": {"4300 0000 0000 0778"}, "expiry": {"12/30"}, "cvv": {"123"}})
	page.wants("Проверьте номер карты")
	page.submit(url.Values{"number": {"4300000000000777"}, "expiry": {"02/26"}, "cvv": {"123"}})
	page.wants("Проверьте срок")
	page.submit(url.Values{"number": {"4300000000000777"}, "expiry": {"03/26"}, "cvv": {"1"}})
	page.wants("три цифры")
	page.card(CardDeclined)
	page.wants(`id="result"`, `data-state="declined"`, "не хватает денег", `id="again"`)
	page.open(link)
	page.wants("Прошлая попытка не прошла", `id="pay"`)
	page.card(CardSuccess)
	page.wants(`data-state="paid"`, "Оплачено", "430000******0777")
	if got := b.shop.statuses(); len(got) != 3 {
		t.Errorf("the shop was told before the buyer went on: %v", got)
	}
	if got := b.state(id); got != StatusConfirmed {
		t.Errorf("paid: %s", got)
	}
	page.open(link)
	page.wants(`data-state="paid"`)
}

func TestPageOutcomes(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(c *Config) { c.SlowFor = time.Millisecond })
	thanks := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "<p>thanks</p>") }))
	defer thanks.Close()
	page := newBrowser(t)

	_, link := b.initOrder(m{"SuccessURL": thanks.URL + "/ok", "FailURL": thanks.URL + "/fail", "Language": "en"})
	page.open(link)
	page.wants(`<html lang="en">`, "₽4,900", "Pay by card")
	page.card(CardDeclined)
	page.wants("Payment declined", thanks.URL+"/fail")
	page.open(link)
	page.card(CardSlow)
	page.wants("thanks")

	id, link := b.initOrder(nil)
	page.open(link)
	page.card(CardChallenge)
	page.wants("Подтвердите платёж", `id="code"`)
	if got := b.state(id); got != Status3DSChecking {
		t.Errorf("challenge: %s", got)
	}
	page.submit(url.Values{"code": {"0000"}})
	page.wants(`data-state="declined"`, "Код не подошёл")
	page.open(link)
	page.card(CardChallenge)
	page.submit(url.Values{"code": {challengeCode}})
	page.wants(`data-state="paid"`)

	_, link = b.initOrder(nil)
	page.open(link)
	page.card(CardOtherAmount)
	page.wants(`data-state="paid"`, "2 450 ₽")

	_, link = b.initOrder(nil)
	page.open(link)
	b.advance(24 * time.Hour)
	page.card(CardSuccess)
	page.wants(`data-state="expired"`, "Ссылка устарела")
	page.open(b.url + "/new/nothing")
	page.wants("Такого платежа нет")
	if page.status != http.StatusNotFound {
		t.Errorf("unknown link: %d", page.status)
	}
}

func TestCabinetUnderAPrefix(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	mux := http.NewServeMux()
	mux.Handle("/bank/", http.StripPrefix("/bank", b.Server))
	web := httptest.NewServer(mux)
	defer web.Close()
	b.cfg.BaseURL = web.URL + "/bank/"
	page := newBrowser(t)
	page.open(web.URL + "/bank/")
	page.wants("Кабинет банка", "Платежей пока нет")

	_, link := b.initOrder(m{"Oddity": 1})
	if !strings.HasPrefix(link, web.URL+"/bank/new/") || len(link) > 100 {
		t.Fatalf("PaymentURL %s", link)
	}
	page.open(link)
	css, _ := page.at.Parse("../assets/bank.css")
	page.card(CardSuccess)
	page.wants(`data-state="paid"`)
	page.open(css.String())
	page.wants("--accent")
	page.open(web.URL + "/bank/?lang=en")
	page.wants("Bank cabinet", `data-status="CONFIRMED"`, "₽4,900", "Oddity")
	page.submit(url.Values{"payment": {b.Payments()[0].ID}})
	page.wants(`data-status="REFUNDED"`)

	b.settle()
	page.open(web.URL + "/bank/list?since=0")
	page.wants(`data-status="REFUNDED"`)
	version := regexp.MustCompile(`data-version="(\d+)"`).FindStringSubmatch(page.html)[1]
	page.open(web.URL + "/bank/list?since=" + version)
	if page.status != http.StatusNoContent {
		t.Errorf("nothing changed: %d", page.status)
	}
	req, _ := http.NewRequest(http.MethodPost, web.URL+"/bank/refund", strings.NewReader("payment=1"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	page.read(page.client.Do(req))
	if page.status != http.StatusForbidden {
		t.Errorf("refund from another site: %d", page.status)
	}
}

func TestWordsAreSaidInBothLanguages(t *testing.T) {
	t.Parallel()
	ru, en := russian(), english()
	for key, text := range ru {
		if text == "" || en[key] == "" {
			t.Errorf("%q is not said in both languages", key)
		}
	}
	if len(ru) != len(en) {
		t.Errorf("%d Russian and %d English texts", len(ru), len(en))
	}
}

func TestMoney(t *testing.T) {
	t.Parallel()
	for kopecks, want := range map[int64][2]string{
		1: {"0,01 ₽", "₽0.01"}, 490000: {"4 900 ₽", "₽4,900"}, 490050: {"4 900,50 ₽", "₽4,900.50"},
		9999999999: {"99 999 999,99 ₽", "₽99,999,999.99"},
	} {
		if ru, en := strings.ReplaceAll(money(kopecks, "ru"), "\u00a0", " "), money(kopecks, "en"); ru != want[0] || en != want[1] {
			t.Errorf("%d: %q %q", kopecks, ru, en)
		}
	}
}
