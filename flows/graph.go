package flows

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// NewDiagram lays out a flow: a box for each state, titled as people call it,
// and an arrow for each way, named by what takes it. text finds words under
// graph.* keys; counts may be nil. The same flow always gives the same diagram.
func NewDiagram(f *Flow, text func(key string, args map[string]any) string, counts Counts) Diagram {
	g := &graph{flow: f, text: text, places: map[string]int{}}
	g.box(Box{ID: "start", Shape: ShapeStart, Title: text("graph.start", nil)})
	for i, state := range f.States {
		box := Box{ID: fmt.Sprintf("s%d", i+1), State: state.Name, Title: state.Title, Shape: shape(state)}
		if count, counted := counts[state.Name]; counts != nil {
			box.Note = text("graph.counts", map[string]any{"Here": count.Here, "Passed": count.Passed})
			box.Stands = counted && count.Here > 0
		}
		g.places[state.Name] = g.box(box)
	}
	g.made.Arrows = append(g.made.Arrows, Arrow{From: 0, To: g.places[f.Start]})
	for _, state := range f.States {
		g.arrows(g.places[state.Name], stateMoves(state))
	}
	g.aside("anywhere", ruleMoves("", "anywhere", f.Anywhere))
	g.aside("fallback", append(ruleMoves("", "fallback", f.Fallback), stepMoves(move{event: "otherwise"}, f.Otherwise)...))
	return g.made
}

type graph struct {
	flow *Flow
	text func(key string, args map[string]any) string
	made Diagram
	// places are the boxes of states.
	places map[string]int
}

func (g *graph) box(box Box) int {
	g.made.Boxes = append(g.made.Boxes, box)
	return len(g.made.Boxes) - 1
}

// shape tells where money is asked for and where the funnel ends.
func shape(state *State) Shape {
	pays := slices.ContainsFunc(state.Do, func(step Step) bool { return len(step.Uses().Outcomes) > 0 })
	switch {
	case pays:
		return ShapePays
	case len(stateMoves(state)) == 0:
		return ShapeEnds
	}
	return ShapePlain
}

// aside draws ways that leave from every state out of one box of their own.
func (g *graph) aside(name string, ways []move) {
	if len(ways) > 0 {
		g.arrows(g.box(Box{ID: name, Shape: ShapeAside, Title: g.text("graph."+name, nil)}), ways)
	}
}

// arrows draws the ways out of one box; those with one aim share an arrow.
func (g *graph) arrows(from int, ways []move) {
	var aims []string
	arrows := map[string]*Arrow{}
	for _, way := range ways {
		way.to = g.flow.own(way.to)
		if arrows[way.to] == nil {
			aims = append(aims, way.to)
			arrows[way.to] = &Arrow{From: from, Timed: true}
		}
		one := arrows[way.to]
		one.Timed = one.Timed && way.timer != nil
		if text := g.label(way); text != "" && !slices.Contains(one.Labels, text) {
			one.Labels = append(one.Labels, text)
		}
	}
	for _, aim := range aims {
		if to, known := g.elsewhere(aim); known {
			arrows[aim].To = to
			g.made.Arrows = append(g.made.Arrows, *arrows[aim])
		}
	}
}

// elsewhere is the box of a state; of one in another flow it is drawn here.
func (g *graph) elsewhere(aim string) (box int, known bool) {
	if box, known = g.places[aim]; known {
		return box, true
	}
	state := g.flow.State(aim)
	if state == nil {
		return 0, false
	}
	g.places[aim] = g.box(Box{ID: fmt.Sprintf("s%d", len(g.places)+1), State: aim, Title: state.flow.Title + ": " + state.Title, Shape: ShapeElsewhere})
	return g.places[aim], true
}

func (g *graph) label(way move) string {
	switch {
	case way.label != "":
		return g.filled(way.label)
	case way.timer != nil:
		return g.moment(way.timer)
	case way.rule != nil && way.rule.If != nil:
		return g.text("graph.if", map[string]any{"Label": g.condition(way.rule.When), "If": way.rule.If.Source})
	case way.rule != nil:
		return g.condition(way.rule.When)
	case way.event == "next" && g.flow.State(way.from).waits():
		return g.text("graph.answered", nil)
	}
	return ""
}

// filled puts prices and titles in place of their variables, and an ellipsis
// in place of what only the dialog knows.
func (g *graph) filled(text string) string {
	return variable.ReplaceAllStringFunc(text, func(found string) string {
		id, property, _ := strings.Cut(strings.TrimSpace(found[2:len(found)-1]), ".")
		product, known := g.flow.Product(id)
		switch {
		case known && property == "price":
			return product.Price.String()
		case known && property == "title":
			return product.Title
		}
		return "…"
	})
}

// moment is when a timer rings: "через 3 дня", "за 1 час до webinar_date".
func (g *graph) moment(timer *TimerRule) string {
	args := map[string]any{"After": g.delay(timer)}
	if timer.Before > 0 {
		args["Before"] = g.span(timer.Before)
	}
	if timer.On != nil {
		args["On"] = timer.On.Source
	}
	if timer.At != nil {
		args["At"] = timer.At.Source
	}
	key := "graph.after"
	switch {
	case timer.On != nil && timer.Before > 0:
		key = "graph.before_date"
	case timer.On != nil && timer.delayed():
		key = "graph.after_date"
	case timer.On != nil:
		key = "graph.on_date"
	case timer.At != nil && !timer.delayed():
		return g.text("graph.at", args)
	}
	if timer.At != nil {
		return g.text(key, args) + " " + g.text("graph.at", args)
	}
	return g.text(key, args)
}

// delay is how long a timer waits: "1 месяц 2 дня".
func (g *graph) delay(timer *TimerRule) string {
	if timer.Months == 0 {
		return g.span(timer.After)
	}
	text := g.text("graph.months", map[string]any{"Count": timer.Months})
	if timer.After > 0 {
		text += " " + g.span(timer.After)
	}
	return text
}

// span is a delay in the largest unit that fits: "3 дня".
func (g *graph) span(delay time.Duration) string {
	for _, unit := range []struct {
		key     string
		seconds int
	}{{"graph.days", 86400}, {"graph.hours", 3600}, {"graph.minutes", 60}, {"graph.seconds", 1}} {
		if all := int(delay.Seconds()); all >= unit.seconds && all%unit.seconds == 0 {
			return g.text(unit.key, map[string]any{"Count": all / unit.seconds})
		}
	}
	return g.text("graph.seconds", map[string]any{"Count": 0})
}

func (g *graph) condition(when Condition) string {
	switch {
	case when.Any:
		return g.text("graph.any", nil)
	case when.Kind == Paid:
		return g.text("graph."+string(when.Outcome), nil)
	case when.Start && when.Payload == "":
		return "/start"
	case when.Start:
		return "?start=" + when.Payload
	case when.Kind == Command:
		return "/" + strings.Join(when.Words, " /")
	case when.Kind != Text && when.Kind != Button && len(when.Words) > 0:
		return g.text("graph."+string(when.Kind), nil) + ": " + strings.Join(when.Words, ", ")
	case len(when.Words) > 2:
		return "«" + strings.Join(when.Words[:2], "», «") + "» …"
	case len(when.Words) > 0:
		return "«" + strings.Join(when.Words, "», «") + "»"
	}
	return g.text("graph."+string(when.Kind), nil)
}
