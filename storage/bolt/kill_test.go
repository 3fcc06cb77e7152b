package bolt_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"voronka/storage"
	"voronka/storage/bolt"
)

// child names the file in a process that TestKill starts to kill it.
const child = "VORONKA_BOLT_TEST_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(child); path != "" {
		fmt.Fprintln(os.Stderr, scribbleForEver(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// scribbleForEver prints the key of each update that is committed.
func scribbleForEver(path string) error {
	store, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		return err
	}
	defer store.Close()
	errs := make(chan error)
	for writer := range 16 {
		go func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("%d/%d/%d", os.Getpid(), writer, i)
				err := store.Update(context.Background(), func(tx storage.Tx) error {
					return errors.Join(tx.PutRef("half of "+key, "1"), tx.PutRef(key, "1"))
				})
				if err != nil {
					errs <- err
					return
				}
				fmt.Println(key)
			}
		}()
	}
	return <-errs
}

// What was committed is there after SIGKILL, and nothing is there in half.
func TestKill(t *testing.T) {
	t.Parallel()
	path := temp(t)
	var promised []string
	for round := range 5 {
		command := exec.Command(os.Args[0], "-test.run=^$")
		command.Env = append(os.Environ(), child+"="+path)
		var complaint strings.Builder
		command.Stderr = &complaint
		out, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		kill := sync.OnceFunc(func() { _ = command.Process.Kill() })
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			promised = append(promised, lines.Text())
			if n == 200+97*round {
				kill()
			}
		}
		kill()
		_ = command.Wait()
		if complaint.Len() > 0 {
			t.Fatal(complaint.String())
		}
	}
	store := open(t, path, bolt.Options{})
	for _, key := range promised {
		if get(t, store, key) != "1" || get(t, store, "half of "+key) != "1" {
			t.Errorf("%s was committed and is lost", key)
		}
	}
	t.Logf("%d updates were committed before five kills", len(promised))
}
