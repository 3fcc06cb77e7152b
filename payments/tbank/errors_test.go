package tbank_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/payments/tbank"
	"voronka/sales"
)

// TestEveryCodeHasItsMeaning lists what is done about each code of the bank's
// table, as an answer to Init and as a decline: a changed line is a changed decision.
func TestEveryCodeHasItsMeaning(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/error-codes.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Codes []struct{ Code, Message, Details string }
	}
	if err := json.Unmarshal(raw, &table); err != nil || len(table.Codes) < 300 {
		t.Fatalf("%d codes, %v", len(table.Codes), err)
	}
	var next map[string]any
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(next)
	}))
	t.Cleanup(server.Close)
	provider := tbank.New(tbank.Config{Terminal: "T", Password: password, API: server.URL, HTTP: server.Client()})
	var out strings.Builder
	seen := map[string]bool{"0": true, "None": true, "": true}
	for _, row := range table.Codes {
		if seen[row.Code] {
			continue
		}
		seen[row.Code] = true
		next = map[string]any{"Success": false, "ErrorCode": row.Code, "Message": row.Message, "Details": row.Details}
		_, err := provider.Link(t.Context(), sales.Payment{ID: "p1", Amount: 100})
		refused := sales.AsError(err)
		next["Status"], next["PaymentId"] = "REJECTED", "81"
		event, err := provider.Status(t.Context(), sales.Payment{ID: "p1", External: "81"})
		if err != nil || event.Code != row.Code || event.Message == "" || refused.Action != sales.Retry && refused.Message == "" {
			t.Errorf("%s: %+v, %v; %+v", row.Code, event, err, refused)
		}
		action := []string{"retry", "bury", "stop"}[refused.Action]
		fmt.Fprintf(&out, "%s %s %s · %s · %s\n", row.Code, refused.Code, action, event.Reason, event.Message)
	}
	path := "testdata/meanings.golden"
	if *update {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("meanings (-want +got), -update keeps them:\n%s", diff)
	}
}
