package bot_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/crm"
)

const mapped = `
flow: shop
title: Магазин
start: welcome
products: {course: {title: Курс, price: 4900, deliver: {link: "https://example.ru/1"}, receipt: {tax: vat22, method: full_payment, object: service}}}
receipt: {taxation: osn}
crm:
  pipeline: Курсы
  responsible: Анна
  deal: "Курс для #{name}"
  events: {payment_link: Счёт, success: Оплачено}
  tags: [telegram]
  loss_reason: Дорого
  match: phone
  contact: {Имя в боте: "#{name}"}
  notes: none
  dialog: true
  invoices: {supplier: Ромашка}
  tasks: {type: Звонок, close: true}
states:
  welcome: {do: [{say: "Привет, <b>#{name}</b>"}], on: [{text: да, to: email}]}
  email: {do: [{ask: Почта?, into: email, as: email}], next: pay}
  pay:
    do: [{pay: course, say: Оплатите, button: Оплатить, expires: 30m}]
    on: [{success: thanks, fail: thanks, different_amounts: thanks, expired: thanks, error: thanks}]
  thanks: {do: [{say: Спасибо}], end: true}
`

// TestMapReachesTheCRM holds each key of the map against what the CRM is told.
func TestMapReachesTheCRM(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mapped)
	w.say("/start")
	w.drain()
	first := w.crm.changes[0]
	want := crm.Map{Pipeline: "Курсы", Responsible: "Анна", Tags: []string{"telegram"}, LossReason: "Дорого", Match: "phone", TaskType: "Звонок", TasksDone: true}
	first.Map.Tracking = nil
	if diff := cmp.Diff(want, first.Map); diff != "" {
		t.Error(diff)
	}
	if first.Title != "Курс для Анна" && !strings.HasPrefix(first.Title, "Курс для") || first.PersonFields["Имя в боте"] != "Анна" {
		t.Errorf("first change %+v", first)
	}
	w.say("да")
	w.say("anna@example.ru")
	w.drain()
	payment := w.payment()
	w.notify(paid(payment))
	w.drain()
	var stages, bills, notes []string
	for _, change := range w.crm.changes {
		if change.Stage != "" {
			stages = append(stages, change.Stage+" "+change.Price.String())
		}
		for _, part := range change.Parts() {
			if part.Note != "" {
				notes = append(notes, strings.ReplaceAll(part.Note, "\u00a0", " "))
			}
			if part.Bill != nil {
				kind := "made"
				if !part.Bill.PaidAt.IsZero() {
					kind = "paid"
				}
				bills = append(bills, strings.Join([]string{kind, part.Bill.Title, part.Bill.Supplier, part.Bill.Items[0].Tax, part.Bill.ID, part.Bill.Link}, " "))
			}
		}
	}
	if diff := cmp.Diff([]string{"Счёт 4\u00a0900", "Оплачено 4\u00a0900"}, stages); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"made Курс Ромашка vat22 " + payment.Order + " https://shop.example/pay/" + payment.ID, "paid Курс Ромашка vat22 " + payment.Order + " "}, bills); diff != "" {
		t.Error(diff)
	}
	said := []string{
		"👤 /start", "🤖 Привет, Анна", "👤 да", "🤖 Почта?",
		"payment_link: Курс, 4 900 ₽\nhttps://shop.example/pay/" + payment.ID, "👤 anna@example.ru", "🤖 Оплатите", "payment_success: Курс, 4 900 ₽", "🤖 Спасибо",
	}
	if diff := cmp.Diff(said, notes); diff != "" {
		t.Error(diff)
	}
}
