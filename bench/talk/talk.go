// Package talk is the dialog that every bot of the benchmark holds: five
// inputs, each with one reply, the last of which repeats all that was learned.
package talk

import (
	"strconv"
	"strings"
)

// Inputs is how many a dialog has.
const Inputs = 5

// Session is what a hand-written bot keeps of a dialog.
type Session struct {
	Step  int    `json:"step"`
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Next is the session after an input, and the reply to it.
func Next(s Session, text string) (Session, string) {
	if text == "/start" {
		return Session{Step: 1}, "1. Здравствуйте! Как к вам обращаться?"
	}
	switch s.Step {
	case 1:
		s.Name, s.Step = text, 2
		return s, "2. " + s.Name + ", куда прислать чек?"
	case 2:
		if !strings.Contains(text, "@") {
			return s, "2! Похоже на опечатку."
		}
		s.Email, s.Step = text, 3
		return s, "3. Чек придёт на " + s.Email + ". И телефон?"
	case 3:
		if !strings.HasPrefix(text, "+7") {
			return s, "3! Похоже на опечатку."
		}
		s.Phone, s.Step = text, 4
		return s, "4. Сколько мест?"
	case 4:
		if _, err := strconv.Atoi(text); err != nil {
			return s, "4! Нужно число."
		}
		s.Step = 5
		return s, "5. Готово: " + s.Name + ", " + s.Email + ", " + s.Phone + ", мест " + text + "."
	}
	return s, "0. Напишите /start."
}
