package console_test

import (
	"context"
	"strings"
	"testing"

	"voronka/flows"
	"voronka/web/console"
)

func TestSplitsAreShown(t *testing.T) {
	t.Parallel()
	d := open(t, func(c *console.Config) {
		c.Splits = func(context.Context) ([]*flows.SplitReport, error) {
			return []*flows.SplitReport{
				{Name: evil, Winner: "a", Arms: []flows.ArmReport{{Name: "a", Customers: 200, Buyers: 25, Revenue: 1000000}, {Name: evil, Customers: 200}}},
				{Name: "цена", Why: "few"}, {Name: "чек", Why: "close"}, {Name: "курс", Why: "nothing"},
			}, nil
		}
	})
	page := d.page("/console/splits", d.enter())
	for _, want := range []string{"25 (12.5 %)", "50 ₽", "можно остановить", "Рано судить", "случайной", "никто не купил"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, evil) {
		t.Error("a hostile name is markup")
	}
}
