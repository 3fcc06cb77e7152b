package postgres_test

import (
	"fmt"
	"os"
	"testing"

	"voronka/storage"
	"voronka/storage/postgres"
	"voronka/storage/postgrestest"
	"voronka/storage/storagetest"
)

// cluster is the PostgreSQL that the tests of this package share.
var cluster *postgrestest.Cluster

func TestMain(m *testing.M) {
	os.Exit(func() int {
		if address := os.Getenv(shipVariable); address != "" {
			fmt.Fprintln(os.Stderr, sail(address))
			return 1
		}
		var err error
		if cluster, err = postgrestest.Start(postgrestest.Options{}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer cluster.Close()
		return m.Run()
	}())
}

// schema is the address of an empty schema.
func schema(t testing.TB) string {
	t.Helper()
	address, err := cluster.Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func open(t testing.TB, address string) *postgres.Store {
	t.Helper()
	return openWith(t, address, postgres.Options{})
}

func openWith(t testing.TB, address string, options postgres.Options) *postgres.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), address, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return store
}

func TestStore(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(t *testing.T) storage.Store { return open(t, schema(t)) })
}

func TestReopen(t *testing.T) {
	t.Parallel()
	address := schema(t)
	storagetest.RunReopen(t, func(t *testing.T) storage.Store { return open(t, address) })
}

func TestCarry(t *testing.T) {
	t.Parallel()
	empty := func(t *testing.T) storage.Carrier { return open(t, schema(t)) }
	storagetest.RunCarry(t, empty, empty)
}
