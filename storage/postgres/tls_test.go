package postgres_test

import (
	"crypto/tls"
	"errors"
	"testing"
	"time"

	"voronka/internal/outbox"
	"voronka/storage"
	"voronka/storage/postgres"
	"voronka/storage/postgrestest"
)

// TestOverTLS works over TLS alone, with every connection that a replica has,
// and does not wait for a server that is somebody else: it will not become
// another one.
func TestOverTLS(t *testing.T) {
	t.Parallel()
	own, err := postgrestest.Start(postgrestest.Options{TLS: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = own.Close() })
	other, err := postgrestest.Start(postgrestest.Options{TLS: true})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	var stranger *tls.CertificateVerificationError
	if _, err := postgres.Open(t.Context(), own.TLSURL(other.Authority()), postgres.Options{Patience: time.Hour}); !errors.As(err, &stranger) {
		t.Errorf("a server that nobody vouches for: %v", err)
	}
	address := own.TLSURL(own.Authority())
	c := join(t, address)
	c.enqueue(t, "chat/tg:1")
	if got := c.sees(t); len(got) != 1 || got[0] != outbox.Lane("chat/tg:1") {
		t.Errorf("sees %v", got)
	}
	err = c.store.View(t.Context(), func(tx storage.Tx) error { _, err := tx.Ref("a"); return err })
	if err != nil {
		t.Error(err)
	}
	run(t, address, `do $$ begin
		assert (select count(*) >= 3 from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'voronka');
		assert not exists (select from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'voronka' and not ssl);
	end $$`)
}
