package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"voronka/bot"
	"voronka/flows"
)

// splitCommand tells how the arms of the splits sell.
type splitCommand struct {
	Dir      string `arg:"" default:"./flows" help:"Папка проекта · project folder"`
	Database string `required:"" help:"База или её копия · the database or a copy of it" placeholder:"voronka.db"`
	JSON     bool   `name:"json" help:"Ответ для программ · answer for programs"`
}

// Run prints the arms of each split and whether it is time to stop.
func (c *splitCommand) Run(a *app) error {
	project, err := a.loadProject(c.Dir)
	if err != nil {
		return err
	}
	store, err := openExisting(a.ctx, c.Database)
	if err != nil {
		return err
	}
	defer store.Close()
	reports, err := bot.Splits(a.ctx, store, project)
	switch {
	case err != nil:
		return err
	case c.JSON:
		return json.NewEncoder(a.out).Encode(append([]*flows.SplitReport{}, reports...))
	case len(reports) == 0:
		a.say("split.none", nil)
	}
	for _, report := range reports {
		fmt.Fprintln(a.out, report.Name)
		for _, arm := range report.Arms {
			a.say("split.arm", map[string]any{
				"Arm": arm.Name, "Customers": arm.Customers, "Buyers": arm.Buyers, "Conversion": tenths(arm.Conversion()),
				"Orders": arm.Orders, "Revenue": arm.Revenue.String(), "Each": arm.PerCustomer().String(), "Refunds": arm.Refunds,
			})
		}
		key := "split.winner"
		if report.Winner == "" {
			key = "split." + report.Why
		}
		a.say(key, map[string]any{"Arm": report.Winner})
	}
	return nil
}

func tenths(n int) string { return strconv.FormatFloat(float64(n)/10, 'f', 1, 64) }

// splits are for the console.
func (s *service) splits(ctx context.Context) ([]*flows.SplitReport, error) {
	return bot.Splits(ctx, s.store, s.bot.Live())
}
