package codec_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/internal/codec"
)

type inner struct {
	Name string
	Kind string `json:"kind,omitempty"`
}

type record struct {
	ID       string            `json:"id"`
	Empty    string            `json:"empty,omitempty"`
	Zero     int               `json:"zero,omitempty"`
	No       bool              `json:"no,omitempty"`
	At       time.Time         `json:"at,omitzero"`
	Then     time.Time         `json:"then"`
	For      time.Duration     `json:"for"`
	Vars     map[string]string `json:"vars,omitempty"`
	NilMap   map[string]int    `json:"nil_map"`
	List     []string          `json:"list"`
	Bytes    []byte            `json:"bytes"`
	Raw      json.RawMessage   `json:"raw"`
	Pointer  *inner            `json:"pointer,omitempty"`
	Absent   *inner            `json:"absent,omitempty"`
	Any      any               `json:"any"`
	Untagged int64
	inner
}

func records() []record {
	return []record{
		{},
		{
			ID: "tg:1", At: time.Date(2026, 12, 1, 12, 0, 0, 5, time.UTC), Then: time.Date(2026, 12, 1, 12, 0, 0, 0, time.FixedZone("", 3*3600)),
			For: time.Minute, Vars: map[string]string{"я": "ы", "b": "\"\\\n\t\x00", "a": "😀 \u2028"}, List: []string{},
			Bytes: []byte("ab"), Raw: json.RawMessage(`{"a":[1,2.5,null]}`), Pointer: &inner{Name: "x"}, Any: map[string]any{"b": 1.5, "a": "t"},
			Untagged: 1 << 60,
		},
		{ID: "bad \xff utf8"},
	}
}

// What was written by encoding/json stays readable, and the other way round.
func TestSameAsEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, one := range records() {
		want, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		got, err := codec.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(plain(t, want), plain(t, got)); diff != "" {
			t.Errorf("written (-encoding/json +codec):\n%s", diff)
		}
		var theirs, ours record
		if err := json.Unmarshal(got, &theirs); err != nil {
			t.Fatal(err)
		}
		if err := codec.Unmarshal(want, &ours); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(theirs, ours, cmp.AllowUnexported(record{})); diff != "" {
			t.Errorf("read (-encoding/json +codec):\n%s", diff)
		}
	}
}

// plain is JSON without its writer's choice of escapes.
func plain(t *testing.T, raw []byte) string {
	t.Helper()
	var fields any
	if err := json.Unmarshal(raw, &fields); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(again)
}

func FuzzUnmarshal(f *testing.F) {
	for _, one := range records() {
		raw, err := json.Marshal(one)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var theirs, ours record
		a, b := json.Unmarshal(raw, &theirs), codec.Unmarshal(raw, &ours)
		if (a == nil) != (b == nil) {
			t.Fatalf("encoding/json: %v; codec: %v", a, b)
		}
		if diff := cmp.Diff(theirs, ours, cmp.AllowUnexported(record{})); a == nil && diff != "" {
			t.Errorf("read (-encoding/json +codec):\n%s", diff)
		}
	})
}

func BenchmarkUnmarshal(b *testing.B) {
	raw, err := json.Marshal(records()[1])
	if err != nil {
		b.Fatal(err)
	}
	for name, read := range map[string]func([]byte, any) error{"encoding": json.Unmarshal, "codec": codec.Unmarshal} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var one record
				if err := read(raw, &one); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
