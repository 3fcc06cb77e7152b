package postgres

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
)

// Why names the cause of an error of Open or Check that a person can mend:
// "password", "entry", "missing", "crowded", "starting", "rights", "read_only",
// "full", "certificate", "host" or "unreachable"; empty for any other.
func Why(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		// The codes are PostgreSQL's, appendix A "Error Codes".
		return map[string]string{
			"28P01": "password",  // invalid_password
			"28000": "entry",     // invalid_authorization_specification: pg_hba.conf
			"3D000": "missing",   // invalid_catalog_name
			"53300": "crowded",   // too_many_connections
			"57P03": "starting",  // cannot_connect_now
			"42501": "rights",    // insufficient_privilege
			"25006": "read_only", // read_only_sql_transaction
			"53100": "full",      // disk_full
		}[refused.Code]
	}
	var stranger *tls.CertificateVerificationError
	var unsigned x509.UnknownAuthorityError
	var nameless *net.DNSError
	var network *net.OpError
	switch {
	case errors.Is(err, errNoRights):
		return "rights"
	case errors.Is(err, errOnlyRead):
		return "read_only"
	case errors.As(err, &stranger), errors.As(err, &unsigned):
		return "certificate"
	case errors.As(err, &nameless):
		return "host"
	case errors.As(err, &network):
		return "unreachable"
	}
	return ""
}
