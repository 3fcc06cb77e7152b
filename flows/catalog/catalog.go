// Package catalog holds ready funnels in YAML with the files they hand over:
// `voronka demo` plays them, `voronka init` copies them for a start.
package catalog

import (
	"embed"
	"io/fs"
)

// FS holds the funnels at its root and their files beside them.
//
//go:embed *.yaml files
var FS embed.FS

// club holds the club by subscription, a project of its own.
//
//go:embed club
var club embed.FS

// Club holds the club by subscription at its root.
func Club() (fs.FS, error) { return fs.Sub(club, "club") }
