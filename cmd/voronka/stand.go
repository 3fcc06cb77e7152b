package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"voronka/bot/telegramtest"
	"voronka/crm/amocrmtest"
	"voronka/payments/tbanktest"
)

// stand is one fake of the outside world, ready to be served.
type stand struct {
	Name string `json:"name"`
	// Base is the address that a client is pointed at.
	Base string `json:"base"`
	// Page is what a person opens.
	Page string `json:"page"`
	// Keys are the fake's credentials: they open nothing else.
	Keys map[string]string `json:"keys"`

	handler http.Handler
	close   func()
}

// newStand makes a fake that the world sees at an address (without a slash at
// its end); paths of the API are added to it as the real service has them.
func newStand(name, address string) (*stand, error) {
	switch name {
	case "telegram":
		return telegramStand(address), nil
	case "tbank":
		return bankStand(address, ""), nil
	case "amocrm":
		return amoStand(address, ""), nil
	}
	return nil, fmt.Errorf("no fake is called %q: telegram, tbank and amocrm are", name)
}

func telegramStand(address string) *stand {
	server := telegramtest.New(telegramtest.Config{Token: "110201543:AAHdemo-demo-demo-demo-demo-demo-00", BotName: "Школа «Суслик»"})
	server.Channel(-1001000000001, "Закрытый канал курса")
	return &stand{
		Name: "telegram", Base: address, Page: address + "/", handler: server, close: server.Close,
		Keys: map[string]string{"token": server.Token(), "username": server.BotUsername()},
	}
}

// bankStand makes a bank whose payment pages live under pages, or under its own address.
func bankStand(address, pages string) *stand {
	if pages == "" {
		pages = address
	}
	const key, password = "1700000000000DEMO", "demo-password"
	server := tbanktest.New(tbanktest.Config{
		BaseURL:   pages,
		Terminals: []tbanktest.Terminal{{Key: key, Password: password, Merchant: "Школа «Суслик»", Charge: true, SBP: true, TPay: true}},
		RetryAfter: func(attempt int) time.Duration {
			return min(time.Duration(attempt)*time.Second, time.Minute)
		},
	})
	return &stand{
		Name: "tbank", Base: address + "/v2", Page: pages + "/", handler: server, close: server.Close,
		Keys: map[string]string{"terminal": key, "password": password},
	}
}

// amoStand tells hook what managers write in chats; an empty one is told nothing.
func amoStand(address, hook string) *stand {
	const token = "demo-amocrm-token"
	channel := amocrmtest.Channel{
		ID: "a4490ccc-5d7f-11e7-907b-a6006ad3dba0", Secret: "demo-channel-secret", Bot: "f1910c7f-b1e0-4184-bd09-c7def2a9109a", Hook: hook,
	}
	server := amocrmtest.New(amocrmtest.Config{
		Channel: channel,
		Token:   token, Subdomain: "suslik", Limits: amocrmtest.RealLimits(),
		Pipelines: []amocrmtest.Pipeline{{Name: "Воронка", Main: true, Statuses: []amocrmtest.Status{
			{Name: "Первый контакт"}, {Name: "Знакомство"}, {Name: "Выбор"}, {Name: "Ждём оплату"},
		}}},
	})
	return &stand{
		Name: "amocrm", Base: address, Page: address + "/", handler: server, close: server.Close,
		Keys: map[string]string{"token": token, "channel": channel.ID, "channel_secret": channel.Secret, "channel_bot": channel.Bot},
	}
}

// keys is the credentials on one line.
func (s *stand) keys() string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(s.Keys)) {
		pairs = append(pairs, name+"="+s.Keys[name])
	}
	return strings.Join(pairs, " ")
}

// listen opens a listener; port 0 picks one. It gives the address as clients write it.
func listen(address string) (net.Listener, string, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, "", deaf(address, err)
	}
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, "", fmt.Errorf("read own address: %w", err)
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return listener, "http://" + net.JoinHostPort(host, port), nil
}

// serve answers on a listener until ctx ends. Streams of pages do not hold it up.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", listener.Addr(), err)
	}
	return nil
}
