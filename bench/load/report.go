package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// report is what is written down.
type report struct {
	machine string
	scenes  []scene
	results []result
}

// find is a result, if it was measured.
func (b report) find(bot, mode, scene string) (result, bool) {
	i := slices.IndexFunc(b.results, func(r result) bool { return r.Bot == bot && r.Mode == mode && r.Scene == scene })
	if i < 0 {
		return result{}, false
	}
	return b.results[i], true
}

// modes are those that were measured.
func (b report) modes() []string {
	var modes []string
	for _, r := range b.results {
		if !slices.Contains(modes, r.Mode) {
			modes = append(modes, r.Mode)
		}
	}
	return modes
}

// The page's tables stand between these lines.
const (
	tablesBegin = "<!-- tables: written by `make bench` -->"
	tablesEnd   = "<!-- end of tables -->"
)

// write puts the tables into a page.
func (b report) write(path string) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	before, rest, begins := strings.Cut(string(page), tablesBegin)
	_, after, ends := strings.Cut(rest, tablesEnd)
	if !begins || !ends {
		return errors.New("write the page: it has no place for the tables")
	}
	text := before + tablesBegin + "\n\n" + b.tables() + tablesEnd + after
	return os.WriteFile(path, []byte(text), 0o644)
}

func (b report) tables() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n\n", b.machine)
	text.WriteString("### What was promised\n\n| what | wanted | measured | |\n|---|---|---|---|\n")
	for _, p := range b.promises() {
		mark := "kept"
		if !p.kept {
			mark = "**missed**"
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %s |\n", p.what, p.wanted, p.measured, mark)
	}
	for _, s := range b.scenes {
		b.table(&text, s)
	}
	return text.String()
}

func (b report) table(text *strings.Builder, s scene) {
	begun := false
	for _, r := range b.results {
		if r.Scene != s.Name {
			continue
		}
		if !begun {
			begun = true
			fmt.Fprintf(text, "\n### %s: %s\n\n", s.Name, s.About)
			text.WriteString("| bot | mode | updates/s | p50, ms | p99, ms | CPU µs per update | dialogs | lost | doubled | disordered |\n")
			text.WriteString("|---|---|---|---|---|---|---|---|---|---|\n")
		}
		speed := fmt.Sprintf("%.0f | %.2f | %.2f | %.1f", r.PerSecond, r.P50, r.P99, r.CPU)
		if r.PerSecond == 0 {
			speed = "– | – | – | –"
		}
		fmt.Fprintf(text, "| %s | %s | %s | %d | %d | %d | %d |\n", r.Bot, r.Mode, speed, r.Dialogs, r.Lost, r.Doubled, r.Disordered+r.Wrong)
	}
	for _, r := range b.results {
		if r.Scene == s.Name && s.known > 0 {
			fmt.Fprintf(text, "\n%s, %s: ready in %.2f s; %.0f MB of memory at rest, %.0f MB with the mapped file.\n", r.Bot, r.Mode, r.Ready, r.Own, r.Resident)
		}
	}
}

// machine is where it was measured.
func machine() string {
	model := "unknown processor"
	if raw, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(raw)) {
			if name, value, _ := strings.Cut(line, ":"); strings.HasPrefix(name, "model name") {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	kernel := ""
	if raw, err := exec.Command("uname", "-sr").Output(); err == nil {
		kernel = ", " + strings.TrimSpace(string(raw))
	}
	return fmt.Sprintf("Measured on %s: %s, %d cores%s, %s; a write of 4 KB with its flush to disk takes %.0f µs here.",
		time.Now().UTC().Format("2 January 2006"), model, machineCores(), kernel, runtime.Version(), flushTime())
}

// machineCores is how many there are; runtime.NumCPU tells those that the
// driver may use.
func machineCores() int {
	raw, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.NumCPU()
	}
	return max(runtime.NumCPU(), strings.Count("\n"+string(raw), "\nprocessor"))
}

// flushTime is what a durable write of a page costs, in the middle of a hundred.
func flushTime() float64 {
	dir, err := os.MkdirTemp("", "voronka-bench-")
	if err != nil {
		return 0
	}
	defer os.RemoveAll(dir)
	file, err := os.Create(filepath.Join(dir, "page"))
	if err != nil {
		return 0
	}
	defer file.Close()
	var times []float64
	for range 100 {
		began := time.Now()
		if _, err := file.WriteAt(make([]byte, 4096), 0); err != nil || file.Sync() != nil {
			return 0
		}
		times = append(times, float64(time.Since(began).Microseconds()))
	}
	slices.Sort(times)
	return times[len(times)/2]
}
