package main

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"

	"voronka/flows"
	"voronka/sales"
)

// collectAt lets the heap grow to five times of what is in use before it is
// collected (GOGC overrules it): what is in use is a few megabytes, for dialogs
// live in the store, and collecting at twice that took a tenth of the processor.
const collectAt = 400

// runCommand is `voronka run`.
type runCommand struct{}

// Run starts the bot and stays until it is told to stop. Wrong settings and a
// wrong project are reported before anything listens.
func (c runCommand) Run(a *app) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	settings, err := readSettings(a.env)
	if err != nil {
		return err
	}
	if found := settings.faults(); len(found) > 0 {
		for _, f := range found {
			fmt.Fprintf(a.err, "%s: %s\n", f.Variable, a.words.Text(settings.Language, "settings."+f.Key, map[string]any{"Meant": f.Meant}))
		}
		return errFault
	}
	project, err := a.loadBy(settings.loader(), settings.Flows)
	if err != nil {
		return err
	}
	if err := settings.fits(project); err != nil {
		return err
	}
	if settings.Password == "" {
		settings.Password = Secret(rand.Text()[:12])
		a.say("cli.console_password", map[string]any{"Address": settings.console(), "Password": string(settings.Password)})
	}
	service, err := newService(settings, a.words, slog.New(slog.NewTextHandler(a.err, nil)), a.now)
	if err != nil {
		return err
	}
	if err := service.greet(a.ctx); err != nil {
		if sales.AsError(err).Action == sales.Stop {
			fmt.Fprintf(a.err, "VORONKA_TELEGRAM_TOKEN: %s\n", a.words.Text(settings.Language, "settings.telegram_unknown_token", nil))
			return errFault
		}
		service.log.Warn("telegram does not answer yet", "error", err)
	}
	return c.serve(a, service, project)
}

// serve opens what others may hold: first the address, then the database.
func (runCommand) serve(a *app, service *service, project *flows.Project) error {
	listener, _, err := listen(service.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	if err := service.open(a.ctx, project); err != nil {
		return err
	}
	defer service.close()
	handler, err := service.handler()
	if err != nil {
		return err
	}
	a.say("cli.running", map[string]any{"Bot": service.username, "Mode": service.TelegramMode, "Listen": listener.Addr()})
	return service.run(a.ctx, listener, handler)
}

// loadProject loads the folder of flows; its faults are printed as `voronka
// lint` prints them, and nothing starts.
func (a *app) loadProject(dir string) (*flows.Project, error) { return a.loadBy(loader(), dir) }

func (a *app) loadBy(l flows.Loader, dir string) (*flows.Project, error) {
	project, found, err := l.Load(dir)
	if err != nil {
		return nil, unread(dir, err)
	}
	if project == nil {
		a.printDiagnostics(found)
		return nil, errFault
	}
	return project, nil
}

// console is the address of the console as its operators see it.
func (s Settings) console() string {
	if s.Public != "" {
		return s.Public + "/console/"
	}
	return "http://" + s.Listen + "/console/"
}

// printDiagnostics says what is wrong with a project that does not start.
func (a *app) printDiagnostics(found []flows.Diagnostic) {
	if err := renderAll(a.err, 0, found, speech(a.words, a.language)); err != nil {
		fmt.Fprintln(a.err, "voronka:", err)
	}
}
