package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"voronka/crm/amocrm"
	"voronka/storage/bolt"
)

// amoCommand is `voronka amocrm …`.
type amoCommand struct {
	Connect amoConnectCommand `cmd:"" help:"Подключить аккаунт amoCRM через интеграцию · connect an amoCRM account by an integration"`
	Setup   amoSetupCommand   `cmd:"" help:"Создать в amoCRM этапы и поля, которых не хватает воронкам · make the stages and fields that funnels lack there"`
}

// amoConnectCommand is `voronka amocrm connect`.
type amoConnectCommand struct {
	Code string `help:"Код из вкладки «Ключи и доступы», действует 20 минут · the code of the tab Keys, good for 20 minutes"`
}

// Run asks an administrator to let the integration in and keeps the tokens.
func (c amoConnectCommand) Run(a *app) error {
	settings, err := a.amoSettings()
	if err != nil {
		return err
	}
	if settings.AmoToken != "" || settings.AmoClientID == "" {
		return &spoken{"amocrm.no_keys", nil, errFault}
	}
	store, err := openDatabase(a.ctx, settings.Database)
	if errors.Is(err, bolt.ErrLocked) {
		return &spoken{"amocrm.running", map[string]any{"Address": settings.console() + "crm"}, err}
	}
	if err != nil {
		return unusable(settings.Database, err)
	}
	defer store.Close()
	access, err := settings.amoAccess(store, nil, a.now)
	if err != nil {
		return err
	}
	given := consent{code: c.Code}
	if c.Code == "" {
		if given, err = c.ask(a, settings, access); err != nil {
			return err
		}
	}
	if err := access.Accept(a.ctx, given.code, given.referer); err != nil {
		return &spoken{"amocrm.refused", map[string]any{"Reason": err.Error()}, err}
	}
	status, err := access.Status(a.ctx)
	if err != nil {
		return err
	}
	a.say("amocrm.connected", map[string]any{"Address": status.URL})
	return a.connectChannel(settings, access)
}

// connectChannel ties the chat channel to the account: that is needed anew each
// time the integration was let in (chats/chat-api-reference, connect).
func (a *app) connectChannel(s Settings, access *amocrm.Access) error {
	chats := s.amoChats(amocrm.New(amocrm.Config{URL: s.AmoURL, Access: access, RequestsPerSecond: s.amoRate(), Now: a.now}), nil)
	if chats == nil {
		return nil
	}
	if err := chats.Connect(a.ctx); err != nil {
		return &spoken{"amocrm.chats_refused", map[string]any{"Reason": err.Error()}, err}
	}
	a.say("amocrm.chats_connected", map[string]any{"Hook": s.amoChatHookURL()})
	return nil
}

// amoSettings reads the settings and refuses wrong ones of amoCRM.
func (a *app) amoSettings() (Settings, error) {
	settings, err := readSettings(a.env)
	if err != nil {
		return settings, err
	}
	failed := false
	for _, f := range settings.faults() {
		if strings.HasPrefix(f.Variable, "VORONKA_AMOCRM_") || f.Variable == "VORONKA_SECRET_KEY" || f.Variable == "VORONKA_DATABASE" {
			fmt.Fprintf(a.err, "%s: %s\n", f.Variable, a.words.Text(settings.Language, "settings."+f.Key, nil))
			failed = true
		}
	}
	if failed {
		return settings, errFault
	}
	return settings, nil
}

// consent is what an administrator's answer brings.
type consent struct{ code, referer, state string }

// ask prints the page of consent and takes the answer: where the redirect leads
// to this machine it is listened for, else the administrator pastes it.
func (c amoConnectCommand) ask(a *app, s Settings, access *amocrm.Access) (consent, error) {
	state, err := s.amoState(a.now())
	if err != nil {
		return consent{}, err
	}
	a.say("amocrm.open", map[string]any{"Address": access.Ask(state)})
	redirect, err := url.Parse(s.AmoRedirect)
	var given consent
	if err == nil && local(redirect.Hostname()) {
		given, err = listenForConsent(a.ctx, redirect, a.words.Text(a.language, "amocrm.close_page", nil))
	} else {
		a.say("amocrm.paste", nil)
		given, err = readConsent(a.in)
	}
	switch {
	case err != nil:
		return consent{}, err
	case given.state != "" && !s.amoStateGood(given.state, a.now()):
		return consent{}, &spoken{"amocrm.foreign", nil, errFault}
	case given.code == "":
		return consent{}, &spoken{"amocrm.no_code", nil, errFault}
	}
	return given, nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// readConsent takes one line: the code, or the address that the redirect led to.
func readConsent(in io.Reader) (consent, error) {
	line, err := bufio.NewReader(io.LimitReader(in, 1<<16)).ReadString('\n')
	line = strings.TrimSpace(line)
	if line == "" {
		return consent{}, err
	}
	if address, err := url.Parse(line); err == nil && address.RawQuery != "" {
		return consentOf(address.Query()), nil
	}
	return consent{code: line}, nil
}

func consentOf(query url.Values) consent {
	return consent{code: query.Get("code"), referer: query.Get("referer"), state: query.Get("state")}
}

// listenForConsent waits for the browser that the redirect leads to this machine.
func listenForConsent(ctx context.Context, redirect *url.URL, thanks string) (consent, error) {
	port := redirect.Port()
	if port == "" {
		port = "80"
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(redirect.Hostname(), port))
	if err != nil {
		return consent{}, fmt.Errorf("listen for the redirect: %w", err)
	}
	came := make(chan consent, 1)
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != redirect.Path && r.URL.Path != redirect.Path+"/" || r.URL.Query().Get("state") == "" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintln(w, thanks)
		select {
		case came <- consentOf(r.URL.Query()):
		default: // the browser asked twice
		}
	})}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	defer func() { _ = server.Shutdown(context.WithoutCancel(ctx)) }()
	select {
	case given := <-came:
		return given, nil
	case err := <-failed:
		return consent{}, fmt.Errorf("listen for the redirect: %w", err)
	case <-ctx.Done():
		return consent{}, ctx.Err()
	}
}
