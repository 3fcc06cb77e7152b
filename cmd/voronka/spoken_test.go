package main

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"voronka/locales"
	"voronka/storage/postgres"
)

func TestWhyADatabaseCannotBeUsed(t *testing.T) {
	t.Parallel()
	for cause, want := range map[error]string{
		syscall.ENOSPC: "cli.database_full", syscall.EDQUOT: "cli.database_full", syscall.EFBIG: "cli.database_full",
		syscall.EROFS: "cli.database_read_only", fs.ErrPermission: "cli.database_failed",
	} {
		var said *spoken
		if err := unusable("voronka.db", &os.PathError{Op: "write", Path: "voronka.db", Err: cause}); !errors.As(err, &said) || said.key != want {
			t.Errorf("%v: %v, want %s", cause, err, want)
		}
	}
}

// TestWhyPostgreSQLCannotBeUsed starts the bot where nobody answers: it says what
// the doctor would say, and no address's password.
func TestWhyPostgreSQLCannotBeUsed(t *testing.T) {
	t.Parallel()
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	var printed strings.Builder
	a := &app{ctx: t.Context(), err: &printed, words: catalog, language: "ru"}
	const address = "postgres://voronka:leaked@127.0.0.1:1/voronka"
	_, cause := postgres.Check(t.Context(), address)
	if err := a.speak(unusable(address, cause)); !errors.Is(err, errFault) {
		t.Errorf("error %v", err)
	}
	want := "voronka @ 127.0.0.1: сервер базы не отвечает\n  → Запустите PostgreSQL:"
	if got := printed.String(); !strings.HasPrefix(got, want) || strings.Contains(got, "leaked") {
		t.Errorf("it says %q", got)
	}
}
