package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/storage"
)

// pending is what waits in a dialog, with words where the project is known.
func (c *Console) pending(session flows.Session) []flows.Pending {
	if c.Live != nil {
		return c.Live().Pending(session)
	}
	var all []flows.Pending
	for _, timer := range session.Timers {
		all = append(all, flows.Pending{ID: timer.ID, State: timer.State, Due: timer.Due, Rule: "—"})
	}
	return all
}

// moment is how a form writes a date with a time.
const moment = "2006-01-02T15:04"

// retime moves a pending reminder, lets it ring now, or cancels it.
func (c *Console) retime(w http.ResponseWriter, r *http.Request) {
	var due time.Time
	switch r.PostFormValue("word") {
	case "cancel":
	case "now":
		due = c.Now()
	case "move":
		at, err := time.ParseInLocation(moment, r.PostFormValue("at"), c.Zone)
		if err != nil {
			http.Error(w, c.Text(c.Language, "console.bad_moment", nil), http.StatusUnprocessableEntity)
			return
		}
		due = at
	default:
		http.NotFound(w, r)
		return
	}
	id := r.PathValue("id")
	err := c.Bot.Retime(r.Context(), id, r.PathValue("timer"), due)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		http.NotFound(w, r)
		return
	case err != nil && !errors.Is(err, bot.ErrNoTimer): // one that has rung meanwhile needs nothing more
		c.fail(w, err)
		return
	}
	http.Redirect(w, r, "/console/dialogs/"+url.PathEscape(id), http.StatusSeeOther)
}

// mostComing bounds the calendar.
const mostComing = 500

// coming is one line of the calendar.
type coming struct {
	Contact string
	Name    string
	flows.Pending
}

type calendarPage struct {
	Coming []coming
	// More is set when there is more than the page shows.
	More bool
}

// calendar shows who gets what in the next day.
func (c *Console) calendar(w http.ResponseWriter, r *http.Request) {
	var page calendarPage
	until := c.Now().Add(24 * time.Hour)
	err := c.Store.View(r.Context(), func(tx storage.Tx) error {
		page = calendarPage{}
		due, _, err := tx.Ringing(until, mostComing)
		if err != nil {
			return err
		}
		page.More = len(due) == mostComing
		for _, id := range due {
			contact, err := tx.Contact(id)
			if err != nil {
				return err
			}
			session, err := tx.Session(id)
			if err != nil {
				return err
			}
			for _, one := range c.pending(session) {
				if !one.Due.After(until) {
					page.Coming = append(page.Coming, coming{id, contact.Name, one})
				}
			}
		}
		return nil
	})
	if err != nil {
		c.fail(w, err)
		return
	}
	sortComing(page.Coming)
	c.show(w, r, http.StatusOK, "calendar", page)
}

func sortComing(list []coming) {
	slices.SortStableFunc(list, func(a, b coming) int { return a.Due.Compare(b.Due) })
}
