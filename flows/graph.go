package flows

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Graph draws a flow as a Mermaid flowchart: a box for each state, titled as
// people call it, and an arrow for each way, named by what takes it. text finds
// words under graph.* keys. The same flow always gives the same diagram.
func Graph(f *Flow, text func(key string, args map[string]any) string) string {
	g := &graph{flow: f, text: text, ids: map[string]string{}}
	for i, state := range f.States {
		g.ids[state.Name] = fmt.Sprintf("s%d", i+1)
	}
	g.out.WriteString("flowchart TD\n")
	g.line("start((%s))", quoted(text("graph.start", nil)))
	for _, state := range f.States {
		g.line("%s%s", g.ids[state.Name], shape(state))
	}
	g.line("start --> %s", g.ids[f.Start])
	for _, state := range f.States {
		g.arrows(g.ids[state.Name], stateMoves(state))
	}
	g.aside("anywhere", ruleMoves("", "anywhere", f.Anywhere))
	g.aside("fallback", append(ruleMoves("", "fallback", f.Fallback), stepMoves(move{event: "otherwise"}, f.Otherwise)...))
	return g.out.String()
}

type graph struct {
	flow *Flow
	text func(key string, args map[string]any) string
	ids  map[string]string
	out  strings.Builder
}

func (g *graph) line(format string, args ...any) { fmt.Fprintf(&g.out, "  "+format+"\n", args...) }

// shape is a box; rounder where the funnel ends, with corners where money is asked for.
func shape(state *State) string {
	title := quoted(state.Title)
	pays := slices.ContainsFunc(state.Do, func(step Step) bool { return len(step.Uses().Outcomes) > 0 })
	switch {
	case pays:
		return "{{" + title + "}}"
	case len(stateMoves(state)) == 0:
		return "([" + title + "])"
	}
	return "[" + title + "]"
}

// aside draws ways that leave from every state out of one box of their own.
func (g *graph) aside(name string, ways []move) {
	if len(ways) == 0 {
		return
	}
	g.line("%s>%s]", name, quoted(g.text("graph."+name, nil)))
	g.arrows(name, ways)
}

// arrows draws the ways out of one box; those with one aim share an arrow.
func (g *graph) arrows(from string, ways []move) {
	var aims []string
	labels := map[string][]string{}
	for _, way := range ways {
		way.to = g.flow.own(way.to)
		if !slices.Contains(aims, way.to) {
			aims = append(aims, way.to)
		}
		if text := g.label(way); text != "" && !slices.Contains(labels[way.to], text) {
			labels[way.to] = append(labels[way.to], text)
		}
	}
	for _, aim := range aims {
		g.elsewhere(aim)
		arrow := "-->"
		if len(labels[aim]) > 0 {
			arrow += "|" + quoted(strings.Join(labels[aim], " / ")) + "|"
		}
		g.line("%s %s %s", from, arrow, g.ids[aim])
	}
}

// elsewhere draws the box of a state of another flow, once.
func (g *graph) elsewhere(aim string) {
	state := g.flow.State(aim)
	if g.ids[aim] != "" || state == nil {
		return
	}
	g.ids[aim] = fmt.Sprintf("s%d", len(g.ids)+1)
	g.line("%s[[%s]]", g.ids[aim], quoted(state.flow.Title+": "+state.Title))
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
	args := map[string]any{"After": g.span(timer.After)}
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
	case timer.On != nil && timer.After > 0:
		key = "graph.after_date"
	case timer.On != nil:
		key = "graph.on_date"
	case timer.At != nil && timer.After == 0:
		return g.text("graph.at", args)
	}
	if timer.At != nil {
		return g.text(key, args) + " " + g.text("graph.at", args)
	}
	return g.text(key, args)
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

// maxLabel keeps a diagram readable.
const maxLabel = 80

// quoted is a label as Mermaid takes it: in quotes, with its entities.
func quoted(label string) string {
	label = strings.Join(strings.Fields(label), " ")
	if runes := []rune(label); len(runes) > maxLabel {
		label = string(runes[:maxLabel-1]) + "…"
	}
	return `"` + strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;").Replace(label) + `"`
}
