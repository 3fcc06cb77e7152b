package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// save writes the session as a test; a file that is there stays as it is.
func (p *player) save(file string) {
	if !strings.HasSuffix(file, "_test.yaml") {
		file = strings.TrimSuffix(file, ".yaml") + "_test.yaml"
	}
	text, err := p.record.YAML(p.stage.Flow.ID, p.text("play.recorded")+" "+p.now.Format("02.01.2006 15:04"), p.now.Format("2006-01-02 15:04"))
	if err == nil {
		err = create(file, text)
	}
	if err != nil {
		p.printf("  ! %s\n", p.words.Text(p.language, "play.not_saved", map[string]any{"Reason": err.Error()}))
		return
	}
	p.printf("  %s\n", p.words.Text(p.language, "play.saved", map[string]any{"File": file, "Dir": filepath.Dir(file)}))
}

// create writes a new file.
func create(name, text string) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(file, text)
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}

func (p *player) vars() {
	contact := p.stage.Contact
	p.printf("  name=%s email=%s phone=%s\n", contact.Name, contact.Email, contact.Phone)
	for _, name := range slices.Sorted(maps.Keys(p.stage.Session.Vars)) {
		p.printf("  %s=%s\n", name, p.stage.Session.Vars[name])
	}
	for _, timer := range p.stage.Session.Timers {
		p.printf("  ⏰ %s %s\n", timer.Due.In(p.now.Location()).Format("02.01 15:04"), timer.State)
	}
	p.printf("  @ %s\n", p.stage.Session.State)
}

// why prints how the last input found its way.
func (p *player) why() {
	for _, step := range p.last.Trace {
		mark := "✗"
		if step.Result == "matched" {
			mark = "✓"
		}
		p.printf("  %s %s  %s — %s\n", mark, step.Rule, step.Label, p.text("play.why."+step.Result))
	}
}
