package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"

	"voronka/flows"
)

// settle is how long a folder has to be quiet before it is read: editors write
// a file in several steps, deployments several files.
const settle = 200 * time.Millisecond

// watch loads the project anew when its folder changes or the process gets
// SIGHUP. A folder that is wrong leaves the old project running.
type watch struct {
	dir     string
	load    func(dir string) (*flows.Project, []flows.Diagnostic, error)
	live    func() *flows.Project
	publish func(context.Context, *flows.Project) error
	// words are for the log and the console.
	words words
	log   *slog.Logger
	// faults is what keeps the folder as it is now from going live.
	faults atomic.Pointer[[]string]
}

// Faults are the findings that keep the last edit from going live, a line each;
// none while the folder is what runs.
func (w *watch) Faults() []string {
	if found := w.faults.Load(); found != nil {
		return *found
	}
	return nil
}

// run watches until ctx ends. Where the system cannot watch, SIGHUP still works.
func (w *watch) run(ctx context.Context) error {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGHUP)
	defer signal.Stop(asked)
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		w.log.Warn("the folder of flows is not watched, send SIGHUP after an edit", "error", err)
		return w.waitForSignals(ctx, asked)
	}
	defer watcher.Close()
	w.follow(watcher, w.dir)
	// What changed between the start and this moment.
	quiet := time.NewTimer(0)
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-asked:
			w.reload(ctx)
		case event := <-watcher.Events:
			if event.Has(fsnotify.Create) {
				w.follow(watcher, event.Name)
			}
			quiet.Reset(settle)
		case err := <-watcher.Errors:
			// Events may be lost (inotify's queue overflows): look for ourselves.
			w.log.Warn("watching the folder of flows", "error", err)
			quiet.Reset(settle)
		case <-quiet.C:
			w.follow(watcher, w.dir)
			w.reload(ctx)
		}
	}
}

func (w *watch) waitForSignals(ctx context.Context, asked <-chan os.Signal) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-asked:
			w.reload(ctx)
		}
	}
}

// follow watches a folder and those in it, hidden ones left out. What is no
// folder, or is gone already, is left alone.
func (w *watch) follow(watcher *fsnotify.Watcher, dir string) {
	if target, err := filepath.EvalSymlinks(dir); err == nil {
		dir = target
	}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case !entry.IsDir():
			return nil
		case path != dir && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		}
		return watcher.Add(path)
	})
	if err != nil && !errors.Is(err, fsnotify.ErrClosed) {
		w.log.Warn("a folder of flows is not watched, send SIGHUP after an edit", "folder", dir, "error", err)
	}
}

// reload reads the folder whole or not at all.
func (w *watch) reload(ctx context.Context) {
	project, found, err := w.load(w.dir)
	switch {
	case err != nil:
		w.refuse([]string{err.Error()})
	case project == nil:
		w.refuse(w.lines(found))
	case same(project, w.live()):
		w.faults.Store(nil)
	default:
		if err := w.publish(ctx, project); err != nil {
			w.refuse([]string{err.Error()})
			return
		}
		w.faults.Store(nil)
		w.log.Info("a new version of the flows is live", "versions", versions(project))
	}
}

func (w *watch) refuse(faults []string) {
	if !slices.Equal(faults, w.Faults()) {
		w.log.Error("the edited flows are wrong, the old version goes on", "faults", strings.Join(faults, "; "))
	}
	w.faults.Store(&faults)
}

// lines says each error in one line.
func (w *watch) lines(found []flows.Diagnostic) []string {
	var lines []string
	for _, one := range found {
		if one.Severity != flows.Error {
			continue
		}
		message, fix := explain(one, w.words)
		lines = append(lines, fmt.Sprintf("%s:%d:%d: %s. %s", one.Pos.File, one.Pos.Line, one.Pos.Col, message, fix))
	}
	return lines
}

// same tells whether two projects say the same.
func same(a, b *flows.Project) bool { return slices.Equal(versions(a), versions(b)) }

// versions lists what a project is made of: "course@1f2e…".
func versions(project *flows.Project) []string {
	list := make([]string, len(project.Flows))
	for i, flow := range project.Flows {
		list[i] = flow.ID + "@" + flow.Version
	}
	return list
}
