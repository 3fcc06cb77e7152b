// Command load drives bots, each as a process of its own on the first core,
// with customers and a Bot API of its own on the last, and prints what they did
// and how they compare. It must be run in the folder bench.
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
	flag.DurationVar(&o.length, "length", 4*time.Second, "how long each run measures")
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
	bots := slices.DeleteFunc(contenders(bench, o.bin, os.Stderr), func(c contender) bool { return !named(o.bots, c.Name) })
	book := report{machine: machine(), scenes: scenes(o)}
	for _, s := range book.scenes {
		if !named(o.scenes, s.Name) {
			continue
		}
		s.bin = o.bin
		for _, mode := range strings.Split(o.modes, ",") {
			if s.mode != "" && s.mode != mode {
				continue
			}
			results, err := s.measure(bots, mode)
			if errors.Is(err, errNoPostgres) {
				fmt.Fprintln(os.Stderr, s.Name, "is left out:", err)
				continue
			}
			if err != nil {
				return err
			}
			for _, r := range results {
				fmt.Println(r)
				book.results = append(book.results, r)
			}
		}
	}
	book.conclude()
	if o.write == "" {
		return nil
	}
	return book.write(o.write)
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
	argv := append([]string{taskset, "-c", fmt.Sprint(runtime.NumCPU() - 1), self}, os.Args[1:]...)
	return syscall.Exec(taskset, argv, append(os.Environ(), "BENCH_PINNED=1", "GOMAXPROCS=1"))
}

// build makes the binaries: the real one of the product, its rivals, and what
// fills its store.
func build(bin string) error {
	for _, one := range []struct{ folder, pkg, name string }{
		{"..", "./cmd/voronka", "voronka"}, {".", "./handwritten", "handwritten"}, {".", "./bound", "bound"}, {"fill", ".", "fill"}, {"fill", "./cluster", "cluster"},
	} {
		cmd := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(bin, one.name), one.pkg)
		cmd.Dir, cmd.Stderr = one.folder, os.Stderr
		if err := cmd.Run(); err != nil {
			return errors.Join(fmt.Errorf("build %s", one.name), err)
		}
	}
	return nil
}

func named(list, name string) bool {
	return list == "" || slices.Contains(strings.Split(list, ","), name)
}
