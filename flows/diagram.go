package flows

import (
	"fmt"
	"slices"
	"strings"
)

// Diagram is what a picture of a flow shows.
type Diagram struct {
	// Boxes are the start, the states in the order of the file, and what stands beside.
	Boxes  []Box
	Arrows []Arrow
}

// Box is a state, or something that is drawn like one.
type Box struct {
	// ID is unique within the diagram: letters and digits.
	ID string
	// State is its name, empty for a box that is none.
	State, Title string
	// Note counts customers: "12 здесь · 340 прошли"; may be empty.
	Note string
	// Stands is set where customers stand now.
	Stands bool
	Shape  Shape
}

// Shape is what kind of box it is.
type Shape string

// Shapes of boxes.
const (
	ShapePlain     Shape = ""
	ShapeStart     Shape = "start"
	ShapePays      Shape = "pays" // money is asked for
	ShapeEnds      Shape = "ends"
	ShapeAside     Shape = "aside"     // rules of every state
	ShapeElsewhere Shape = "elsewhere" // a state of another flow
)

// Arrow leads from one box to another, both by their index.
type Arrow struct {
	From, To int
	// Labels are what takes the way; none for one that is taken at once.
	Labels []string
	// Timed is set when nothing but time takes it.
	Timed bool
}

// Counts tells of each state how many customers are there.
type Counts map[string]Count

// Count is of one state.
type Count struct {
	// Here stand now, Passed have ever been there, these included.
	Here, Passed int
}

// Mermaid writes the diagram as a flowchart of Mermaid.
func (d Diagram) Mermaid() string {
	var out strings.Builder
	drawn := map[int]bool{}
	draw := func(i int) {
		if !drawn[i] {
			drawn[i] = true
			fmt.Fprintf(&out, "  %s%s\n", d.Boxes[i].ID, d.Boxes[i].mermaid())
		}
	}
	out.WriteString("flowchart TD\n")
	for i, box := range d.Boxes {
		if box.Shape != ShapeAside && box.Shape != ShapeElsewhere {
			draw(i)
		}
	}
	for _, arrow := range d.Arrows {
		draw(arrow.From)
		draw(arrow.To)
		line := "-->"
		if len(arrow.Labels) > 0 {
			line += "|" + quoted(strings.Join(arrow.Labels, " / ")) + "|"
		}
		fmt.Fprintf(&out, "  %s %s %s\n", d.Boxes[arrow.From].ID, line, d.Boxes[arrow.To].ID)
	}
	if slices.ContainsFunc(d.Boxes, func(b Box) bool { return b.Stands }) {
		out.WriteString("  classDef stands stroke-width:3px\n")
	}
	return out.String()
}

func (b Box) mermaid() string {
	title := quoted(b.Title)
	if b.Note != "" {
		title = strings.TrimSuffix(title, `"`) + "<br/>" + strings.Trim(quoted(b.Note), `"`) + `"`
	}
	shaped := map[Shape]string{
		ShapePlain: "[%s]", ShapeStart: "((%s))", ShapePays: "{{%s}}", ShapeEnds: "([%s])", ShapeAside: ">%s]", ShapeElsewhere: "[[%s]]",
	}
	text := fmt.Sprintf(shaped[b.Shape], title)
	if b.Stands {
		text += ":::stands"
	}
	return text
}

// maxLabel keeps a diagram readable.
const maxLabel = 80

// quoted is a label as Mermaid takes it: in quotes, with its entities.
func quoted(label string) string {
	label = Clip(strings.Join(strings.Fields(label), " "), maxLabel)
	return `"` + strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;").Replace(label) + `"`
}
