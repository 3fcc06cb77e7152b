package dialogs_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/flows/dialogs"
)

// TestReadFaults: every slip of the pen has its place.
func TestReadFaults(t *testing.T) {
	t.Parallel()
	steps := func(text string) string { return "dialogs:\n  - name: x\n    steps:\n      - " + text + "\n" }
	for text, want := range map[string]string{
		"":                                 "1:1 empty_file",
		"flow: course\n":                   "1:1 no_dialogs",
		"dialogs: [{name: x}]\n":           "1:11 dialog_without_steps",
		"dialog: []\n":                     "1:1 no_dialogs 1:1 unknown_key",
		"at: завтра\n" + steps("wait: 1h"): "1:5 bad_moment",
		"customer: {nme: Ия}\n" + steps("wait: 1h"):  "1:12 unknown_key",
		"dialogs: [{steps: [{wait: 1h}], start: a}]": "1:33 unknown_key",
		steps("custmer: /start"):                     "4:9 unknown_step",
		steps("/start"):                              "4:9 want_mapping",
		steps("{bot: а, state: б}"):                  "4:18 second_line",
		steps("wait: долго"):                         "4:15 want_duration",
		steps("wait:"):                               "4:14 want_duration",
		steps("bank: plays"):                         "4:15 unknown_word",
		steps("bank: other много"):                   "4:15 want_money",
		steps("bank: pays 10"):                       "4:15 want_money",
		steps("operator: sleeps"):                    "4:19 unknown_word",
		steps("does: sleeps"):                        "4:15 unknown_word",
		steps("send: {fax: а}"):                      "4:16 unknown_key",
		steps("crm: {stge: won}"):                    "4:15 unknown_key",
		steps("bot: [а, б]"):                         "4:14 want_text",
		steps("not: {press: а}"):                     "4:9 not_of_action",
		steps("not: {bto: а}"):                       "4:15 unknown_step",
		steps("silent: maybe"):                       "4:17 want_bool",
	} {
		suite, found := dialogs.Read("shop_test.yaml", []byte(text), nil)
		var got []string
		for _, one := range found {
			got = append(got, fmt.Sprintf("%d:%d %s", one.Pos.Line, one.Pos.Col, one.Code))
		}
		if suite != nil || strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %s", text, got, want)
		}
	}
}

func TestReadDefaults(t *testing.T) {
	t.Parallel()
	suite := read(t, "dir/shop_test.yaml", "dialogs: {name: один, steps: {wait: 1h}}")
	if suite.Flow != "shop" || suite.Profile.Name != "Анна" || suite.At.Weekday() != time.Tuesday || len(suite.Dialogs) != 1 {
		t.Errorf("%+v", suite)
	}
}

// shop is small enough to fail in every way.
const shop = `
start: hello
products: {a: {title: А, price: 10, deliver: {file: a.pdf, text: Держите}}}
states:
  hello: {do: [{say: "Цена *10*", buttons: [[{text: "Купить  сейчас", to: pay}]]}]}
  pay:
    do: [{pay: a}]
    on: [{success: thanks, fail: hello, different_amounts: hello, expired: hello, error: hello}]
  thanks: {do: [{deliver: a}, {crm: {stage: won, note: Да, tags: [к]}}, {operator: Поздравьте}], end: true}
`

// TestExpectations: each expectation holds where it should, and tells what came where not.
func TestExpectations(t *testing.T) {
	t.Parallel()
	flow, found := flowOf(shop)
	if flow == nil {
		t.Fatal(found)
	}
	for steps, want := range map[string]string{
		`{customer: hi}, {bot: 'Цена \*10\*'}, {bot: "*"}`:            "expected bot: * [Цена *10*]", // one message, asked for twice
		`{customer: hi}, {bot: "Цена"}`:                               "expected bot: Цена [Цена *10*]",
		`{customer: hi}, {not: {bot: "Цена*"}}`:                       "unexpected not: {bot: Цена*} [Цена *10*]",
		`{customer: hi}, {buttons: [Купить сейчас]}, {silent: false}`: "",
		`{customer: hi}, {buttons: [Купить]}`:                         `expected buttons: ["Купить"] [Купить  сейчас]`,
		`{customer: hi}, {silent: true}`:                              "expected silent: true [Цена *10*]",
		`{customer: hi}, {press: Продать}`:                            "action press: Продать [[Купить  сейчас]] no such button",
		`{bank: pays}`: "action bank: pays [] nothing was asked to be paid",
		`{customer: hi}, {press: Купить}, {invoice: "10"}, {state: pay}`:                                                                  "",
		`{customer: hi}, {press_twice: Купить}, {not: {state: hello}}, {invoice: 9}`:                                                      "expected invoice: 9 [10]",
		`{customer: hi}, {press: Купить}, {bank: pays}, {bot: Держите}, {delivered: a.pdf}, {called: Позд*}, {crm: {stage: won, tag: к}}`: "",
		`{customer: hi}, {press: Купить}, {bank: twice}, {delivered: b.pdf}`:                                                              "expected delivered: b.pdf [a.pdf]",
		`{customer: hi}, {press: Купить}, {bank: late}, {delivered: "*"}, {var: {price: "10"}}`:                                           "",
		`{customer: hi}, {press: Купить}, {bank: other}, {not: {delivered: "*"}}, {state: hello}`:                                         "",
		`{customer: hi}, {press: Купить}, {bank: expires}, {state: pay}`:                                                                  "expected state: pay [hello]",
		`{customer: hi}, {var: {name: Ольга}}`:                                                                                            "expected var: {name: Ольга} [name: Анна]",
		`{does: blocks}, {operator: joins}, {customer: hi}, {silent: true}, {operator: {says: Да}}, {bot: Да}`:                            "",
		`{crm_stage: won}, {send: sticker}, {send: {photo: а}}, {share: +7912}, {customer: /start}, {attached: a}`:                        "expected attached: a []",
	} {
		suite := read(t, "shop_test.yaml", "dialogs: {name: x, steps: ["+steps+"]}")
		got := ""
		if failure := suite.Play(&suite.Dialogs[0], engine(), flow, nil); failure != nil {
			got = fmt.Sprintf("%s %s %v", failure.Code, failure.Line, failure.Got)
			if failure.Reason != nil {
				got += " " + strings.Split(failure.Reason.Error(), ":")[0]
			}
			if failure.Pos.Line != 1 || failure.Pos.Col == 0 {
				t.Errorf("%s: place %+v", steps, failure.Pos)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", steps, diff)
		}
	}
}

func TestStartAtNowhere(t *testing.T) {
	t.Parallel()
	suite := read(t, "course_test.yaml", "dialogs: {name: x, start_at: nowhere, steps: {silent: true}}")
	failure := suite.Play(&suite.Dialogs[0], engine(), course(t), nil)
	if failure == nil || !errors.Is(failure.Reason, flows.ErrNoState) || failure.Pos.Col != 30 {
		t.Errorf("%+v", failure)
	}
}
