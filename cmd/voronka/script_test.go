package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts plays testdata/script: the command line as people type it, each
// command a process of its own. -update rewrites what a script expects.
func TestScripts(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	programs := t.TempDir()
	if err := os.Symlink(self, filepath.Join(programs, "voronka")); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", UpdateScripts: *update, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", programs+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("VORONKA_TEST_COMMAND", "1")
			env.Setenv("GORACE", "atexit_sleep_ms=0") // a process under the race detector sleeps for a second at its end
			env.Setenv("ADDRESS", freeAddress(t))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": expectStatus, "await": await, "record": recordDialog, "sold": sellCourse},
	})
}

// expectStatus runs a command that must end with a status: status N command [argument...].
func expectStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command [argument...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var ended *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); err != nil && !errors.As(err, &ended) {
		ts.Fatalf("%v", err)
	}
	got := 0
	if ended != nil {
		got = ended.ExitCode()
	}
	if got != want {
		ts.Fatalf("ended with status %d, want %d", got, want)
	}
}

// await asks an address until its answer matches all patterns: await URL pattern...
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: await URL pattern...")
	}
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	for {
		body, err := get(ctx, args[0])
		if err == nil && matchesAll(ts, body, args[1:]) {
			return
		}
		if pause(ctx, 20*time.Millisecond) != nil {
			ts.Fatalf("%s does not answer %q: %v\n%s", args[0], args[1:], err, body)
		}
	}
}

func matchesAll(ts *testscript.TestScript, text string, patterns []string) bool {
	for _, pattern := range patterns {
		compiled, err := regexp.Compile("(?m)" + pattern)
		ts.Check(err)
		if !compiled.MatchString(text) {
			return false
		}
	}
	return true
}
