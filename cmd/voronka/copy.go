package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"voronka/storage/bolt"
)

// partial names copies that are not whole yet, and folders where they are made.
const partial = ".voronka-*.part"

// writeCopy writes a database beside its final place, checks it, and only then
// gives it its name: under that name there is never half a copy.
func writeCopy(ctx context.Context, path string, write func(context.Context, io.Writer) error) (bolt.Info, error) {
	part, info, err := writePart(ctx, filepath.Dir(path), write)
	if err != nil {
		return info, full(path, err)
	}
	if err := os.Rename(part, path); err != nil {
		return info, errors.Join(fmt.Errorf("name the copy: %w", err), os.Remove(part))
	}
	return info, syncFolder(filepath.Dir(path))
}

// writePart writes and checks a database under a name of its own, with rights
// for its owner alone. On an error nothing is left, nor when ctx ends before.
func writePart(ctx context.Context, dir string, write func(context.Context, io.Writer) error) (path string, info bolt.Info, err error) {
	file, err := os.CreateTemp(dir, partial)
	if err != nil {
		return "", info, fmt.Errorf("begin a copy: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	err = write(ctx, ending{ctx, file})
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return "", info, fmt.Errorf("write the copy: %w", err)
	}
	info, err = bolt.CheckContext(ctx, file.Name())
	return file.Name(), info, err
}

// ending is a writer that takes nothing more once ctx has ended.
type ending struct {
	ctx context.Context
	to  io.Writer
}

func (e ending) Write(p []byte) (int, error) {
	if err := e.ctx.Err(); err != nil {
		return 0, err
	}
	return e.to.Write(p)
}

// clearParts removes what processes left that were killed over a copy.
func clearParts(dir string, now time.Time) error {
	left, err := filepath.Glob(filepath.Join(dir, partial))
	if err != nil {
		return fmt.Errorf("look for unfinished copies: %w", err)
	}
	var failures []error
	for _, path := range left {
		old := time.Hour
		file, err := os.Stat(path)
		if err == nil && file.IsDir() {
			old = 24 * time.Hour // what is written in it does not make it younger
		}
		if err == nil && now.Sub(file.ModTime()) > old {
			failures = append(failures, os.RemoveAll(path))
		}
	}
	return errors.Join(failures...)
}

// syncFolder makes a new name in a folder survive a power cut, where folders
// can be flushed.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open the folder of the copy: %w", err)
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) {
		return fmt.Errorf("flush the folder of the copy: %w", err)
	}
	return nil
}

// full gives words to a disk without space.
func full(path string, err error) error {
	if noRoom(err) {
		return &spoken{"backup.disk_full", map[string]any{"Dir": filepath.Dir(path)}, err}
	}
	return err
}
