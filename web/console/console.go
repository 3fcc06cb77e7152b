// Package console is where operators see the dialogs, what waits and why, and
// what only they can decide.
package console

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
	"voronka/web"
)

//go:embed pages/*.html live.js
var files embed.FS

// Config is what the console needs.
type Config struct {
	Store storage.Store
	Bot   Bot
	// Password lets an operator in; it must not be empty.
	Password string
	// Text is the locales' lookup, Language the console's.
	Text     func(lang, key string, args map[string]any) string
	Language string
	// Secure marks the session's cookie for HTTPS only.
	Secure bool
	// Zone is the project's; nil is UTC.
	Zone *time.Location
	Now  func() time.Time
	// Backup answers with a copy of the database; it is called for those alone
	// who know the password. Nil: there is none to be had.
	Backup http.HandlerFunc
	// Funnels lists the live funnels, Picture draws one as SVG, nil where there is
	// none of that id; both nil: there is no such page.
	Funnels func() []Funnel
	Picture func(ctx context.Context, id string) ([]byte, error)
	// Errands are what programs with the password may have done, by name; nil is none.
	Errands map[string]http.HandlerFunc
	// Faults are what keeps the last edit of the flows from going live, a line
	// each; may be nil.
	Faults func() []string
	// Alarms are what keeps the whole bot from a part of its work, a line each;
	// may be nil.
	Alarms func() []string
	// Live is the project that runs, to say what reminders will do; may be nil.
	Live func() *flows.Project
	// Return brings an old version of a flow back; nil: versions are only shown
	// by the command line.
	Return BringBack
	// Splits tells how the arms of the splits sell; nil: there is no such page.
	Splits Splits
	// Connect leads an operator to where the CRM lets the bot in; nil: there is
	// no need for that.
	Connect http.HandlerFunc
	// Broadcasts says one thing to many customers; nil: there is no page for it.
	Broadcasts Broadcaster
}

// Bot is what operators can ask of it.
type Bot interface {
	// Revive gives a buried job another try.
	Revive(ctx context.Context, job int64) error
	// Attended puts away a dialog's call for a person.
	Attended(ctx context.Context, contact string) error
	// Operate says text to the customer, if there is any, and takes the dialog
	// over or gives it back to the bot; see flows.Join. An id acts once.
	Operate(ctx context.Context, contact, id, word, text string) error
	// Retime moves one pending reminder of a dialog; a zero moment cancels it.
	Retime(ctx context.Context, contact, timer string, due time.Time) error
	// Refund asks for money to go back; see bot.Bot.
	Refund(ctx context.Context, refund sales.Refund) error
	// Settle takes held money or lets it go; see bot.Bot.
	Settle(ctx context.Context, payment string, do flows.Settlement, part sales.Money, by string) error
	// Certify has the provider send its certificate of a payment; see bot.Bot.
	Certify(ctx context.Context, payment, email, by string) error
	// CancelSubscription stops the charges of a subscription; with now access too.
	CancelSubscription(ctx context.Context, id, by string, now bool) error
	// StopCharges switches all charges off by somebody's word, or on with none.
	StopCharges(ctx context.Context, by string) error
	// ChargesStopped tells by whose word they are off, empty while they are on.
	ChargesStopped(tx storage.Tx) (string, error)
}

// Console is the handler of everything under /console/.
type Console struct {
	Config
	doorkeeper *doorkeeper
	pages      map[string]*template.Template
	mux        *http.ServeMux
}

// New makes the console.
func New(c Config) (*Console, error) {
	if c.Password == "" {
		return nil, fmt.Errorf("the console needs a password")
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	made := &Console{Config: c, doorkeeper: newDoorkeeper(c.Password, c.Now), pages: map[string]*template.Template{}}
	for _, name := range []string{"login", "dialogs", "dialog", "work", "funnels", "calendar", "versions", "broadcasts", "money", "splits"} {
		page, err := template.New("layout.html").Funcs(made.functions()).ParseFS(files, "pages/layout.html", "pages/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("parse console page %s: %w", name, err)
		}
		made.pages[name] = page
	}
	made.route()
	return made, nil
}

// ServeHTTP implements http.Handler.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

func (c *Console) route() {
	c.mux = http.NewServeMux()
	c.mux.HandleFunc("GET /console/login", c.loginPage)
	c.mux.HandleFunc("POST /console/login", c.login)
	c.mux.HandleFunc("POST /console/logout", c.guarded(c.logout))
	c.mux.HandleFunc("GET /console/{$}", c.guarded(c.dialogs))
	c.mux.HandleFunc("GET /console/dialogs/{id}", c.guarded(c.dialog))
	c.mux.HandleFunc("POST /console/dialogs/{id}/attended", c.guarded(c.attended))
	c.mux.HandleFunc("POST /console/dialogs/{id}/say", c.guarded(c.say))
	c.mux.HandleFunc("POST /console/dialogs/{id}/timers/{timer}", c.guarded(c.retime))
	c.mux.HandleFunc("GET /console/calendar", c.guarded(c.calendar))
	if c.Splits != nil {
		c.mux.HandleFunc("GET /console/splits", c.guarded(c.splits))
	}
	if c.Return != nil {
		c.mux.HandleFunc("GET /console/versions", c.guarded(c.versions))
		c.mux.HandleFunc("POST /console/versions/{digest}", c.guarded(c.bringBack))
	}
	c.mux.HandleFunc("GET /console/money", c.guarded(c.money))
	c.mux.HandleFunc("POST /console/charges", c.guarded(c.charges))
	c.mux.HandleFunc("POST /console/subscriptions/{id}/cancel", c.guarded(c.cancelSubscription))
	c.mux.HandleFunc("POST /console/payments/{id}/refund", c.guarded(c.refund))
	c.mux.HandleFunc("POST /console/payments/{id}/settle", c.guarded(c.settle))
	c.mux.HandleFunc("POST /console/payments/{id}/certificate", c.guarded(c.certificate))
	c.mux.HandleFunc("POST /console/do/{errand}", c.errand)
	c.mux.HandleFunc("GET /console/work", c.guarded(c.work))
	c.mux.HandleFunc("POST /console/work/{id}/retry", c.guarded(c.retry))
	c.routeBroadcasts()
	if c.Connect != nil {
		c.mux.HandleFunc("GET /console/crm", c.guarded(c.Connect))
	}
	if c.Funnels != nil {
		c.mux.HandleFunc("GET /console/funnels", c.guarded(c.funnels))
		c.mux.HandleFunc("GET /console/funnels/{id}", c.guarded(c.funnel))
	}
	if c.Backup != nil {
		c.mux.HandleFunc("POST /console/backup", c.backup)
	}
	c.mux.HandleFunc("GET /console/debug/pprof/", c.profile)
	c.mux.HandleFunc("GET /console/live.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "live.js")
	})
}

// view is what every page gets beside its own data.
type view struct {
	Style    template.CSS
	Language string
	Section  string
	Token    string
	// Faults and Alarms are shown on each page until they are mended.
	Faults, Alarms []string
	// Broadcasting tells whether there is a page of broadcasts.
	Broadcasting bool
	Data         any
}

func (c *Console) show(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	var page bytes.Buffer
	var faults, alarms []string
	if c.Faults != nil && name != "login" {
		faults = c.Faults()
	}
	if c.Alarms != nil && name != "login" {
		alarms = c.Alarms()
	}
	err := c.pages[name].Execute(&page, view{
		Faults: faults, Alarms: alarms, Broadcasting: c.Broadcasts != nil, Style: template.CSS(web.Style()), Language: c.Language, Section: name,
		Token: c.doorkeeper.token(r), Data: data,
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	web.Secure(w)
	w.WriteHeader(status)
	// An operator who has left cannot be told anything.
	_, _ = page.WriteTo(w)
}

func (c *Console) functions() template.FuncMap {
	return template.FuncMap{
		"act": act,
		"t": func(key string, pairs ...any) string {
			return c.Text(c.Language, "console."+key, arguments(pairs))
		},
		"cast": func(key string, pairs ...any) string {
			return c.Text(c.Language, "broadcast."+key, arguments(pairs))
		},
		"reaches": reaches,
		"when": func(t time.Time) string {
			if t.IsZero() {
				return "—"
			}
			local := t.In(c.Zone)
			if now := c.Now().In(c.Zone); local.YearDay() == now.YearDay() && local.Year() == now.Year() {
				return local.Format("15:04:05")
			}
			return local.Format("02.01.2006 15:04")
		},
		"tenths":   tenths,
		"holdEnds": bot.HoldEnds,
		"moment":   func(t time.Time) string { return t.In(c.Zone).Format(moment) },
	}
}

// arguments are a text's, given in pairs of a name and a value.
func arguments(pairs []any) map[string]any {
	args := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	return args
}

func (c *Console) fail(w http.ResponseWriter, err error) {
	http.Error(w, c.Text(c.Language, "console.store_failed", nil)+"\n"+err.Error(), http.StatusServiceUnavailable)
}
