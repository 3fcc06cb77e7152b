package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"voronka/bench/botapi"
)

// contender is a bot that is measured.
type contender struct {
	Name string
	// argv starts it; env is its environment for a place to run in.
	argv []string
	env  func(place) []string
}

// place is where a bot runs: its folder, the Bot API, and how it hears.
type place struct {
	dir, api, mode, listen string
	public                 string // empty: listen
	extra                  []string
	// roams lets it run on any core, and on all.
	roams bool
}

const secret = "bench-secret"

// process is a bot that runs, on the first core.
type process struct {
	cmd *exec.Cmd
	log *os.File
}

// start runs a bot. Its output goes to a file beside its database.
func (c contender) start(p place) (*process, error) {
	argv := c.argv
	cores, procs := "0", "GOMAXPROCS=1"
	if p.roams {
		cores, procs = fmt.Sprint("0-", machineCores()-1), fmt.Sprint("GOMAXPROCS=", machineCores())
	}
	if _, err := exec.LookPath("taskset"); err == nil {
		argv = append([]string{"taskset", "-c", cores}, argv...)
	}
	log, err := os.OpenFile(filepath.Join(p.dir, "output"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.dir, log, log
	cmd.Env = append(append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir, "TMPDIR=" + p.dir, procs, "NODE_ENV=production",
	}, c.env(p)...), p.extra...)
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", c.Name, err), log.Close())
	}
	return &process{cmd, log}, nil
}

// kill ends it as a power cut would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	_ = p.log.Close()
}

// stop lets it finish, for at most ten seconds.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(10*time.Second, func() { _ = p.cmd.Process.Kill() })
	_ = p.cmd.Wait()
	late.Stop()
	_ = p.log.Close()
}

// cpu is the processor time it used so far, in user and kernel mode. The unit
// of /proc/<pid>/stat is a hundredth of a second (proc(5), sysconf(_SC_CLK_TCK)).
func (p *process) cpu() time.Duration {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(raw), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// memory is what it holds of its own (RssAnon) and with mapped files (VmRSS), in bytes.
func (p *process) memory() (own, resident int64) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/status")
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(raw)) {
		var kilobytes int64
		switch {
		case strings.HasPrefix(line, "RssAnon:"):
			_, _ = fmt.Sscanf(line, "RssAnon: %d", &kilobytes)
			own = kilobytes << 10
		case strings.HasPrefix(line, "VmRSS:"):
			_, _ = fmt.Sscanf(line, "VmRSS: %d", &kilobytes)
			resident = kilobytes << 10
		}
	}
	return own, resident
}

// freeAddress is one that nobody listens on.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// contenders are the bots that can run here; why tells of those that cannot.
func contenders(bench string, bin string, warn io.Writer) []contender {
	simple := func(p place) []string {
		return []string{
			"BENCH_API=" + p.api, "BENCH_TOKEN=" + botapi.Token, "BENCH_MODE=" + p.mode, "BENCH_LISTEN=" + p.listen,
			"BENCH_SECRET=" + secret, "BENCH_DATABASE=" + filepath.Join(p.dir, "bot.db"),
		}
	}
	list := []contender{
		{Name: "voronka", argv: []string{filepath.Join(bin, "voronka"), "run"}, env: func(p place) []string { return voronka(p, bench) }},
		{Name: "bound", argv: []string{filepath.Join(bin, "bound")}, env: simple},
		{Name: "handwritten", argv: []string{filepath.Join(bin, "handwritten")}, env: simple},
	}
	grammy := filepath.Join(bench, "grammy")
	node, err := exec.LookPath("node")
	if _, missing := os.Stat(filepath.Join(grammy, "node_modules", "better-sqlite3")); err != nil || missing != nil {
		fmt.Fprintln(warn, "grammY is left out: it needs node and `npm install` in bench/grammy")
		return list
	}
	return append(list, contender{Name: "grammy", argv: []string{node, filepath.Join(grammy, "bot.mjs")}, env: simple})
}

// voronka is the environment of the real binary.
func voronka(p place, bench string) []string {
	env := []string{
		"VORONKA_FLOWS=" + filepath.Join(bench, "funnel"), "VORONKA_DATABASE=" + filepath.Join(p.dir, "bot.db"),
		"VORONKA_LISTEN=" + p.listen, "VORONKA_TELEGRAM_TOKEN=" + botapi.Token, "VORONKA_TELEGRAM_API=" + p.api,
		"VORONKA_TELEGRAM_MODE=" + p.mode, "VORONKA_CONSOLE_PASSWORD=" + secret,
	}
	if p.mode == "webhook" {
		env = append(env, "VORONKA_PUBLIC_URL=http://"+cmp.Or(p.public, p.listen), "VORONKA_TELEGRAM_SECRET="+secret)
	}
	return env
}
