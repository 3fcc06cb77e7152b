//go:build !linux && !darwin

package main

// freeSpace cannot tell here.
func freeSpace(string) (int64, bool) { return 0, false }
