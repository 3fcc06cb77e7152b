package main

import (
	"regexp"
	"strings"
	"time"
	"unicode"

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

var secretName = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_-]*$`)

// secrets reads name=value pairs with commas between them; nil when one is none.
func secrets(list string) map[string]string {
	all := map[string]string{}
	for pair := range strings.SplitSeq(list, ",") {
		name, value, found := strings.Cut(strings.TrimSpace(pair), "=")
		if !found || !secretName.MatchString(name) || value == "" || strings.ContainsFunc(value, unicode.IsControl) {
			return nil
		}
		all[name] = value
	}
	return all
}

// outside lets flows call the servers that the owner named, none without.
func (s Settings) outside() bot.Outside {
	if s.HTTPHosts == "" {
		return bot.Outside{}
	}
	return bot.Outside{Client: rest.NewGuarded(time.Minute), Hosts: hosts(s.HTTPHosts), Secret: string(s.HTTPSecret), Secrets: secrets(string(s.HTTPSecrets))}
}
