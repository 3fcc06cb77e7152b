package console_test

import (
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
	"voronka/web/console"
)

const evil = `<script>alert("1")</script>`

// fill puts a dialog into the store in which everything is hostile.
func fill(d *desk) {
	d.put(func(tx storage.Tx) error {
		err := errors.Join(
			tx.PutContact(sales.Contact{ID: "tg:7", ChatID: 7, Name: evil, LastName: evil, Username: evil, Email: evil, Phone: evil,
				Source: map[string]string{evil: evil}, Blocked: true, CreatedAt: d.now, ActiveAt: d.now}),
			tx.PutSession(flows.Session{Contact: "tg:7", State: evil, Seed: "s", Vars: map[string]string{evil: evil},
				Timers: []flows.Timer{{ID: "t", State: evil, Due: d.now.Add(time.Hour)}}}),
			tx.Append("tg:7",
				flows.Line{At: d.now, Who: flows.Customer, Text: evil, Trace: []flows.Considered{{Rule: evil, Label: evil, Result: evil}}},
				flows.Line{At: d.now, Who: flows.Bot, Text: evil, Buttons: []string{evil}, State: evil},
				flows.Line{At: d.now, Who: flows.Event, Kind: "payment", Text: "payment_success 44"}),
			tx.PutOrder(sales.Order{ID: "o", Contact: "tg:7", Title: evil, Amount: 490000, CreatedAt: d.now}),
			tx.PutRef(bot.AttentionRef("tg:7"), evil),
		)
		for i, status := range []sales.PaymentStatus{
			sales.PaymentNew, sales.PaymentLinked, sales.PaymentDeclined, sales.PaymentHeld, sales.PaymentPaid,
			sales.PaymentOther, sales.PaymentExpired, sales.PaymentRefused, sales.PaymentRefunded, sales.PaymentPartly,
		} {
			err = errors.Join(err, tx.PutPayment(sales.Payment{
				ID: fmt.Sprint("p", i), Order: "o", Contact: "tg:7", Provider: evil, External: evil, Status: status, Amount: 490000,
				CreatedAt: d.now, ExpiresAt: d.now.Add(time.Hour), ClickedAt: d.now,
			}))
		}
		for _, kind := range []string{"say", "deliver", "ack", "link", "check", "mirror"} {
			for _, bury := range []bool{false, true} {
				job, _ := outbox.New(outbox.Lane("chat/"+evil), kind, struct{}{}, d.now)
				job, add := tx.Enqueue(job)
				job.Code, job.Error, job.BuriedAt = "code", evil, d.now
				if err = errors.Join(err, add); bury {
					err = errors.Join(err, tx.Bury(job))
				} else {
					err = errors.Join(err, tx.Save(job))
				}
			}
		}
		return err
	})
}

func TestPagesShowHostileWordsAsWords(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"ru", "en"} {
		d := open(t, func(c *console.Config) { c.Language = language })
		fill(d)
		cookie := d.enter()
		for path, least := range map[string]int{"/console/": 3, "/console/dialogs/tg:7": 20, "/console/dialogs/tg%3A7": 20, "/console/work": 24} {
			page := d.page(path, cookie)
			if strings.Contains(page, "<script>alert") {
				t.Errorf("%s runs what a customer wrote", path)
			}
			if n := strings.Count(html.UnescapeString(page), evil); n < least {
				t.Errorf("%s shows %d of the words, want %d", path, n, least)
			}
		}
		if page := d.page("/console/dialogs/tg:7", cookie); !strings.Contains(page, "payment_success 44") {
			t.Error("internal events are not shown")
		}
	}
}

func TestEmptyPages(t *testing.T) {
	t.Parallel()
	d := open(t)
	cookie := d.enter()
	for path, want := range map[string]string{"/console/": "Здесь появятся диалоги", "/console/work": "Очередь пуста"} {
		if !strings.Contains(d.page(path, cookie), want) {
			t.Errorf("%s does not say that it is empty", path)
		}
	}
	if w := d.ask("GET", "/console/dialogs/tg:404", cookie, nil); w.Code != http.StatusNotFound {
		t.Errorf("nobody's dialog: %d", w.Code)
	}
}

func TestJournalIsReadPageByPage(t *testing.T) {
	t.Parallel()
	d := open(t)
	const lines = 450
	d.put(func(tx storage.Tx) error {
		err := tx.PutContact(sales.Contact{ID: "tg:7", Name: "Анна", ActiveAt: d.now})
		for i := range lines {
			err = errors.Join(err, tx.Append("tg:7", flows.Line{At: d.now, Who: flows.Customer, Text: fmt.Sprintf("строка %03d.", i)}))
		}
		return err
	})
	cookie := d.enter()
	line, earlier := regexp.MustCompile(`строка (\d+)\.`), regexp.MustCompile(`href="(\?before=\d+)"`)
	var got []string
	for path := "/console/dialogs/tg:7"; path != ""; {
		page := d.page(path, cookie)
		var shown []string
		for _, found := range line.FindAllStringSubmatch(page, -1) {
			shown = append(shown, found[1])
		}
		got = append(shown, got...)
		path = ""
		if next := earlier.FindStringSubmatch(page); next != nil && len(got) < 2*lines {
			path = "/console/dialogs/tg:7" + next[1]
		}
	}
	if len(got) != lines || got[0] != "000" || got[lines-1] != "449" {
		t.Errorf("%d lines, from %s to %s", len(got), got[0], got[len(got)-1])
	}
	for _, odd := range []string{"?before=-5", "?before=вчера", "?before=99999999999999999999"} {
		d.page("/console/dialogs/tg:7"+odd, cookie)
	}
}

func TestDialogsAreListedPageByPage(t *testing.T) {
	t.Parallel()
	d := open(t)
	const customers = 170
	var want []string
	d.put(func(tx storage.Tx) (err error) {
		for i := range customers {
			contact := sales.Contact{ID: fmt.Sprintf("tg:%03d", i), CreatedAt: d.now}
			if i < 60 { // these have never said anything
				contact.Name = "тихий"
			} else {
				contact.ActiveAt = d.now.Add(time.Duration(i/3) * time.Nanosecond)
			}
			err = errors.Join(err, tx.PutContact(contact))
			want = append([]string{contact.ID}, want...)
		}
		return err
	})
	cookie := d.enter()
	row, next := regexp.MustCompile(`href="/console/dialogs/(tg:\d+)"`), regexp.MustCompile(`class="button quiet" href="(\?[^"]+)"`)
	var got []string
	for path := "/console/"; path != ""; {
		page := d.page(path, cookie)
		for _, found := range row.FindAllStringSubmatch(page, -1) {
			got = append(got, found[1])
		}
		path = ""
		if older := next.FindStringSubmatch(page); older != nil && len(got) < 2*customers {
			path = "/console/" + html.UnescapeString(older[1])
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%d rows: %s", len(got), diff)
	}
}

func TestOperatorDecides(t *testing.T) {
	t.Parallel()
	d := open(t)
	cookie := d.enter()
	form := url.Values{"token": {d.token(cookie)}}
	for _, c := range []struct {
		path, to string
		err      error
		want     int
	}{
		{"/console/work/12/retry", "/console/work", nil, http.StatusSeeOther},
		{"/console/work/13/retry", "/console/work", fmt.Errorf("revive: %w", outbox.ErrUnknownJob), http.StatusSeeOther},
		{"/console/work/14/retry", "", errors.New("the disk is full"), http.StatusServiceUnavailable},
		{"/console/work/двенадцать/retry", "", nil, http.StatusNotFound},
		{"/console/dialogs/tg:7/attended", "/console/dialogs/tg:7", nil, http.StatusSeeOther},
		{"/console/dialogs/tg:8/attended", "", errors.New("the disk is full"), http.StatusServiceUnavailable},
	} {
		d.bot.err = c.err
		w := d.ask("POST", c.path, cookie, form)
		if w.Code != c.want || w.Header().Get("Location") != c.to {
			t.Errorf("%s: %d to %q", c.path, w.Code, w.Header().Get("Location"))
		}
	}
	if diff := cmp.Diff([]int64{12, 13, 14}, d.bot.revived); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"tg:7", "tg:8"}, d.bot.attended); diff != "" {
		t.Error(diff)
	}
}

func TestOperatorAnswers(t *testing.T) {
	t.Parallel()
	d := open(t)
	fill(d)
	cookie := d.enter()
	token := d.token(cookie)
	act := regexp.MustCompile(`name="act" value="([^"]+)"`)
	first, second := act.FindStringSubmatch(d.page("/console/dialogs/tg:7", cookie)), act.FindStringSubmatch(d.page("/console/dialogs/tg:7", cookie))
	if first == nil || first[1] == second[1] {
		t.Errorf("acts %q and %q", first, second)
	}
	long := strings.Repeat("😀", 2048)
	for _, c := range []struct {
		path, act, word, text string
		want                  int
	}{
		{"tg:7", "a", flows.Join, " Здравствуйте! <b>&</b>\n", http.StatusSeeOther},
		{"tg:7", "b", flows.Leave, "недописанное", http.StatusSeeOther},
		{"tg:7", "c", flows.Join, long, http.StatusSeeOther},
		{"tg:7", "d", flows.Join, long + "!", http.StatusUnprocessableEntity},
		{"tg:7", "e", "", " ", http.StatusUnprocessableEntity},
		{"tg:7", "", flows.Join, "кто это был?", http.StatusUnprocessableEntity},
		{"tg:404", "f", flows.Join, "есть кто?", http.StatusNotFound},
	} {
		form := url.Values{"token": {token}, "act": {c.act}, "word": {c.word}, "text": {c.text}}
		if w := d.ask("POST", "/console/dialogs/"+c.path+"/say", cookie, form); w.Code != c.want {
			t.Errorf("%s %s %.20q: %d", c.path, c.word, c.text, w.Code)
		}
	}
	want := []string{"tg:7|join|Здравствуйте! <b>&</b>", "tg:7|leave|", "tg:7|join|" + long}
	if diff := cmp.Diff(want, d.bot.acts); diff != "" {
		t.Error(diff)
	}
}

func TestStoreThatIsDownIsSaid(t *testing.T) {
	t.Parallel()
	d := open(t)
	cookie := d.enter()
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/console/", "/console/work", "/console/dialogs/tg:7"} {
		if w := d.ask("GET", path, cookie, nil); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "База сейчас не отвечает") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}
