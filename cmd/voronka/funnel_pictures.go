package main

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"voronka/flows"
	"voronka/flows/drawing"
	"voronka/web/console"
)

// pictures are those of the live funnels, with how many customers are where.
// Counting goes through all dialogs, so that a picture is kept for a minute.
type pictures struct {
	service *service
	lock    sync.Mutex
	kept    map[string]picture
}

type picture struct {
	svg     []byte
	version string
	made    time.Time
}

// keptFor is how old a picture may be.
const keptFor = time.Minute

func (p *pictures) list() []console.Funnel {
	var all []console.Funnel
	for _, flow := range p.service.bot.Live().Flows {
		all = append(all, console.Funnel{ID: flow.ID, Title: flow.Title})
	}
	return all
}

// draw gives the picture of a funnel, nil when there is none. Two askers never
// count at once.
func (p *pictures) draw(ctx context.Context, id string) ([]byte, error) {
	flow := p.service.bot.Live().Flow(id)
	if flow == nil {
		return nil, nil
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	old, now := p.kept[id], p.service.now()
	if old.version == flow.Version && now.Sub(old.made) < keptFor {
		return old.svg, nil
	}
	counts, err := counted(ctx, p.service.store, flow)
	if err != nil {
		return nil, fmt.Errorf("count customers: %w", err)
	}
	var out bytes.Buffer
	if err := drawing.SVG(&out, flow.Title, flows.NewDiagram(flow, speech(p.service.words, p.service.Language), counts)); err != nil {
		return nil, err
	}
	if p.kept == nil {
		p.kept = map[string]picture{}
	}
	p.kept[id] = picture{out.Bytes(), flow.Version, now}
	return out.Bytes(), nil
}
