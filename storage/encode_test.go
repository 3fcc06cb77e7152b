package storage

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/internal/codec"
	"voronka/internal/outbox"
	"voronka/sales"
)

// TestRecordsAreWrittenAsTheCodecDoes fills every field there is, so that one
// that is added and not written here is noticed.
func TestRecordsAreWrittenAsTheCodecDoes(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		name string
		made any
		// plain tells whether the record is read without the codec.
		plain func(raw []byte) bool
	}{
		{"contact", &sales.Contact{}, func(raw []byte) bool { _, ok := decodeContact(raw); return ok }},
		{"session", &flows.Session{}, func(raw []byte) bool { _, ok := decodeSession(raw); return ok }},
		{"line", &flows.Line{}, nil},
		{"job", &outbox.Job{}, nil},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, 2))
			for range 3000 {
				made := reflect.New(reflect.TypeOf(one.made).Elem())
				fill(random, made.Elem(), 0)
				want, err := codec.Marshal(made.Elem().Interface())
				if err != nil {
					t.Fatal(err)
				}
				got, err := Encode(made.Elem().Interface())
				if err != nil {
					t.Fatal(err)
				}
				if string(got) != string(want) {
					t.Fatalf("written\n%s\nwant\n%s", got, want)
				}
				sameRead(t, one.made, got)
				if one.plain != nil && !strings.Contains(string(got), `\`) && !one.plain(got) {
					t.Fatalf("only the codec can read %s", got)
				}
			}
		})
	}
}

// sameRead compares what Decode reads with what the codec does.
func sameRead(t *testing.T, like any, raw []byte) {
	t.Helper()
	got, want := reflect.New(reflect.TypeOf(like).Elem()), reflect.New(reflect.TypeOf(like).Elem())
	failed, wanted := Decode(raw, got.Interface()), codec.Unmarshal(raw, want.Interface())
	if (failed == nil) != (wanted == nil) {
		t.Fatalf("read %s: %v, the codec: %v", raw, failed, wanted)
	}
	if diff := cmp.Diff(want.Interface(), got.Interface()); wanted == nil && diff != "" {
		t.Fatalf("read %s (-want +got):\n%s", raw, diff)
	}
}

// fill sets what it can to something, and leaves a third out.
func fill(random *rand.Rand, to reflect.Value, depth int) {
	if random.IntN(3) == 0 || depth > 4 {
		return
	}
	if to.Type() == reflect.TypeFor[time.Time]() {
		at := time.Date(random.IntN(9999), 2, 1+random.IntN(28), random.IntN(24), 59, random.IntN(60), random.IntN(1e9), time.UTC)
		to.Set(reflect.ValueOf(at.Truncate(time.Duration(1) << (10 * random.IntN(4)))))
		return
	}
	if to.Type() == reflect.TypeFor[json.RawMessage]() {
		values := []string{`{}`, `{"contact":"tg:1","say":{"text":"Привет \"Аня\" 😀 <b>"}}`, `[1,null,"x"]`}
		to.SetBytes([]byte(values[random.IntN(len(values))]))
		return
	}
	switch to.Kind() {
	case reflect.String:
		words := []string{"анна", "x", "", "😀 да", `кавычка " и \`, "<b>&", "\n", "\u2028", "tg:42", "a/b", strings.Repeat("ё", 300)}
		to.SetString(words[random.IntN(len(words))])
	case reflect.Bool:
		to.SetBool(true)
	case reflect.Int, reflect.Int64:
		to.SetInt(random.Int64() >> random.IntN(63) * int64(1-2*random.IntN(2)))
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		fill(random, to.Elem(), depth+1)
	case reflect.Slice:
		to.Set(reflect.MakeSlice(to.Type(), random.IntN(4), 4))
		for i := range to.Len() {
			fill(random, to.Index(i), depth+1)
		}
	case reflect.Map:
		to.Set(reflect.MakeMap(to.Type()))
		for range random.IntN(4) {
			key, value := reflect.New(to.Type().Key()).Elem(), reflect.New(to.Type().Elem()).Elem()
			fill(random, key, depth)
			fill(random, value, depth+1)
			to.SetMapIndex(key, value)
		}
	case reflect.Struct:
		for i := range to.NumField() {
			if to.Type().Field(i).IsExported() {
				fill(random, to.Field(i), depth)
			}
		}
	}
}

func TestYearsThatJSONHasNoTimeFor(t *testing.T) {
	t.Parallel()
	for _, year := range []int{-1, 10_000} {
		if raw, err := Encode(flows.Line{At: time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)}); err == nil {
			t.Errorf("year %d is written as %s", year, raw)
		}
	}
}

// FuzzDecode holds what is read field by field to what the codec reads.
func FuzzDecode(f *testing.F) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		var contact sales.Contact
		var session flows.Session
		fill(random, reflect.ValueOf(&contact).Elem(), 0)
		fill(random, reflect.ValueOf(&session).Elem(), 0)
		for _, record := range []any{contact, session} {
			raw, err := Encode(record)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, ok := decodeContact(raw); ok {
			sameRead(t, &sales.Contact{}, raw)
		}
		if _, ok := decodeSession(raw); ok {
			sameRead(t, &flows.Session{}, raw)
		}
	})
}

func BenchmarkSession(b *testing.B) {
	at := time.Date(2026, 11, 26, 12, 29, 36, 779434792, time.UTC)
	session := flows.Session{
		Contact: "tg:5000000423", Flow: "course", Version: "a9b9d3363db28727", State: "pay", Entered: at,
		Vars: map[string]string{"name": "Анна", "seats": "3"}, Answered: at, Turns: 5, Seed: "CDKYWCMRLGULJEL5UKAGNUOCIR",
		Timers: []flows.Timer{{ID: "1", State: "pay", Set: at, Due: at}},
	}
	raw, err := Encode(session)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			_, _ = Encode(session)
		}
	})
	b.Run("write with the codec", func(b *testing.B) {
		for b.Loop() {
			_, _ = codec.Marshal(session)
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			var into flows.Session
			_ = Decode(raw, &into)
		}
	})
	b.Run("read with the codec", func(b *testing.B) {
		for b.Loop() {
			var into flows.Session
			_ = codec.Unmarshal(raw, &into)
		}
	})
}
