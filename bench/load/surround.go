package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

var errNoPostgres = errors.New("PostgreSQL does not start here")

// farChat is the first of those who only listen.
const farChat = 7_000_000_000

// surround prepares what is around a bot besides its Bot API; ends takes it
// away, whatever the error.
func (s scene) surround(dir string) (env []string, ends func(), err error) {
	ends = func() {}
	customers, first := s.known, int64(firstChat+1)
	if s.audience > 0 {
		customers, first = s.audience, farChat
	}
	if customers > 0 {
		cmd := exec.Command(filepath.Join(s.bin, "fill"), "-customers", fmt.Sprint(customers), "-first", fmt.Sprint(first), filepath.Join(dir, "bot.db"))
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return nil, ends, fmt.Errorf("fill the store: %w", err)
		}
	}
	switch {
	case s.crm != "":
		address, stop, err := startCRM(s.crm)
		return []string{"VORONKA_AMOCRM_URL=" + address, "VORONKA_AMOCRM_TOKEN=bench"}, stop, err
	case s.replicas > 0:
		address, stop, err := startPostgres(filepath.Join(s.bin, "cluster"))
		return []string{"VORONKA_DATABASE=" + address}, stop, err
	}
	return nil, ends, nil
}

// startPostgres runs a throwaway cluster.
func startPostgres(program string) (address string, stop func(), err error) {
	cmd := exec.Command(program)
	if taskset, err := exec.LookPath("taskset"); err == nil {
		cmd = exec.Command(taskset, "-c", fmt.Sprint("0-", machineCores()-1), program)
	}
	cmd.Stderr = os.Stderr
	leash, err := cmd.StdinPipe()
	if err != nil {
		return "", func() {}, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", func() {}, err
	}
	if err := cmd.Start(); err != nil {
		return "", func() {}, fmt.Errorf("%w: %w", errNoPostgres, err)
	}
	stop = func() {
		_ = leash.Close()
		_ = cmd.Wait()
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return "", stop, errNoPostgres
	}
	return strings.TrimSpace(line), stop, nil
}

// broadcastText is what those who only listen are told.
const broadcastText = "Скидка до пятницы."

// broadcast has the running bot tell everybody something.
func broadcast(c contender, where place) error {
	cmd := exec.Command(c.argv[0], "broadcast", "send", "--text", broadcastText, "--if", `state == "email" and email == ""`)
	cmd.Dir = where.dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + where.dir}, c.env(where)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("begin the broadcast: %w\n%s", err, out)
	}
	return nil
}
