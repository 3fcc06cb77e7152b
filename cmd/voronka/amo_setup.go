package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"voronka/crm"
	"voronka/crm/amocrm"
	"voronka/flows"
	"voronka/storage/bolt"
)

// amoSetupCommand is `voronka amocrm setup`.
type amoSetupCommand struct {
	Check bool `help:"Только сказать, чего не хватает · only tell what is missing"`
}

// Run makes in the account what the funnels name and it lacks: pipelines,
// stages, fields, loss reasons, the subscription to webhooks.
func (c amoSetupCommand) Run(a *app) error {
	settings, err := a.amoSettings()
	if err != nil {
		return err
	}
	if settings.AmoURL == "" {
		return &spoken{"amocrm.no_account", nil, errFault}
	}
	project, err := a.loadProject(settings.Flows)
	if err != nil {
		return err
	}
	account, done, err := a.amoAccount(settings)
	if err != nil {
		return err
	}
	defer done()
	lacks, err := account.Compare(a.ctx, wantedInCRM(project, settings.amoHookURL()))
	if err != nil {
		return &spoken{"amocrm.unreachable", map[string]any{"Reason": err.Error()}, err}
	}
	chats := settings.amoChats(account, nil)
	dumb, err := settings.chatLacks(a.ctx, project, chats)
	if err != nil {
		return &spoken{"amocrm.unreachable", map[string]any{"Reason": err.Error()}, err}
	}
	a.tellLacks(append(lackLines(lacks), dumb...))
	off := slices.ContainsFunc(dumb, func(one lack) bool { return !one.people })
	switch {
	case !lacks.Anything() && !off:
		a.say("amocrm.complete", nil)
		return nil
	case c.Check:
		return errFault
	}
	if lacks.Anything() {
		err = account.Setup(a.ctx, lacks)
	}
	if off {
		err = errors.Join(err, chats.Connect(a.ctx))
	}
	if err != nil {
		return &spoken{"amocrm.unreachable", map[string]any{"Reason": err.Error()}, err}
	}
	a.say("amocrm.made", nil)
	return nil
}

// amoAccount reaches the account outside the running bot. A long-lived token
// needs no database; an integration's tokens are in it.
func (a *app) amoAccount(s Settings) (*amocrm.CRM, func(), error) {
	config := amocrm.Config{URL: s.AmoURL, Token: string(s.AmoToken), RequestsPerSecond: s.amoRate(), Now: a.now}
	if s.AmoToken != "" {
		return amocrm.New(config), func() {}, nil
	}
	store, err := openDatabase(a.ctx, s.Database)
	if errors.Is(err, bolt.ErrLocked) {
		return nil, nil, &spoken{"amocrm.stop_first", nil, err}
	}
	if err != nil {
		return nil, nil, unusable(s.Database, err)
	}
	if config.Access, err = s.amoAccess(store, nil, a.now); err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	return amocrm.New(config), func() { _ = store.Close() }, nil
}

// tellLacks says what is missing, in the words of amoCRM's screens.
func (a *app) tellLacks(lines []lack) {
	for _, line := range lines {
		text := a.words.Text(a.language, "amocrm.lacks."+line.key, line.args)
		fmt.Fprintln(a.out, "- "+text)
	}
}

// lack is one thing that an account does not have.
type lack struct {
	key  string
	args map[string]any
	// people is set for what only people can add.
	people bool
}

func lackLines(l crm.Lacks) []lack {
	var lines []lack
	add := func(key string, names []string, people bool) {
		if len(names) > 0 {
			lines = append(lines, lack{key, map[string]any{"Names": guillemets(names)}, people})
		}
	}
	add("pipelines", l.Pipelines, false)
	for _, pipeline := range slices.Sorted(maps.Keys(l.Stages)) {
		lines = append(lines, lack{"stages", map[string]any{"Pipeline": pipeline, "Names": guillemets(l.Stages[pipeline])}, false})
	}
	add("fields", l.Fields, false)
	add("tracking", l.Tracking, false)
	add("person", l.Person, false)
	add("loss_reasons", l.LossReasons, false)
	flag := func(key string, is, people bool) {
		if is {
			lines = append(lines, lack{key, nil, people})
		}
	}
	flag("mark", l.Mark, false)
	flag("hook_off", l.HookOff, false)
	flag("hook", l.Hook != "" && !l.HookOff, false)
	add("unwritable", l.Unwritable, true)
	add("users", l.Users, true)
	add("task_types", l.TaskTypes, true)
	add("suppliers", l.Suppliers, true)
	flag("bills", l.Bills, true)
	flag("products", l.Products, true)
	return lines
}

// wantedInCRM gathers what the funnels name of an account.
func wantedInCRM(project *flows.Project, hook string) crm.Wanted {
	want := crm.Wanted{Stages: map[string][]string{}, Hook: hook}
	if project == nil {
		return want
	}
	for _, flow := range project.Flows {
		m := flow.Mirroring
		if m == nil {
			m = &flows.Mirroring{}
		}
		names := namesInCRM(&flows.Project{Flows: []*flows.Flow{flow}})
		stages, fields := slices.Collect(maps.Keys(names.stages)), slices.Collect(maps.Keys(names.fields))
		for _, stage := range m.Events {
			stages = append(stages, stage)
		}
		stages = slices.DeleteFunc(stages, func(name string) bool { return name == crm.Won || name == crm.Lost })
		want.Stages[m.Pipeline] = together(want.Stages[m.Pipeline], stages)
		want.Fields = together(want.Fields, append(fields, namesOf(m.Fields)...))
		want.Person = together(want.Person, namesOf(m.Person))
		for _, field := range m.Tracking {
			want.Tracking = together(want.Tracking, []string{field})
		}
		want.LossReasons = together(want.LossReasons, []string{m.LossReason})
		want.Users = together(want.Users, append(slices.Collect(maps.Keys(names.users)), m.Responsible, m.TaskFor))
		want.TaskTypes = together(want.TaskTypes, append(slices.Collect(maps.Keys(names.taskTypes)), m.TaskType))
		want.Suppliers = together(want.Suppliers, []string{m.Supplier})
		want.Bills, want.Products = want.Bills || m.Bills, want.Products || m.Products
	}
	return want
}

func namesOf(fields []flows.MirrorField) []string {
	var names []string
	for _, field := range fields {
		names = append(names, field.Name)
	}
	return names
}

// together are the names of both lists, each once, in order.
func together(have, more []string) []string {
	for _, name := range more {
		if name != "" && !slices.Contains(have, name) {
			have = append(have, name)
		}
	}
	slices.Sort(have)
	return have
}

// soon is how long before a token ends its owner is told.
const soon = 14 * 24 * time.Hour
