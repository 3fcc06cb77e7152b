package postgres

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"voronka/sales"
	"voronka/storage"
)

// codeAway is the code of what failed because the database does not answer.
const codeAway = "database_away"

// away tells whether an error is the connection's, or passes by itself: what
// was asked may be asked again when the database is back.
// The codes are PostgreSQL's, appendix A "Error Codes".
func away(err error) bool {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		passing := []string{
			"53300", // too_many_connections
			"55P03", // lock_not_available
			"40001", // serialization_failure
			"40P01", // deadlock_detected
			"25P03", // idle_in_transaction_session_timeout
			"25006", // read_only_sql_transaction: a standby that is being promoted
			"57014", // query_canceled by a timeout
		}
		return strings.HasPrefix(refused.Code, "08") || strings.HasPrefix(refused.Code, "57P") || slices.Contains(passing, refused.Code)
	}
	var stranger *tls.CertificateVerificationError
	if errors.As(err, &stranger) {
		return false
	}
	var network net.Error
	var connect *pgconn.ConnectError
	return errors.As(err, &network) || errors.As(err, &connect) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err) || errors.Is(err, errLost)
}

// unavailable marks an error that is the database's own: known tells that it is,
// else its code does. The classes are PostgreSQL's, appendix A.
func unavailable(err error, known bool) error {
	var refused *pgconn.PgError
	if !known && errors.As(err, &refused) && len(refused.Code) == 5 {
		whatWasAsked := []string{
			"21", "22", "23", // cardinality, data, integrity
			"54", // program limit exceeded: a record that is too large
			"P0", // raised by a trigger
			"XX", // a damaged page: the others can be read
		}
		known = !slices.Contains(whatWasAsked, refused.Code[:2])
	}
	if !known {
		return err
	}
	return fmt.Errorf("%w: %w", storage.ErrUnavailable, err)
}

// patiently tries again while the database is away, at most for the store's
// patience.
func (s *Store) patiently(ctx context.Context, try func() error) error {
	until := time.Now().Add(s.options.Patience)
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, 500*time.Millisecond) {
		err := try()
		if err == nil || ctx.Err() != nil || !away(err) {
			return err
		}
		if time.Now().After(until) {
			return &sales.Error{Code: codeAway, Message: "the database does not answer", Err: err}
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		case <-s.quit:
			return &sales.Error{Code: codeAway, Message: "the database does not answer", Err: err}
		}
	}
}

// starting tells whether a database is there and recovers, or shuts down.
func starting(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == "57P03" // cannot_connect_now
}
