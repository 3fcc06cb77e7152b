package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"voronka/flows"
	"voronka/flows/dialogs"
	"voronka/locales"
)

// playCommand is a chat with a funnel in the terminal, with no network.
type playCommand struct {
	Flow string `arg:"" help:"Файл воронки · file of the funnel"`
}

// Run talks until the input ends.
func (c *playCommand) Run(a *app) error {
	if _, err := os.Stat(c.Flow); err != nil {
		return unread(c.Flow, err)
	}
	return exit(play(a.in, a.out, c.Flow, a.language))
}

// play talks to a funnel until in ends or /quit, and gives the exit status.
func play(in io.Reader, out io.Writer, flowFile, lang string) int {
	words, err := locales.Load()
	if err != nil {
		return status(err, out)
	}
	p := player{out: out, words: words, language: lang, now: time.Now()}
	return status(p.play(in, flowFile), out)
}

// player shows a rehearsal in a terminal.
type player struct {
	out      io.Writer
	words    *locales.Catalog
	language string
	now      time.Time

	stage *flows.Rehearsal
	// buttons are those of the last screen, numbered from 1.
	buttons []flows.LiveButton
	last    flows.Turn
	// record is the session so far, as a test.
	record dialogs.Recorder
}

func (p *player) play(in io.Reader, file string) error {
	flow, found, err := loader().LoadFile(file)
	if err != nil {
		return err
	}
	if flow == nil {
		if err := renderAll(p.out, 0, found, speech(p.words, p.language)); err != nil {
			return err
		}
		return exit(exitFault)
	}
	engine := flows.Engine{Zone: p.now.Location(), Texts: engineTexts(p.words)}
	p.stage = flows.NewRehearsal(engine, flow, p.now)
	p.stage.Profile.Language, p.record.Language = p.language, p.language
	p.printf("%s\n%s\n", flow.Title, p.text("play.hello"))
	p.do("/start")
	lines := bufio.NewScanner(in)
	for p.prompt(); lines.Scan(); p.prompt() {
		line := strings.TrimSpace(lines.Text())
		if line == "/quit" {
			return nil
		}
		p.command(line)
	}
	return lines.Err()
}

// engineTexts finds what the engine says by itself in the locales.
func engineTexts(words *locales.Catalog) func(language, key string) string {
	return func(language, key string) string { return words.Text(language, "engine."+key, nil) }
}

func (p *player) text(key string) string { return p.words.Text(p.language, key, nil) }

// printf writes to the terminal; one that is gone is noticed when reading.
func (p *player) printf(format string, args ...any) { fmt.Fprintf(p.out, format, args...) }

func (p *player) prompt() { p.printf("%s> ", p.stage.Now.Format("02.01 15:04 ")) }

// command does what the player's own words ask for; anything else is said to the bot.
func (p *player) command(line string) {
	switch line {
	case "":
	case "/help!", "/?":
		p.printf("%s\n", p.text("play.help"))
	case "/vars":
		p.vars()
	case "/why":
		p.why()
	default:
		if file, found := strings.CutPrefix(line, "/save "); found {
			p.save(strings.TrimSpace(file))
			return
		}
		p.do(line)
	}
}

func (p *player) do(line string) {
	var turns []flows.Turn
	var err error
	if number, wrong := strconv.Atoi(line); wrong == nil && number >= 1 && number <= len(p.buttons) {
		var turn flows.Turn
		p.record.Line("[" + p.buttons[number-1].Text + "]")
		turn, err = p.press(p.buttons[number-1])
		turns = []flows.Turn{turn}
	} else {
		turns, err = p.stage.Do(strings.TrimPrefix(line, "="))
		if err == nil {
			p.record.Line(strings.TrimPrefix(line, "="))
		}
	}
	p.record.Turns(turns)
	for _, turn := range turns {
		p.show(turn)
	}
	if err != nil {
		p.printf("  ! %s\n", p.explain(err))
	}
}

func (p *player) press(button flows.LiveButton) (flows.Turn, error) {
	if button.URL != "" {
		p.printf("  → %s\n", button.URL)
		return flows.Turn{}, nil
	}
	return p.stage.Press(button)
}

func (p *player) explain(err error) string {
	for key, known := range map[string]error{
		"play.no_payment": flows.ErrNoPayment, "play.no_button": flows.ErrNoButton, "play.script": flows.ErrScript,
	} {
		if errors.Is(err, known) {
			return p.text(key)
		}
	}
	return err.Error()
}

// show prints what a turn did: messages as the customer sees them, internal
// lines with a dot before them.
func (p *player) show(turn flows.Turn) {
	if turn.Session.Turns > 0 {
		p.last = turn
	}
	if slices.ContainsFunc(turn.Effects, hasButtons) {
		p.buttons = nil
	}
	for _, effect := range turn.Effects {
		switch effect := effect.(type) {
		case flows.Say:
			p.say(effect)
		case flows.Edit:
			p.printf("  ✎\n")
			p.say(effect.Say)
		case flows.Deliver:
			p.printf("  📎 %s\n", strings.TrimSpace(flows.PlainText(effect.Text)+" "+effect.What()))
		case flows.Acknowledge:
			if effect.Text != "" {
				p.printf("  ⓘ %s\n", effect.Text)
			}
		}
	}
	for _, line := range turn.Journal {
		if line.Who == flows.Event {
			p.printf("  · %s %s\n", line.Kind, line.Text)
		}
	}
}

func hasButtons(effect flows.Effect) bool {
	say, ok := effect.(flows.Say)
	return ok && len(say.Buttons) > 0
}

func (p *player) say(say flows.Say) {
	for line := range strings.Lines(flows.PlainText(say.Text)) {
		p.printf("  │ %s\n", strings.TrimSuffix(line, "\n"))
	}
	for _, one := range say.Sent() {
		p.printf("  │ 📎 %s\n", one.File)
	}
	for _, row := range say.Buttons {
		labels := make([]string, len(row))
		for i, button := range row {
			p.buttons = append(p.buttons, p.stage.Find(button))
			labels[i] = fmt.Sprintf("[%d %s]", len(p.buttons), button.Text)
		}
		p.printf("    %s\n", strings.Join(labels, " "))
	}
	for _, row := range say.Keyboard {
		labels := make([]string, len(row))
		for i, button := range row {
			labels[i] = "⌨ " + button.Text
		}
		p.printf("    %s\n", strings.Join(labels, "  "))
	}
	if len(say.Payments) > 0 {
		p.printf("    %s\n", p.text("play.pay"))
	}
}
