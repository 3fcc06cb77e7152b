package main

import (
	"bufio"
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/locales"
)

var updatePlay = flag.Bool("update-play", false, "rewrite testdata/play.golden")

// typist gives one line at a time and shows it, as a terminal does.
type typist struct {
	lines *bufio.Reader
	echo  io.Writer
}

func (t *typist) Read(p []byte) (int, error) {
	line, err := t.lines.ReadString('\n')
	if line == "" {
		return 0, err
	}
	if _, err := io.WriteString(t.echo, line); err != nil {
		return 0, err
	}
	return copy(p, line), nil
}

func TestPlay(t *testing.T) {
	t.Parallel()
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.Open("testdata/play.script")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := script.Close(); err != nil {
			t.Error(err)
		}
	})
	var out bytes.Buffer
	p := player{out: &out, words: words, language: "ru", now: time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)}
	if err := p.play(&typist{bufio.NewReader(script), &out}, "testdata/play.yaml"); err != nil {
		t.Fatal(err)
	}
	// Ids are long and say nothing; 32 hexadecimal digits stand behind the colon.
	got := out.String()
	for {
		at := strings.Index(got, "voronka-pay:")
		if at < 0 {
			break
		}
		got = got[:at] + "‹payment›" + got[at+len("voronka-pay:")+32:]
	}
	golden := filepath.Join("testdata", "play.golden")
	if *updatePlay {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("transcript differs (-want +got, -update-play rewrites):\n%s", diff)
	}
}

func TestPlayRefusesABrokenFlow(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "broken.yaml")
	if err := os.WriteFile(file, []byte("start: nowhere\nstates:\n  here: {end: true}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := play(strings.NewReader(""), &out, file, "en"); code != exitFault {
		t.Errorf("exit status %d, want %d", code, exitFault)
	}
	if !strings.Contains(out.String(), "broken.yaml:1:8") {
		t.Errorf("the place is not named:\n%s", out.String())
	}
	if code := play(strings.NewReader(""), &out, "absent.yaml", "en"); code == exitOK {
		t.Error("a file that is not there passes")
	}
}

// TestEngineTexts: whatever the engine says by itself has words in every language.
func TestEngineTexts(t *testing.T) {
	t.Parallel()
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range words.Languages() {
		for _, key := range flows.TextKeys() {
			if !words.Has(language, "engine."+key) {
				t.Errorf("%s: no text for engine.%s", language, key)
			}
			if _, err := flows.ParseTemplate(engineTexts(words)(language, key)); err != nil {
				t.Errorf("%s: engine.%s: %v", language, key, err)
			}
		}
	}
}
