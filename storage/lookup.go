package storage

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"voronka/sales"
)

// PhoneKey is the form in which stores look a phone up: E.164 of what is a
// number in any country's writing, Russia's where none is named. It is empty
// for anything else, by which nobody is found.
func PhoneKey(phone string) string {
	if sales.RussianMobile(phone) {
		return phone
	}
	number, err := phonenumbers.Parse(phone, "RU")
	if err != nil || !phonenumbers.IsPossibleNumber(number) {
		return ""
	}
	return phonenumbers.Format(number, phonenumbers.E164)
}

// longestEmail is how long an address may be, in bytes (RFC 5321, 4.5.3.1.3:
// 256 with the brackets around it). Keys of stores cannot be of any length.
const longestEmail = 254

// EmailKey is the form in which stores look an e-mail up: without regard to
// case. It is empty for what cannot be one, by which nobody is found.
func EmailKey(email string) string {
	key := strings.ToLower(strings.TrimSpace(email))
	if len(key) > longestEmail || !strings.Contains(key, "@") {
		return ""
	}
	return key
}
