//go:build !linux

package bolt

import "os"

// flush makes a file's content durable.
func flush(file *os.File) error { return file.Sync() }
