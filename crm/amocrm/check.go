package amocrm

import (
	"context"

	"voronka/sales"
)

// Check is what the account lacks of what funnels name.
type Check struct {
	// Pipeline is the name of the one for new deals; empty when the account has
	// none of that name.
	Pipeline string
	// Stages are the stages of that pipeline, in the order of its board.
	Stages []string
	// NoStages and NoFields are names that mean nothing in the account.
	NoStages, NoFields []string
}

// Check reads the account's pipelines and, where any are named, its fields, and
// changes nothing. The errors are those of crm.CRM.
func (c *CRM) Check(ctx context.Context, stages, fields []string) (Check, error) {
	var found Check
	all, err := c.directory.loadPipelines(ctx)
	if err != nil {
		return found, err
	}
	home := c.directory.home(all)
	if home == nil {
		found.NoStages = stages
	} else {
		found.Pipeline = home.Name
		for _, s := range home.open() {
			found.Stages = append(found.Stages, s.Name)
		}
		for _, name := range stages {
			if at, _ := seek(all, home, name, 0); at.status == 0 {
				found.NoStages = append(found.NoStages, name)
			}
		}
	}
	for _, name := range fields {
		_, err := c.directory.fieldValues(ctx, "leads", map[string]string{name: ""})
		switch {
		case err != nil && sales.AsError(err).Code == "crm_field":
			found.NoFields = append(found.NoFields, name)
		case err != nil:
			return found, err
		}
	}
	return found, nil
}
