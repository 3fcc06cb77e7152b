package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"voronka/flows"
	"voronka/storage"
)

// coming is one thing that a customer is going to get.
type coming struct {
	Contact string `json:"contact"`
	Name    string `json:"name,omitempty"`
	flows.Pending
}

// mostComing bounds the calendar.
const mostComing = 10000

// when tells who gets what until then, as the flows of the folder say it.
func (c *planCommand) when(a *app, project *flows.Project, span time.Duration) error {
	store, err := openExisting(a.ctx, c.Database)
	if err != nil {
		return err
	}
	defer store.Close()
	var list []coming
	until := a.now().Add(span)
	err = store.View(a.ctx, func(tx storage.Tx) error {
		due, _, err := tx.Ringing(until, mostComing)
		if err != nil {
			return fmt.Errorf("list reminders: %w", err)
		}
		for _, id := range due {
			session, err := tx.Session(id)
			if err != nil {
				return fmt.Errorf("read a dialog: %w", err)
			}
			contact, err := tx.Contact(id)
			if err != nil {
				return fmt.Errorf("read a contact: %w", err)
			}
			for _, one := range project.Pending(session) {
				if !one.Due.After(until) {
					list = append(list, coming{id, contact.Name, one})
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	sortComing(list)
	if c.JSON {
		if list == nil {
			list = []coming{}
		}
		if err := json.NewEncoder(a.out).Encode(list); err != nil {
			return fmt.Errorf("print the calendar: %w", err)
		}
		return nil
	}
	c.printComing(a, list, span)
	return nil
}

func (c *planCommand) printComing(a *app, list []coming, span time.Duration) {
	a.say("plan.coming", map[string]any{"Reminders": len(list), "Span": flows.FormatDuration(span)})
	day := ""
	for _, one := range list {
		due := one.Due.In(a.zone())
		if today := due.Format("02.01.2006"); today != day {
			day = today
			fmt.Fprintf(a.out, "%s\n", day)
		}
		what := one.Says
		switch {
		case one.Rule == "" && !one.Pause:
			what = a.words.Text(a.language, "plan.coming_gone", nil)
		case what == "":
			what = "→ " + one.To
		}
		fmt.Fprintf(a.out, "  %s  %s %s  %s  %s\n", due.Format("15:04"), one.Contact, one.Name, one.State, flows.Clip(what, 80))
	}
}

func sortComing(list []coming) {
	slices.SortStableFunc(list, func(a, b coming) int { return a.Due.Compare(b.Due) })
}

// zone is the project's time zone by the settings, Moscow's where they are wrong.
func (a *app) zone() *time.Location {
	name := "Europe/Moscow"
	for _, pair := range a.env {
		if value, found := strings.CutPrefix(pair, "VORONKA_TIMEZONE="); found && value != "" {
			name = value
		}
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}
