package telegramtest

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Config sets up a Server. The zero value gives a working server for tests.
type Config struct {
	Token       string           // bot token; default "42:TEST-telegramtest-bot-token"
	BotUsername string           // default "voronka_demo_bot"
	BotName     string           // name shown above the chat; default "Воронка"
	Now         func() time.Time // default time.Now

	// FirstUpdateID is the id of the first update. By default it grows with the clock, so that a
	// bot which remembers the updates it has seen does not mistake a restarted server's for old ones.
	FirstUpdateID int64

	// Client delivers webhooks and fetches files sent by URL. Redirects are never followed.
	// Default: a client of its own with a 60 s timeout.
	Client *http.Client

	// Backoff is the wait before a webhook's next attempt, after attempt failures in a row (1, 2, …).
	// Default: at once, then doubling from one second to a minute (WebhookActor.cpp).
	Backoff func(attempt int) time.Duration

	// Wait blocks for d or until ctx is done: webhook backoff and injected delays. Default: a timer.
	Wait func(ctx context.Context, d time.Duration) error

	// Limits turns Telegram's flood limits on; nil leaves them off.
	Limits *Limits
}

// Server is a Bot API server for one bot, its customers and its channels, all in memory.
// It is an http.Handler; every method is safe for concurrent use.
type Server struct {
	cfg  Config
	spec *spec
	mux  *http.ServeMux

	methods map[string]method // canonical name → how it is played

	stopped context.Context
	stop    context.CancelFunc

	mu         sync.Mutex
	changed    chan struct{} // closed and replaced at every change
	bot        wireUser
	chats      map[int64]*chat
	users      map[int64]*User
	moved      map[int64]int64 // groups that became supergroups: old id → new
	links      map[string]*inviteLink
	files      map[string]*File
	callbacks  map[string]*callbackQuery
	commands   map[string][]wireCommand // by scope and language
	updates    updates
	hook       webhook
	faults     []*pendingFault
	limits     *limiter
	calls      []Call
	violations []string
	pauses     map[int64]pause // by chat
	hasty      []Hasty
	lastID     int64 // message ids of private chats
}

// New starts a server. It panics only if the embedded description cannot be read.
func New(cfg Config) *Server {
	described, err := loadSpec()
	if err != nil {
		panic(err)
	}
	cfg = cfg.withDefaults()
	s := &Server{
		cfg: cfg, spec: described,
		changed: make(chan struct{}),
		bot:     wireUser{ID: botID(cfg.Token), IsBot: true, FirstName: cfg.BotName, Username: cfg.BotUsername},
		chats:   map[int64]*chat{}, moved: map[int64]int64{}, users: map[int64]*User{}, links: map[string]*inviteLink{},
		files: map[string]*File{}, callbacks: map[string]*callbackQuery{}, commands: map[string][]wireCommand{},
		limits: newLimiter(cfg.Limits), pauses: map[int64]pause{},
	}
	s.stopped, s.stop = context.WithCancel(context.Background())
	s.updates.next = cfg.FirstUpdateID
	s.methods = s.methodTable()
	s.mux = s.routes()
	return s
}

func (cfg Config) withDefaults() Config {
	if cfg.Token == "" {
		cfg.Token = "42:TEST-telegramtest-bot-token"
	}
	if cfg.BotUsername == "" {
		cfg.BotUsername = "voronka_demo_bot"
	}
	if cfg.BotName == "" {
		cfg.BotName = "Воронка"
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.FirstUpdateID == 0 {
		const epoch = 1_700_000_000
		cfg.FirstUpdateID = max(1, (cfg.Now().Unix()-epoch)*10)
	}
	client := http.Client{Timeout: time.Minute}
	if cfg.Client != nil {
		client = *cfg.Client
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	cfg.Client = &client
	if cfg.Backoff == nil {
		cfg.Backoff = doubling
	}
	if cfg.Wait == nil {
		cfg.Wait = wait
	}
	return cfg
}

// Token is the bot's token; the API base is the server's own address.
func (s *Server) Token() string { return s.cfg.Token }

// BotUsername is the bot's @name without the @.
func (s *Server) BotUsername() string { return s.cfg.BotUsername }

// Close ends long polls, event streams and webhook deliveries. Close it before an httptest.Server in front of it.
func (s *Server) Close() {
	s.stop()
}

// ServeHTTP answers the Bot API, file downloads and the chat page.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mux.ServeHTTP(w, r)
}

// routes names every door. The Bot API's own paths cannot be ServeMux patterns ("/bot<token>/<method>").
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		switch {
		case isBotPath(r.URL.Path):
			s.serveMethod(w, r)
		case isFilePath(r.URL.Path):
			s.serveDownload(w, r)
		default:
			s.servePage(w, r)
		}
	})
	guard := http.NewCrossOriginProtection()
	mux.Handle("/chat/", guard.Handler(s.chatRoutes()))
	return mux
}

// broadcast wakes everybody who waits for a change. The caller holds s.mu.
func (s *Server) broadcast() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// violate records a request that a correct client does not send. The caller holds s.mu.
func (s *Server) violate(what string) {
	s.violations = append(s.violations, what)
}

// Violations lists the requests that the Bot API's description forbids and those it describes but
// this server does not play, oldest first.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.violations...)
}

// wait is the default Config.Wait.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// doubling is the default Config.Backoff: the first retry comes at once.
func doubling(attempt int) time.Duration {
	if attempt <= 1 {
		return 0
	}
	return min(time.Minute, time.Second<<min(attempt-2, 6))
}
