package drawing

import (
	"fmt"
	"html"
	"strings"

	"voronka/flows"
)

// style is in light and dark, as the reader's system is.
const style = `
svg{--page:#fff;--ink:#1d2433;--soft:#5b6475;--box:#f4f6fa;--edge:#8b95a7;--pay:#e4f5ea;--payedge:#2f8f56;--end:#fdeeea;--endedge:#c1543b;--here:#2a63d4;font:14px "Segoe UI","DejaVu Sans",Arial,sans-serif}
@media (prefers-color-scheme:dark){svg{--page:#14171d;--ink:#e6e9ef;--soft:#9aa4b5;--box:#222832;--edge:#6d7788;--pay:#17352a;--payedge:#4fb97c;--end:#3a231d;--endedge:#e07d62;--here:#7ba5ff}}
.page{fill:var(--page)}text{fill:var(--ink);text-anchor:middle}.small{font-size:12px;fill:var(--soft)}
.box{fill:var(--box);stroke:var(--edge);stroke-width:1.2}.pays{fill:var(--pay);stroke:var(--payedge)}.ends{fill:var(--end);stroke:var(--endedge)}
.start{fill:var(--ink);stroke:var(--ink)}.start+text{fill:var(--page)}.elsewhere{stroke-dasharray:5 3}.stands{stroke:var(--here);stroke-width:3}
.way{fill:none;stroke:var(--edge);stroke-width:1.4}.timed{stroke-dasharray:6 4}.tip{fill:var(--edge)}.word{fill:var(--page);opacity:.92}.left{text-anchor:start}.head{font-weight:600}
`

// box draws one box with what stands in it.
func (p *picture) box(i int) string {
	box, at := p.diagram.Boxes[i], p.plan.nodes[i]
	class, round := "box", 8.0
	switch box.Shape {
	case flows.ShapePays, flows.ShapeElsewhere:
		class += " " + string(box.Shape)
	case flows.ShapeEnds, flows.ShapeStart:
		class, round = class+" "+string(box.Shape), at.height/2
	}
	if box.Stands {
		class += " stands"
	}
	var out strings.Builder
	fmt.Fprintf(&out, `<g><rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="%.1f"/>`,
		class, at.x-at.width/2, at.y-at.height/2, at.width, at.height, min(round, 26))
	y := at.y - at.height/2 + 10
	for _, text := range p.boxes[i] {
		y += line
		fmt.Fprintf(&out, `<text x="%.1f" y="%.1f">%s</text>`, at.x, y-4, html.EscapeString(text))
	}
	for _, text := range p.notes[i] {
		y += smallLine
		fmt.Fprintf(&out, `<text class="small" x="%.1f" y="%.1f">%s</text>`, at.x, y-3, html.EscapeString(text))
	}
	out.WriteString("</g>\n")
	return out.String()
}

// arrow draws a way as one soft line through the places between its ends.
func (p *picture) arrow(k int) string {
	one := p.plan.edges[k]
	points := make([][2]float64, 0, 2*len(one.way))
	for n, i := range one.way {
		at := p.plan.nodes[i]
		top, bottom := [2]float64{at.x, at.y - at.height/2}, [2]float64{at.x, at.y + at.height/2}
		switch {
		case n == 0:
			points = append(points, [2]float64{p.port(i, one.way[1], true), bottom[1]})
		case n == len(one.way)-1:
			points = append(points, [2]float64{p.port(i, one.way[n-1], false), top[1]})
		default:
			points = append(points, top, bottom)
		}
	}
	if one.turned {
		for a, b := 0, len(points)-1; a < b; a, b = a+1, b-1 {
			points[a], points[b] = points[b], points[a]
		}
	}
	var path strings.Builder
	fmt.Fprintf(&path, "M%.1f %.1f", points[0][0], points[0][1])
	for n := 1; n < len(points); n++ {
		a, b := points[n-1], points[n]
		half := (b[1] - a[1]) / 2
		fmt.Fprintf(&path, "C%.1f %.1f %.1f %.1f %.1f %.1f", a[0], a[1]+half, b[0], b[1]-half, b[0], b[1])
	}
	class := "way"
	if p.diagram.Arrows[p.arrows[k]].Timed {
		class += " timed"
	}
	return fmt.Sprintf(`<path class="%s" d="%s" marker-end="url(#end)"/>`+"\n", class, path.String())
}

// port is where a way leaves or enters a box: drawn towards where it goes, so
// that ways do not all begin in one point.
func (p *picture) port(box, next int, below bool) float64 {
	at := p.plan.nodes[box]
	near := at.down
	if !below {
		near = at.up
	}
	if len(near) < 2 {
		return at.x
	}
	rank := 0
	for _, other := range near {
		if p.plan.nodes[other].x < p.plan.nodes[next].x {
			rank++
		}
	}
	room := min(at.width-32, float64(len(near)-1)*26)
	return at.x - room/2 + room*float64(rank)/float64(len(near)-1)
}

// label writes what takes a way, over a patch that keeps other lines off.
func (p *picture) label(k int) string {
	if len(p.words[k]) == 0 {
		return ""
	}
	for _, i := range p.plan.edges[k].way {
		at := p.plan.nodes[i]
		if at.bend || i < len(p.diagram.Boxes) {
			continue
		}
		var out strings.Builder
		fmt.Fprintf(&out, `<g><rect class="word" x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="4"/>`,
			at.x-at.width/2, at.y-at.height/2, at.width, at.height)
		y := at.y - at.height/2
		for _, text := range p.words[k] {
			y += smallLine
			fmt.Fprintf(&out, `<text class="small" x="%.1f" y="%.1f">%s</text>`, at.x, y-3.5, html.EscapeString(text))
		}
		out.WriteString("</g>\n")
		return out.String()
	}
	return ""
}

// panel tells below the picture what leaves from every state.
func (p *picture) panel(y float64) (svg string, height float64) {
	var out strings.Builder
	from := y
	for i, head := range p.asides {
		y += line + 6
		fmt.Fprintf(&out, `<text class="left head" x="%.1f" y="%.1f">%s</text>`+"\n", margin, y-4, html.EscapeString(head))
		for _, text := range p.aside[i] {
			y += smallLine + 2
			fmt.Fprintf(&out, `<text class="left small" x="%.1f" y="%.1f">%s</text>`+"\n", margin+12, y-3, html.EscapeString(text))
		}
	}
	if y > from {
		y += margin
	}
	return out.String(), y - from
}
