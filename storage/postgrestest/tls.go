package postgrestest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// certify gives the cluster a certificate for localhost, and a port of its own:
// over a socket there is no TLS. It returns the settings that go with them.
func (c *Cluster) certify() ([]string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	private := filepath.Join(c.dir, "server.key")
	err = errors.Join(
		os.WriteFile(c.Authority(), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}), 0o644),
		os.WriteFile(private, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600),
	)
	if err == nil {
		err = errors.Join(c.owner.own(c.Authority()), c.owner.own(private))
	}
	if err != nil {
		return nil, fmt.Errorf("keep a certificate: %w", err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("find a port: %w", err)
	}
	c.port = free.Addr().(*net.TCPAddr).Port
	return []string{
		"listen_addresses = '127.0.0.1'", "port = " + strconv.Itoa(c.port), "ssl = on",
		"ssl_cert_file = '" + c.Authority() + "'", "ssl_key_file = '" + private + "'",
	}, free.Close()
}

// Authority is the file with the certificate that vouches for the cluster's own.
func (c *Cluster) Authority() string { return filepath.Join(c.dir, "server.crt") }

// TLSURL is the address of the cluster's own database over TLS, where the
// server has to be who it says by a file of authorities. Options.TLS is required.
func (c *Cluster) TLSURL(authority string) string {
	return fmt.Sprintf("postgres://postgres@localhost:%d/postgres?sslmode=verify-full&sslrootcert=%s", c.port, url.QueryEscape(authority))
}
