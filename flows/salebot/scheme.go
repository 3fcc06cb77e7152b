package salebot

// scheme is a salebot project as far as it is understood.
type scheme struct {
	blocks []*block
	byID   map[string]*block
	from   map[string][]*arrow
}

// kind is what a block is to the customer's position (salebot, "block types").
type kind int

const (
	state      kind = iota // the customer moves into it
	start                  // the same, by its own condition from anywhere
	inPlace                // said without moving, reached by an arrow
	inPlaceOwn             // said without moving, by its own condition
	closeDeal              // a state that ends the deal
	comment                // for people alone
)

// guard is what blocks and arrows wait for.
type guard struct {
	condition, match, negative, compare string
	once                                bool
	priority                            int
}

type block struct {
	id, title, text string
	kind            kind
	guard           guard
	calculator      string
	buttons         []pressed
	files           []string
}

// pressed is a button under a block's message.
type pressed struct{ text, url, callback, kind string }

type arrow struct {
	id, from, to string
	guard        guard
	variable     string
	asButton     bool
	// delay is a number or a template; unit its unit. Empty is no delay.
	delay, unit, clock, date string
	ifPast, keep             bool
}

// timed tells whether the arrow fires without a message.
func (a *arrow) timed() bool {
	return a.guard.condition == "" && (a.delay != "" || a.clock != "" || a.date != "")
}

// defaultPriority is salebot's own.
const defaultPriority = 10
