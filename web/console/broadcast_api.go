package console

import (
	"encoding/json"
	"net/http"

	"voronka/bot"
)

// The door of `voronka broadcast`: JSON in, JSON out, for programs that know the
// console's password. Browsers are never asked for a password here, so no other
// site can make one send it.

// admitted lets a program in.
func (c *Console) admitted(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, password, _ := r.BasicAuth()
		ok, tired := c.doorkeeper.admit(password)
		switch {
		case tired:
			http.Error(w, c.Text(c.Language, "console.login_tired", nil), http.StatusTooManyRequests)
		case !ok:
			http.Error(w, c.Text(c.Language, "console.login_wrong", nil), http.StatusUnauthorized)
		default:
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			next(w, r)
		}
	}
}

func (c *Console) listBroadcasts(w http.ResponseWriter, r *http.Request) {
	all, err := c.Broadcasts.Broadcasts(r.Context(), mostBroadcasts)
	c.answer(w, all, err)
}

func (c *Console) orderBroadcast(w http.ResponseWriter, r *http.Request) {
	var plan bot.Broadcast
	if err := json.NewDecoder(r.Body).Decode(&plan); err != nil {
		http.Error(w, "JSON of a broadcast expected", http.StatusBadRequest)
		return
	}
	if plan.ID == "" {
		plan.ID = newBroadcastID()
	}
	if r.URL.Query().Has("count") {
		estimate, err := c.Broadcasts.EstimateBroadcast(r.Context(), plan)
		c.answer(w, estimate, err)
		return
	}
	made, err := c.Broadcasts.Announce(r.Context(), plan)
	c.answer(w, made, err)
}

func (c *Console) steerByProgram(w http.ResponseWriter, r *http.Request) {
	err := c.Broadcasts.SteerBroadcast(r.Context(), r.PathValue("id"), r.PathValue("word"))
	c.answer(w, struct{}{}, err)
}

// answer writes what was asked for, or what is wrong: a code and its detail with
// the status 422.
func (c *Console) answer(w http.ResponseWriter, value any, err error) {
	status := http.StatusOK
	if coded, mine := broadcastFault(err); err != nil && mine {
		status, value = http.StatusUnprocessableEntity, map[string]string{"code": coded.Code, "detail": coded.Message}
	} else if err != nil {
		c.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A program that has left cannot be told anything.
	_ = json.NewEncoder(w).Encode(value)
}
