// Package goflow_test measures Voronka beside nyaruka/goflow: the same talk, held by
// both engines in one process. It is a module of its own, so that goflow (AGPL)
// never comes near the program.
package goflow_test

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"voronka/flows"
	"voronka/flows/steps"
)

//go:embed quiz.yaml
var quizYAML string

// talk is what the customer writes: two of the lines are refused, one is
// answered in place.
func talk() []string {
	return []string{"двадцать", "30", "анна собака мейл", "anna@mail.ru", "а что там?", "подробнее", "беру"}
}

// voronka holds the talk in our engine.
type voronka struct {
	flow *flows.Flow
	// stored lets every input read the session from JSON and write it back, as a
	// server does.
	stored bool
}

func newVoronka(stored bool) (*voronka, error) {
	flow, found := flows.Loader{Kinds: steps.All()}.LoadText("quiz.yaml", quizYAML)
	if flow == nil {
		return nil, fmt.Errorf("quiz.yaml: %+v", found)
	}
	return &voronka{flow: flow, stored: stored}, nil
}

// hold plays the talk once and gives what the customer was told.
func (v *voronka) hold() ([]string, error) {
	stage := flows.NewRehearsal(flows.Engine{}, v.flow, time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))
	stage.Profile = flows.Profile{}
	stage.Contact.Name = "Анна"
	var said []string
	inputs := []flows.Input{{Kind: flows.Command, Text: "start"}}
	for _, line := range talk() {
		inputs = append(inputs, flows.Input{Kind: flows.Text, Text: line})
	}
	for _, input := range inputs {
		if err := v.restore(stage); err != nil {
			return nil, err
		}
		turn, err := stage.Send(input)
		if err != nil {
			return nil, err
		}
		for _, effect := range turn.Effects {
			if say, ok := effect.(flows.Say); ok {
				said = append(said, say.Text)
			}
		}
	}
	return said, nil
}

func (v *voronka) restore(stage *flows.Rehearsal) error {
	if !v.stored {
		return nil
	}
	data, err := json.Marshal(stage.Session)
	var session flows.Session
	err = errors.Join(err, json.Unmarshal(data, &session))
	stage.Session = session
	return err
}
