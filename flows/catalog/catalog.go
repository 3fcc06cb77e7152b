// Package catalog holds ready funnels in YAML with the files they hand over:
// `voronka demo` plays them, `voronka init` copies them for a start.
package catalog

import "embed"

// FS holds the funnels at its root and their files beside them.
//
//go:embed *.yaml files
var FS embed.FS
