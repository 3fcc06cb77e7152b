package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"voronka/crm/amocrm"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

// errBotsTokens tells that only the running bot can go on: its tokens are not
// to be seen, or it is time to renew them.
var errBotsTokens = errors.New("the running bot has the tokens of amoCRM")

// seenTokens are the tokens of a running bot. Who only looks never renews them:
// a refresh token works once, and this one is the bot's.
type seenTokens struct{ amocrm.Safe }

// Change implements amocrm.Safe.
func (seenTokens) Change(context.Context, func(string) (string, error)) error {
	return &sales.Error{Code: "crm_not_seen", Action: sales.Stop, Err: errBotsTokens}
}

// amoWayIn opens the tokens of the integration. Where a running bot holds their
// file it is the newest backup that tells them: an access token lives a day.
func (d *doctor) amoWayIn(ctx context.Context, client *http.Client) (*amocrm.Access, func(), error) {
	store, err := openDatabase(ctx, d.Database)
	held := errors.Is(err, bolt.ErrLocked)
	done := func() {}
	if held {
		store, done, err = d.newestBackup(ctx)
	}
	if err != nil {
		return nil, nil, err
	}
	end := func() { _ = store.Close(); done() }
	access, err := d.amoAccess(store, client, d.now)
	if err != nil {
		end()
		return nil, nil, err
	}
	if held {
		access.Safe = seenTokens{access.Safe}
	}
	return access, end, nil
}

// mostBackup is the size of the largest backup that is read for the tokens in
// it, in bytes.
const mostBackup = 512 << 20

// newestBackup opens a copy of the newest backup, which itself nobody writes to.
func (d *doctor) newestBackup(ctx context.Context) (storage.Store, func(), error) {
	taken, err := listSnapshots(d.Backups)
	if d.Backups == "" || err != nil || len(taken) == 0 {
		return nil, nil, errBotsTokens
	}
	newest := taken[len(taken)-1].path
	if file, err := os.Stat(newest); err != nil || file.Size() > mostBackup {
		return nil, nil, errBotsTokens
	}
	dir, err := os.MkdirTemp("", "voronka-doctor-")
	if err != nil {
		return nil, nil, fmt.Errorf("make room for a copy of the backup: %w", err)
	}
	done := func() { _ = os.RemoveAll(dir) }
	path := filepath.Join(dir, "voronka.db")
	if _, err := writeCopy(ctx, path, copyOf(newest)); err != nil {
		done()
		return nil, nil, err
	}
	store, err := bolt.Open(path, bolt.Options{NoSync: true})
	if err != nil {
		done()
		return nil, nil, err
	}
	return store, done, nil
}

// noteUnseenCRM tells why the tokens cannot be had. What is wrong with the
// database is told where it is looked at.
func (d *doctor) noteUnseenCRM(err error) {
	if errors.Is(err, errBotsTokens) {
		d.note("crm", doubt, "crm_not_seen", map[string]any{"Address": d.console() + "crm"})
		return
	}
	d.note("crm", faulty, "crm_no_tokens", map[string]any{"Path": place(d.Database)})
}
