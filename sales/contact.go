package sales

import "time"

// Contact is one customer in one channel.
type Contact struct {
	// ID names the channel and the chat: "tg:123456".
	ID string
	// ChatID is the chat in the channel's own numbering.
	ChatID int64
	// Name is what the customer calls themselves; LastName and Username may be empty.
	Name, LastName, Username string
	// Language is an IETF tag as the channel tells it, "ru" or "en-US"; may be empty.
	Language string
	// Email and Phone (E.164) are empty until the customer gives them.
	Email, Phone string
	// Source is where the customer came from at first touch: utm_source,
	// utm_medium, utm_campaign, utm_content, utm_term, and start, the raw
	// deep-link payload.
	Source map[string]string
	// Blocked is set while the customer has blocked the bot.
	Blocked   bool
	CreatedAt time.Time
	// ActiveAt is the moment of the last input.
	ActiveAt time.Time
}
