package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"voronka/flows/catalog"
	"voronka/web/demo"
)

// demoCommand is `voronka demo`.
type demoCommand struct {
	Listen string `default:"127.0.0.1:8080" help:"Адрес и порт · address and port"`
	Flows  string `help:"Своя папка воронок вместо готовой · a folder of funnels in place of the ready one" type:"existingdir"`
}

// Run shows the whole funnel: the bot as it really runs, and around it fakes
// in place of Telegram, the bank and amoCRM.
func (c demoCommand) Run(a *app) error {
	dir, err := os.MkdirTemp("", "voronka-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer os.RemoveAll(dir)
	listener, address, err := listen(c.Listen)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(a.ctx)
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	world, err := openWorld(ctx, group, address)
	if err != nil {
		return err
	}
	defer world.close()
	service, err := c.service(a, dir, address, world)
	if err != nil {
		return err
	}
	defer service.close()
	handler, err := service.handler()
	if err != nil {
		return err
	}
	mux, err := world.mux(a, handler)
	if err != nil {
		return err
	}
	group.Go(func() error { return serve(ctx, listener, mux) })
	group.Go(func() error { return service.bot.Run(ctx) })
	group.Go(func() error { return service.watch.run(ctx) })
	group.Go(func() error { return service.listenToTelegram(ctx) })
	a.say("cli.demo", map[string]any{"Address": address + "/", "Password": string(service.Password)})
	for _, s := range world.stands() {
		a.say("cli.demo_stand", map[string]any{"Name": s.Name, "Base": s.Base, "Keys": s.keys()})
	}
	return group.Wait()
}

// demoMap shows the dialog in the CRM's card as the chat that it is.
const demoMap = "crm: {dialog: chats}\n"

// service is the bot pointed at the fakes, with a database that is gone afterwards.
func (c demoCommand) service(a *app, dir, address string, w *world) (*service, error) {
	folder := c.Flows
	if folder == "" {
		folder = filepath.Join(dir, "flows")
		if err := os.CopyFS(folder, catalog.FS); err != nil {
			return nil, fmt.Errorf("lay out the demo's funnel: %w", err)
		}
		if err := os.WriteFile(filepath.Join(folder, "project.yaml"), []byte(demoMap), 0o600); err != nil {
			return nil, fmt.Errorf("lay out the demo's map: %w", err)
		}
	}
	settings := Settings{
		Flows: folder, Database: filepath.Join(dir, "voronka.db"), Public: address,
		TelegramToken: Secret(w.telegram.Keys["token"]), TelegramAPI: w.telegram.Base, TelegramMode: "polling",
		TBankTerminal: w.bank.Keys["terminal"], TBankPassword: Secret(w.bank.Keys["password"]), TBankAPI: w.bank.Base, TBankFFD: "1.05", TBankMethods: "card,sbp,tpay",
		AmoURL: w.amo.Base, AmoToken: Secret(w.amo.Keys["token"]), AmoRate: "5",
		AmoChannel: w.amo.Keys["channel"], AmoChannelSecret: Secret(w.amo.Keys["channel_secret"]), AmoChannelBot: w.amo.Keys["channel_bot"], AmoChats: w.amo.Base,
		SecretKey: Secret(rand.Text() + rand.Text()), Password: Secret(rand.Text()[:10]), Timezone: "Europe/Moscow", Language: a.language,
	}
	project, err := a.loadProject(settings.Flows)
	if err != nil {
		return nil, err
	}
	made, err := newService(settings, a.words, slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelWarn})), a.now)
	if err != nil {
		return nil, err
	}
	if err := made.greet(a.ctx); err != nil {
		return nil, err
	}
	return made, made.open(a.ctx, project)
}

// world is everything outside the bot, each part on a port of its own for
// other programs, and under the demo's own address for its page.
type world struct{ telegram, bank, amo *stand }

func openWorld(ctx context.Context, group *errgroup.Group, address string) (*world, error) {
	w := &world{}
	open := func(into **stand, make func(base string) *stand) error {
		listener, base, err := listen(net.JoinHostPort("127.0.0.1", "0"))
		if err != nil {
			return err
		}
		*into = make(base)
		group.Go(func() error { return serve(ctx, listener, (*into).handler) })
		return nil
	}
	if err := open(&w.telegram, telegramStand); err != nil {
		return nil, err
	}
	if err := open(&w.bank, func(base string) *stand { return bankStand(base, address+"/fake/tbank") }); err != nil {
		return nil, err
	}
	return w, open(&w.amo, func(base string) *stand { return amoStand(base, address+"/crm/amocrm/chats/:scope_id") })
}

func (w *world) stands() []*stand { return []*stand{w.telegram, w.bank, w.amo} }

func (w *world) close() {
	for _, s := range w.stands() {
		if s != nil {
			s.close()
		}
	}
}

// mux puts the demo's page and the fakes' pages beside the bot's own doors.
func (w *world) mux(a *app, bot http.Handler) (http.Handler, error) {
	page, err := demo.Page(a.words.Text)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", bot)
	mux.Handle("GET /{$}", page)
	for _, s := range w.stands() {
		prefix := "/fake/" + s.Name
		mux.Handle(prefix+"/", http.StripPrefix(prefix, s.handler))
	}
	mux.HandleFunc("GET /demo.json", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json; charset=utf-8")
		described := map[string]*stand{}
		for _, s := range w.stands() {
			described[s.Name] = s
		}
		if err := json.NewEncoder(rw).Encode(described); err != nil {
			fmt.Fprintln(a.err, "voronka: answer /demo.json:", err)
		}
	})
	return mux, nil
}
