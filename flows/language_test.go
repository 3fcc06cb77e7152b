package flows_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/flows/calc"
)

func TestParseTemplate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                               nil,
		"Привет":                         nil,
		"Привет, #{name}!":               {"name"},
		"#{ имя }#{course.price}#{a_1}":  {"имя", "course.price", "a_1"},
		"#{price * 2 + len(city)} ₽":     {"price", "city"},
		"# {name} {name} #name $ 100%":   nil,
		"#{if(age > 18, 'да', 'нет')} }": {"age"},
	} {
		template, err := flows.ParseTemplate(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		var names []string
		for _, ref := range template.Reads() {
			names = append(names, ref.Name)
		}
		if diff := cmp.Diff(want, names); diff != "" || template.Constant() != (want == nil) {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
	var syntax *calc.SyntaxError
	for text, check := range map[string]func(error) bool{
		"Привет, #{name": func(err error) bool { return errors.Is(err, flows.ErrUnclosed) },
		"Привет, #{}":    func(err error) bool { return errors.Is(err, flows.ErrEmptyVariable) },
		"#{1 +}":         func(err error) bool { return errors.As(err, &syntax) },
		"#{rm(1)}":       func(err error) bool { return errors.As(err, &syntax) },
	} {
		if _, err := flows.ParseTemplate(text); !check(err) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"просто": "просто",
		"<b>жирно</b> &amp; <a href=\"x\">да</a>": "жирно & да",
		"2 < 3 и 4 > 1": "2 < 3 и 4 > 1",
		"&lt;b&gt;":     "<b>",
	} {
		if got := flows.PlainText(text); got != want {
			t.Errorf("%q = %q, want %q", text, got, want)
		}
	}
}

// TestConditions: each trigger with inputs that fit and inputs that do not.
func TestConditions(t *testing.T) {
	t.Parallel()
	for trigger, one := range map[string]struct{ fits, not []string }{
		"text: Привет":            {[]string{"привет", " ПРИВЕТ "}, []string{"привет!", "/привет", "/photo привет"}},
		"text: [ещё, ё моё]":      {[]string{"еще", "ЕЩЁ", "е  мое"}, []string{"ещ"}},
		"text: true":              {[]string{"что угодно"}, []string{"/foo", "/photo"}},
		"contains: [цена, почём]": {[]string{"Какая ЦЕНА?", "а почем"}, []string{"сколько", "/цена"}},
		"regexp: '^\\d{3}\\D'":    {[]string{"123а", "999 😀"}, []string{"12а", "1234"}},
		"regexp: ПРИВЕТ|ёж":       {[]string{"привет", "ЕЖ"}, []string{"при"}},
		"command: [/help, помощь]": {[]string{"/help", "/HELP x", "/помощь"},
			[]string{"help", "/helping"}},
		"start: promo": {[]string{"/start promo", "/start promo-2"}, []string{"/start", "/start pro", "promo", "/promo promo"}},
		"photo: true":  {[]string{"/photo"}, []string{"/document", "фото"}},
		"document:":    {[]string{"/document"}, []string{"/photo"}},
		"voice: true":  {[]string{"/voice"}, []string{"/photo"}},
		"location:":    {[]string{"/location"}, []string{"/photo"}},
		"contact:":     {[]string{"/contact 79", "/contact! 79"}, []string{"79"}},
		"any: true":    {[]string{"что", "/photo", "/sticker", "/foo", "/contact 79"}, []string{"/wait 1d", "/block", "/operator да"}},
	} {
		source := "start: s\nanywhere:\n  - do: [{say: fits}]\n    " + trigger + "\nstates:\n  s: {do: [{say: hello}], end: true}\n"
		flow := load(t, source)
		try := func(line string) bool {
			stage := flows.NewRehearsal(flows.Engine{}, flow, noon())
			if _, err := stage.Send(flows.Input{Kind: flows.Blocked}); err != nil {
				t.Fatal(err)
			}
			says := all[flows.Say](perform(t, stage, line))
			return len(says) > 0 && says[0].Text == "fits"
		}
		for _, line := range one.fits {
			if !try(line) {
				t.Errorf("%s does not fit %q", trigger, line)
			}
		}
		for _, line := range one.not {
			if try(line) {
				t.Errorf("%s fits %q", trigger, line)
			}
		}
	}
}

func TestBuiltins(t *testing.T) {
	t.Parallel()
	names := flows.Builtins()
	var text strings.Builder
	for _, name := range names {
		text.WriteString(name + "=#{" + name + "};")
	}
	source := strings.Replace(shop, "  thanks: {do: [", "  thanks: {do: [{say: '"+text.String()+"'}, ", 1)
	stage := rehearse(t, source, "/start src-vk_med-cpc_cmp-may_cnt-a_trm-b", "[Купить]", "anna@mail.ru")
	stage.Profile.LastName = "Петрова"
	turn := perform(t, stage, "/contact 79991234567", "/pay success")
	order, payment := stage.Known.Orders[0].ID, stage.Known.Payments[0].ID
	want := "name=Анна;last_name=;full_name=Анна;username=anna;language=ru;email=anna@mail.ru;phone=;client_id=play:1;" +
		"start=src-vk_med-cpc_cmp-may_cnt-a_trm-b;utm_source=vk;utm_medium=cpc;utm_campaign=may;utm_content=a;utm_term=b;" +
		"question=;state=thanks;flow=shop;tags=;product=Курс;price=4\u00a0900;order_id=" + order + ";payment_id=" + payment +
		";payment_sum=4\u00a0900;pay_url=voronka-pay:" + payment + ";receipt_url=;" +
		`tinkoff_payment_id=44;tinkoff_payment_completed=True;tinkoff_callback_data=` +
		strings.ReplaceAll(`{"Success": true, "Status": "CONFIRMED", "OrderId": "`+payment+`", "PaymentId": "44", "Amount": 490000}`, `"`, "&#34;") +
		";error_payment_button=;error_payment_func=;tinkoff_rebill_id=;tinkoff_recurrent_id=;current_date=01.12.2026;current_time=12:00;weekday=2;next_day=02.12.2026;timestamp=1796126400;" +
		"date_of_creation=01.12.2026;time_of_creation=12:00;platform_id=1;client_type=1;messenger=Telegram;message_from_outside=3;none=;" +
		"subscription.plan=;subscription.title=;subscription.price=;subscription.status=;subscription.until=;subscription.next=;" +
		"subscription.retry=;subscription.left=;subscription.reason=;card.last=;card.expires=;" +
		"orders_paid=1;orders_sum=4\u00a0900;days_known=0;days_silent=0;"
	if diff := cmp.Diff(want, all[flows.Say](turn)[0].Text); diff != "" {
		t.Errorf("built-in variables (-want +got):\n%s", diff)
	}
	flow := load(t, shop)
	for name, known := range map[string]bool{"name": true, "course.price": true, "book.title": true, "course.size": false, "pen.price": false, "nobody": false} {
		if flow.Builtin(name) != known {
			t.Errorf("Builtin(%s) = %t", name, !known)
		}
	}
}

func FuzzParseTemplate(f *testing.F) {
	for _, seed := range []string{"#{name}", "#{", "}#{#{a}}", "#{1/0}", "#{a.b}", "\xff#{\xff}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		template, err := flows.ParseTemplate(text)
		if err == nil && !strings.Contains(text, "#{") && (!template.Constant() || len(template.Reads()) > 0) {
			t.Fatalf("%q has variables", text)
		}
	})
}
