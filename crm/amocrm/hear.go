package amocrm

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"voronka/crm"
)

var _ crm.Hearer = (*CRM)(nil)

// HookEvents are what webhooks are subscribed to (API v4, webhooks-api).
func HookEvents() []string {
	return []string{"status_lead", "responsible_lead", "note_lead", "update_task", "delete_lead", "restore_lead"}
}

// hookKey takes apart the keys of a webhook: leads[status][0][id] (webhooks-format).
var hookKey = regexp.MustCompile(`^(leads|task)\[(\w+)\]\[(\d+)\](?:\[note\])?\[(\w+)\]$`)

// Hints implements crm.Hearer: a webhook is a form with PHP's brackets; indexes
// may be sparse, and how a note is nested is not documented.
func (c *CRM) Hints(body []byte) []crm.Hint {
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil
	}
	type row struct{ entity, action, index string }
	rows := map[row]map[string]string{}
	var order []row
	for key, value := range values {
		parts := hookKey.FindStringSubmatch(key)
		if parts == nil || len(value) == 0 {
			continue
		}
		at := row{parts[1], parts[2], parts[3]}
		if rows[at] == nil {
			rows[at] = map[string]string{}
			order = append(order, at)
		}
		rows[at][parts[4]] = value[0]
	}
	var hints []crm.Hint
	for _, at := range order {
		if hint := hintOf(at.entity, at.action, rows[at]); hint.Deal != "" {
			hints = append(hints, hint)
		}
	}
	slices.SortFunc(hints, func(a, b crm.Hint) int { return strings.Compare(a.Deal, b.Deal) })
	return hints
}

// elementLead is the number of deals in the old API's element_type (webhooks-format).
const elementLead = "2"

func hintOf(entity, action string, told map[string]string) crm.Hint {
	switch {
	case entity == "task":
		if told["element_type"] != elementLead {
			return crm.Hint{}
		}
		return crm.Hint{Deal: whole(told["element_id"]), Tasks: true}
	case action == "note":
		if kind := told["note_type"]; kind == noteService || kind == noteExtended {
			return crm.Hint{} // our own
		}
		return crm.Hint{Deal: whole(told["element_id"]), Notes: true}
	}
	hint := crm.Hint{Deal: whole(told["id"])}
	if action == "status" && told["status_id"] != "" && told["pipeline_id"] != "" {
		hint.Place = whole(told["pipeline_id"]) + "/" + whole(told["status_id"])
	}
	return hint
}

// whole is a number as it came, empty for anything else.
func whole(text string) string {
	if n, err := strconv.ParseInt(text, 10, 64); err != nil || n <= 0 {
		return ""
	}
	return text
}

// happening is a line of the account's history (API v4, events-and-notes).
type happening struct {
	Kind   string          `json:"type"`
	Entity string          `json:"entity_type"`
	ID     number          `json:"entity_id"`
	At     number          `json:"created_at"`
	After  json.RawMessage `json:"value_after"`
}

const (
	// eventsPage is how many events a page has at most (API v4, events-and-notes).
	eventsPage = 100
	// eventsTime is how much of the history is read at once: after an outage of a
	// day who is interrupted must not begin at its start again.
	eventsTime = time.Hour
)

// Missed implements crm.Hearer through the account's history.
func (c *CRM) Missed(ctx context.Context, since time.Time) ([]crm.Hint, time.Time, error) {
	ctx = withRank(ctx, ofStages)
	until := c.cfg.Now()
	query := url.Values{
		"filter[type][]":           {"lead_status_changed", "entity_responsible_changed", "common_note_added", "task_completed"},
		"filter[created_at][from]": {strconv.FormatInt(since.Unix(), 10)},
		"limit":                    {strconv.Itoa(eventsPage)},
	}
	if end := since.Add(eventsTime); end.Before(until) {
		until = end
		query.Set("filter[created_at][to]", strconv.FormatInt(until.Unix(), 10))
	}
	var hints []crm.Hint
	moved := map[string]bool{}
	for number := 1; ; number++ {
		query.Set("page", strconv.Itoa(number))
		var read page
		found, err := c.api.get(ctx, "events", query, &read)
		if err != nil || !found {
			return hints, until, err
		}
		var events []happening
		if err := read.items("events", &events); err != nil {
			return hints, until, lost("GET", "events")
		}
		for _, e := range events {
			hint := crm.Hint{Deal: id(e.ID), Place: e.place(), Notes: e.Kind == "common_note_added", Tasks: e.Kind == "task_completed"}
			if e.Entity != "lead" || hint.Place != "" && moved[hint.Deal] {
				continue // the newest come first: where it stood before is no news
			}
			hints, moved[hint.Deal] = append(hints, hint), moved[hint.Deal] || hint.Place != ""
		}
		if len(read.Links.Value.Next) == 0 {
			break
		}
	}
	return hints, until, nil
}

// place is where a moved deal was taken to (amoCRM samples, event_value lead status).
func (h happening) place() string {
	var after []struct {
		Status struct {
			ID       number `json:"id"`
			Pipeline number `json:"pipeline_id"`
		} `json:"lead_status"`
	}
	if h.Kind != "lead_status_changed" || json.Unmarshal(h.After, &after) != nil || len(after) == 0 || after[0].Status.ID == 0 {
		return ""
	}
	return placeName(after[0].Status.Pipeline, after[0].Status.ID)
}

// Look implements crm.Hearer.
func (c *CRM) Look(ctx context.Context, hint crm.Hint, known crm.Refs) (crm.News, error) {
	ctx = withRank(ctx, ofStages)
	c.recent.forget(hint.Deal)
	w := &work{CRM: c, refs: known}
	deal, err := w.leadByID(ctx, hint.Deal)
	if err != nil || deal == nil {
		return crm.News{Gone: err == nil}, err
	}
	news := crm.News{Place: placeName(deal.PipelineID, deal.StatusID), Responsible: id(deal.ResponsibleID)}
	if news.Stage, err = c.directory.stageName(ctx, deal.PipelineID, deal.StatusID); err != nil {
		return news, err
	}
	if known.Responsible != "" && known.Responsible != news.Responsible {
		if news.Manager, err = c.directory.userName(ctx, deal.ResponsibleID); err != nil {
			return news, err
		}
	}
	if hint.Notes {
		if news.Notes, err = c.heardNotes(ctx, hint.Deal, known.LastNote); err != nil {
			return news, err
		}
	}
	if hint.Tasks {
		news.Done, err = c.doneTasks(ctx, known.Tasks)
	}
	return news, err
}

// heardNotes are what people wrote after a note. Notes of ours are service
// messages, or end with our heading.
func (c *CRM) heardNotes(ctx context.Context, deal, last string) ([]crm.HeardNote, error) {
	after, _ := strconv.ParseInt(last, 10, 64) // none heard yet: all of them
	var heard []crm.HeardNote
	query := url.Values{"order[id]": {"desc"}, "filter[note_type][]": {"common"}}
	err := each(ctx, c.api, "leads/"+url.PathEscape(deal)+"/notes", "notes", query, 1, func(n note) bool {
		ours := strings.Contains(n.Params.Value.Text, "\n— "+c.cfg.Service+" · ")
		if int64(n.ID) > after && n.Type == "common" && !ours {
			heard = append(heard, crm.HeardNote{ID: id(n.ID), Text: n.Params.Value.Text, At: time.Unix(int64(n.CreatedAt), 0)})
		}
		return int64(n.ID) > after
	})
	slices.Reverse(heard)
	return heard, err
}

// doneTasks are those of ours that are finished.
func (c *CRM) doneTasks(ctx context.Context, ours []string) ([]crm.DoneTask, error) {
	if len(ours) == 0 {
		return nil, nil
	}
	var done []crm.DoneTask
	err := each(ctx, c.api, "tasks", "tasks", url.Values{"filter[id][]": ours}, 1, func(t task) bool {
		if t.Completed && slices.Contains(ours, id(t.ID)) {
			done = append(done, crm.DoneTask{ID: id(t.ID), Text: t.Text, Result: t.Result.Value.Text})
		}
		return true
	})
	return done, err
}

// stageName is what a stage is called in a funnel: won, lost or its name.
func (d *directory) stageName(ctx context.Context, pipelineID, statusID number) (string, error) {
	switch statusID {
	case statusWon:
		return crm.Won, nil
	case statusLost:
		return crm.Lost, nil
	}
	name := ""
	err := lookup(d.pipelines, d.now(), func() ([]pipeline, error) { return d.loadPipelines(ctx) }, func(all []pipeline) bool {
		for _, p := range all {
			for _, s := range p.Embedded.Value.Statuses {
				if p.ID == pipelineID && s.ID == statusID {
					name = s.Name
				}
			}
		}
		return name != ""
	})
	return name, err
}

// userName is a manager's name; empty where only an administrator may read it.
func (d *directory) userName(ctx context.Context, user64 number) (string, error) {
	users, _, err := d.users.get(d.now(), func() ([]user, error) { return listed[user](ctx, d, "users", "users") })
	for _, u := range users {
		if u.ID == user64 {
			return u.Name, err
		}
	}
	return "", err
}
