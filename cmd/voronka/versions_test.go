package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/storage"
)

// shelf is a folder with a flow, its translation and another flow, and a
// database that has an older version of the first.
func shelf(t *testing.T) (dir, database, old string) {
	t.Helper()
	dir = t.TempDir()
	before := strings.Replace(planned, "Конец", "Старый конец", 1)
	flow, found := loader().LoadText("course.yaml", before)
	if flow == nil {
		t.Fatal(found)
	}
	database = fill(t, t.TempDir(), flow)
	for name, text := range map[string]string{
		"kurs.yaml": "flow: course\n" + planned, "kurs.en.yaml": "states: {a: {ask: Name?}, b: {say: We wait, buttons: {c: On}}, c: {say: The end}}\n",
		"other.yaml": "start: a\nstates: {a: {end: true}}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	now, _, err := loader().Load(dir)
	if err != nil || now == nil {
		t.Fatal(err)
	}
	write(t, database, func(tx storage.Tx) error {
		course := now.Flow("course")
		return tx.Publish(storage.Version{Digest: course.Version, Flow: "course", At: time.Date(2026, 12, 1, 13, 0, 0, 0, time.UTC), Sources: course.Written})
	})
	return dir, database, flow.Version
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[entry.Name()] = string(data)
	}
	return all
}

func runVersions(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out strings.Builder
	code := command(t.Context(), time.Now, append([]string{"versions"}, args...), nil, strings.NewReader(""), &out, &out)
	return code, out.String()
}

func TestVersionComesBack(t *testing.T) {
	t.Parallel()
	dir, database, old := shelf(t)
	before := files(t, dir)
	code, out := runVersions(t, "--database", database)
	lines := strings.Split(out, "\n")
	if code != exitOK || !strings.HasPrefix(lines[0], "● 01.12.2026 16:00") || lines[1] != "  01.12.2026 15:00  "+old+"  course" {
		t.Fatalf("%d %s", code, out)
	}
	if code, out = runVersions(t, "restore", old[:5], "--dir", dir, "--database", database); code != exitOK || !strings.Contains(out, "kurs.en.yaml.bak, kurs.yaml.bak") {
		t.Fatalf("%d %s", code, out)
	}
	project, found, err := loader().Load(dir)
	if err != nil || project == nil || project.Flow("course").Version != old || project.Flow("other") == nil {
		t.Fatal(err, found)
	}
	after := files(t, dir)
	if after["kurs.yaml.bak"] != before["kurs.yaml"] || after["kurs.en.yaml.bak"] != before["kurs.en.yaml"] || after["kurs.yaml"] != "" {
		t.Errorf("the files of before are not kept: %v", after)
	}
}

func TestVersionThatWouldNotLoadChangesNothing(t *testing.T) {
	t.Parallel()
	dir, database, old := shelf(t)
	leads := "start: a\nstates: {a: {do: [{goto: course/b}]}}\n"
	if err := os.WriteFile(filepath.Join(dir, "other.yaml"), []byte(leads), 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, database, func(tx storage.Tx) error {
		return tx.Publish(storage.Version{Digest: "0123456789abcdef", Flow: "course", At: time.Now(), Sources: map[string]string{"course.yaml": "start: x\nstates: {x: {end: true}}\n"}})
	})
	before := files(t, dir)
	if code, out := runVersions(t, "restore", "0123", "--dir", dir, "--database", database); code != exitFault || !strings.Contains(out, "course/b") {
		t.Errorf("%d %s", code, out)
	}
	for _, unknown := range []string{"zzz", ""} {
		if code, _ := runVersions(t, "restore", unknown, "--dir", dir, "--database", database); code == exitOK {
			t.Errorf("%q was brought back", unknown)
		}
	}
	write(t, database, func(tx storage.Tx) error {
		return tx.Publish(storage.Version{Digest: "fedcba9876543210", Flow: "course", At: time.Now(), Sources: map[string]string{"../evil.yaml": "x"}})
	})
	if code, _ := runVersions(t, "restore", "fedc", "--dir", dir, "--database", database); code == exitOK {
		t.Error("a file outside of the folder was written")
	}
	if diff := cmp.Diff(before, files(t, dir)); diff != "" {
		t.Error(diff)
	}
	_ = old
}
