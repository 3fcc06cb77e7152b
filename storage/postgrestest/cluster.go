// Package postgrestest starts throwaway PostgreSQL clusters out of the
// machine's own initdb and postgres. Each takes a folder of its own, listens on
// a socket in it, and is gone with the process that started it.
package postgrestest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Options are how a cluster is run.
type Options struct {
	// Durable makes a commit wait for the disk, as customers' databases do.
	// Tests that do not pull the plug are quicker without.
	Durable bool
	// TLS lets the cluster listen on a port too, with a certificate.
	TLS bool
	// Settings are lines of postgresql.conf.
	Settings []string
}

// Cluster is a running PostgreSQL.
type Cluster struct {
	programs string
	dir      string
	owner    owner
	server   *exec.Cmd
	leash    io.WriteCloser
	port     int
}

// startTime is how long a cluster may take to be made and to answer.
const startTime = 3 * time.Minute

// Start makes a cluster and waits until it answers. The caller closes it.
func Start(options Options) (*Cluster, error) {
	programs, err := findPrograms()
	if err != nil {
		return nil, err
	}
	who, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "vpg")
	if err != nil {
		return nil, fmt.Errorf("make a folder for PostgreSQL: %w", err)
	}
	c := &Cluster{programs: programs, dir: dir, owner: who, port: 5432}
	if err := errors.Join(who.own(dir), c.make(options)); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := c.Start(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// make runs initdb.
func (c *Cluster) make(options Options) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	initdb := exec.CommandContext(ctx, filepath.Join(c.programs, "initdb"),
		"-D", c.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	c.owner.take(initdb)
	initdb.Dir = c.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	lines := []string{
		"listen_addresses = ''", "unix_socket_directories = '" + c.dir + "'", "max_connections = 200",
		"shared_buffers = 64MB", "log_min_messages = fatal",
	}
	if !options.Durable {
		lines = append(lines, "fsync = off", "full_page_writes = off", "synchronous_commit = off")
	}
	if options.TLS {
		secure, err := c.certify()
		if err != nil {
			return err
		}
		lines = append(lines, secure...)
	}
	file, err := os.OpenFile(filepath.Join(c.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("configure PostgreSQL: %w", err)
	}
	_, err = fmt.Fprintln(file, "\n"+strings.Join(append(lines, options.Settings...), "\n"))
	return errors.Join(err, file.Close())
}

// leashed runs a server until a word on standard input names the signal to end
// it with. When the input ends instead, so has the process that held it: the
// server goes at once and its folder, $0, with it.
const leashed = `"$@" </dev/null & server=$!
if read -r signal; then kill -"$signal" $server; wait $server
else kill -QUIT $server; wait $server; rm -rf "$0"; fi`

// Start lets a stopped server run again and waits until it answers.
func (c *Cluster) Start() error {
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	defer log.Close()
	server := exec.Command("/bin/sh", "-c", leashed, c.dir, filepath.Join(c.programs, "postgres"), "-D", c.data())
	c.owner.take(server)
	server.Dir, server.Stdout, server.Stderr = c.dir, log, log
	if c.leash, err = server.StdinPipe(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := server.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	c.server = server
	return c.await()
}

// await waits until the server answers.
func (c *Cluster) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.URL())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
			return fmt.Errorf("PostgreSQL does not answer: %w\n%s", err, log)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends the server and keeps its data: in order, or as a crash would.
func (c *Cluster) Stop(crash bool) error {
	signal := "INT"
	if crash {
		signal = "QUIT"
	}
	_, err := io.WriteString(c.leash, signal+"\n")
	_ = c.server.Wait() // the status tells of the signal only
	c.server = nil
	if err != nil {
		return fmt.Errorf("stop PostgreSQL: %w", err)
	}
	return nil
}

// Close ends the server and removes all that it left.
func (c *Cluster) Close() error {
	if c.server != nil {
		_ = c.leash.Close()
		_ = c.server.Wait()
	}
	return os.RemoveAll(c.dir)
}

// URL is the address of the cluster's own database.
func (c *Cluster) URL() string {
	return fmt.Sprintf("postgres://postgres@/postgres?host=%s&port=%d", url.QueryEscape(c.dir), c.port)
}

// Database makes an empty database and gives its address.
func (c *Cluster) Database(ctx context.Context) (address string, err error) {
	conn, err := pgx.Connect(ctx, c.URL())
	if err != nil {
		return "", fmt.Errorf("make a database: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	name := "t" + strings.ToLower(rand.Text())
	if _, err := conn.Exec(ctx, "create database "+name+" strategy file_copy"); err != nil {
		return "", fmt.Errorf("make a database: %w", err)
	}
	return strings.Replace(c.URL(), "/postgres?", "/"+name+"?", 1), nil
}

// Schema makes an empty schema, which is quicker to make than a database, and
// gives an address whose tables lie in it.
func (c *Cluster) Schema(ctx context.Context) (address string, err error) {
	conn, err := pgx.Connect(ctx, c.URL())
	if err != nil {
		return "", fmt.Errorf("make a schema: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	name := "t" + strings.ToLower(rand.Text())
	if _, err := conn.Exec(ctx, "create schema "+name); err != nil {
		return "", fmt.Errorf("make a schema: %w", err)
	}
	return c.URL() + "&search_path=" + name, nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }
