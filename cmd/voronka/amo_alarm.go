package main

import (
	"net/http"
	"strings"
)

// alarms are what stops a part of the bot as a whole, in words for operators.
func (s *service) alarms() []string { return append(s.telegramAlarms(), s.amoAlarms()...) }

func (s *service) amoAlarms() []string {
	var found []string
	if s.AmoURL == "" {
		return nil
	}
	if code := s.amo.Trouble(); code != "" {
		found = append(found, s.words.Text(s.Language, "amocrm.alarm."+code, nil))
	}
	found = append(found, s.chatAlarms()...)
	ends := s.amo.TokenEnds()
	if !ends.IsZero() && ends.Sub(s.now()) < soon && ends.After(s.now()) {
		found = append(found, s.words.Text(s.Language, "amocrm.alarm.ends", map[string]any{"Ends": ends.Format("02.01.2006")}))
	}
	if lacks := s.amoNames.found(); len(lacks) > 0 {
		found = append(found, s.words.Text(s.Language, "amocrm.alarm.lacks", map[string]any{"Lacks": strings.Join(lacks, "; ")}))
	}
	return found
}

// amoConnector is the console's way to the page of consent; nil where there is none.
func (s *service) amoConnector() http.HandlerFunc {
	if s.access == nil {
		return nil
	}
	return s.amoAsk
}
