//go:build !unix

package postgrestest

import "os/exec"

// owner is who the server runs as; here always the user himself.
type owner struct{}

func unprivileged() (owner, error) { return owner{}, nil }
func (owner) own(string) error     { return nil }
func (owner) take(*exec.Cmd)       {}
