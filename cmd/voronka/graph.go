package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"voronka/flows"
	"voronka/flows/drawing"
	"voronka/sales"
	"voronka/storage"
)

// graphCommand draws one funnel: a Mermaid diagram, or a picture.
type graphCommand struct {
	Flow   string `arg:"" help:"Файл воронки · file of the funnel"`
	SVG    bool   `name:"svg" help:"Картинка SVG вместо Mermaid · a picture in SVG"`
	Counts string `help:"База или её копия: сколько клиентов где · a database or a copy of it: how many customers are where" placeholder:"voronka.db"`
}

// Run prints the diagram, or what keeps the funnel from being drawn.
func (c *graphCommand) Run(a *app) error {
	flow, found, err := c.load()
	if err != nil {
		return unread(c.Flow, err)
	}
	text := speech(a.words, a.language)
	if flow == nil {
		if err := renderAll(a.err, 0, found, text); err != nil {
			return err
		}
		return exit(exitFault)
	}
	var counts flows.Counts
	if c.Counts != "" {
		if counts, err = count(a, c.Counts, flow); err != nil {
			return err
		}
	}
	diagram := flows.NewDiagram(flow, text, counts)
	if c.SVG {
		return drawing.SVG(a.out, flow.Title, diagram)
	}
	_, err = fmt.Fprint(a.out, diagram.Mermaid())
	return err
}

// load reads the flow within its folder, for it may lead into others there.
func (c *graphCommand) load() (*flows.Flow, []flows.Diagnostic, error) {
	if _, err := os.Stat(c.Flow); err != nil {
		return nil, nil, err
	}
	project, _, err := loader().Load(filepath.Dir(c.Flow))
	if err == nil && project != nil {
		for _, flow := range project.Flows {
			if filepath.Base(flow.File) == filepath.Base(c.Flow) {
				return flow, nil, nil
			}
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	return loader().LoadFile(c.Flow)
}

// count tells how many customers stand in each state of a flow, and how many
// have ever been there, as the journals tell.
func count(a *app, database string, flow *flows.Flow) (flows.Counts, error) {
	store, err := openExisting(a.ctx, database)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	return counted(a.ctx, store, flow)
}

func counted(ctx context.Context, store storage.Store, flow *flows.Flow) (flows.Counts, error) {
	counts := flows.Counts{}
	err := store.View(ctx, func(tx storage.Tx) error {
		return eachSession(tx, func(contact sales.Contact, session flows.Session) error {
			if err := ctx.Err(); err != nil || session.Flow != flow.ID {
				return err
			}
			been, err := visited(tx, contact.ID)
			if err != nil {
				return err
			}
			been[session.State] = true
			for state := range been {
				one := counts[state]
				one.Passed++
				if state == session.State {
					one.Here++
				}
				counts[state] = one
			}
			return nil
		})
	})
	return counts, err
}

// visited are the states that a journal names.
func visited(tx storage.Tx, contact string) (map[string]bool, error) {
	const page = 500
	been, before := map[string]bool{}, int64(0)
	for {
		lines, err := tx.Journal(contact, before, page)
		if err != nil {
			return nil, fmt.Errorf("read journal: %w", err)
		}
		for _, line := range lines {
			if line.State != "" {
				been[line.State] = true
			}
		}
		if len(lines) < page {
			return been, nil
		}
		before = lines[0].Seq
	}
}
