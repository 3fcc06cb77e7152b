package main

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"voronka/storage/postgres"
	"voronka/storage/postgrestest"
)

// TestDoctorFindsWhatIsWrongWithPostgreSQL spoils one thing of a database at a time.
func TestDoctorFindsWhatIsWrongWithPostgreSQL(t *testing.T) {
	t.Parallel()
	cluster, err := postgrestest.Start(postgrestest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	// Whose name ends in _hba is let in by nobody, or by a password alone.
	sql(t, cluster.URL(), "create role closed_hba login", "create role secret_hba login password 'right'", "create role weak login",
		"create role lonely login connection limit 0",
		`do $$ declare file text := current_setting('hba_file'); begin
			execute format('copy (select unnest(array[%L, %L, %L])) to %L', 'local all closed_hba reject', 'local all secret_hba scram-sha-256', 'local all all trust', file);
		end $$`, "select pg_reload_conf()")
	at := func(c *clinic, do ...string) {
		address, err := cluster.Database(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		sql(c.t, address, do...)
		c.Database = address
	}
	as := func(c *clinic, user *url.Userinfo, do ...string) {
		at(c, do...)
		address, err := url.Parse(c.Database)
		if err != nil {
			c.t.Fatal(err)
		}
		address.User = user
		c.Database = address.String()
	}
	open := func(c *clinic) *postgres.Store {
		at(c)
		store, err := postgres.Open(c.t.Context(), c.Database, postgres.Options{})
		if err != nil {
			c.t.Fatal(err)
		}
		c.t.Cleanup(func() { store.Close() })
		return store
	}
	tryAilments(t, map[string]ailment{
		"a new database": {func(c *clinic) { at(c) }, nil},
		"one that works": {func(c *clinic) { open(c) }, nil},
		"wrong password": {func(c *clinic) { as(c, url.UserPassword("secret_hba", "leaked")) }, []string{"fault postgres_password"}},
		"not let in":     {func(c *clinic) { as(c, url.User("closed_hba")) }, []string{"fault postgres_entry"}},
		"no such one":    {func(c *clinic) { at(c); c.Database = strings.Replace(c.Database, "/t", "/nosuch", 1) }, []string{"fault postgres_missing"}},
		"nobody answers": {func(c *clinic) { c.Database = "postgres://voronka:leaked@127.0.0.1:1/voronka" }, []string{"fault postgres_unreachable"}},
		"no such host":   {func(c *clinic) { c.Database = "postgres://voronka:leaked@db.invalid/voronka" }, []string{"fault postgres_host"}},
		"all is taken":   {func(c *clinic) { as(c, url.User("lonely")) }, []string{"fault postgres_crowded"}},
		"no tables":      {func(c *clinic) { as(c, url.User("weak"), "revoke create on schema public from public") }, []string{"fault postgres_rights"}},
		"a standby": {func(c *clinic) {
			at(c)
			sql(c.t, c.Database, "do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$")
		}, []string{"fault postgres_read_only"}},
		"a later version": {func(c *clinic) { open(c); sql(c.t, c.Database, "update voronka_versions set version_id = 999") }, []string{"fault database_newer"}},
		"clock ahead":     {func(c *clinic) { at(c); c.shift(time.Minute) }, []string{"fault clock_ahead", "fault clock_ahead", "fault clock_ahead", "fault clock_ahead"}},
	})
}

// sql runs statements in a database.
func sql(t *testing.T, address string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, one := range statements {
		if _, err := conn.Exec(context.Background(), one); err != nil {
			t.Fatalf("%s: %v", one, err)
		}
	}
}
