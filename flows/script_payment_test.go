package flows_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/sales"
)

// The scripts below are the examples of salebot's page about T-Bank, word for
// word but for two things: an address stands for the one that was hidden on
// the page, and dates that have passed are later.

// figure is what a script asks the bank for.
type figure struct {
	Amount                sales.Money
	Description, Language string
	Until                 string
	Receipt               *sales.Receipt
}

func scripted(script string) string {
	return "flow: seed\nstart: a\nstates:\n  a:\n    do:\n      - calc: |\n" + indented(script) +
		"      - say: 'Ссылка'\n    on: [{success: b}, {fail: b}, {different_amounts: b}, {expired: b}, {error: b}]\n  b: {end: true}\n"
}

func indented(script string) string {
	var out strings.Builder
	for line := range strings.Lines(strings.TrimSpace(script) + "\n") {
		out.WriteString("          " + strings.TrimSpace(line) + "\n")
	}
	return out.String()
}

// TestSeedExtra hands on what the bank takes, and nothing else.
func TestSeedExtra(t *testing.T) {
	t.Parallel()
	stage := rehearse(t, scripted(`extra_params = {"IP": "66.249.72.248", "DATA": {"город": "Казань", "OperationInitiatorType": "1"}}
	link = get_tinkoff_payment_url(1200, 'К', '', '', '', '', '', '', '', extra_params)
	link2 = get_tinkoff_payment_url(1300, 'К', '', '', '', '', '', '', '', {"Recurrent": "Y"})`))
	turn := perform(t, stage, "/start")
	if len(turn.Payments) != 1 {
		t.Fatalf("made %d payments", len(turn.Payments))
	}
	want := map[string]string{"IP": "66.249.72.248", "DATA.город": "Казань", "DATA.OperationInitiatorType": "1"}
	if diff := cmp.Diff(want, turn.Payments[0].Extra); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func receiptOf(phone, email, taxation string, items ...sales.ReceiptItem) *sales.Receipt {
	return &sales.Receipt{FFD: "1.05", Email: email, Phone: phone, Taxation: taxation, Items: items}
}

func goods(name string, price sales.Money, quantity int64, tax string) sales.ReceiptItem {
	return sales.ReceiptItem{Name: name, Price: price, Quantity: quantity * 1000, Tax: tax, Method: "full_payment", Object: "commodity", Unit: "шт"}
}

func TestSeedPayments(t *testing.T) {
	t.Parallel()
	product := goods("ТОВАР1", 120000, 1, "vat0")
	for script, want := range map[string]figure{
		// "Пример 1: Ссылка на оплату без чека"
		`link_tinkoff = get_tinkoff_payment_url(1200, 'Купи меня')`: {120000, "Купи меня", "ru", "02.12 12:00", nil},
		// "Пример 2: Ссылка на оплату с чеком": roubles
		`extra_params = {"IP": "66.249.72.248"}
		receipt = [{"name":"ТОВАР1","price":"1200","quantity":"1","amount":"1200","vat_code":"2","method":"full_payment","object":"commodity"}]
		link_tinkoff = get_tinkoff_payment_url(1200, 'Купи меня', '', receipt, '77777777777', 'anna@mail.ru', '28.01.2027 14:25', '2', 'en', extra_params)`: {
			120000, "Купи меня", "en", "28.01 14:25", receiptOf("+77777777777", "anna@mail.ru", "usn_income", product),
		},
		// "Имеет следующий вид", with amount alone and the words in capitals
		`receipt = [{"name":"ТОВАР1","amount":"1200","vat_code":"2","method":"FullPayment","object":"Commodity"}]
		link = get_tinkoff_payment_url(1200, None, None, receipt, '', "anna@mail.ru", "", '1')`: {
			120000, "Заказ", "ru", "02.12 12:00", receiptOf("", "anna@mail.ru", "osn", product),
		},
		// "ссылка будет действительна 2 дня до 00:00"
		`expired = current_date + 2
		link = get_tinkoff_payment_url(1200, 'Купи меня', '', '', '', '', expired)`: {120000, "Купи меня", "ru", "03.12 00:00", nil},
		// "зададим время действия ссылки 30 минут"
		`time = current_time + 30
		expired = "#{current_date} #{time}"
		link = get_tinkoff_payment_url(1200, 'Купи меня', '', '', '', '', expired)`: {120000, "Купи меня", "ru", "01.12 12:30", nil},
		`payment_sum = 150`:    {15000, "Заказ", "ru", "02.12 12:00", nil},
		`payment_sum = 100.55`: {10055, "Заказ", "ru", "02.12 12:00", nil},
		`payment_description = 'Клуб'
		language = 'en'
		date = current_date + 2
		expiration_date = "#{date} 12:00"
		tinkoff_manual_recurrent_disable = 1
		payment_sum = 100.55`: {10055, "Клуб", "en", "03.12 12:00", nil},
		// kopecks in the goods, roubles in the sum
		`phone = '79000000000'
		taxation = 'usn_income'
		products_for_receipt = [{"name": "Наименование товара", "quantity": "2", "price": "1000", "amount": "2000", "tax": "none"}, {"name": "Наименование товара 2", "quantity": "3", "price": "500", "amount": "1500", "tax": "none"}]
		payment_sum = 35`: {3500, "Заказ", "ru", "02.12 12:00", receiptOf("+79000000000", "", "usn_income",
			goods("Наименование товара", 1000, 2, "none"), goods("Наименование товара 2", 500, 3, "none"))},
	} {
		stage := rehearse(t, scripted(script))
		turn := perform(t, stage, "/start")
		if len(turn.Payments) != 1 {
			t.Errorf("%s\nmade %d payments: %v", script, len(turn.Payments), stage.Session.Vars)
			continue
		}
		made := turn.Payments[0]
		got := figure{made.Amount, made.Description, made.Language, made.ExpiresAt.Format("02.01 15:04"), made.Receipt}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", script, diff)
		}
	}
}

// TestSeedErrors wants no payment, and a reason in error_payment_func.
func TestSeedErrors(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		`payment_sum = 0`:                                                           "amount",
		`payment_sum = 'сто'`:                                                       "amount",
		`x = get_tinkoff_payment_url(0.5, 'Клуб')`:                                  "amount",
		`tinkoff_recurrent_payment(100, 'описание')`:                                "no card is saved",
		`x = get_tinkoff_payment_url(100, 'К', '', '', '', '', '28.03.2023 14:25')`: "expired",
		`x = get_tinkoff_payment_url(100, 'К', '', '', '', '', 'завтра')`:           "expired",
		`x = get_tinkoff_payment_url(100, 'К', '', '', '', '', '', '', '', 'IP')`:   "extra_params",
		`x = get_tinkoff_payment_url(100, 'К', '', '', '', '', '', '', '', {"DATA": {"название города покупателя": "1"}})`:                                     "a key of DATA",
		`x = get_tinkoff_payment_url(100, 'К', '', '', '', '', '', '', '', {"DATA": {"город": "` + strings.Repeat("я", 101) + `"}})`:                           "a value of DATA",
		`x = get_tinkoff_payment_url(100, 'К', '', [], '7', '', '', '2')`:                                                                                      "products_for_receipt",
		`x = get_tinkoff_payment_url(100, 'К', '', [{"name": "Т", "amount": 100 + len(none), "vat_code": "1"}], '', '', '', '2')`:                              "e-mail or a phone",
		`x = get_tinkoff_payment_url(100, 'К', '', [{"name": "Т", "amount": 99 + len(none), "vat_code": "1"}], '7', '', '', '2')`:                              "sum",
		`x = get_tinkoff_payment_url(100, 'К', '', [{"name": "Т", "price": 60, "quantity": 2, "amount": 100 + len(none), "vat_code": "1"}], '7', '', '', '2')`: "price times",
		`x = get_tinkoff_payment_url(100, 'К', '', [{"name": "Т", "amount": 100 + len(none), "vat_code": "9"}], '7', '', '', '2')`:                             "tax",
		`x = get_tinkoff_payment_url(100, 'К', '', [{"name": "Т", "amount": 100 + len(none), "vat_code": "1"}], '7', '', '', '9')`:                             "taxation",
		"x = get_tinkoff_payment_url(0, 'первая')\ny = get_tinkoff_payment_url(100, 'К', '', '', '', '', 'вторая')\nz = get_tinkoff_payment_url(2, 'К')":       "expired",
	} {
		stage := rehearse(t, scripted(script))
		turn := perform(t, stage, "/start")
		if got := stage.Session.Vars["error_payment_func"]; !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", script, got, want)
		}
		if made := len(turn.Payments); made != strings.Count(script, "z =") {
			t.Errorf("%s: made %d payments", script, made)
		}
		if _, set := stage.Session.Vars["tinkoff_pay_url"]; set {
			t.Errorf("%s: a link is there", script)
		}
	}
}

// TestSeedSecondPayment pays, comes again, and wants a new link only once the
// sum and the link were emptied, as the page tells.
func TestSeedSecondPayment(t *testing.T) {
	t.Parallel()
	again := func(first string) (links map[string]bool, stage *flows.Rehearsal) {
		source := strings.Replace(scripted(first+"\npayment_sum = 150"), "{success: b}", "{success: b}, {text: ещё, to: a}", 1)
		stage = rehearse(t, strings.Replace(source, "b: {end: true}", "b: {on: [{text: ещё, to: a}]}", 1))
		links = map[string]bool{}
		for _, move := range []string{"/start", "ещё", "/pay success", "ещё"} {
			perform(t, stage, move)
			links[stage.Session.Vars["tinkoff_pay_url"]] = true
		}
		return links, stage
	}
	if links, stage := again("x = 1"); len(links) != 1 || len(stage.Known.Payments) != 1 {
		t.Errorf("%d links, %d payments", len(links), len(stage.Known.Payments))
	}
	links, stage := again("payment_sum = ''\ntinkoff_pay_url = ''")
	if len(links) != 2 || len(stage.Known.Payments) != 2 {
		t.Errorf("emptied: %d links, %d payments", len(links), len(stage.Known.Payments))
	}
}

// TestScriptsTakeTheFlowsTaxation leaves taxation out of a script.
func TestScriptsTakeTheFlowsTaxation(t *testing.T) {
	t.Parallel()
	for _, script := range []string{
		`x = get_tinkoff_payment_url(1200, 'Купи меня', '', [{"name": "Т", "amount": 1200, "vat_code": "1"}], '', 'anna@mail.ru')`,
		`phone = '79000000000'
		products_for_receipt = [{"name": "Т", "amount": "120000", "tax": "none"}]
		payment_sum = 1200`,
	} {
		stage := rehearse(t, "receipt: {taxation: patent, tax: none}\n"+scripted(script))
		turn := perform(t, stage, "/start")
		if len(turn.Payments) != 1 || turn.Payments[0].Receipt.Taxation != "patent" {
			t.Errorf("%s\nmade %+v: %v", script, turn.Payments, stage.Session.Vars)
		}
	}
}
