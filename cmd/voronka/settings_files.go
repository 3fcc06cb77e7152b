package main

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"

	"voronka/flows"
	"voronka/sales"
)

// largestDocument is what a bot may send as a file (Bot API, Sending files).
const largestDocument = 50 << 20

// errNoLinks is a project with files that are handed over by a link, and no
// address or key to make links with.
var errNoLinks = errors.New("large files need a public address and a key")

// fits tells whether a project can do its work with these settings.
func (s Settings) fits(project *flows.Project) error {
	return cmp.Or(s.cardsKept(project), s.filesServed(project))
}

// filesServed tells whether every file that is handed over by a link can be:
// without an address and a key only what Telegram takes can.
func (s Settings) filesServed(project *flows.Project) error {
	if s.Public != "" && s.SecretKey != "" || project == nil {
		return nil
	}
	for _, flow := range project.Flows {
		var goods []sales.Delivery
		for _, product := range flow.Products {
			goods = append(goods, product.Deliver)
		}
		for _, plan := range flow.Plans {
			goods = append(goods, plan.Deliver)
		}
		for _, one := range goods {
			info, err := os.Stat(filepath.Join(project.Dir, filepath.FromSlash(one.Download)))
			if one.Download != "" && err == nil && info.Size() > largestDocument {
				return &spoken{"settings.download_address", map[string]any{"File": flow.File, "Name": one.Download}, errNoLinks}
			}
		}
	}
	return nil
}
