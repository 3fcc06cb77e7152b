package flows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/sales"
)

// club saves a card, charges it by hand as salebot's pages tell, and puts it away.
const club = `start: a
states:
  a:
    do:
      - ask: Почта?
        into: email
        as: email
      - calc: |
          receipt = [{"name":"ТОВАР1","price":"1200","quantity":"1","amount":"1200","vat_code":"2","method":"full_payment","object":"commodity"}]
          link_tinkoff = get_tinkoff_payment_url(1200, 'Купи меня', '1', receipt, '77777777777', 'anna@mail.ru', '28.01.2027 14:25', '2')
      - say: "Ссылка #{tinkoff_rebill_id}"
    on: [{success: in}, {fail: out}, {different_amounts: out}, {expired: out}, {error: out}]
  in:
    do: [{say: "Карта: #{tinkoff_rebill_id} #{tinkoff_recurrent_id != ''}"}]
    on: [{text: стоп, to: away}, {text: списать, to: again}]
    timers: [{after: 30d, to: again}]
  again:
    do:
      - calc: |
          taxation = 'usn_income'
          products_for_receipt_recurrent = [{"name": "Клуб", "quantity": 1, "price": 120000, "amount": 120000, "tax": "none"}]
          done = tinkoff_recurrent_payment(1200, 'Клуб')
      - say: "Списание: #{done} #{error_payment_func}"
    on: [{success: in}, {fail: out}, {text: стоп, to: away}]
  away: {do: [{calc: tinkoff_rebill_id = ''}, {say: "Карта: «#{tinkoff_rebill_id}»"}], on: [{text: списать, to: again}]}
  out: {do: [{operator: Не вышло}], end: true}
`

// TestSeedRecurrent pays with "Автоплатеж", charges the saved card, and stops.
func TestSeedRecurrent(t *testing.T) {
	t.Parallel()
	stage := rehearse(t, club)
	turn := perform(t, stage, "/start", "anna@mail.ru")
	if len(turn.Payments) != 1 || !turn.Payments[0].Recurrent || turn.Payments[0].CustomerKey == "" || turn.Payments[0].Receipt.Total() != 120000 {
		t.Fatalf("payments %+v", turn.Payments)
	}
	if diff := cmp.Diff([]string{"Карта: saved true"}, spoken(perform(t, stage, "/pay success"))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	turns, err := stage.Wait(31 * 24 * time.Hour)
	if err != nil || len(turns) == 0 {
		t.Fatal(err, len(turns))
	}
	charge := turns[0].Payments[0]
	want := sales.Payment{Amount: 120000, Initiator: sales.ByMerchant, Status: sales.PaymentNew, Description: "Клуб"}
	got := sales.Payment{Amount: charge.Amount, Initiator: charge.Initiator, Status: charge.Status, Description: charge.Description, CustomerKey: charge.CustomerKey}
	if diff := cmp.Diff(want, got); diff != "" || charge.Receipt.Total() != 120000 || len(all[flows.Charge](turns[0])) != 1 || len(all[flows.MakeLink](turns[0])) != 0 {
		t.Errorf("the charge (-want +got):\n%s", diff)
	}
	if stage.Session.State != "in" || stage.Known.Payments[1].Status != sales.PaymentPaid {
		t.Errorf("after the charge: %s, %+v", stage.Session.State, stage.Known.Payments[1])
	}
}

// TestSeedRecurrentTaxOfItsDay: salebot's numbers of taxes mean the rate of the
// day that the card is charged on.
func TestSeedRecurrentTaxOfItsDay(t *testing.T) {
	t.Parallel()
	stage := rehearse(t, strings.Replace(club, `"amount": 120000, "tax": "none"}]`, `"amount": 120000, "vat_code": "4"}]`, 1))
	perform(t, stage, "/start", "anna@mail.ru")
	perform(t, stage, "/pay success")
	turns, err := stage.Wait(31 * 24 * time.Hour)
	if err != nil || len(turns) == 0 {
		t.Fatal(err, len(turns))
	}
	charge := turns[0].Payments[0]
	if fault := charge.Receipt.Check(charge.CreatedAt); fault != nil || charge.Receipt.Items[0].Tax != "vat22" {
		t.Errorf("charged on %s with %s: %v", charge.CreatedAt, charge.Receipt.Items[0].Tax, fault)
	}
}

// TestSeedRecurrentStops: the same is not charged twice in a row, and a card
// that was put away not at all, until a recurrent payment saves one again.
func TestSeedRecurrentStops(t *testing.T) {
	t.Parallel()
	stage := rehearse(t, club, "/start", "anna@mail.ru", "/pay success", "списать")
	if turn := perform(t, stage, "списать"); len(turn.Payments) != 0 || !strings.Contains(spoken(turn)[0], "20 hours") {
		t.Errorf("charged again: %+v", turn.Payments)
	}
	perform(t, stage, "/wait 31d")
	for _, one := range [][2]string{{"стоп", "Карта: «»"}, {"списать", "Списание:  no card is saved: it is saved by a recurrent payment that its owner makes"}} {
		turn := perform(t, stage, one[0])
		if diff := cmp.Diff([]string{one[1]}, spoken(turn)); diff != "" || len(all[flows.Charge](turn)) > 0 {
			t.Errorf("%s (-want +got):\n%s", one[0], diff)
		}
	}
}

// TestSeedManualDisable: "присвойте переменной tinkoff_manual_recurrent_disable
// любое значение перед объявлением payment_sum. При таких настройках платеж
// будет обычным." A flow that charges saves the card otherwise.
func TestSeedManualDisable(t *testing.T) {
	t.Parallel()
	for lines, recurrent := range map[string]bool{
		"payment_sum = 150": true,
		"tinkoff_manual_recurrent_disable = 1\npayment_sum = 150":                             false,
		"tinkoff_manual_recurrent_disable = 1\nlink = get_tinkoff_payment_url(150, 'К', '1')": false,
		"link = get_tinkoff_payment_url(150, 'К', '1')":                                       true,
		"link = get_tinkoff_payment_url(150, 'К', None)":                                      false,
	} {
		source := strings.Replace(scripted(lines), "  b: {end: true}", "  b: {do: [{calc: \"tinkoff_recurrent_payment(150, 'К')\"}], on: [{success: c}, {fail: c}]}\n  c: {end: true}", 1)
		turn := perform(t, rehearse(t, source), "/start")
		if len(turn.Payments) != 1 || turn.Payments[0].Recurrent != recurrent {
			t.Errorf("%s: %+v", lines, turn.Payments)
		}
	}
	if turn := perform(t, rehearse(t, scripted("payment_sum = 150")), "/start"); turn.Payments[0].Recurrent {
		t.Error("a flow that charges nobody saves the card")
	}
}
