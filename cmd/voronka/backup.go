package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"voronka/storage/bolt"
)

// backupCommand is `voronka backup`.
type backupCommand struct {
	File string `arg:"" help:"Куда положить копию · where to put the copy"`
}

// Run copies the database into a new file and checks it. A database that is in
// use is copied by the bot that uses it.
func (c backupCommand) Run(a *app) error {
	settings, err := readSettings(a.env)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(c.File); err == nil {
		return &spoken{"backup.exists", map[string]any{"File": c.File}, fs.ErrExist}
	}
	if shared(settings.Database) {
		return c.copyShared(a, settings.Database)
	}
	write := copyOf(settings.Database)
	_, err = bolt.Check(settings.Database)
	if err == nil {
		err = bolt.Settle(settings.Database)
	}
	switch {
	case errors.Is(err, bolt.ErrLocked):
		write = c.askBot(settings)
	case errors.Is(err, fs.ErrNotExist):
		return &spoken{"backup.no_database", map[string]any{"Path": settings.Database}, err}
	case err != nil:
		return unusable(settings.Database, err)
	}
	return c.make(a, write)
}

// make writes the copy and tells of it.
func (c backupCommand) make(a *app, write func(context.Context, io.Writer) error) error {
	info, err := writeCopy(a.ctx, c.File, write)
	if err != nil {
		return err
	}
	a.say("backup.done", map[string]any{"File": c.File, "Size": megabytes(info.Size), "Contacts": info.Contacts})
	return nil
}

// copyShared copies a PostgreSQL database into a file that voronka restore takes
// into any database.
func (c backupCommand) copyShared(a *app, database string) error {
	store, err := openDatabase(a.ctx, database)
	if err != nil {
		return unusable(database, err)
	}
	defer store.Close()
	return c.make(a, func(ctx context.Context, w io.Writer) error { return writeStore(ctx, store, filepath.Dir(c.File), w) })
}

// copyOf writes a file's content.
func copyOf(path string) func(context.Context, io.Writer) error {
	return func(_ context.Context, w io.Writer) error {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		_, err = io.Copy(w, file)
		return err
	}
}

// askBot has the running bot write the copy: POST /console/backup.
func (backupCommand) askBot(s Settings) func(context.Context, io.Writer) error {
	address := s.own() + "/console/backup"
	return func(ctx context.Context, w io.Writer) error {
		if s.Password == "" {
			return &spoken{"backup.no_password", nil, errFault}
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
		if err != nil {
			return err
		}
		request.SetBasicAuth("backup", string(s.Password))
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		answer, err := client.Do(request)
		if err != nil {
			return &spoken{"backup.bot_silent", map[string]any{"Address": address}, err}
		}
		defer answer.Body.Close()
		switch answer.StatusCode {
		case http.StatusOK:
			_, err = io.Copy(w, answer.Body)
			return err
		case http.StatusUnauthorized, http.StatusTooManyRequests:
			return &spoken{"backup.wrong_password", map[string]any{"Address": address}, errFault}
		case http.StatusInsufficientStorage:
			return &spoken{"backup.bot_disk_full", nil, errFault}
		}
		return &spoken{"backup.bot_refused", map[string]any{"Address": address, "Status": answer.StatusCode}, errFault}
	}
}

// own is where the bot listens, as this machine sees it.
func (s Settings) own() string {
	host, port, err := net.SplitHostPort(s.Listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return "http://" + net.JoinHostPort("127.0.0.1", port)
	}
	return "http://" + s.Listen
}

// megabytes writes a size as people read it: "4.2".
func megabytes(bytes int64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(bytes)/(1<<20)), ".0")
}
