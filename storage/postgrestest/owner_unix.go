//go:build unix

package postgrestest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// owner is who the server runs as: PostgreSQL refuses to run as root.
type owner struct {
	uid, gid uint32
	drop     bool
}

// unprivileged is the user himself, or one to become where that is root.
func unprivileged() (owner, error) {
	if os.Geteuid() != 0 {
		return owner{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(found.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(found.Gid, 10, 32)
		if err := errors.Join(err, err2); err != nil {
			return owner{}, fmt.Errorf("user %s: %w", name, err)
		}
		return owner{uint32(uid), uint32(gid), true}, nil
	}
	return owner{}, errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody to become")
}

// own gives a folder to the owner.
func (o owner) own(dir string) error {
	if !o.drop {
		return nil
	}
	return os.Chown(dir, int(o.uid), int(o.gid))
}

// take lets a command run as the owner, apart from the signals of the terminal.
func (o owner) take(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if o.drop {
		command.SysProcAttr.Credential = &syscall.Credential{Uid: o.uid, Gid: o.gid}
	}
}
