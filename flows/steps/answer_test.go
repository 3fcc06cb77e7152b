package steps_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"voronka/flows/steps"
)

func TestEmail(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"anna@mail.ru":                     "anna@mail.ru",
		"  Anna.B+1@Mail.RU \n":            "Anna.B+1@mail.ru",
		"анна@почта.рф":                    "анна@почта.рф",
		"a_b-c@sub.example.co.uk":          "a_b-c@sub.example.co.uk",
		"anna@mail":                        "",
		"anna@@mail.ru":                    "",
		"anna@mail..ru":                    "",
		"anna@mail.r":                      "",
		"anna mail.ru":                     "",
		"Anna <anna@mail.ru>":              "",
		"<anna@mail.ru>":                   "",
		"anna@mail.ru, boris@mail.ru":      "",
		"anna@mail.ru (Анна)":              "",
		"\"a b\"@mail.ru":                  "",
		"anna@[127.0.0.1]":                 "",
		"anna@mail.ru\nBcc: x@mail.ru":     "",
		"@mail.ru":                         "",
		"":                                 "",
		strings.Repeat("a", 250) + "@b.ru": "",
	} {
		if got, ok := steps.Email(text); got != want || ok != (want != "") {
			t.Errorf("%q = %q, %t; want %q", text, got, ok, want)
		}
	}
}

// TestPlainMobile compares what is not parsed with what the parser says: of
// each hundred thousand numbers of the plan the first and the last.
func TestPlainMobile(t *testing.T) {
	t.Parallel()
	for block := range 10_000 {
		for _, text := range []string{fmt.Sprintf("+79%04d00000", block), fmt.Sprintf("+79%04d99999", block)} {
			number, err := phonenumbers.Parse(text, "RU")
			if err != nil || !phonenumbers.IsValidNumber(number) {
				t.Fatalf("%s is no number: %v", text, err)
			}
			want := phonenumbers.Format(number, phonenumbers.E164)
			if got, ok := steps.Phone(text); !ok || got != want {
				t.Fatalf("%s is read as %q, want %q", text, got, want)
			}
		}
	}
}

func TestPhone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"+7 912 345-67-89":   "+79123456789",
		"8 (912) 345-67-89":  "+79123456789",
		"9123456789":         "+79123456789",
		"79123456789":        "+79123456789",
		"+375 29 123-45-67":  "+375291234567",
		"+1 202 555 0123":    "+12025550123",
		"мой: 8-912-3456789": "+79123456789",
		"12345":              "",
		"+7 912":             "",
		"нет телефона":       "",
		"":                   "",
		"+7912345678901234":  "",
	} {
		if got, ok := steps.Phone(text); got != want || ok != (want != "") {
			t.Errorf("%q = %q, %t; want %q", text, got, ok, want)
		}
	}
}

func TestDecimal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"18": "18", " 1 500,50 ": "1500.50", "−5": "-5", "+7": "7", "0.1": "0.1",
		"1e9": "", "0x10": "", "1.2.3": "", "восемь": "", "": "", "-": "", ".": "", "1.": "", "99999999999999999999999": "", "NaN": "",
	} {
		got, ok := steps.Decimal(text)
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%q = %s, %t; want %q", text, got, ok, want)
		}
	}
}
