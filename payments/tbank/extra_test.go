package tbank

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExtra puts the IP beside the other fields and pairs into DATA; what the
// bank has no name for stays out.
func TestExtra(t *testing.T) {
	t.Parallel()
	fields := map[string]any{"Amount": 1}
	addExtra(fields, map[string]string{"IP": "66.249.72.248", "DATA.a": "1", "DATA.b": "2", "Recurrent": "Y"})
	want := map[string]any{"Amount": 1, "IP": "66.249.72.248", "DATA": map[string]string{"a": "1", "b": "2"}}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
