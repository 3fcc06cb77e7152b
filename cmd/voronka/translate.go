package main

import (
	"fmt"
	"os"
	"strings"
)

// translateCommand makes the file that a translator fills in.
type translateCommand struct {
	Flow  string `arg:"" help:"Файл воронки · file of the funnel"`
	Lang  string `required:"" placeholder:"en" help:"Язык перевода · language of the translation"`
	Write bool   `help:"Записать рядом с воронкой, а не печатать · write it beside the funnel instead of printing"`
}

// Run prints the texts of a funnel with their translations, or writes them
// beside it. What is translated already is kept.
func (c *translateCommand) Run(a *app) error {
	flow, found, err := loader().LoadFile(c.Flow)
	if err != nil {
		return unread(c.Flow, err)
	}
	if flow == nil {
		if err := renderAll(a.err, 0, found, speech(a.words, a.language)); err != nil {
			return err
		}
		return exit(exitFault)
	}
	text, missing, err := flow.Skeleton(c.Lang)
	if err != nil {
		return err
	}
	if !c.Write {
		_, err := fmt.Fprint(a.out, text)
		return err
	}
	file := strings.TrimSuffix(c.Flow, ".yaml") + "." + c.Lang + ".yaml"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write the translation: %w", err)
	}
	a.say("cli.translated", map[string]any{"File": file, "Count": len(flow.Phrases()), "Missing": missing})
	return nil
}
