package amocrm

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"voronka/crm"
)

var _ crm.Fitter = (*CRM)(nil)

// Compare implements crm.Fitter.
func (c *CRM) Compare(ctx context.Context, want crm.Wanted) (crm.Lacks, error) {
	lacks := crm.Lacks{Stages: map[string][]string{}}
	for _, look := range []func(context.Context, crm.Wanted, *crm.Lacks) error{
		c.compareStages, c.compareFields, c.comparePeople, c.compareLists, c.compareHook,
	} {
		if err := look(ctx, want, &lacks); err != nil {
			return lacks, err
		}
	}
	return lacks, nil
}

func (c *CRM) compareStages(ctx context.Context, want crm.Wanted, lacks *crm.Lacks) error {
	all, err := c.directory.loadPipelines(ctx)
	if err != nil {
		return err
	}
	for name, stages := range want.Stages {
		home := c.directory.homeOf(name, all)
		if home == nil {
			lacks.Pipelines = append(lacks.Pipelines, cmp.Or(name, c.cfg.Pipeline))
			lacks.Stages[cmp.Or(name, c.cfg.Pipeline)] = stages
			continue
		}
		for _, stage := range stages {
			if at, _ := seek(all, home, stage, 0); at.status == 0 && !slices.Contains(lacks.Stages[home.Name], stage) {
				lacks.Stages[home.Name] = append(lacks.Stages[home.Name], stage)
			}
		}
	}
	slices.Sort(lacks.Pipelines)
	return nil
}

func (c *CRM) compareFields(ctx context.Context, want crm.Wanted, lacks *crm.Lacks) error {
	c.directory.forget()
	leads, err := c.directory.fieldsOf(ctx, "leads")
	if err != nil {
		return err
	}
	people, err := c.directory.fieldsOf(ctx, "contacts")
	if err != nil {
		return err
	}
	absent := func(names []string, fields []field) []string {
		return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return fieldNamed(fields, name) != nil })
	}
	lacks.Fields, lacks.Tracking, lacks.Person = absent(want.Fields, leads), absent(want.Tracking, leads), absent(want.Person, people)
	lacks.Mark = telegramField(people) == nil
	lacks.Unwritable = append(unwritable(want.Fields, leads), unwritable(want.Person, people)...)
	return nil
}

// unwritable are the names of fields that are there and take no text.
func unwritable(names []string, fields []field) []string {
	var out []string
	for _, name := range names {
		if f := fieldNamed(fields, name); f != nil && !f.writable() {
			out = append(out, name)
		}
	}
	return out
}

func (c *CRM) comparePeople(ctx context.Context, want crm.Wanted, lacks *crm.Lacks) error {
	for _, name := range want.Users {
		if id, err := c.directory.responsible(ctx, name); err != nil {
			return err
		} else if id == 0 {
			lacks.Users = append(lacks.Users, name)
		}
	}
	for _, name := range want.LossReasons {
		if id, err := c.directory.lossReason(ctx, name); err != nil {
			return err
		} else if id == 0 {
			lacks.LossReasons = append(lacks.LossReasons, name)
		}
	}
	if len(want.TaskTypes) == 0 {
		return nil
	}
	sorts, err := c.directory.loadSorts(ctx)
	for _, name := range want.TaskTypes {
		if !slices.ContainsFunc(sorts, func(s sort) bool { return fold(s.Name) == fold(name) || s.Code == name }) {
			lacks.TaskTypes = append(lacks.TaskTypes, name)
		}
	}
	return err
}

func (c *CRM) compareLists(ctx context.Context, want crm.Wanted, lacks *crm.Lacks) error {
	for kind, wanted := range map[string]bool{"invoices": want.Bills, "products": want.Products} {
		if !wanted {
			continue
		}
		list, err := c.directory.list(ctx, kind)
		if err != nil {
			return err
		}
		lacks.Bills = lacks.Bills || kind == "invoices" && list == 0
		lacks.Products = lacks.Products || kind == "products" && list == 0
	}
	w := &work{CRM: c}
	for _, name := range want.Suppliers {
		if found, err := w.supplier(ctx, name); err != nil {
			return err
		} else if found == 0 {
			lacks.Suppliers = append(lacks.Suppliers, name)
		}
	}
	return nil
}

// hook is a subscription (API v4, webhooks-api).
type hook struct {
	Destination string   `json:"destination"`
	Settings    []string `json:"settings"`
	Disabled    bool     `json:"disabled,omitempty"`
}

func (c *CRM) compareHook(ctx context.Context, want crm.Wanted, lacks *crm.Lacks) error {
	if want.Hook == "" {
		return nil
	}
	lacks.Hook = want.Hook
	return each(ctx, c.api, "webhooks", "webhooks", url.Values{"filter[destination]": {want.Hook}}, 1, func(h hook) bool {
		if h.Destination != want.Hook {
			return true
		}
		lacks.HookOff = h.Disabled
		complete := !slices.ContainsFunc(HookEvents(), func(name string) bool { return !slices.Contains(h.Settings, name) })
		if complete && !h.Disabled {
			lacks.Hook = ""
		}
		return false
	})
}

// Setup implements crm.Fitter.
func (c *CRM) Setup(ctx context.Context, lacks crm.Lacks) error {
	defer c.directory.forget()
	for _, name := range lacks.Pipelines {
		if err := c.makePipeline(ctx, name, lacks.Stages[name]); err != nil {
			return err
		}
	}
	all, err := c.directory.loadPipelines(ctx)
	if err != nil {
		return err
	}
	for name, stages := range lacks.Stages {
		if home := c.directory.homeOf(name, all); home != nil && !slices.Contains(lacks.Pipelines, name) {
			if err := c.makeStages(ctx, *home, stages); err != nil {
				return err
			}
		}
	}
	if err := c.makeFields(ctx, lacks); err != nil {
		return err
	}
	if len(lacks.LossReasons) > 0 {
		var rows []any
		for i, name := range lacks.LossReasons {
			rows = append(rows, map[string]any{"name": name, "sort": 100 + i})
		}
		if _, err := c.api.call(ctx, http.MethodPost, "leads/loss_reasons", nil, rows, nil); err != nil {
			return fmt.Errorf("make the loss reasons: %w", err)
		}
	}
	if lacks.Hook == "" {
		return nil
	}
	if _, err := c.api.call(ctx, http.MethodPost, "webhooks", nil, hook{Destination: lacks.Hook, Settings: HookEvents()}, nil); err != nil {
		return fmt.Errorf("subscribe to webhooks: %w", err)
	}
	return nil
}

// newStage is a stage to make; the colours are amoCRM's own (API v4, leads_pipelines).
type newStage struct {
	Name  string `json:"name"`
	Sort  int    `json:"sort"`
	Color string `json:"color"`
}

func newStages(names []string, from int) []newStage {
	colors := []string{"#99ccff", "#ffff99", "#ffcc66", "#ffcccc", "#ccff66", "#98cbff", "#fffeb2", "#ffdc7f", "#deff81", "#f3beff"}
	var stages []newStage
	for i, name := range names {
		stages = append(stages, newStage{Name: name, Sort: from + 10*i, Color: colors[5+i%5]})
	}
	return stages
}

func (c *CRM) makePipeline(ctx context.Context, name string, stages []string) error {
	if len(stages) == 0 {
		stages = []string{"Первичный контакт"}
	}
	made := map[string]any{
		"name": name, "sort": 100, "is_main": false, "is_unsorted_on": true,
		"_embedded": map[string]any{"statuses": newStages(stages, 20)},
	}
	if _, err := c.api.call(ctx, http.MethodPost, "leads/pipelines", nil, []any{made}, nil); err != nil {
		return fmt.Errorf("make the pipeline: %w", err)
	}
	return nil
}

func (c *CRM) makeStages(ctx context.Context, home pipeline, names []string) error {
	last := 20
	for _, s := range home.open() {
		last = max(last, int(s.Sort)+10)
	}
	if _, err := c.api.call(ctx, http.MethodPost, "leads/pipelines/"+id(home.ID)+"/statuses", nil, newStages(names, last), nil); err != nil {
		return fmt.Errorf("make the stages: %w", err)
	}
	return nil
}

// newField is a custom field to make (API v4, custom-fields).
type newField struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Code string `json:"code,omitempty"`
}

func (c *CRM) makeFields(ctx context.Context, lacks crm.Lacks) error {
	var leads, people []any
	for _, name := range lacks.Fields {
		leads = append(leads, newField{Name: name, Type: "text"})
	}
	for _, name := range lacks.Tracking {
		leads = append(leads, newField{Name: name, Type: "tracking_data"})
	}
	for _, name := range lacks.Person {
		people = append(people, newField{Name: name, Type: "text"})
	}
	if lacks.Mark {
		people = append(people, newField{Name: "Telegram ID", Type: "numeric", Code: codeTelegram})
	}
	for entity, fields := range map[string][]any{"leads": leads, "contacts": people} {
		if len(fields) == 0 {
			continue
		}
		if _, err := c.api.call(ctx, http.MethodPost, entity+"/custom_fields", nil, fields, nil); err != nil {
			return fmt.Errorf("make the fields of %s: %w", entity, err)
		}
	}
	return nil
}
