package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"voronka/flows/catalog"
)

// abroad is a world of servers that are not ours: written from the documents
// alone, with no line shared with our fakes or clients.
type abroad struct {
	*outside
	chat   *foreignTelegram
	shop   *foreignBank
	crm    *foreignAmo
	public string
}

// newAbroad opens the servers and lays out the catalog's course. Without a
// public address the bank has no way to tell us anything.
func newAbroad(t *testing.T, mode string, public bool) *abroad {
	t.Helper()
	a := &abroad{outside: &outside{t: t, dir: t.TempDir(), listen: freeAddress(t)},
		chat: newForeignTelegram(), shop: &foreignBank{}, crm: newForeignAmo(mode == "polling")}
	if err := os.CopyFS(filepath.Join(a.dir, "flows"), catalog.FS); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(a.dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	a.log = log
	if public {
		a.public = "http://" + a.listen
	}
	a.env = append(os.Environ(), "VORONKA_TEST_COMMAND=1",
		"VORONKA_FLOWS="+filepath.Join(a.dir, "flows"), "VORONKA_DATABASE="+a.database(), "VORONKA_LISTEN="+a.listen,
		"VORONKA_PUBLIC_URL="+a.public, "VORONKA_TELEGRAM_MODE="+mode, "VORONKA_TELEGRAM_SECRET=hook-secret",
		"VORONKA_TELEGRAM_TOKEN="+foreignToken, "VORONKA_TELEGRAM_API="+serveFake(t, a.chat),
		"VORONKA_TBANK_TERMINAL="+foreignTerminal, "VORONKA_TBANK_PASSWORD="+foreignPassword, "VORONKA_TBANK_API="+serveFake(t, a.shop)+"/v2",
		"VORONKA_AMOCRM_URL="+serveFake(t, a.crm), "VORONKA_AMOCRM_TOKEN="+foreignAmoToken, "VORONKA_AMOCRM_RATE=",
		"VORONKA_CONSOLE_PASSWORD=console-password", "VORONKA_TIMEZONE=Europe/Moscow", "VORONKA_LANGUAGE=ru")
	return a
}

// buyer is a customer abroad.
type buyer struct {
	person
	a     *abroad
	phone string
	mail  string
}

func (a *abroad) buyer(id int64) buyer {
	return buyer{person{a.chat, id, fmt.Sprintf("Анна %d", id)}, a, fmt.Sprintf("7912%07d", id), fmt.Sprintf("anna%d@mail.ru", id)}
}

// TestForeignServers sells the catalog's course through servers that speak the
// protocols of Telegram, T-Bank and amoCRM and are not our fakes.
func TestForeignServers(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"polling", "webhook"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), deadline)
			defer cancel()
			a := newAbroad(t, mode, true)
			a.start()
			pays, wrong, late := a.buyer(1), a.buyer(2), a.buyer(3)
			var together sync.WaitGroup
			for _, script := range []func(context.Context) error{pays.declinedThenPaid, wrong.paysOneRouble, late.isTooLate} {
				together.Go(func() {
					if err := script(ctx); err != nil {
						t.Error(err)
					}
				})
			}
			together.Wait()
			a.knocks(ctx, mode)
			if err := a.idle(ctx); err != nil {
				t.Errorf("%v\n%s", err, a.logs())
			}
			a.shop.work.Wait()
			a.stop()
			a.judgeManners()
			a.judgeSale(pays, wrong, late)
			if t.Failed() {
				t.Log(a.logs())
			}
		})
	}
}

// TestForeignServersWithoutAddress sells from a laptop: no public address, so
// the customer gets the bank's own link and the payment is found only by asking
// the bank. Nobody who has paid waits long for what they bought.
func TestForeignServersWithoutAddress(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	a := newAbroad(t, "polling", false)
	a.start()
	b := a.buyer(1)
	page, err := b.comes(ctx)
	if err != nil {
		t.Fatal(err)
	}
	paid := time.Now()
	if err := a.shop.ends(page, 0, "AUTHORIZED", "CONFIRMED"); err != nil {
		t.Fatal(err)
	}
	if err := b.waitsForFile(ctx); err != nil {
		t.Error(err)
	}
	if wait := time.Since(paid); wait > time.Minute {
		t.Errorf("who has paid waits %s", wait.Round(time.Second))
	}
	if err := a.idle(ctx); err != nil {
		t.Errorf("%v\n%s", err, a.logs())
	}
	a.stop()
	a.judgeManners()
	if n := b.files("go-za-vecher.pdf"); n != 1 || len(a.crm.leads) != 1 || a.crm.leads[0].plain["status_id"] != 142 {
		t.Errorf("%d files, deals %+v\n%s", n, a.crm.leads, a.logs())
	}
}

// comes goes from /start to the button with the payment link, makes the
// mistakes that people make, and answers the link.
func (b buyer) comes(ctx context.Context) (link string, err error) {
	b.start("src-vk_med-cpc_cmp-autumn")
	var after int64
	for _, label := range []string{"За вечер · 990 ₽", "Беру за 990 ₽"} {
		if after, err = b.press(ctx, after, label); err != nil {
			return "", err
		}
	}
	steps := []struct {
		hears string
		does  func()
	}{
		{"Напишите вашу почту", func() { b.write("anna собака mail") }},
		{"Похоже на опечатку", func() { b.write(" " + strings.ToUpper(b.mail[:1]) + b.mail[1:] + " ") }},
		{"И телефон", func() { b.contact("79990000000", b.id+1000) }},
		{"Это чужой номер", func() { b.contact(b.phone, b.id) }},
	}
	for _, step := range steps {
		heard, err := b.waits(ctx, after, step.hears)
		if err != nil {
			return "", err
		}
		after = heard.id
		step.does()
	}
	_, button, err := b.button(ctx, after, "Оплатить 990 ₽")
	return button.url, err
}

// form follows our link to the bank's page; without a public address the link is the page.
func (b buyer) form(ctx context.Context, link string) (string, error) {
	if b.a.public == "" {
		return link, nil
	}
	if !strings.HasPrefix(link, b.a.public+"/pay/") {
		return "", fmt.Errorf("the link is not ours: %s", link)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return "", err
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusFound && response.StatusCode != http.StatusSeeOther {
		return "", fmt.Errorf("%s answers %d", link, response.StatusCode)
	}
	return response.Header.Get("Location"), nil
}

func (b buyer) declinedThenPaid(ctx context.Context) error {
	link, err := b.comes(ctx)
	if err != nil {
		return err
	}
	before := b.last()
	b.write(fmt.Sprintf("ovg58keefc_success %d", b.id))
	if _, err := b.waits(ctx, before, "Не уверен, что понял"); err != nil {
		return err
	}
	page, err := b.form(ctx, link)
	if err != nil {
		return err
	}
	before = b.last()
	if err := b.a.shop.ends(page, 0, "REJECTED"); err != nil {
		return err
	}
	declined, err := b.press(ctx, before, "Попробовать ещё раз")
	if err != nil {
		return err
	}
	_, button, err := b.button(ctx, declined, "Оплатить 990 ₽")
	if err != nil {
		return err
	}
	if page, err = b.form(ctx, button.url); err != nil {
		return err
	}
	if err := b.a.shop.ends(page, 0, "AUTHORIZED", "CONFIRMED"); err != nil {
		return err
	}
	return b.waitsForFile(ctx)
}

func (b buyer) waitsForFile(ctx context.Context) error {
	return b.s.until(ctx, "the file", func() bool {
		all := b.s.chats[b.id]
		return all[len(all)-1].file == "go-za-vecher.pdf"
	})
}

func (b buyer) paysOneRouble(ctx context.Context) error {
	link, err := b.comes(ctx)
	if err != nil {
		return err
	}
	page, err := b.form(ctx, link)
	if err != nil {
		return err
	}
	if err := b.a.forge(ctx, page); err != nil {
		return err
	}
	before := b.last()
	if err := b.a.shop.ends(page, 100, "AUTHORIZED", "CONFIRMED"); err != nil {
		return err
	}
	_, err = b.waits(ctx, before, "сумма не совпала")
	return err
}

func (b buyer) isTooLate(ctx context.Context) error {
	link, err := b.comes(ctx)
	if err != nil {
		return err
	}
	page, err := b.form(ctx, link)
	if err != nil {
		return err
	}
	before := b.last()
	if err := b.a.shop.ends(page, 0, "DEADLINE_EXPIRED"); err != nil {
		return err
	}
	_, err = b.waits(ctx, before, "Ссылка на оплату устарела")
	return err
}

// forge sends notifications that no bank sealed; none may be answered as if it was.
func (a *abroad) forge(ctx context.Context, page string) error {
	a.shop.mu.Lock()
	p, err := a.shop.opened(page)
	if err != nil {
		a.shop.mu.Unlock()
		return err
	}
	sealed := string(notification(p, "CONFIRMED", 0))
	a.shop.mu.Unlock()
	token := sealed[strings.Index(sealed, `"Token": "`)+10:][:64]
	for _, body := range []string{
		strings.Replace(sealed, token, strings.Repeat("0", 64), 1),
		strings.Replace(sealed, `"Amount": 99000`, `"Amount": 99001`, 1),
		strings.Replace(sealed, foreignTerminal, "AnotherDEMO", 1),
		strings.Replace(sealed, `"Token"`, `"Tocken"`, 1),
		`{"TerminalKey":"` + foreignTerminal + `"}`, `[1]`, ``,
	} {
		status, said, err := tellOnce(ctx, p.notify, []byte(body))
		if err != nil {
			return err
		}
		if status == http.StatusOK || status >= 500 {
			return fmt.Errorf("a forged notification is answered %d %q: %s", status, said, body)
		}
	}
	return nil
}

// knocks tries the webhook's door without its secret.
func (a *abroad) knocks(ctx context.Context, mode string) {
	a.t.Helper()
	for _, secret := range []string{"", "hook-secre", "hook-secrets", "HOOK-SECRET"} {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.public+"/telegram", bytes.NewReader([]byte(`{"update_id":1}`)))
		if err != nil {
			a.t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			a.t.Fatal(err)
		}
		response.Body.Close()
		if mode == "webhook" && response.StatusCode != http.StatusUnauthorized || response.StatusCode/100 == 2 {
			a.t.Errorf("the webhook with a wrong secret answers %d", response.StatusCode)
		}
	}
}

// judgeManners proves that every request was as the documents have it.
func (a *abroad) judgeManners() {
	a.t.Helper()
	for name, faults := range map[string][]string{"Bot API": a.chat.faults(), "T-Bank": a.shop.faults(), "amoCRM": a.crm.faults()} {
		for _, fault := range faults {
			a.t.Errorf("against the documents of %s: %s", name, fault)
		}
	}
	for _, refused := range a.shop.refused {
		a.t.Errorf("a notification was not answered with OK: %s", refused)
	}
	for id, answered := range a.chat.callbacks {
		if !answered {
			a.t.Errorf("the press %s was never answered: the button turns for ever", id)
		}
	}
	// A stall of the machine may bunch, now and then, what was sent in good order.
	if a.crm.throttled > 5 {
		a.t.Errorf("amoCRM throttled us %d times at more than 7 requests in a second", a.crm.throttled)
	}
	for _, secret := range []string{foreignToken, foreignPassword, foreignAmoToken, "hook-secret", "@mail.ru", "7912000000", "430000"} {
		if strings.Contains(a.logs(), secret) {
			a.t.Errorf("the log holds %q", secret)
		}
	}
}

// judgeSale proves one delivery, and what the CRM's board shows of the three customers.
func (a *abroad) judgeSale(pays, wrong, late buyer) {
	a.t.Helper()
	if got := []int{pays.files("go-za-vecher.pdf"), wrong.files("go-za-vecher.pdf"), late.files("go-za-vecher.pdf")}; got[0] != 1 || got[1]+got[2] != 0 {
		a.t.Errorf("the file was handed over %v times", got)
	}
	s := a.crm
	if len(s.contacts) != 4 || len(s.leads) != 3 || s.contacts[0].patches != 0 {
		a.t.Errorf("%d contacts and %d deals for a stranger (changed %d times) and three customers", len(s.contacts), len(s.leads), s.contacts[0].patches)
	}
	for _, lead := range s.leads {
		if len(lead.linked) != 1 {
			a.t.Errorf("deal %d has contacts %v", lead.id, lead.linked)
			continue
		}
		contact := s.find(s.contacts, lead.linked[0])
		mail := s.values(contact, s.contactFields(), "EMAIL")
		phone := s.values(contact, s.contactFields(), "PHONE")
		utm := fmt.Sprint(s.values(lead, leadFields(), "UTM_SOURCE"), s.values(lead, leadFields(), "UTM_MEDIUM"), s.values(lead, leadFields(), "UTM_CAMPAIGN"))
		found := false
		for _, b := range []buyer{pays, wrong, late} {
			if len(mail) == 1 && strings.EqualFold(mail[0], b.mail) && len(phone) == 1 && strings.Contains(phone[0], b.phone) {
				found = true
				a.judgeStage(b == pays, lead)
			}
		}
		if !found || utm != "[vk] [cpc] [autumn]" {
			a.t.Errorf("deal %d: mail %v phone %v utm %s", lead.id, mail, phone, utm)
		}
	}
	// The wrong amount calls the operator and sets a task of the flow's own; nothing else needs a person.
	for _, task := range s.tasks {
		if len(s.tasks) != 2 || !strings.Contains(fmt.Sprint(task["text"]), "ришло 1 ₽ вместо 990 ₽") {
			a.t.Errorf("a task for people: %v", task)
		}
	}
}

func (a *abroad) judgeStage(won bool, lead *amoEntity) {
	a.t.Helper()
	if (lead.plain["status_id"] == 142) != won || (won && lead.plain["price"] != 990) || lead.plain["pipeline_id"] != 8_800_077 {
		a.t.Errorf("deal %d, to be won %v: %v", lead.id, won, lead.plain)
	}
}
