package console

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/sales"
)

// Broadcaster says one thing to many customers; see the methods of bot.Bot.
type Broadcaster interface {
	Announce(ctx context.Context, plan bot.Broadcast) (bot.Broadcast, error)
	EstimateBroadcast(ctx context.Context, plan bot.Broadcast) (bot.BroadcastEstimate, error)
	Broadcasts(ctx context.Context, limit int) ([]bot.BroadcastReport, error)
	SteerBroadcast(ctx context.Context, id, word string) error
}

func (c *Console) routeBroadcasts() {
	if c.Broadcasts == nil {
		return
	}
	c.mux.HandleFunc("GET /console/broadcasts", c.guarded(c.broadcasts))
	c.mux.HandleFunc("POST /console/broadcasts", c.guarded(c.announce))
	c.mux.HandleFunc("POST /console/broadcasts/{id}/{word}", c.guarded(c.steerBroadcast))
	c.mux.HandleFunc("GET /console/api/broadcasts", c.admitted(c.listBroadcasts))
	c.mux.HandleFunc("POST /console/api/broadcasts", c.admitted(c.orderBroadcast))
	c.mux.HandleFunc("POST /console/api/broadcasts/{id}/{word}", c.admitted(c.steerByProgram))
}

// mostBroadcasts bounds the page.
const mostBroadcasts = 50

// momentLayout is how a browser writes a moment (HTML, input type=datetime-local).
const momentLayout = "2006-01-02T15:04"

type broadcastsPage struct {
	// Plan is what stands in the form, At as the browser writes it.
	Plan bot.Broadcast
	At   string
	// Fault is what is wrong with it, Estimate whom it would reach; at most one is set.
	Fault    string
	Estimate *bot.BroadcastEstimate
	All      []bot.BroadcastReport
}

func (c *Console) broadcasts(w http.ResponseWriter, r *http.Request) {
	c.showBroadcasts(w, r, http.StatusOK, broadcastsPage{Plan: bot.Broadcast{ID: newBroadcastID(), Hours: "10:00–21:00"}})
}

func (c *Console) showBroadcasts(w http.ResponseWriter, r *http.Request, status int, page broadcastsPage) {
	var err error
	if page.All, err = c.Broadcasts.Broadcasts(r.Context(), mostBroadcasts); err != nil {
		c.fail(w, err)
		return
	}
	c.show(w, r, status, "broadcasts", page)
}

// newBroadcastID is short, for people read it in dialogs.
func newBroadcastID() string { return strings.ToLower(rand.Text()[:10]) }

// announce counts whom a broadcast would reach, or begins it.
func (c *Console) announce(w http.ResponseWriter, r *http.Request) {
	page := broadcastsPage{At: r.PostFormValue("at"), Plan: bot.Broadcast{
		ID: r.PostFormValue("act"), Text: r.PostFormValue("text"), To: r.PostFormValue("to"), Flow: r.PostFormValue("flow"),
		If: r.PostFormValue("if"), Hours: r.PostFormValue("hours"), Gap: r.PostFormValue("gap"),
	}}
	at, err := time.ParseInLocation(momentLayout, page.At, c.Zone)
	if err != nil && page.At != "" {
		page.Fault = c.Text(c.Language, "broadcast.fault.at", nil)
		c.showBroadcasts(w, r, http.StatusUnprocessableEntity, page)
		return
	}
	page.Plan.At = at
	if r.PostFormValue("word") == "count" {
		estimate, err := c.Broadcasts.EstimateBroadcast(r.Context(), page.Plan)
		if err == nil {
			page.Estimate = &estimate
			c.showBroadcasts(w, r, http.StatusOK, page)
			return
		}
		c.refuseBroadcast(w, r, page, err)
		return
	}
	if _, err := c.Broadcasts.Announce(r.Context(), page.Plan); err != nil {
		c.refuseBroadcast(w, r, page, err)
		return
	}
	http.Redirect(w, r, "/console/broadcasts", http.StatusSeeOther)
}

func (c *Console) refuseBroadcast(w http.ResponseWriter, r *http.Request, page broadcastsPage, err error) {
	coded, mine := broadcastFault(err)
	if !mine {
		c.fail(w, err)
		return
	}
	page.Fault = c.faultText(coded)
	c.showBroadcasts(w, r, http.StatusUnprocessableEntity, page)
}

// broadcastFault tells whether an error is one that the author can mend.
func broadcastFault(err error) (*sales.Error, bool) {
	coded := sales.AsError(err)
	return coded, strings.HasPrefix(coded.Code, "broadcast_")
}

func (c *Console) faultText(coded *sales.Error) string {
	return c.Text(c.Language, "broadcast.fault."+strings.TrimPrefix(coded.Code, "broadcast_"), map[string]any{"Detail": coded.Message})
}

func (c *Console) steerBroadcast(w http.ResponseWriter, r *http.Request) {
	err := c.Broadcasts.SteerBroadcast(r.Context(), r.PathValue("id"), r.PathValue("word"))
	if coded, mine := broadcastFault(err); err != nil && mine {
		http.Error(w, c.faultText(coded), http.StatusNotFound)
		return
	}
	if err != nil {
		c.fail(w, err)
		return
	}
	http.Redirect(w, r, "/console/broadcasts", http.StatusSeeOther)
}

// reaches are the reasons that a page shows, in its order.
func reaches() []flows.Reach {
	return []flows.Reach{flows.ReachQuiet, flows.ReachOptOut, flows.ReachBlocked, flows.ReachManual, flows.ReachRecent, flows.ReachHad, flows.ReachOthers}
}
