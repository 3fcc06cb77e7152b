package console

import (
	"errors"
	"net/http"
	"strconv"

	"voronka/internal/outbox"
	"voronka/storage"
)

// mostJobs bounds the page; who has more of them has another problem.
const mostJobs = 200

type workPage struct {
	Buried, Waiting []outbox.Job
}

func (c *Console) work(w http.ResponseWriter, r *http.Request) {
	var page workPage
	err := c.Store.View(r.Context(), func(tx storage.Tx) (err error) {
		if page.Buried, err = tx.Buried(mostJobs); err != nil {
			return err
		}
		page.Waiting, err = tx.Waiting(mostJobs)
		return err
	})
	if err != nil {
		c.fail(w, err)
		return
	}
	c.show(w, r, http.StatusOK, "work", page)
}

func (c *Console) retry(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	// A job revived by somebody else meanwhile is no longer there: that is what was wanted.
	if err := c.Bot.Revive(r.Context(), id); err != nil && !errors.Is(err, outbox.ErrUnknownJob) {
		c.fail(w, err)
		return
	}
	http.Redirect(w, r, "/console/work", http.StatusSeeOther)
}
