package goflow_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/nyaruka/gocommon/urns"
	"github.com/nyaruka/goflow/assets"
	"github.com/nyaruka/goflow/assets/static"
	"github.com/nyaruka/goflow/envs"
	"github.com/nyaruka/goflow/flows"
	"github.com/nyaruka/goflow/flows/engine"
	"github.com/nyaruka/goflow/flows/events"
	"github.com/nyaruka/goflow/flows/resumes"
	"github.com/nyaruka/goflow/flows/triggers"
	"github.com/nyaruka/goflow/utils"
)

//go:embed quiz.json
var quizJSON []byte

const contactJSON = `{"uuid":"ba96bf7f-bc2a-4873-a7c7-254d1927c4e3","id":1,"name":"Анна","status":"active",
	"created_on":"2026-12-01T12:00:00Z","timezone":"Europe/Moscow","urns":["telegram:1"]}`

// theirs holds the talk in goflow.
type theirs struct {
	engine flows.Engine
	env    envs.Environment
	assets flows.SessionAssets
	flow   flows.Flow
	// stored lets every input read the session from JSON and write it back, as
	// mailroom does.
	stored bool
}

func newTheirs(stored bool) (*theirs, error) {
	source, err := static.NewSource(quizJSON)
	if err != nil {
		return nil, fmt.Errorf("read quiz.json: %w", err)
	}
	env := envs.NewBuilder().Build()
	made, err := engine.NewSessionAssets(env, source, nil)
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	flow, err := made.Flows().FindByName("Quiz")
	if err != nil {
		return nil, fmt.Errorf("read flow: %w", err)
	}
	return &theirs{engine: engine.NewBuilder().Build(), env: env, assets: made, flow: flow, stored: stored}, nil
}

// hold plays the talk once and gives what the customer was told.
func (g *theirs) hold() ([]string, error) {
	ctx := context.Background()
	contact, err := flows.ReadContact(g.assets, []byte(contactJSON), assets.PanicOnMissing)
	if err != nil {
		return nil, fmt.Errorf("read contact: %w", err)
	}
	trigger := triggers.NewBuilder(g.flow.Reference(false)).Manual().Build()
	session, sprint, err := g.engine.NewSession(ctx, g.assets, g.env, contact, trigger, nil)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	said := texts(nil, sprint)
	for _, line := range talk() {
		if session, err = g.restore(session, contact); err != nil {
			return nil, err
		}
		message := flows.NewMsgIn(urns.URN("telegram:1"), nil, line, []utils.Attachment{}, "")
		if sprint, err = session.Resume(ctx, resumes.NewMsg(events.NewMsgReceived(message))); err != nil {
			return nil, fmt.Errorf("resume: %w", err)
		}
		said = texts(said, sprint)
	}
	return said, nil
}

func (g *theirs) restore(session flows.Session, contact *flows.Contact) (flows.Session, error) {
	if !g.stored {
		return session, nil
	}
	data, err := json.Marshal(session)
	if err != nil {
		return nil, fmt.Errorf("write session: %w", err)
	}
	again, err := g.engine.ReadSession(g.assets, data, g.env, contact, nil, assets.PanicOnMissing)
	if err != nil {
		return nil, fmt.Errorf("read session: %w", err)
	}
	return again, nil
}

func texts(said []string, sprint flows.Sprint) []string {
	for _, event := range sprint.Events() {
		if created, ok := event.(*events.MsgCreated); ok {
			said = append(said, created.Msg.Text())
		}
	}
	return said
}
