package console

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"voronka/storage"
)

// BringBack returns to a version by its digest; the lines say what keeps it
// from going live.
type BringBack func(ctx context.Context, digest string) (faults []string, err error)

const mostVersions = 100

type publication struct {
	storage.Version
	// Now is set for what its flow runs.
	Now bool
}

type versionsPage struct{ List []publication }

// versions lists what was live, the newest first.
func (c *Console) versions(w http.ResponseWriter, r *http.Request) {
	var page versionsPage
	err := c.Store.View(r.Context(), func(tx storage.Tx) error {
		page.List = nil
		list, err := tx.Published(mostVersions)
		seen := map[string]bool{}
		for _, one := range list {
			page.List = append(page.List, publication{one, !seen[one.Flow]})
			seen[one.Flow] = true
		}
		return err
	})
	if err != nil {
		c.fail(w, err)
		return
	}
	c.show(w, r, http.StatusOK, "versions", page)
}

func (c *Console) bringBack(w http.ResponseWriter, r *http.Request) {
	faults, err := c.Return(r.Context(), r.PathValue("digest"))
	switch {
	case errors.Is(err, storage.ErrNotFound):
		http.NotFound(w, r)
	case err != nil:
		c.fail(w, err)
	case len(faults) > 0:
		http.Error(w, c.Text(c.Language, "console.version_refused", nil)+"\n"+strings.Join(faults, "\n"), http.StatusConflict)
	default:
		http.Redirect(w, r, "/console/versions", http.StatusSeeOther)
	}
}
