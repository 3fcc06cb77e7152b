package amocrm

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"voronka/crm"
	"voronka/sales"
)

// The closed stages have the same ids in every pipeline (API v4, leads_pipelines).
const (
	statusWon  = 142
	statusLost = 143
)

// typeUnsorted is the stage "Неразобранное"; a deal cannot be put there by its id.
const typeUnsorted = 1

// place is where a deal stands. A zero pipeline means: the one it is in.
type place struct{ pipeline, status number }

// stageFor finds the place that a stage name means for a deal that is in the
// pipeline current (0: not made yet). The pipeline that the manager chose for
// the deal goes before the configured one. An empty name is the first stage.
func (d *directory) stageFor(ctx context.Context, wanted, name string, current number) (place, error) {
	if current != 0 {
		switch name {
		case "":
			return place{}, nil
		case crm.Won:
			return place{status: statusWon}, nil
		case crm.Lost:
			return place{status: statusLost}, nil
		}
	}
	var found place
	var exist []string
	err := lookup(d.pipelines, d.now(), func() ([]pipeline, error) { return d.loadPipelines(ctx) }, func(all []pipeline) bool {
		home := d.homeOf(wanted, all)
		if home == nil {
			return false
		}
		found, exist = seek(all, home, name, current)
		return found.status != 0
	})
	switch {
	case err != nil:
		return place{}, err
	case found.status != 0:
		return found, nil
	case exist == nil:
		return place{}, &sales.Error{Code: "crm_stage", Action: sales.Bury, Message: fmt.Sprintf("the account has no pipeline %q", cmp.Or(wanted, d.pipeline))}
	}
	return place{}, &sales.Error{Code: "crm_stage", Action: sales.Bury,
		Message: fmt.Sprintf("the pipeline has no stage %q; it has: %s", name, strings.Join(exist, ", "))}
}

func seek(all []pipeline, home *pipeline, name string, current number) (place, []string) {
	for i := range all {
		if all[i].ID != current || current == home.ID {
			continue
		}
		if at := all[i].stage(name); at.status != 0 {
			return at, nil
		}
	}
	at := home.stage(name)
	var exist []string
	for _, s := range home.open() {
		exist = append(exist, "«"+s.Name+"»")
	}
	return at, append(exist, crm.Won, crm.Lost)
}

// home is the pipeline for new deals where the change names none.
func (d *directory) home(all []pipeline) *pipeline { return d.homeOf("", all) }

// homeOf is the pipeline of a name, else the configured one, else the main one.
func (d *directory) homeOf(wanted string, all []pipeline) *pipeline {
	name := cmp.Or(wanted, d.pipeline)
	for i := range all {
		if name == "" && all[i].IsMain || name != "" && fold(all[i].Name) == fold(name) {
			return &all[i]
		}
	}
	if name == "" && len(all) > 0 {
		return &all[0]
	}
	return nil
}

// open are the stages of work in the order of the board.
func (p pipeline) open() []status {
	var out []status
	for _, s := range p.Embedded.Value.Statuses {
		if s.Type != typeUnsorted && s.ID != statusWon && s.ID != statusLost {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b status) int { return int(a.Sort - b.Sort) })
	return out
}

// unsorted is the id of the stage «Неразобранное», 0 where it is off.
func (p pipeline) unsorted() number {
	for _, s := range p.Embedded.Value.Statuses {
		if s.Type == typeUnsorted {
			return s.ID
		}
	}
	return 0
}

func (p pipeline) stage(name string) place {
	switch name {
	case crm.Won:
		return place{p.ID, statusWon}
	case crm.Lost:
		return place{p.ID, statusLost}
	}
	for _, s := range p.open() {
		if name == "" || fold(s.Name) == fold(name) {
			return place{p.ID, s.ID}
		}
	}
	for _, s := range p.Embedded.Value.Statuses {
		if s.Type != typeUnsorted && fold(s.Name) == fold(name) {
			return place{p.ID, s.ID}
		}
	}
	return place{}
}
