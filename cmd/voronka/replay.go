package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

// replayCommand plays the recorded dialogs of a database against a folder.
type replayCommand struct {
	Dir      string `arg:"" default:"./flows" help:"Папка проекта · project folder"`
	Database string `required:"" help:"База или её копия · the database or a copy of it" placeholder:"voronka.db"`
	Last     int    `help:"Сколько последних диалогов взять; 0 — все · how many dialogs, last active first; 0 means all" placeholder:"N"`
	JSON     bool   `name:"json" help:"Ответ для программ · answer for programs"`
}

// noFlow is why a dialog is not replayed: its flow is not in the folder.
const noFlow = "no_flow"

// replayReport is what `voronka replay --json` answers.
type replayReport struct {
	// Dialogs were played from beginning to end or up to where a replay must stop.
	Dialogs int `json:"dialogs"`
	// Differ counts those of them in which the bot would have said something else.
	Differ int `json:"differ"`
	// Stopped counts those that could not be replayed, or not to their end.
	Stopped int            `json:"stopped"`
	List    []replayDialog `json:"list"`
}

// replayDialog is one dialog of the report.
type replayDialog struct {
	Contact string `json:"contact"`
	Flow    string `json:"flow"`
	flows.Replayed
}

// Run replays the dialogs. It fails when somebody would have been told
// something else.
func (c *replayCommand) Run(a *app) error {
	project, err := a.loadProject(c.Dir)
	if err != nil {
		return err
	}
	report, err := c.replay(a, project)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := json.NewEncoder(a.out).Encode(report); err != nil {
			return fmt.Errorf("print the replay: %w", err)
		}
	} else {
		report.print(a)
	}
	if report.Differ > 0 {
		return exit(exitFault)
	}
	return nil
}

// errEnough ends the reading of dialogs.
var errEnough = errors.New("enough dialogs")

func (c *replayCommand) replay(a *app, project *flows.Project) (replayReport, error) {
	report := replayReport{List: []replayDialog{}}
	store, err := openExisting(a.ctx, c.Database)
	if err != nil {
		return report, err
	}
	defer store.Close()
	engine := flows.Engine{Zone: zone(a.env), Texts: engineTexts(a.words)}
	err = store.View(a.ctx, func(tx storage.Tx) error {
		return eachSession(tx, func(contact sales.Contact, session flows.Session) error {
			if c.Last > 0 && len(report.List) >= c.Last {
				return errEnough
			}
			journal, err := wholeJournal(tx, contact.ID)
			if err != nil || len(journal) == 0 {
				return err
			}
			one := replayDialog{Contact: contact.ID, Flow: session.Flow}
			if flow := project.Flow(session.Flow); flow == nil {
				one.Stopped, one.StoppedAt = noFlow, journal[0].At
			} else {
				one.Replayed = engine.Replay(flow, contact, session, journal)
			}
			report.add(one)
			return a.ctx.Err()
		})
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return report, err
}

func (r *replayReport) add(one replayDialog) {
	r.List = append(r.List, one)
	if one.Inputs > 0 {
		r.Dialogs++
	}
	if one.Differ > 0 {
		r.Differ++
	}
	if one.Stopped != "" {
		r.Stopped++
	}
}

// wholeJournal reads all lines of a contact, the earliest first.
func wholeJournal(tx storage.Tx, contact string) ([]flows.Line, error) {
	const page = 1000
	var pages [][]flows.Line
	var before int64
	for {
		lines, err := tx.Journal(contact, before, page)
		if err != nil {
			return nil, fmt.Errorf("read a journal: %w", err)
		}
		pages = append(pages, lines)
		if len(lines) < page {
			slices.Reverse(pages)
			return slices.Concat(pages...), nil
		}
		before = lines[0].Seq
	}
}

func (r replayReport) print(a *app) {
	a.say("replay.dialogs", map[string]any{"Count": r.Dialogs})
	for _, one := range r.List {
		if one.First != nil {
			one.print(a)
		}
	}
	for _, one := range r.List {
		if one.Stopped != "" {
			why := a.words.Text(a.language, "replay.stopped."+one.Stopped, nil)
			key := "replay.not"
			if one.Inputs > 0 {
				key = "replay.partly"
			}
			a.say(key, map[string]any{"Contact": printable(one.Contact), "At": moment(a, one.StoppedAt), "Why": why})
		}
	}
	r.printGuessed(a)
	if r.Differ == 0 && r.Dialogs > 0 {
		a.say("replay.same", nil)
	}
}

// printGuessed says of what the answers may be wrong: variables of the project
// whose values of then nobody knows.
func (r replayReport) printGuessed(a *app) {
	names, dialogs := map[string]bool{}, 0
	for _, one := range r.List {
		if len(one.Guessed) > 0 {
			dialogs++
		}
		for _, name := range one.Guessed {
			names[name] = true
		}
	}
	if dialogs > 0 {
		a.say("replay.guessed", map[string]any{"Count": dialogs, "Names": strings.Join(slices.Sorted(maps.Keys(names)), ", ")})
	}
}

func (d replayDialog) print(a *app) {
	first := d.First
	a.say("replay.differs", map[string]any{
		"Contact": printable(d.Contact), "Flow": d.Flow, "Differ": d.Differ, "Inputs": d.Inputs,
		"At": moment(a, first.At), "Kind": first.Kind, "Words": oneLine(first.Words),
	})
	a.say("replay.was", map[string]any{"Said": spokenAs(a, first.Was)})
	a.say("replay.becomes", map[string]any{"Said": spokenAs(a, first.Becomes)})
}

func moment(a *app, at time.Time) string { return at.In(zone(a.env)).Format("02.01.2006 15:04") }

// spokenAs are messages in one line, each with its buttons.
func spokenAs(a *app, said []flows.Said) string {
	if len(said) == 0 {
		return a.words.Text(a.language, "replay.silence", nil)
	}
	messages := make([]string, len(said))
	for i, one := range said {
		messages[i] = oneLine(one.Text)
		if one.Kind != "text" {
			messages[i] = strings.TrimSpace(one.Kind + ": " + messages[i])
		}
		for _, button := range one.Buttons {
			messages[i] += " [" + oneLine(button) + "]"
		}
	}
	return strings.Join(messages, " ⏎ ")
}

// oneLine is a text of a customer or of a bot as a terminal may show it.
func oneLine(text string) string {
	return printable(strings.Join(strings.Fields(text), " "))
}
