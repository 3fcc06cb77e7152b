package tbanktest

import (
	"encoding/json"
	"slices"
	"testing"
)

// TestErrorTextsMatchTheBanksTable keeps errors.json equal to the rows of the bank's table for our codes.
func TestErrorTextsMatchTheBanksTable(t *testing.T) {
	t.Parallel()
	raw := readReference(t, "error-codes.json")
	if raw == nil {
		return
	}
	var all errorTable
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	ours := errorTable{Source: all.Source}
	for _, row := range all.Codes {
		if slices.Contains(usedCodes(), row.Code) {
			ours.Codes = append(ours.Codes, row)
		}
	}
	compareOrUpdate(t, "errors.json", ours)
}

func usedCodes() []string {
	return []string{"1", "4", "7", "8", "10", "12", "20", "101", "104", "201", "202", "203", "204", "205",
		"207", "208", "209", "210", "212", "213", "216", "223", "224", "226", "227", "233", "235", "236", "237",
		"240", "242", "247", "250", "251", "255", "258", "308", "309", "310", "317", "318", "319", "320", "323",
		"329", "330", "334", "335", "385", "501", "999", "1014", "1051", "1054", "1082", "1125", "1126",
		"3001", "3016", "9999"}
}
