package amocrm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"voronka/crm"
)

// Notes of a bot are service messages, not to be mixed up with a manager's own;
// the extended kind folds and holds more (API v4, events-and-notes).
const (
	noteService  = "service_message"
	noteExtended = "extended_service_message"
	foldedFrom   = 500
)

// writeNote leaves the note of one part of the change on the deal. Its heading
// carries a number made of the part's id: two notes of the same text are two
// notes, and one whose answer was lost is known again.
func (w *work) writeNote(ctx context.Context, part crm.Change) error {
	if part.Note == "" {
		return nil
	}
	if w.change.Repeat && !w.newDeal {
		if found, err := w.hasNote(ctx, part); err != nil || found {
			return err
		}
	}
	written := newNote{EntityID: w.deal.ID, Type: noteService, Params: noteParams{Service: w.heading(part), Text: cut(part.Note, longestText)}}
	if part.Map.Notes == crm.NotesCommon {
		written.Type, written.Params.Service = "common", ""
		written.Params.Text = cut(part.Note, longestText-len(w.heading(part))-3) + "\n— " + w.heading(part)
	} else if len([]rune(part.Note)) > foldedFrom {
		written.Type = noteExtended
	}
	if _, err := w.api.together(ctx, kind{http.MethodPost, "leads/notes", "notes"}, "", written); err != nil {
		return fmt.Errorf("write the note: %w", err)
	}
	w.hung = true
	return nil
}

func (w *work) heading(part crm.Change) string {
	sum := sha256.Sum256([]byte(part.ID))
	return w.cfg.Service + " · " + hex.EncodeToString(sum[:4])
}

func (w *work) hasNote(ctx context.Context, part crm.Change) (found bool, err error) {
	query := url.Values{"order[id]": {"desc"}}
	err = each(ctx, w.api, "leads/"+w.refs.Deal+"/notes", "notes", query, 4, func(n note) bool {
		found = n.Params.Value.Service == w.heading(part) || strings.HasSuffix(n.Params.Value.Text, "\n— "+w.heading(part))
		return !found
	})
	return found, err
}
