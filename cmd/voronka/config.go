package main

import (
	"fmt"
	"reflect"
	"text/tabwriter"
)

// configCommand is `voronka config`, also written `voronka help config`.
type configCommand struct{}

// Run prints every setting with its meaning and default.
func (configCommand) Run(a *app) error {
	table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	settings := reflect.TypeFor[Settings]()
	for i := range settings.NumField() {
		tag := settings.Field(i).Tag
		name := tag.Get("envconfig")
		if name == "" {
			continue
		}
		about := a.words.Text(a.language, "settings.about."+name, nil)
		if value := tag.Get("default"); value != "" {
			about += " (" + a.words.Text(a.language, "settings.default", map[string]any{"Value": value}) + ")"
		}
		fmt.Fprintf(table, "%s\t%s\n", name, about)
	}
	return table.Flush()
}
