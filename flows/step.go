package flows

// Step is one thing a state does. Its Run adds to the turn in the making.
type Step interface {
	Run(*Run)
	// Uses tells what the step refers to, for the checker and the graph.
	Uses() Uses
}

// StepKind is one word of the language: how its YAML is read.
type StepKind struct {
	// Word is the key that names the step: "say".
	Word string
	// Also are keys that name the step where Word is not there: a photo without
	// a word.
	Also []string
	// Read makes the step of a mapping that has one of these keys; it complains
	// through the node and returns nil when nothing useful can be made.
	Read func(Node) Step
}

// Ref is a name used at a place.
type Ref struct {
	Name string
	Pos  Pos
	// Label is the text of the button that leads to a target. A target without
	// one is gone to as soon as the step runs.
	Label string
	// Media is what a file is shown as; empty for one that is handed over.
	Media MediaKind
}

// Bounded is a text that Telegram limits.
type Bounded struct {
	Text string
	// Max is in characters (UTF-16 units), or in bytes where Bytes is set.
	Max   int
	Bytes bool
	// What is "text", "caption", "button" or "callback".
	What string
	Pos  Pos
}

// Uses is what a step refers to.
type Uses struct {
	Targets  []Ref
	Reads    []Ref
	Sets     []Ref
	Products []Ref
	// Plans are those that are named; Subscribes is set where one may be
	// subscribed to.
	Plans      []Ref
	Subscribes bool
	// Account is set when a plan is paid from an account (SBP).
	Account bool
	Files   []Ref
	Texts   []Bounded
	// Outcomes are payment outcomes that the state has to handle.
	Outcomes []Outcome
	// Receipt is set when e-mail or phone must be known before.
	Receipt bool
	// OwnReceipt is set when the step asks for money of no product, with a
	// receipt, if any, that it makes itself.
	OwnReceipt bool
	// Shares are variables of the project that it assigns.
	Shares []string
	// Charges is set when it takes money from a saved card without a page.
	Charges bool
	// Waits is set when the step waits for the customer.
	Waits bool
	// Personal is set when it asks for personal data.
	Personal bool
	// Ends is set when a funnel may well end with this step: it hands over the
	// product, calls a person or closes the deal.
	Ends bool
	// Tasks are the names and texts, as written, of what it asks managers to do;
	// Closes are those that it closes and that are known before a customer comes.
	Tasks  []string
	Closes []Ref
	// Pos is where the step stands.
	Pos Pos
}
