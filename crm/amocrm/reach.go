package amocrm

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// The predefined fields of a contact (API v4, custom-fields).
const (
	codePhone = "PHONE"
	codeEmail = "EMAIL"
)

// hasPhone tells whether one of the contact's phones is exactly that number.
func (c *contact) hasPhone(phone, region string) bool {
	want := e164(phone, region)
	for _, v := range c.coded(codePhone) {
		if want != "" && e164(v.text(), region) == want {
			return true
		}
	}
	return false
}

func (c *contact) hasEmail(email string) bool {
	for _, v := range c.coded(codeEmail) {
		if strings.EqualFold(strings.TrimSpace(v.text()), strings.TrimSpace(email)) {
			return true
		}
	}
	return false
}

func (c *contact) coded(code string) []value {
	return c.values(&field{Code: code})
}

// e164 reads a phone as managers write it. One with an extension is somebody
// else behind the same number, and no match; so is anything that is no phone.
func e164(phone, region string) string {
	number, err := phonenumbers.Parse(phone, region)
	if err != nil || number.GetExtension() != "" {
		return ""
	}
	return phonenumbers.Format(number, phonenumbers.E164)
}

// national is the number without its country: +7, 8 and bare forms are
// different strings for amoCRM's search, the rest of them is common.
func national(phone, region string) string {
	number, err := phonenumbers.Parse(phone, region)
	if err != nil {
		return ""
	}
	return phonenumbers.GetNationalSignificantNumber(number)
}
