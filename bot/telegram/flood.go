package telegram

import "time"

const (
	floodWindow = 2 * time.Second
	floodChats  = 3
)

// flood tells a bot that Telegram has stopped from a chat that it has: three
// chats refused within two seconds, and more refused than served of late.
// Among thousands of messages a second a few refusals are only those chats'.
type flood struct {
	until   time.Time
	recent  []refusal
	waiting int
	// served counts since the moment since, before in the window ahead of it.
	since          time.Time
	served, before int
}

// taken counts a message that was served.
func (f *flood) taken(now time.Time) {
	f.turn(now)
	f.served++
}

// turn begins a new window when the last one is over.
func (f *flood) turn(now time.Time) {
	switch age := now.Sub(f.since); {
	case age < floodWindow:
		return
	case age < 2*floodWindow:
		f.before = f.served
	default:
		f.before = 0
	}
	f.since, f.served = now, 0
}

type refusal struct {
	what  string // which chat, or which call
	at    time.Time
	after time.Duration
}

func (f *flood) refused(what string, now time.Time, after time.Duration) {
	for len(f.recent) > 0 && now.Sub(f.recent[0].at) > floodWindow {
		f.recent = f.recent[1:]
	}
	f.turn(now)
	f.recent = append(f.recent, refusal{what, now, after})
	met := map[string]bool{}
	longest := now
	for _, one := range f.recent {
		met[one.what] = true
		if end := one.at.Add(one.after); end.After(longest) {
			longest = end
		}
	}
	if len(met) < floodChats || len(f.recent) <= f.served+f.before {
		return
	}
	f.until, f.waiting = longest, 0
	f.recent, f.served, f.before = nil, 0, 0
}
