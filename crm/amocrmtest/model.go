package amocrmtest

import "slices"

// Card is what deals, contacts and companies have in common. Times are Unix seconds.
type Card struct {
	ID                int64
	Name              string
	ResponsibleUserID int64
	CreatedBy         int64 // 0 is the robot
	UpdatedBy         int64
	CreatedAt         int64
	UpdatedAt         int64
	Fields            []FieldValue
	Tags              []Tag
	Deleted           bool
}

// Lead is a deal. Price is in whole roubles.
type Lead struct {
	Card
	Price        int64
	PipelineID   int64
	StatusID     int64
	LossReasonID int64 // 0: none
	ClosedAt     int64 // 0: the deal is open
	Contacts     []int64
}

// Contact is a person or, in the companies list, a company.
type Contact struct {
	Card
	FirstName string
	LastName  string
	Leads     []int64
}

// Note is a line of an entity's feed.
type Note struct {
	ID                int64
	Entity            string // leads, contacts or companies
	EntityID          int64
	Type              string // common, service_message, …
	Params            map[string]any
	ResponsibleUserID int64
	CreatedBy         int64
	UpdatedBy         int64
	CreatedAt         int64
	UpdatedAt         int64
}

// Text is the note's text, or "" for a note without one.
func (n Note) Text() string {
	text, _ := n.Params["text"].(string)
	return text
}

// Task is something an employee has to do until CompleteTill.
type Task struct {
	ID                int64
	Text              string
	Entity            string
	EntityID          int64
	TypeID            int64 // 1 follow up, 2 meeting
	ResponsibleUserID int64
	CompleteTill      int64
	Duration          int64
	Completed         bool
	Result            string
	CreatedBy         int64
	UpdatedBy         int64
	CreatedAt         int64
	UpdatedAt         int64
}

// Tag is a label. Colour is six hex digits, only deals have it.
type Tag struct {
	ID    int64
	Name  string
	Color string
}

// FieldValue is one filled custom field of a card.
type FieldValue struct {
	FieldID int64
	Code    string
	Name    string
	Type    string
	Values  []Value
}

// Value is one value of a field; multitext fields and lists carry an enum with it.
type Value struct {
	Value    any
	EnumID   int64
	EnumCode string
}

// Values answers the values of the field with that code, in their order.
func (c Card) Values(code string) []string {
	var out []string
	for _, field := range c.Fields {
		if field.Code != code {
			continue
		}
		for _, v := range field.Values {
			out = append(out, plain(v.Value))
		}
	}
	return out
}

// HasTag tells whether the card carries the tag.
func (c Card) HasTag(name string) bool {
	return slices.ContainsFunc(c.Tags, func(t Tag) bool { return t.Name == name })
}

func (c Card) clone() Card {
	c.Fields = slices.Clone(c.Fields)
	c.Tags = slices.Clone(c.Tags)
	return c
}
