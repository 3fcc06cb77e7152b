package main

import (
	"regexp"
	"strings"
	"time"

	"voronka/bot"
	"voronka/internal/rest"
)

var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$`)

// hosts reads names with commas between them; nil when one is no name of a
// server, or there are none.
func hosts(list string) []string {
	var all []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); !hostName.MatchString(name) {
			return nil
		}
		all = append(all, name)
	}
	return all
}

// outside lets flows call the servers that the owner named, none without.
func (s Settings) outside() bot.Outside {
	if s.HTTPHosts == "" {
		return bot.Outside{}
	}
	return bot.Outside{Client: rest.NewGuarded(time.Minute), Hosts: hosts(s.HTTPHosts), Secret: string(s.HTTPSecret)}
}
