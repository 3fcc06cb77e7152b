package main

import (
	"fmt"

	"voronka/flows"
)

// graphCommand draws one funnel as a Mermaid diagram.
type graphCommand struct {
	Flow string `arg:"" help:"Файл воронки · file of the funnel"`
}

// Run prints the diagram, or what keeps the funnel from being drawn.
func (c *graphCommand) Run(a *app) error {
	flow, found, err := loader().LoadFile(c.Flow)
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
	_, err = fmt.Fprint(a.out, flows.Graph(flow, text))
	return err
}
