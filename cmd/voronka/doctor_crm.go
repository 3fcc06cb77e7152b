package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"voronka/crm"
	"voronka/crm/amocrm"
	"voronka/flows"
	"voronka/sales"
)

// lookAtCRM tries the way in and looks for what the funnels name.
func (d *doctor) lookAtCRM(ctx context.Context, project *flows.Project) {
	if d.AmoURL == "" || !d.sound("VORONKA_AMOCRM_URL", "VORONKA_AMOCRM_TOKEN", "VORONKA_AMOCRM_RATE", "VORONKA_AMOCRM_CLIENT_ID", "VORONKA_SECRET_KEY") {
		return
	}
	const name = "amoCRM"
	config := amocrm.Config{
		URL: d.AmoURL, Token: string(d.AmoToken), HTTP: d.client(name, nil), RequestsPerSecond: d.amoRate(), Now: d.now, Patience: d.patience,
	}
	if d.AmoToken == "" {
		access, done, err := d.amoWayIn(ctx, config.HTTP)
		if err != nil {
			d.noteUnseenCRM(err)
			return
		}
		defer done()
		config.Access = access
	}
	account := amocrm.New(config)
	found, err := account.Check(ctx, nil, nil)
	ends := amocrm.Ends(string(d.AmoToken))
	args := map[string]any{"Pipeline": found.Pipeline, "Ends": ends.Format("02.01.2006")}
	if errors.Is(err, errBotsTokens) {
		d.noteUnseenCRM(err)
		return
	}
	if err != nil {
		d.noteRefusedCRM(name, ends, err)
		return
	}
	d.note("crm", well, "crm_right", args)
	if !ends.IsZero() && ends.Sub(d.now()) < soon {
		d.note("crm", doubt, "crm_token_ends", args)
	} else if !ends.IsZero() {
		d.note("crm", well, "crm_token_lives", args)
	}
	lacks, err := account.Compare(ctx, wantedInCRM(project, d.amoHookURL()))
	if err != nil {
		d.noteRefusedCRM(name, ends, err)
		return
	}
	d.noteLacks(lacks, found)
	d.noteChats(ctx, project, account)
}

// noteChats tells what keeps dialogs from being chats.
func (d *doctor) noteChats(ctx context.Context, project *flows.Project, account *amocrm.CRM) {
	lacks, err := d.chatLacks(ctx, project, d.amoChats(account, nil))
	for _, one := range lacks {
		code := "crm_lacks"
		if one.people {
			code = "crm_chats"
		}
		d.note("crm", doubt, code, map[string]any{"What": d.text("amocrm.lacks."+one.key, one.args)})
	}
	if err != nil {
		d.noteCall("crm", "amojo", err)
	}
}

// noteLacks tells what of the funnels' names the account does not have.
func (d *doctor) noteLacks(lacks crm.Lacks, found amocrm.Check) {
	for _, one := range lackLines(lacks) {
		switch one.key {
		case "stages":
			exist := "—"
			if one.args["Pipeline"] == found.Pipeline {
				exist = guillemets(found.Stages)
			}
			d.note("crm", faulty, "crm_stages", map[string]any{"Pipeline": one.args["Pipeline"], "Stages": one.args["Names"], "Exist": exist})
		case "fields":
			d.note("crm", faulty, "crm_fields", map[string]any{"Fields": one.args["Names"]})
		case "pipelines", "person":
			d.note("crm", faulty, "crm_lacks", map[string]any{"What": d.text("amocrm.lacks."+one.key, one.args)})
		case "bills", "unwritable":
			d.note("crm", faulty, "crm_lacks_people", map[string]any{"What": d.text("amocrm.lacks."+one.key, one.args)})
		case "mark": // there are other places for it
		default:
			code := "crm_lacks"
			if one.people {
				code = "crm_lacks_people"
			}
			d.note("crm", doubt, code, map[string]any{"What": d.text("amocrm.lacks."+one.key, one.args)})
		}
	}
}

func (d *doctor) noteRefusedCRM(name string, ends time.Time, err error) {
	switch code := sales.AsError(err).Code; {
	case code == "crm_token" && !ends.IsZero() && ends.Before(d.now()):
		d.note("crm", faulty, "crm_token_ended", map[string]any{"Ends": ends.Format("02.01.2006")})
	case code == "crm_token", code == "crm_grant", code == "crm_unpaid", code == "crm_denied", code == "crm_address":
		d.note("crm", faulty, code, nil)
	default:
		d.noteCall("crm", name, err)
	}
}

// guillemets lists names: «Выбор», «Оплата».
func guillemets(names []string) string {
	if len(names) == 0 {
		return "—"
	}
	return "«" + strings.Join(names, "», «") + "»"
}
