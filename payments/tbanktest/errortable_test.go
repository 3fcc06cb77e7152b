package tbanktest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
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

// TestEveryAnsweredCodeHasItsText finds the codes in the source and looks each up in the embedded table.
func TestEveryAnsweredCodeHasItsText(t *testing.T) {
	t.Parallel()
	texts := loadErrors(errorsJSON)
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	call := regexp.MustCompile(`(?:refuse|refuseRow|decline|breach|wrong|rejectedNotice)\(.*?"(\d{1,4})"`)
	found := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, match := range call.FindAllStringSubmatch(string(source), -1) {
			found++
			if len(texts[match[1]]) == 0 {
				t.Errorf("%s: code %s has no text", file, match[1])
			}
		}
	}
	if found < 40 {
		t.Errorf("only %d codes found in the source", found)
	}
}

func usedCodes() []string {
	return []string{"1", "4", "7", "8", "10", "12", "20", "101", "104", "201", "202", "203", "204", "205",
		"207", "208", "209", "210", "212", "213", "216", "223", "224", "226", "227", "233", "235", "236", "237",
		"240", "242", "247", "250", "251", "255", "258", "308", "309", "310", "317", "318", "319", "320", "323",
		"329", "330", "334", "335", "383", "385", "386", "501", "999", "1005", "1014", "1051", "1054", "1082", "1125", "1126",
		"502", "1099", "3001", "3012", "3013", "3014", "3016", "3019", "3037", "9999"}
}
