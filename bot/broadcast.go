package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

// Broadcast is one thing said to many customers at once. It is stored as JSON:
// its field names are a promise.
type Broadcast struct {
	ID string `json:"id"`
	// Text is the template of what is said; in its place To may name a state of
	// the flow that the customers are moved to.
	Text string `json:"text,omitempty"`
	To   string `json:"to,omitempty"`
	// Flow leaves out the customers of other flows; To needs one (the first).
	Flow string `json:"flow,omitempty"`
	// If is a formula over the customer's variables; empty for everybody.
	If string `json:"if,omitempty"`
	// Hours are when customers may be written to, by their own clocks: "10:00–20:00".
	Hours string `json:"hours,omitempty"`
	// Gap leaves out who has had another broadcast within it: "24h", "3d".
	Gap string `json:"gap,omitempty"`
	// At is when it begins; who came later does not get it.
	At   time.Time `json:"at"`
	Made time.Time `json:"made"`

	Status BroadcastStatus `json:"status"`
	// Why is the code of what made it pause by itself.
	Why string `json:"why,omitempty"`
	// Cursor is the last customer looked at; a broadcast goes on behind it. One
	// with hours walks over all customers again and again (Pass), each time from
	// Wake on, which is the Next of the walk before.
	Cursor string    `json:"cursor,omitempty"`
	Pass   int       `json:"pass,omitempty"`
	Wake   time.Time `json:"wake,omitzero"`
	Next   time.Time `json:"next,omitzero"`
	// Told is how many customers it was begun for, Broken for how many the flow
	// failed, Skipped how many the last walk left out and why.
	Told    int                 `json:"told"`
	Broken  int                 `json:"broken,omitempty"`
	Skipped map[flows.Reach]int `json:"skipped,omitempty"`
	Over    time.Time           `json:"over,omitzero"`
}

// BroadcastStatus is where a broadcast stands.
type BroadcastStatus string

// The statuses. Stopped and Done are the end.
const (
	BroadcastPlanned BroadcastStatus = "planned"
	BroadcastRuns    BroadcastStatus = "running"
	BroadcastPaused  BroadcastStatus = "paused"
	BroadcastStopped BroadcastStatus = "stopped"
	BroadcastDone    BroadcastStatus = "done"
)

// Ended tells whether nothing more will come of it.
func (s BroadcastStatus) Ended() bool { return s == BroadcastStopped || s == BroadcastDone }

// keptBroadcasts is how many are listed; those before them that are over are forgotten.
const keptBroadcasts = 500

// broadcastsRef is where the list of broadcasts is kept, the newest first.
const broadcastsRef = "broadcasts"

type listed struct {
	ID    string `json:"id"`
	Ended bool   `json:"ended,omitempty"`
}

func broadcastRef(id string) string { return "broadcast/" + id }

// Announce plans a broadcast. Its ID makes it unique: the same one, asked for
// again by an impatient finger, is the one there is. An error that the author
// can mend is a *sales.Error with the code "broadcast_…" and, where there is
// more to say, a message.
func (b *Bot) Announce(ctx context.Context, plan Broadcast) (Broadcast, error) {
	if _, err := b.prepare(&plan); err != nil {
		return plan, err
	}
	plan.Made, plan.Status = b.Now(), BroadcastPlanned
	if plan.At.Before(plan.Made) {
		plan.At = plan.Made
	}
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		known, err := loadBroadcast(tx, plan.ID)
		if err == nil && known.ID != "" {
			plan = known
			return nil
		}
		if err != nil {
			return err
		}
		list, err := listBroadcasts(tx)
		if err != nil {
			return err
		}
		if err := putJSON(tx, broadcastsRef, withBroadcast(list, plan.ID)); err != nil {
			return err
		}
		return putJSON(tx, broadcastRef(plan.ID), plan)
	})
	if err != nil {
		return plan, fmt.Errorf("plan a broadcast: %w", err)
	}
	return plan, nil
}

// withBroadcast is the list with a new one. The oldest that are over make room;
// one that is still to come stays.
func withBroadcast(list []listed, id string) []listed {
	list = slices.Insert(list, 0, listed{ID: id})
	for i := len(list) - 1; i > 0 && len(list) > keptBroadcasts; i-- {
		if list[i].Ended {
			list = slices.Delete(list, i, i+1)
		}
	}
	return list
}

// fault is an error that the author of a broadcast can mend.
func fault(code, detail string) error {
	return &sales.Error{Code: "broadcast_" + code, Action: sales.Bury, Message: detail}
}

// prepare checks a plan against the flows that are live, and compiles whom it
// is meant for.
func (b *Bot) prepare(plan *Broadcast) (audience flows.Audience, err error) {
	plan.Text, plan.To, plan.If, plan.Hours = strings.TrimSpace(plan.Text), strings.TrimSpace(plan.To), strings.TrimSpace(plan.If), strings.TrimSpace(plan.Hours)
	plan.Gap = strings.TrimSpace(plan.Gap)
	if plan.To != "" {
		plan.Flow = cmp.Or(plan.Flow, b.Live().Flows[0].ID)
	}
	audience = flows.Audience{Broadcast: plan.ID, Flow: plan.Flow, Since: plan.At}
	flow := b.Live().Flow(plan.Flow)
	switch {
	case plan.ID == "" || len(plan.ID) > 64 || strings.ContainsAny(plan.ID, "/: "):
		return audience, fault("id", plan.ID)
	case plan.Text == "" && plan.To == "":
		return audience, fault("empty", "")
	case plan.Text != "" && plan.To != "":
		return audience, fault("both", "")
	case len(utf16.Encode([]rune(plan.Text))) > flows.MaxText:
		return audience, fault("long", "")
	case plan.Flow != "" && flow == nil:
		return audience, fault("flow", plan.Flow)
	case plan.To != "" && flow.State(plan.To) == nil:
		return audience, fault("state", plan.To)
	}
	if _, err := flows.ParseTemplate(plan.Text); err != nil {
		return audience, fault("text", err.Error())
	}
	if plan.If != "" {
		if audience.If, err = flows.ParseFormula(plan.If); err != nil {
			return audience, fault("if", err.Error())
		}
	}
	hours, ok := flows.ParseHours(plan.Hours)
	if !ok {
		return audience, fault("hours", plan.Hours)
	}
	audience.Hours = hours
	if plan.Gap != "" {
		if audience.Gap, ok = flows.ParseDuration(plan.Gap); !ok {
			return audience, fault("gap", plan.Gap)
		}
	}
	return audience, nil
}

// Broadcasts lists the broadcasts, the newest first.
func (b *Bot) Broadcasts(ctx context.Context, limit int) (all []BroadcastReport, err error) {
	err = b.peek(ctx, func(tx storage.Tx) error {
		all = nil
		list, err := listBroadcasts(tx)
		if err != nil {
			return err
		}
		for _, one := range list[:min(len(list), limit)] {
			report, err := reportBroadcast(tx, one.ID)
			if err != nil {
				return err
			}
			all = append(all, report)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list broadcasts: %w", err)
	}
	if rester, able := b.Chat.(Rester); able {
		until := rester.Rests(Bulk)
		for i := range all {
			if all[i].Status == BroadcastRuns && until.After(b.Now()) {
				all[i].Rest = until
			}
		}
	}
	return all, nil
}

func loadBroadcast(tx storage.Tx, id string) (plan Broadcast, err error) {
	return plan, loadJSON(tx, broadcastRef(id), &plan)
}

func listBroadcasts(tx storage.Tx) (list []listed, err error) {
	return list, loadJSON(tx, broadcastsRef, &list)
}

// putBroadcast writes a broadcast, and keeps the list's word on whether it has ended.
func putBroadcast(tx storage.Tx, plan Broadcast) error {
	if err := putJSON(tx, broadcastRef(plan.ID), plan); err != nil {
		return err
	}
	list, err := listBroadcasts(tx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(one listed) bool { return one.ID == plan.ID })
	if i < 0 || list[i].Ended == plan.Status.Ended() {
		return nil
	}
	list[i].Ended = plan.Status.Ended()
	return putJSON(tx, broadcastsRef, list)
}

// loadJSON reads a ref that holds JSON; an absent one changes nothing.
func loadJSON(tx storage.Tx, ref string, into any) error {
	raw, err := tx.Ref(ref)
	if err != nil || raw == "" {
		return err
	}
	if err := json.Unmarshal([]byte(raw), into); err != nil {
		return fmt.Errorf("read %s: %w", ref, err)
	}
	return nil
}

func putJSON(tx storage.Tx, ref string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write %s: %w", ref, err)
	}
	return tx.PutRef(ref, string(raw))
}
