package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"voronka/storage/bolt"
	"voronka/storage/postgres"
)

// spoken is an error that people meet often enough to have words in the locales.
type spoken struct {
	key  string
	args map[string]any
	err  error
}

func (e *spoken) Error() string { return e.key + ": " + e.err.Error() }

func (e *spoken) Unwrap() error { return e.err }

// speak prints a spoken error in the language of the command line; what the
// doctor would have said has its advice beside it.
func (a *app) speak(err error) error {
	var known *spoken
	if !errors.As(err, &known) {
		return err
	}
	fmt.Fprintln(a.err, a.words.Text(a.language, known.key, known.args))
	if strings.HasPrefix(known.key, "doctor.") {
		fmt.Fprintln(a.err, "  →", a.words.Text(a.language, known.key+".advice", known.args))
	}
	return errFault
}

// deaf says why an address cannot be listened on.
func deaf(address string, err error) error {
	key := "cli.cannot_listen"
	if errors.Is(err, syscall.EADDRINUSE) {
		key = "cli.address_busy"
	}
	return &spoken{key, map[string]any{"Address": address, "Reason": err.Error()}, err}
}

// unusable says why a database cannot be used.
func unusable(database string, err error) error {
	args := map[string]any{"Path": place(database), "Reason": err.Error()}
	for key, cause := range map[string]error{
		"cli.database_busy": bolt.ErrLocked, "cli.database_damaged": bolt.ErrDamaged, "cli.database_newer": bolt.ErrNewer,
		"cli.postgres_newer": postgres.ErrNewer, "cli.postgres_encoding": postgres.ErrEncoding,
	} {
		if errors.Is(err, cause) {
			return &spoken{key, args, err}
		}
	}
	if noRoom(err) {
		return &spoken{"cli.database_full", args, err}
	}
	if errors.Is(err, syscall.EROFS) {
		return &spoken{"cli.database_read_only", args, err}
	}
	if why := postgres.Why(err); shared(database) && why != "" {
		return &spoken{"doctor.postgres_" + why, args, err}
	}
	if shared(database) {
		return &spoken{"cli.postgres_failed", args, err}
	}
	return &spoken{"cli.database_failed", args, err}
}

// noRoom tells a disk, a quota or a limit of a file's size that is used up.
func noRoom(err error) bool {
	return postgres.Why(err) == "full" || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// unread says that a folder or file of funnels is not there.
func unread(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &spoken{"cli.no_flows", map[string]any{"Path": path}, err}
	}
	return err
}
