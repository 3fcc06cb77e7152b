package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

// does runs a command to its end and checks its status; it gives what was printed.
func (w *outside) does(status int, env []string, args ...string) string {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), os.Args[0], args...)
	cmd.Env = append(append(w.env[:len(w.env):len(w.env)], "GORACE=atexit_sleep_ms=0"), env...)
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &printed
	var ended *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &ended) {
		w.t.Fatal(err)
	}
	if code := cmd.ProcessState.ExitCode(); code != status {
		w.t.Errorf("%v ended with %d, want %d:\n%s", args, code, status, printed.String())
	}
	return printed.String()
}

func (w *outside) expect(printed string, parts ...string) {
	w.t.Helper()
	for _, part := range parts {
		if !strings.Contains(printed, part) {
			w.t.Errorf("%q is not in:\n%s", part, printed)
		}
	}
	if strings.Contains(printed, "console-password") {
		w.t.Errorf("the password is printed:\n%s", printed)
	}
}

// TestBackupOfARunningBot copies the database while the bot uses it, and takes
// the snapshots that the bot makes by itself.
func TestBackupOfARunningBot(t *testing.T) {
	t.Parallel()
	w := newOutside(t, "polling")
	backups := filepath.Join(w.dir, "backups")
	w.env = append(w.env, "VORONKA_BACKUPS="+backups)
	file := filepath.Join(w.dir, "copy.db")
	w.expect(w.does(exitFault, nil, "backup", file), "базы ещё нет")
	w.start()
	if err := w.idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.expect(w.does(exitOK, nil, "backup", file), "Копия готова и проверена")
	if _, err := bolt.Check(file); err != nil {
		t.Error(err)
	}
	w.expect(w.does(exitFault, nil, "backup", file), "уже есть")
	other := filepath.Join(w.dir, "other.db")
	w.expect(w.does(exitFault, []string{"VORONKA_CONSOLE_PASSWORD=wrong-password"}, "backup", other), "не принял пароль")
	w.expect(w.does(exitFault, []string{"VORONKA_CONSOLE_PASSWORD="}, "backup", other), "VORONKA_CONSOLE_PASSWORD")
	w.expect(w.does(exitFault, []string{"VORONKA_LISTEN=127.0.0.1:1"}, "backup", other), "не отвечает")
	w.expect(w.does(exitFault, nil, "restore", file), "Остановите его")
	if _, err := os.Stat(other); err == nil {
		t.Error("a refused backup left a file")
	}
	w.stop()
	taken, err := listSnapshots(backups)
	if err != nil || len(taken) != 1 {
		t.Fatalf("snapshots: %v, %v", taken, err)
	}
	if _, err := bolt.Check(taken[0].path); err != nil {
		t.Error(err)
	}
	if parts, _ := filepath.Glob(filepath.Join(w.dir, partial)); len(parts) > 0 {
		t.Errorf("left behind: %v", parts)
	}
	for _, path := range []string{file, taken[0].path} {
		if about, err := os.Stat(path); err != nil || about.Mode().Perm() != 0o600 {
			t.Errorf("%s: others may read it: %v %v", path, about.Mode(), err)
		}
	}
}

func TestRestoreBringsACopyBack(t *testing.T) {
	t.Parallel()
	w := newOutside(t, "polling")
	w.put("tg:1")
	file := filepath.Join(w.dir, "copy.db")
	w.expect(w.does(exitOK, nil, "backup", file), "клиентов: 1")
	w.put("tg:2")
	w.expect(w.does(exitOK, nil, "restore", file), "Прежняя база сохранена", "клиентов: 1")
	w.read(func(tx storage.Tx) error {
		if _, err := tx.Contact("tg:2"); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("what came after the copy is still there: %v", err)
		}
		_, err := tx.Contact("tg:1")
		return err
	})
	kept, _ := filepath.Glob(w.database() + ".before-*")
	if len(kept) != 1 {
		t.Fatalf("kept: %v", kept)
	}
	if info, err := bolt.Check(kept[0]); err != nil || info.Contacts != 2 {
		t.Errorf("the kept database: %+v, %v", info, err)
	}
}

func TestRestoreRefusesAndSavesWhatItCan(t *testing.T) {
	t.Parallel()
	w := newOutside(t, "polling")
	w.put("tg:1")
	good, bad := filepath.Join(w.dir, "good.db"), filepath.Join(w.dir, "bad.db")
	w.does(exitOK, nil, "backup", good)
	os.WriteFile(bad, []byte("<html>"), 0o600)
	before, _ := os.ReadFile(w.database())
	w.expect(w.does(exitFault, nil, "restore", bad), "повреждён", "Ничего не тронуто")
	w.expect(w.does(exitFault, nil, "restore", w.database()), "нынешняя база")
	w.expect(w.does(exitFault, []string{"VORONKA_LANGUAGE=en"}, "restore", "absent.db"), "no such file")
	if after, _ := os.ReadFile(w.database()); !bytes.Equal(before, after) {
		t.Error("a refused restore touched the database")
	}
	// A damaged database cannot be backed up, and is still kept when it is replaced.
	os.WriteFile(w.database(), []byte("damaged by a disk"), 0o600)
	w.expect(w.does(exitFault, nil, "backup", filepath.Join(w.dir, "new.db")), "повреждён")
	w.expect(w.does(exitOK, nil, "restore", good), "клиентов: 1")
	kept, _ := filepath.Glob(w.database() + ".before-*")
	if len(kept) != 1 {
		t.Fatalf("kept: %v", kept)
	}
	if content, _ := os.ReadFile(kept[0]); string(content) != "damaged by a disk" {
		t.Errorf("the kept file holds %q", content)
	}
	// A lost database is brought back too; a log that it left is kept beside it.
	os.Remove(w.database())
	os.WriteFile(bolt.Log(w.database()), []byte("the last moments"), 0o600)
	w.expect(w.does(exitOK, nil, "restore", good), "клиентов: 1")
	logs, _ := filepath.Glob(bolt.Log(w.database() + ".before-*"))
	if len(logs) != 1 {
		t.Errorf("logs kept: %v", logs)
	}
}

// put writes a customer while no bot runs.
func (w *outside) put(contact string) {
	w.t.Helper()
	store, err := bolt.Open(w.database(), bolt.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer store.Close()
	err = store.Update(w.t.Context(), func(tx storage.Tx) error { return tx.PutContact(sales.Contact{ID: contact, Name: "Анна"}) })
	if err != nil {
		w.t.Fatal(err)
	}
}
