package main

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"testing"
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
