package drawing

import "math"

// Room between what stands side by side, and between layers.
const (
	besides = 22.0
	between = 26.0
	margin  = 24.0
)

// settle gives every node its place: each layer as near to the middle of its
// neighbours as the room allows, in some rounds down and up.
func (l *layered) settle() {
	for _, layer := range l.layers {
		x := 0.0
		for _, i := range layer {
			l.nodes[i].x = x + l.nodes[i].width/2
			x += l.nodes[i].width + besides
		}
	}
	for round := range 24 {
		for k := range l.layers {
			if round%2 == 1 {
				k = len(l.layers) - 1 - k
			}
			l.align(l.layers[k], round)
		}
	}
	y, left := margin, math.Inf(1)
	for _, layer := range l.layers {
		high := 0.0
		for _, i := range layer {
			high = max(high, l.nodes[i].height)
		}
		for _, i := range layer {
			l.nodes[i].y = y + high/2
			left = min(left, l.nodes[i].x-l.nodes[i].width/2)
		}
		y += high + between
	}
	for i := range l.nodes {
		l.nodes[i].x += margin - left
	}
}

// align moves the nodes of a layer to where they would like to be, without
// changing their order or touching: neighbours in conflict share the least
// squares' mean (pool adjacent violators).
func (l *layered) align(layer []int, round int) {
	type pool struct {
		sum, weight float64
		count       int
	}
	var pools []pool
	shift := make([]float64, len(layer))
	for k, i := range layer {
		if k > 0 {
			before := l.nodes[layer[k-1]]
			shift[k] = shift[k-1] + (before.width+l.nodes[i].width)/2 + besides
		}
		wish, weight := l.wish(i, round)
		if k > 0 && len(l.nodes[i].up)+len(l.nodes[i].down) == 0 {
			wish = l.nodes[layer[k-1]].x + shift[k] - shift[k-1]
		}
		pools = append(pools, pool{(wish - shift[k]) * weight, weight, 1})
		for len(pools) > 1 {
			a, b := pools[len(pools)-2], pools[len(pools)-1]
			if a.sum/a.weight <= b.sum/b.weight {
				break
			}
			pools = append(pools[:len(pools)-2], pool{a.sum + b.sum, a.weight + b.weight, a.count + b.count})
		}
	}
	k := 0
	for _, one := range pools {
		for range one.count {
			l.nodes[layer[k]].x = one.sum/one.weight + shift[k]
			k++
		}
	}
}

// wish is the middle of the neighbours above or below, of both in the last
// rounds; bends of long arrows insist on it, so that those are straight.
func (l *layered) wish(i, round int) (x, weight float64) {
	one := l.nodes[i]
	near := one.up
	if round%2 == 1 {
		near = one.down
	}
	if round >= 16 {
		near = append(append([]int{}, one.up...), one.down...)
	}
	if len(near) == 0 {
		return one.x, 0.2
	}
	sum, weight := 0.0, 1.0
	for _, k := range near {
		sum += l.nodes[k].x
		if one.bend && l.nodes[k].bend {
			weight = 8
		}
	}
	return sum / float64(len(near)), weight
}
