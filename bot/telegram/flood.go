package telegram

import "time"

const (
	floodWindow = 2 * time.Second
	floodChats  = 3
)

// flood tells a bot that Telegram has stopped from a chat that it has: three
// chats refused within two seconds, and more refused than served meanwhile.
// Among thousands of messages a second a few refusals are only those chats'.
type flood struct {
	until   time.Time
	recent  []refusal
	served  int
	waiting int
}

type refusal struct {
	chat  int64
	at    time.Time
	after time.Duration
}

func (f *flood) refused(chat int64, now time.Time, after time.Duration) {
	for len(f.recent) > 0 && now.Sub(f.recent[0].at) > floodWindow {
		f.recent = f.recent[1:]
	}
	if len(f.recent) == 0 {
		f.served = 0
	}
	f.recent = append(f.recent, refusal{chat, now, after})
	chats := map[int64]bool{}
	longest := now
	for _, one := range f.recent {
		chats[one.chat] = true
		if end := one.at.Add(one.after); end.After(longest) {
			longest = end
		}
	}
	if len(chats) < floodChats || len(f.recent) <= f.served {
		return
	}
	f.until, f.waiting = longest, 0
	f.recent, f.served = nil, 0
}
