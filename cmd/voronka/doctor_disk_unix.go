//go:build linux || darwin

package main

import "syscall"

// freeSpace is what is left to us on the disk of a folder, in bytes.
func freeSpace(dir string) (int64, bool) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return 0, false
	}
	return int64(disk.Bavail) * int64(disk.Bsize), true
}
