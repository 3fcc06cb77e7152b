package amocrmtest

import (
	"net/http"
	"strings"
	"sync"
)

// Server is one account of amoCRM. It is an http.Handler: mount it at the root
// of a listener or under any prefix with http.StripPrefix. All its methods may
// be called from any goroutine.
type Server struct {
	cfg    Config
	routes []route

	mu        sync.Mutex
	ids       map[string]int64
	pipelines []*Pipeline
	reasons   []LossReason
	fields    []*Field
	tags      map[string][]Tag
	leads     map[int64]*Lead
	contacts  map[int64]*Contact
	companies map[int64]*Contact
	links     shelf[*link]
	notes     shelf[*Note]
	tasks     shelf[*Task]
	catalogs  []*catalog
	elements  shelf[*element]
	readables map[end]readable
	events    []event
	hooks     []*hook
	requests  []Request
	offences  []Violation
	faults    []*Fault
	limiter   limiter
	grants    grants
	domain    string // the account's only address, empty for any
	chats     []*chat
	messages  []ChatMessage
	// connected tells whether the chat channel is, and hookVersion what its hooks look like.
	connected   bool
	hookVersion string

	post   postman
	stream stream
}

// New starts an account with the contents that cfg describes. It opens no
// listener; Close ends what it runs in the background.
func New(cfg Config) *Server {
	cfg = cfg.withDefaults()
	s := &Server{
		cfg:       cfg,
		routes:    routes(),
		ids:       firstIDs(),
		grants:    newGrants(),
		tags:      map[string][]Tag{},
		leads:     map[int64]*Lead{},
		contacts:  map[int64]*Contact{},
		companies: map[int64]*Contact{},
		readables: map[end]readable{},
		reasons:   cfg.LossReasons,
		catalogs:  defaultCatalogs(cfg),
	}
	for _, p := range cfg.Pipelines {
		s.pipelines = append(s.pipelines, s.complete(p))
	}
	s.mainPipeline().Main = true
	for _, f := range append(cfg.Fields, catalogFields()...) {
		s.fields = append(s.fields, &f)
	}
	s.post.init(cfg.Now, s.deliver)
	s.stream.init()
	return s
}

// Close ends open board streams and the sender of webhooks. The server still
// answers API calls afterwards.
func (s *Server) Close() {
	s.post.close()
	s.stream.close()
}

// ServeHTTP answers the API under /api/v4/, the Chats API under /v2/origin/custom/,
// tokens at /oauth2/access_token, and the board everywhere else.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, ok := apiPath(r.URL.Path); ok {
		s.serveAPI(w, r, path)
		return
	}
	if strings.HasPrefix(r.URL.Path, chatsRoot) {
		s.serveChats(w, r)
		return
	}
	if strings.HasPrefix(r.URL.Path, payRoot) {
		s.servePay(w, r)
		return
	}
	if r.URL.Path == tokenPath {
		s.serveToken(w, r)
		return
	}
	if r.URL.Path == subdomainPath {
		s.serveSubdomain(w, r)
		return
	}
	s.servePage(w, r)
}

// firstIDs are the numbers from which new entities are counted; they look like
// those of a real account, and differ so that a mixed-up id is noticed.
func firstIDs() map[string]int64 {
	return map[string]int64{
		"leads": 15198335, "contacts": 19663157, "companies": 21663155,
		"notes": 42709325, "tasks": 4745251, "tags": 263807, "fields": 4457223,
		"enums": 3778801, "pipelines": 3270358, "statuses": 33035290,
		"webhooks": 1056949, "reasons": 5203748, "catalogs": 5785,
		"elements": 1163197, "events": 1, "chats": 26219, "chat_users": 86219, "chat_messages": 126219, "chat_links": 26219,
	}
}

// nextID counts up; ids of amoCRM grow by steps of two.
func (s *Server) nextID(kind string) int64 {
	id := s.ids[kind]
	s.ids[kind] = id + 2
	return id
}

func (s *Server) now() int64 { return s.cfg.Now().Unix() }
