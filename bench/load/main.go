// Command load drives bots, each as a process of its own on the first core,
// with customers and a Bot API of its own on the second, and prints what they
// did and how they compare. It must be run in the folder bench.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

type options struct {
	bots, modes, scenes string
	runs                int
	length              time.Duration
	bin, write          string
}

func main() {
	var o options
	flag.StringVar(&o.bots, "bots", "", "only these, by commas (all that can run)")
	flag.StringVar(&o.modes, "modes", "polling,webhook", "how the bots hear")
	flag.StringVar(&o.scenes, "scenes", "", "only these, by commas (all)")
	flag.IntVar(&o.runs, "runs", 3, "runs of each measurement; the median counts")
	flag.DurationVar(&o.length, "length", 6*time.Second, "how long each run measures")
	flag.StringVar(&o.bin, "bin", "", "folder with binaries built before (they are built)")
	flag.StringVar(&o.write, "write", "", "the Markdown page whose tables are written anew")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	if err := pin(); err != nil {
		return err
	}
	bench, err := os.Getwd()
	if err != nil {
		return err
	}
	if o.bin == "" {
		if o.bin, err = os.MkdirTemp("", "voronka-bench-bin-"); err != nil {
			return err
		}
		defer os.RemoveAll(o.bin)
		if err := build(o.bin); err != nil {
			return err
		}
	}
	var all []result
	for _, s := range scenes(o.length) {
		if !named(o.scenes, s.Name) {
			continue
		}
		for _, mode := range strings.Split(o.modes, ",") {
			for _, c := range contenders(bench, o.bin, os.Stderr) {
				if !named(o.bots, c.Name) {
					continue
				}
				r, err := s.median(c, mode, o.runs)
				if err != nil {
					return err
				}
				fmt.Println(r)
				all = append(all, r)
			}
		}
	}
	return nil
}

// pin moves the driver to the last core, so that the bot has the first to itself.
func pin() error {
	taskset, err := exec.LookPath("taskset")
	if err != nil || os.Getenv("BENCH_PINNED") != "" || runtime.NumCPU() < 2 {
		return nil //nolint:nilerr // without taskset the system places both
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	last := fmt.Sprint(runtime.NumCPU() - 1)
	argv := append([]string{taskset, "-c", last, self}, os.Args[1:]...)
	return syscall.Exec(taskset, argv, append(os.Environ(), "BENCH_PINNED=1", "GOMAXPROCS=1"))
}

// build makes the binaries: the real one of the product, and its rivals.
func build(bin string) error {
	for folder, pkg := range map[string]string{"..": "./cmd/voronka", ".": "./handwritten", "./": "./bound"} {
		cmd := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(bin, filepath.Base(pkg)), pkg)
		cmd.Dir, cmd.Stderr = folder, os.Stderr
		if err := cmd.Run(); err != nil {
			return errors.Join(fmt.Errorf("build %s", pkg), err)
		}
	}
	return nil
}

func named(list, name string) bool {
	return list == "" || slices.Contains(strings.Split(list, ","), name)
}

// scenes are all that is measured.
func scenes(length time.Duration) []scene {
	base := scene{customers: 200, warm: 2 * time.Second, length: length, quiet: 10 * time.Second}
	with := func(name string, change func(*scene)) scene {
		s := base
		s.Name = name
		change(&s)
		return s
	}
	return []scene{
		with("saturated", func(*scene) {}),
		with("steady", func(s *scene) { s.rate = 250 }),
		with("slow-api", func(s *scene) { s.delay = 50 * time.Millisecond }),
		with("slow-api-1000", func(s *scene) { s.delay, s.customers = 50*time.Millisecond, 1000 }),
		with("floods", func(s *scene) { s.floodEvery = 50 }),
		with("kills", func(s *scene) { s.dialogs, s.kills, s.quiet = 1800, 9, 20*time.Second }),
	}
}

// median runs a scene several times: the run in the middle by its rate counts,
// with all that went wrong in any.
func (s scene) median(c contender, mode string, runs int) (result, error) {
	var all []result
	var sum tally
	for range runs {
		r, err := s.run(c, mode)
		if err != nil {
			return r, err
		}
		all = append(all, r)
		sum.Dialogs += r.Dialogs
		sum.Lost += r.Lost
		sum.Doubled += r.Doubled
		sum.Disordered += r.Disordered
		sum.Wrong += r.Wrong
	}
	slices.SortFunc(all, func(a, b result) int { return int(a.PerSecond - b.PerSecond) })
	r := all[len(all)/2]
	r.tally = sum
	return r, nil
}

func (r result) String() string {
	return fmt.Sprintf("%-13s %-8s %-13s %7.0f/s  p50 %6.2f ms  p99 %6.2f ms  %5.1f µs CPU  %v",
		r.Scene, r.Mode, r.Bot, r.PerSecond, r.P50, r.P99, r.CPU, r.tally)
}
