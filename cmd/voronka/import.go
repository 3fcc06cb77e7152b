package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"voronka/flows/salebot"
)

// importCommand brings funnels over from other builders.
type importCommand struct {
	Salebot importSalebotCommand `cmd:"" help:"Из копии схемы salebot · from the backup of a salebot scheme"`
}

// importSalebotCommand is `voronka import salebot FILE.json`.
type importSalebotCommand struct {
	File string `arg:"" help:"Копия схемы, .json · the backup of a scheme, .json"`
	Out  string `placeholder:"DIR" help:"Записать в папку, а не печатать · write into a folder instead of printing"`
}

// Run prints the funnel and, on the other stream, what was not translated; or
// writes both into a folder.
func (c *importSalebotCommand) Run(a *app) error {
	data, err := readBackup(c.File)
	if err != nil {
		return fmt.Errorf("read the backup: %w", err)
	}
	flow := flowName(c.File)
	result, err := salebot.Import(data, loader(), flow)
	if errors.Is(err, salebot.ErrNoScheme) {
		return &spoken{"import.no_scheme", map[string]any{"File": c.File}, err}
	}
	if err != nil {
		return err
	}
	shown := flow + ".yaml"
	if c.Out != "" {
		if err := c.write(a, flow, result); err != nil {
			return err
		}
		shown = filepath.Join(c.Out, shown)
	} else if _, err := a.out.Write(result.YAML); err != nil {
		return err
	}
	return c.report(a, shown, result)
}

// report says what came of it; the funnel itself may be on the other stream.
func (c *importSalebotCommand) report(a *app, shown string, result salebot.Result) error {
	text := speech(a.words, a.language)
	fmt.Fprintln(a.err, text("import.done", map[string]any{"File": shown, "States": result.States, "Rules": result.Rules}))
	if len(result.Notes) == 0 {
		fmt.Fprintln(a.err, text("import.all", nil))
	} else {
		fmt.Fprintln(a.err, text("import.left", map[string]any{"Times": len(result.Notes)}))
		fmt.Fprint(a.err, leftOut(result.Notes, text))
	}
	if c.Out != "" {
		fmt.Fprintln(a.err, text("import.list", map[string]any{"File": filepath.Join(c.Out, listName(c.File))}))
	}
	if !result.Loads {
		fmt.Fprintln(a.err, text("import.broken", nil))
	} else if len(result.Findings) > 0 {
		fmt.Fprintln(a.err, text("import.warnings", nil))
	}
	if err := render(a.err, result.Findings, text); err != nil {
		return err
	}
	if !result.Loads {
		return exit(exitFault)
	}
	return nil
}

// write lays the funnel and the list, in both languages, into the folder.
// Nothing that is there already is touched.
func (c *importSalebotCommand) write(a *app, flow string, result salebot.Result) error {
	var list bytes.Buffer
	for i, lang := range []string{"ru", "en"} {
		text := speech(a.words, lang)
		if i > 0 {
			list.WriteByte('\n')
		}
		fmt.Fprintf(&list, "# %s\n\n%s", text("import.title", nil), cmp.Or(leftOut(result.Notes, text), text("import.all", nil)+"\n"))
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	files := map[string][]byte{flow + ".yaml": result.YAML, listName(c.File): list.Bytes()}
	for name := range files {
		if _, err := os.Lstat(filepath.Join(c.Out, name)); err == nil {
			file := filepath.Join(c.Out, name)
			return &spoken{"import.taken", map[string]any{"File": file}, os.ErrExist}
		}
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(c.Out, name), data, 0o644); err != nil {
			return fmt.Errorf("write the funnel: %w", err)
		}
	}
	return nil
}

// leftOut is the list of what was not translated, a line for each.
func leftOut(notes []salebot.Note, text words) string {
	var list strings.Builder
	for _, one := range notes {
		who := text("import.file", nil)
		if one.Block != "" {
			who = one.Block
		}
		if one.Name != "" {
			who += " (" + one.Name + ")"
		}
		line := text("import.note."+one.Code, one.Args)
		if one.Found != nil {
			message, _ := explain(*one.Found, text)
			line += ": " + message
		}
		fmt.Fprintf(&list, "- %s — %s\n", printable(who), printable(line))
	}
	return list.String()
}

// readBackup reads no more than a scheme may have.
func readBackup(name string) (data []byte, err error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(io.LimitReader(file, salebot.MaxBytes+1))
}

var notInName = regexp.MustCompile(`[^a-z0-9_]+`)

// flowName names the funnel after the backup.
func flowName(file string) string {
	base := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	name := strings.Trim(notInName.ReplaceAllString(strings.ToLower(base), "_"), "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = strings.Trim("salebot_"+name, "_")
	}
	return name
}

// listName is the file of what was not translated.
func listName(file string) string { return flowName(file) + ".import.md" }
