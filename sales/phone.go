package sales

import "strings"

// RussianMobile tells whether a text is a Russian mobile number as E.164 writes
// it: nine and nine more digits, every one of which the numbering plan has
// (libphonenumber, RU, mobile). Nearly all phones are written so, by Telegram
// always when the customer shares his own, and the parser takes as long as a turn.
func RussianMobile(text string) bool {
	digits, found := strings.CutPrefix(text, "+79")
	return found && len(digits) == 9 && strings.Trim(digits, "0123456789") == ""
}
