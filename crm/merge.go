package crm

import (
	"maps"
	"slices"
	"time"
)

// mostMerged bounds how many changes travel as one.
const mostMerged = 50

// Merge joins two successive changes of one contact into one that leaves the
// CRM as both would: of stage, price and fields the last wins, tags add up,
// notes and tasks stay as they are, in order. False where they must not be
// joined: the first closes a deal and the second may belong to the next one.
func Merge(first, second Change) (Change, bool) {
	opens := second.Stage != "" || second.Price != 0
	if first.Contact.ID != second.Contact.ID || first.closes() && opens || len(first.Merged)+1 >= mostMerged {
		return Change{}, false
	}
	both := second
	both.Merged = append(slices.Clone(first.Merged), first.feed())
	both.Repeat = first.Repeat || second.Repeat
	both.Money = first.Money || second.Money
	both.Person = first.Person || second.Person
	if first.Title != "" {
		both.Title = first.Title
	}
	if second.Stage == "" {
		both.Stage = first.Stage
	}
	if second.Price == 0 {
		both.Price = first.Price
	}
	both.Tags = slices.Clone(first.Tags)
	for _, tag := range second.Tags {
		if !slices.Contains(both.Tags, tag) {
			both.Tags = append(both.Tags, tag)
		}
	}
	both.Fields = joined(first.Fields, second.Fields)
	both.PersonFields = joined(first.PersonFields, second.PersonFields)
	return both, true
}

// joined are the pairs of both, the second's where both have one.
func joined(first, second map[string]string) map[string]string {
	if len(first) == 0 {
		return second
	}
	both := maps.Clone(first)
	maps.Copy(both, second)
	return both
}

func (c Change) closes() bool { return c.Stage == Won || c.Stage == Lost }

// feed is what of a change never merges away.
func (c Change) feed() Change {
	part := Change{ID: c.ID, Contact: c.Contact, At: c.At, Note: c.Note, Task: c.Task, CloseTask: c.CloseTask, Bill: c.Bill, Goods: c.Goods, Map: Map{Notes: c.Map.Notes, TaskType: c.Map.TaskType, TaskFor: c.Map.TaskFor, TasksDone: c.Map.TasksDone}}
	if c.closes() {
		part.Stage = c.Stage // the tasks before it are done, those behind it are not
	}
	return part
}

// Parts are the changes that travel as this one, in order, it last.
func (c Change) Parts() []Change { return append(slices.Clone(c.Merged), c) }

// Since is the moment of the earliest change that travels as this one.
func (c Change) Since() time.Time { return c.Parts()[0].At }
