package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"voronka/sales"
)

// doctorCommand is `voronka doctor`.
type doctorCommand struct {
	About string `arg:"" optional:"" default:"all" enum:"all,amocrm,tbank" help:"Только об amoCRM: amocrm; пройти тесты банка на тестовом терминале: tbank · of amoCRM alone: amocrm; go through the bank's tests on a test terminal: tbank"`
	JSON  bool   `name:"json" help:"Ответ для программ · answer for programs"`
}

// Run looks at everything that the bot needs, and fails when something of it
// would keep the bot from working. Nothing is changed anywhere.
func (c doctorCommand) Run(a *app) error {
	settings, err := readSettings(a.env)
	if err != nil {
		return err
	}
	if c.About == "tbank" {
		return a.examineTBank(settings)
	}
	d := newDoctor(settings, speech(a.words, a.language))
	if c.About != "amocrm" {
		d.examine(a.ctx)
	} else {
		d.examineCRM(a.ctx)
	}
	if c.JSON {
		err = d.printJSON(a.out)
	} else {
		err = d.print(a.out)
	}
	if err != nil {
		return err
	}
	if d.count(faulty) > 0 {
		return exit(exitFault)
	}
	return nil
}

// health is how well something is.
type health string

const (
	well   health = "ok"
	doubt  health = "warning" // the bot works, but somebody should look
	faulty health = "fault"   // the bot does not work, or will lose something
)

func (h health) mark() string {
	return map[health]string{well: "✓", doubt: "!", faulty: "✗"}[h]
}

// observation is one line of the doctor's: what was seen where, and what to do.
type observation struct {
	// Area is what was looked at: settings, flows, database, disk, backups,
	// telegram, public, bank, crm, clock.
	Area   string `json:"area"`
	Health health `json:"health"`
	// Code is stable; the words are in the language of the command line.
	Code    string `json:"code"`
	Message string `json:"message"`
	Fix     string `json:"fix,omitempty"`
}

// doctor examines one configuration.
type doctor struct {
	Settings
	text words
	now  func() time.Time
	// patience is how long one service may take to answer.
	patience time.Duration
	// free tells how much space is left where a folder lies, in bytes; false
	// where the system cannot tell.
	free func(dir string) (int64, bool)
	// wrong are the variables with faults.
	wrong map[string]bool
	// running tells that a bot holds the database.
	running bool
	clocks  *clocks
	seen    []observation
}

func newDoctor(s Settings, text words) *doctor {
	d := &doctor{Settings: s, text: text, now: time.Now, patience: 10 * time.Second, free: freeSpace, wrong: map[string]bool{}}
	d.clocks = &clocks{now: func() time.Time { return d.now() }, skews: map[string]time.Duration{}}
	return d
}

// examine goes from what is here to what is far away.
func (d *doctor) examine(ctx context.Context) {
	d.lookAtSettings()
	flows := d.lookAtFlows()
	d.lookAtDatabase()
	d.lookAtDisk()
	d.lookAtBackups()
	for _, look := range []func(context.Context){
		d.lookAtTelegram, d.lookAtPublic, d.lookAtBank,
		func(ctx context.Context) { d.lookAtCRM(ctx, flows) },
	} {
		patient, cancel := context.WithTimeout(ctx, d.patience)
		look(patient)
		cancel()
	}
	d.lookAtClock()
}

// examineCRM looks at amoCRM alone, and at what it needs.
func (d *doctor) examineCRM(ctx context.Context) {
	d.lookAtSettings()
	flows := d.lookAtFlows()
	d.seen = slices.DeleteFunc(d.seen, func(o observation) bool {
		return o.Health == well || o.Area == "settings" && !strings.Contains(o.Message+o.Fix, "AMOCRM") && !strings.Contains(o.Message+o.Fix, "SECRET_KEY")
	})
	if d.AmoURL == "" {
		d.note("crm", faulty, "crm_none", nil)
	}
	patient, cancel := context.WithTimeout(ctx, d.patience)
	defer cancel()
	d.lookAtCRM(patient, flows)
}

// note writes an observation down; what is not well has its advice under "<code>.advice".
func (d *doctor) note(area string, h health, code string, args map[string]any) {
	seen := observation{Area: area, Health: h, Code: code, Message: printable(d.text("doctor."+code, args))}
	if h != well {
		args = maps.Clone(args)
		delete(args, "Count") // the advice has no plural forms
		seen.Fix = printable(d.text("doctor."+code+".advice", args))
	}
	d.seen = append(d.seen, seen)
}

// noteCall writes down why a service gave no answer that helps. Codes of
// internal/rest end alike for every service.
func (d *doctor) noteCall(area, name string, err error) {
	coded := sales.AsError(err)
	_, kind, _ := strings.Cut(coded.Code, "_")
	args := map[string]any{"Name": name, "Reason": fmt.Sprint(coded.Err)}
	switch kind {
	case "busy":
		d.note(area, doubt, "call_busy", args)
	case "unreachable", "certificate", "timeout", "broken", "unavailable", "garbled", "redirected":
		d.note(area, faulty, "call_"+kind, args)
	default:
		args["Reason"] = coded.Error()
		d.note(area, faulty, "call_failed", args)
	}
}

func (d *doctor) count(h health) int {
	n := 0
	for _, one := range d.seen {
		if one.Health == h {
			n++
		}
	}
	return n
}

// print writes the observations by area and their sum.
func (d *doctor) print(out io.Writer) error {
	var page strings.Builder
	area := ""
	for _, one := range d.seen {
		if one.Area != area {
			area = one.Area
			fmt.Fprintln(&page, d.text("doctor.area."+area, nil))
		}
		fmt.Fprintf(&page, "  %s %s\n", one.Health.mark(), one.Message)
		if one.Fix != "" {
			fmt.Fprintf(&page, "    → %s\n", one.Fix)
		}
	}
	fmt.Fprintf(&page, "\n%s\n", d.sum())
	_, err := io.WriteString(out, page.String())
	return err
}

func (d *doctor) sum() string {
	switch {
	case d.count(faulty) > 0:
		return d.text("doctor.faults", map[string]any{"Count": d.count(faulty)})
	case d.count(doubt) > 0:
		return d.text("doctor.warnings", map[string]any{"Count": d.count(doubt)})
	}
	return d.text("doctor.healthy", nil)
}

// printJSON writes {"ok": …, "observations": […]}.
func (d *doctor) printJSON(out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		OK           bool          `json:"ok"`
		Observations []observation `json:"observations"`
	}{d.count(faulty) == 0, d.seen})
}

// client is an HTTP client that notes the clock of whoever answers.
func (d *doctor) client(name string, on http.RoundTripper) *http.Client {
	return &http.Client{Timeout: d.patience, Transport: &clockReader{name: name, clocks: d.clocks, next: on}}
}
