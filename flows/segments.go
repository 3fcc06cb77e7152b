package flows

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"voronka/sales"
)

// Segment is a named audience: customers for whom its formula is true now.
// Flows of one project share their segments.
type Segment struct {
	Name string
	// Title is what people call it; the name where the file gives none.
	Title string
	If    *Formula
	Pos   Pos
	flow  *Flow
}

// readSegments reads `segments:`, each a formula, or {title, if}.
func (d *draft) readSegments(n Node) {
	for _, entry := range n.Entries() {
		segment := &Segment{Name: entry.Key.identifier(), Pos: entry.Key.Pos(), flow: d.flow}
		segment.Title = segment.Name
		formula := entry.Value
		if entry.Value.IsMap() {
			entry.Value.Only("title", "if")
			formula = entry.Value.Field("if")
			if title := entry.Value.Field("title"); !title.Zero() {
				segment.Title = title.Text()
			}
		}
		if segment.If = ReadFormula(formula); formula.Text() == "" {
			entry.Key.Error("empty_segment", "Segment", segment.Name)
		}
		d.flow.Segments = append(d.flow.Segments, segment)
	}
}

// Segment finds a segment of the flow's project by name, nil when there is none.
func (f *Flow) Segment(name string) *Segment { return f.segments[name] }

// Segments are those of all flows, sorted by name.
func (p *Project) Segments() []*Segment {
	var all []*Segment
	for _, flow := range p.Flows {
		all = append(all, flow.Segments...)
	}
	slices.SortFunc(all, func(a, b *Segment) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Belongs tells whether a customer is in a segment at a moment; session and
// known are what the store has of them. A formula that fails leaves them out.
func (e Engine) Belongs(segment *Segment, contact sales.Contact, known Known, session Session, at time.Time) bool {
	home := segment.flow
	if own := home.sibling(session.Flow); own != nil {
		home = own
	}
	r := &Run{Flow: home, home: home, Input: Input{Kind: Operator, At: at}, Session: session, Contact: contact, engine: e, known: known}
	return r.belongs(segment)
}

// belongs computes a segment with the words of its own flow.
func (r *Run) belongs(segment *Segment) bool {
	here := r.Flow
	r.Flow = segment.flow
	_, yes, _ := r.Compute(segment.If)
	r.Flow = here
	return yes
}

// InSegment tells whether the customer is in a segment, by name.
func (r *Run) InSegment(name string) bool {
	segment := r.Flow.Segment(name)
	return segment != nil && r.belongs(segment)
}

// audience gives what segments are made of: `segment.NAME` and `bought.PRODUCT`,
// true or empty; how much was bought, and how long ago the customer came and spoke.
func (r *Run) audience(name string, money func(sales.Money) string) (string, bool) {
	switch name {
	case "orders_paid", "orders_sum":
		count, sum := r.paidOrders()
		if name == "orders_sum" {
			return money(sum), true
		}
		return strconv.Itoa(count), true
	case "days_known":
		return r.daysSince(r.Contact.CreatedAt), true
	case "days_silent":
		return r.daysSince(r.Contact.ActiveAt), true
	}
	if segment, asked := strings.CutPrefix(name, "segment."); asked {
		return truth(r.InSegment(segment)), true
	}
	if product, asked := strings.CutPrefix(name, "bought."); asked {
		_, bought := r.PaidOrder(product)
		return truth(bought), true
	}
	return "", false
}

// paidOrders counts the orders that were paid and not given back.
func (r *Run) paidOrders() (count int, sum sales.Money) {
	var seen []string
	for order := range r.everyOrder() {
		if order.Paid() && !r.refunded(order) && !slices.Contains(seen, order.ID) {
			seen, count, sum = append(seen, order.ID), count+1, sum+order.Amount
		}
	}
	return count, sum
}

func (r *Run) daysSince(then time.Time) string {
	if then.IsZero() {
		return "0"
	}
	return strconv.Itoa(max(0, int(r.Input.At.Sub(then)/(24*time.Hour))))
}

// truth is how a variable says yes: anything but empty.
func truth(yes bool) string {
	if yes {
		return "true"
	}
	return ""
}

// audiences checks the segments of the project: their names are one list.
func (w *loading) audiences() {
	set := map[string]bool{}
	for _, c := range w.drafts {
		for name := range c.sets() {
			set[name] = true
		}
	}
	for _, c := range w.drafts {
		for _, segment := range c.flow.Segments {
			c.reads(segment.If.Reads(), set)
			if first := c.flow.segments[segment.Name]; first != segment {
				w.diags.Add(Error, segment.Pos, "repeated_segment", "Segment", segment.Name, "File", first.Pos.File, "Line", first.Pos.Line)
				continue
			}
			onward := map[string][]string{}
			for _, one := range c.flow.segments {
				onward[one.Name] = one.reads()
			}
			if circle := findCircle(segment.Name, onward, map[string]bool{}, nil); circle != nil && circle[0] == segment.Name {
				w.diags.Add(Error, segment.Pos, "segment_circle", "Segments", strings.Join(circle, " → "))
			}
		}
	}
}

// reads are the segments that the formula asks for.
func (s *Segment) reads() []string {
	var names []string
	for _, ref := range s.If.Reads() {
		if name, asked := strings.CutPrefix(ref.Name, "segment."); asked {
			names = append(names, name)
		}
	}
	return names
}
