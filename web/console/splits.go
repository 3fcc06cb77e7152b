package console

import (
	"context"
	"net/http"
	"strconv"

	"voronka/flows"
)

// Splits counts what the arms of the splits bring.
type Splits func(ctx context.Context) ([]*flows.SplitReport, error)

func (c *Console) splits(w http.ResponseWriter, r *http.Request) {
	reports, err := c.Splits(r.Context())
	if err != nil {
		c.fail(w, err)
		return
	}
	c.show(w, r, http.StatusOK, "splits", reports)
}

// tenths writes tenths of a percent.
func tenths(n int) string { return strconv.FormatFloat(float64(n)/10, 'f', 1, 64) }
