package tbanktest

import "strings"

// Card is a test card's number.
type Card string

// Test cards. CardSuccess is the one seen in notifications of the bank's DEMO terminals; CardDeclined and
// CardChallenge are of the bank's test environment (T-Bank API 1.80, "Тестовые карты"); the others are ours.
const (
	CardSuccess     Card = "4300000000000777"
	CardDeclined    Card = "2201382000000831" // not enough money: code 1051
	CardExpired     Card = "4000000000000069" // code 1054
	CardChallenge   Card = "2201382000000047" // the page asks for a code of the issuer
	CardSlow        Card = "4000000000000028" // the page waits for Config.SlowFor, then succeeds
	CardOtherAmount Card = "4300000000000033" // the page charges half of the sum
	CardOnce        Card = "5000000000000009" // pays in person, but every Charge is declined: code 1051
)

// challengeCode is what the issuer of CardChallenge "sends" to the buyer; the page shows it.
const challengeCode = "1234"

// onPay is the code with which the issuer declines a payment in person; "" is success.
func (c Card) onPay() string {
	switch c {
	case CardDeclined:
		return "1051"
	case CardExpired:
		return "1054"
	}
	return ""
}

// onCharge is the code with which the issuer declines a charge without the buyer.
func (c Card) onCharge() string {
	if c == CardOnce {
		return "1051"
	}
	return c.onPay()
}

// mask is the number as the bank shows it: 430000******0777.
func (c Card) mask() string {
	if len(c) < 10 {
		return ""
	}
	return string(c[:6]) + strings.Repeat("*", len(c)-10) + string(c[len(c)-4:])
}

// expiry is MMYY; every test card lives to the end of 2030, the expired one to 2020.
func (c Card) expiry() string {
	if c == CardExpired {
		return "1220"
	}
	return "1230"
}

// isPlausible says that it is one of the test cards, or a number with a right check digit.
func (c Card) isPlausible() bool {
	switch c {
	case CardSuccess, CardDeclined, CardExpired, CardChallenge, CardSlow, CardOtherAmount, CardOnce:
		return true
	}
	if len(c) < 13 || len(c) > 19 || !digits(string(c)) {
		return false
	}
	sum := 0
	for i := range len(c) {
		d := int(c[len(c)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
			d = d/10 + d%10
		}
		sum += d
	}
	return sum%10 == 0
}
