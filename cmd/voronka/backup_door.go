package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
)

// giveBackup answers with a checked copy of the database. It is copied to the
// disk first: a slow reader must not keep the file from being cleaned up.
func (s *service) giveBackup(w http.ResponseWriter, r *http.Request) {
	dir := filepath.Dir(s.Database)
	if shared(s.Database) {
		dir = s.scratch()
	}
	part, info, err := writePart(r.Context(), dir, s.writeDatabase)
	if err != nil {
		s.log.Error("a copy of the database for voronka backup failed", "error", err)
		status := http.StatusInternalServerError
		if noRoom(err) {
			status = http.StatusInsufficientStorage
		}
		http.Error(w, "no copy was made, the bot's log says why", status)
		return
	}
	defer os.Remove(part)
	file, err := os.Open(part)
	if err != nil {
		http.Error(w, "no copy was made, the bot's log says why", http.StatusInternalServerError)
		return
	}
	defer file.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.FormatInt(info.Size, 10))
	// A reader that leaves has half a copy, and its own check finds that.
	_, _ = io.Copy(w, file)
}
