package main

import (
	"net/http"
	"strings"
	"time"

	"voronka/bot"
)

func (s *service) amoAlarms() []bot.Alarm {
	var found []bot.Alarm
	if s.AmoURL == "" {
		return nil
	}
	if code := s.amo.Trouble(); code != "" {
		found = append(found, s.alarm("amocrm", code, nil))
	}
	found = append(found, s.chatAlarms()...)
	ends := s.amo.TokenEnds()
	if left := ends.Sub(s.now()); !ends.IsZero() && left < soon && left > 0 {
		one := s.alarm("amocrm", "ends", map[string]any{"Ends": ends.Format("02.01.2006")})
		one.Cause += "." + nearness(left)
		found = append(found, one)
	}
	if lacks := s.amoNames.found(); len(lacks) > 0 {
		found = append(found, s.alarm("amocrm", "lacks", map[string]any{"Lacks": strings.Join(lacks, "; ")}))
	}
	return found
}

// nearness makes a token's end a cause of its own three times: when it is first
// told, three days ahead and on the last day.
func nearness(left time.Duration) string {
	switch {
	case left < 24*time.Hour:
		return "day"
	case left < 3*24*time.Hour:
		return "days"
	}
	return "soon"
}

// amoConnector is the console's way to the page of consent; nil where there is none.
func (s *service) amoConnector() http.HandlerFunc {
	if s.access == nil {
		return nil
	}
	return s.amoAsk
}
