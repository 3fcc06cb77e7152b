package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

// planCommand tells what publishing a folder would do to the dialogs under way.
type planCommand struct {
	Dir      string `arg:"" default:"./flows" help:"Папка проекта · project folder"`
	Database string `required:"" help:"База или её копия · the database or a copy of it" placeholder:"voronka.db"`
	When     string `help:"Кто что получит за этот срок: 24h, 7d · who gets what within this time" placeholder:"24h"`
	JSON     bool   `name:"json" help:"Ответ для программ · answer for programs"`
}

// Run counts the dialogs of a database. It fails when some would lose their
// place.
func (c *planCommand) Run(a *app) error {
	project, err := a.loadProject(c.Dir)
	if err != nil {
		return err
	}
	if c.When != "" {
		span, ok := flows.ParseDuration(c.When)
		if !ok {
			return &spoken{"plan.bad_span", map[string]any{"Span": c.When}, errors.New("no duration")}
		}
		return c.when(a, project, span)
	}
	plan, err := c.read(a, project)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(a.out).Encode(map[string]any{
			"dialogs": plan.Dialogs, "questions": plan.Questions, "states": plan.Stands(), "timers": plan.Alarms(),
		})
		if err != nil {
			return fmt.Errorf("print the plan: %w", err)
		}
	} else {
		c.print(a, plan)
	}
	if stands := plan.Stands(); len(stands) > 0 && stands[0].Lost {
		return exit(exitFault)
	}
	return nil
}

func (c *planCommand) read(a *app, project *flows.Project) (*flows.Plan, error) {
	store, err := openExisting(a.ctx, c.Database)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	var plan *flows.Plan
	err = store.View(a.ctx, func(tx storage.Tx) error {
		plan = flows.NewPlan(project, remembered(tx))
		return eachSession(tx, func(_ sales.Contact, session flows.Session) error {
			plan.Add(session)
			return nil
		})
	})
	return plan, err
}

func (c *planCommand) print(a *app, plan *flows.Plan) {
	a.say("plan.dialogs", map[string]any{"Count": plan.Dialogs})
	for _, one := range plan.Stands() {
		key := "plan.stays"
		switch {
		case one.Lost:
			key = "plan.lost"
		case one.To != one.State:
			key = "plan.moves"
		}
		a.say(key, map[string]any{"Flow": one.Flow, "State": one.State, "To": one.To, "Dialogs": one.Dialogs})
	}
	if plan.Questions > 0 {
		a.say("plan.questions", map[string]any{"Dialogs": plan.Questions})
	}
	for _, one := range plan.Alarms() {
		key := "plan.timer_changes"
		switch {
		case one.Becomes == "":
			key = "plan.timer_gone"
		case one.Was == "":
			key = "plan.timer_new"
		}
		a.say(key, map[string]any{"Flow": one.Flow, "State": one.State, "Was": one.Was, "Becomes": one.Becomes, "Timers": one.Timers})
	}
}

// eachSession goes through all contacts that have a dialog.
func eachSession(tx storage.Tx, do func(sales.Contact, flows.Session) error) error {
	const page = 500
	var after sales.Contact
	for {
		contacts, err := tx.Contacts(after, page)
		if err != nil {
			return fmt.Errorf("list contacts: %w", err)
		}
		for _, contact := range contacts {
			session, err := tx.Session(contact.ID)
			if errors.Is(err, storage.ErrNotFound) {
				continue
			}
			if err == nil {
				err = do(contact, session)
			}
			if err != nil {
				return fmt.Errorf("read a dialog: %w", err)
			}
		}
		if len(contacts) < page {
			return nil
		}
		after = contacts[len(contacts)-1]
	}
}

// remembered loads published versions, each once.
func remembered(tx storage.Tx) func(digest string) *flows.Flow {
	known := map[string]*flows.Flow{}
	return func(digest string) *flows.Flow {
		if flow, seen := known[digest]; seen {
			return flow
		}
		version, err := tx.Version(digest)
		if err == nil {
			for name, text := range version.Sources {
				if flow, _ := loader().LoadText(name, text); flow != nil && flow.ID == version.Flow {
					known[digest] = flow
				}
			}
		}
		return known[digest]
	}
}
