package steps

import (
	"net/mail"
	"strings"
	"unicode/utf8"

	"github.com/govalues/decimal"
	"github.com/nyaruka/phonenumbers"

	"voronka/flows"
	"voronka/flows/calc"
	"voronka/sales"
)

// answerKind reads an answer: what is kept of it, or false when it is none.
type answerKind struct {
	word string
	read func(text string) (string, bool)
}

// answerKinds are the words of `as:`; each is made with the bounds of its question.
func answerKinds() map[string]func(flows.Node) answerKind {
	return map[string]func(flows.Node) answerKind{
		"":       textKind,
		"text":   textKind,
		"number": numberKind,
		"email":  func(flows.Node) answerKind { return answerKind{"email", Email} },
		"phone":  func(flows.Node) answerKind { return answerKind{"phone", Phone} },
		"choice": func(flows.Node) answerKind {
			return answerKind{"choice", func(string) (string, bool) { return "", false }}
		},
	}
}

// bound reads min or max.
func bound(n flows.Node) (decimal.Decimal, bool) {
	if n.Zero() {
		return decimal.Decimal{}, false
	}
	d, ok := Decimal(n.Text())
	if !ok {
		n.Error("want_number", "Value", n.Text())
	}
	return d, ok
}

// within tells whether a value keeps to the question's min and max.
func within(n flows.Node) func(decimal.Decimal) bool {
	least, hasLeast := bound(n.Field("min"))
	most, hasMost := bound(n.Field("max"))
	if hasLeast && hasMost && least.Cmp(most) > 0 {
		n.Field("min").Error("min_over_max")
	}
	return func(d decimal.Decimal) bool {
		return (!hasLeast || d.Cmp(least) >= 0) && (!hasMost || d.Cmp(most) <= 0)
	}
}

func textKind(n flows.Node) answerKind {
	fits := within(n)
	return answerKind{"text", func(text string) (string, bool) {
		text = strings.TrimSpace(text)
		length, err := decimal.New(int64(utf8.RuneCountInString(text)), 0)
		return text, text != "" && err == nil && fits(length)
	}}
}

func numberKind(n flows.Node) answerKind {
	fits := within(n)
	return answerKind{"number", func(text string) (string, bool) {
		d, ok := Decimal(text)
		return d.Trim(0).String(), ok && fits(d)
	}}
}

// typed makes a number of one that was typed. Making it anew for each answer
// took a hundredth of a busy bot's time.
var typed = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", ",", ".", "−", "-", "+", "")

// Decimal reads a number as people type it: "1 500,5".
func Decimal(text string) (decimal.Decimal, bool) { return calc.Number(typed.Replace(text)) }

// maxEmail is in characters (RFC 5321, 4.5.3.1.3, without the angle brackets).
const maxEmail = 254

// Email reads one address, nothing around it, with a point in its domain; the
// domain is given in lower case.
func Email(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if len(text) > maxEmail || !plainAddress(text) && !oddAddress(text) {
		return "", false
	}
	local, domain, _ := strings.Cut(text, "@")
	zone := domain[strings.LastIndex(domain, ".")+1:]
	if !strings.Contains(domain, ".") || utf8.RuneCountInString(zone) < 2 || strings.Contains(domain, "[") {
		return "", false
	}
	if lower := strings.ToLower(domain); lower != domain {
		return local + "@" + lower, true
	}
	return text, true
}

// plainAddress tells whether the text is an address of letters, digits and
// "._+-" alone, as nearly all are: it spares them the parser.
func plainAddress(text string) bool {
	at, before := -1, byte('.')
	for i := range len(text) {
		char := text[i]
		switch {
		case char == '@' && at < 0 && before != '.':
			at, before = i, '.'
			continue
		case char == '.' && before != '.':
		case 'a' <= char && char <= 'z', 'A' <= char && char <= 'Z', '0' <= char && char <= '9', strings.IndexByte("_+-", char) >= 0:
		default:
			return false
		}
		before = char
	}
	return at > 0 && before != '.'
}

// oddAddress asks the parser of RFC 5322.
func oddAddress(text string) bool {
	address, err := mail.ParseAddress(text)
	return err == nil && address.Name == "" && address.Address == text && !strings.ContainsAny(text, " \"'<>()")
}

// Phone reads a number in any country's writing, Russia's where no country is
// named, and gives it as E.164: "+79991234567".
func Phone(text string) (string, bool) {
	if sales.RussianMobile(text) {
		return text, true
	}
	number, err := phonenumbers.Parse(text, "RU")
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return "", false
	}
	return phonenumbers.Format(number, phonenumbers.E164), true
}
