package tbanktest

import (
	"encoding/json"
	"os"
	"testing"
)

// TestTokenVectors checks the signature against published vectors (sources are named in the file).
func TestTokenVectors(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Source, Kind, Password, Expected string
		Input                            map[string]json.RawMessage
	}
	if err := json.Unmarshal(raw, &vectors); err != nil || len(vectors) < 6 {
		t.Fatalf("%d vectors: %v", len(vectors), err)
	}
	for _, v := range vectors {
		if got := token(v.Input, v.Password); got != v.Expected {
			t.Errorf("%s (%s): %s, want %s", v.Kind, v.Source, got, v.Expected)
		}
	}
}

func TestTokenIgnoresWhatIsNotSigned(t *testing.T) {
	t.Parallel()
	plain := map[string]json.RawMessage{"Amount": []byte("1"), "A": []byte("true")}
	more := map[string]json.RawMessage{"Amount": []byte("1"), "A": []byte(" true "), "Token": []byte(`"x"`),
		"Nothing": []byte("null"), "DATA": []byte("{}"), "List": []byte("[1]"), "Empty": []byte(`""`), "Password": []byte(`"stolen"`)}
	if a, b := token(plain, "p"), token(more, "p"); a != b {
		t.Errorf("%s != %s", a, b)
	}
	escaped := map[string]json.RawMessage{"D": []byte(`"\u043f<&>\""`)}
	raw := map[string]json.RawMessage{"D": []byte(`"п<&>\""`)}
	if token(escaped, "p") != token(raw, "p") {
		t.Error("a string is signed as it reads, not as it is escaped")
	}
}
