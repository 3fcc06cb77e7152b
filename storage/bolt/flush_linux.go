package bolt

import (
	"os"
	"syscall"
)

// flush makes a file's content durable; times of change may be lost.
func flush(file *os.File) error {
	for {
		err := syscall.Fdatasync(int(file.Fd()))
		if err != syscall.EINTR {
			return err
		}
	}
}
