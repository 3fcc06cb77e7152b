package amocrm

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"voronka/crm"
	"voronka/internal/rest"
	"voronka/sales"
)

// Channel is a chat channel that amoCRM's support has registered (chats/chat-start).
type Channel struct {
	// ID, Secret and Bot are what support answers: the channel's id, its secret
	// key, and the id of its bot.
	ID, Secret, Bot string
	// API is the Chats API's address, "https://amojo.amocrm.ru".
	API string
	// Words tell a manager why a message has not arrived, by the code of the
	// failure; nil shows the code.
	Words func(code string) string
}

// Chats are the dialogs of an account in the Chats API. They may be used from
// several goroutines; lines of one dialog must come one after another.
type Chats struct {
	crm     *CRM
	channel Channel
	rest    rest.Client
	gate    *gate

	// turn is held by whoever connects the channel.
	turn  chan struct{}
	scope string
}

// NewChats makes the chats of an account; nothing is called before the first line.
func NewChats(account *CRM, channel Channel) *Chats {
	cfg := account.cfg
	p := &pace{budget: newBudget(cfg.RequestsPerSecond), now: cfg.Now}
	p.full = p.budget.Limit()
	c := &Chats{crm: account, channel: channel, gate: newGate(p, cfg.Patience, cfg.Now), turn: make(chan struct{}, 1)}
	c.rest = rest.Client{
		Name: "crm_chat", Base: channel.API, HTTP: signing(cfg.HTTP, channel.Secret, cfg.Now), Now: cfg.Now, Refuse: refusedChat,
	}
	c.gate.deliver = c.deliver
	return c
}

var _ crm.Messenger = (*Chats)(nil)

// Codes of the Chats API's refusals.
const (
	codeChatDenied  = "crm_chat_denied"
	codeChatGone    = "crm_chat_gone"
	codeChatRefused = "crm_chat_refused"
)

// refusedChat reads a 4xx (chats/chat-api-reference, the answers of each method).
func refusedChat(answer *rest.Response) *sales.Error {
	switch answer.Status {
	case http.StatusForbidden:
		return &sales.Error{Code: codeChatDenied, Action: sales.Stop,
			Message: "the Chats API does not accept our signature: the channel's secret is wrong, or this machine's clock"}
	case http.StatusNotFound:
		return &sales.Error{Code: codeChatGone, Action: sales.Retry, Message: "the channel is not connected to the account"}
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusConflict:
		return &sales.Error{Code: codeChatRefused, Action: sales.Bury, Message: "the Chats API does not accept the message"}
	}
	return nil
}

// call sends one signed request in its turn. The documents name no limit of the
// Chats API: the budget is the same as that of the rest.
func (c *Chats) call(ctx context.Context, method, path string, query url.Values, in, out any) (*rest.Response, error) {
	came := c.gate.pass(&parcel{ctx: ctx, method: method, path: path, query: query, in: in, out: out})
	return came.answer, came.err
}

func (c *Chats) deliver(parcels []*parcel) {
	p := parcels[0]
	ctx, cancel := context.WithTimeout(p.ctx, flight)
	defer cancel()
	answer, err := c.rest.Do(ctx, p.method, p.path, p.query, p.in, p.out)
	err = c.gate.pace.heed(p.method, answer, err)
	if untouched(answer) {
		c.gate.again(parcels, err)
		return
	}
	p.done <- arrival{answer: answer, err: err}
}

const chatsRoot = "/v2/origin/custom/"

// connect ties the channel to the account, once in a process: amoCRM forgets it
// when the integration is switched off, and repeating does no harm
// (chats/chat-api-reference, connect). It gives the scope's path.
func (c *Chats) connect(ctx context.Context) (string, error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return "", busy(ctx.Err())
	}
	if c.scope != "" {
		return chatsRoot + url.PathEscape(c.scope), nil
	}
	account, err := c.account(ctx)
	if err != nil {
		return "", err
	}
	var told struct {
		Scope string `json:"scope_id"`
	}
	body := map[string]string{"account_id": account, "hook_api_version": "v2"}
	answer, err := c.call(ctx, http.MethodPost, chatsRoot+url.PathEscape(c.channel.ID)+"/connect", nil, body, &told)
	if answer != nil && answer.Status == http.StatusNotFound {
		c.gate.pace.blame(codeChatGone)
		return "", &sales.Error{Code: codeChatGone, Action: sales.Stop, Message: "the Chats API knows no channel with this id"}
	}
	if err != nil {
		return "", err
	}
	if told.Scope == "" {
		return "", lost(http.MethodPost, "connect")
	}
	c.scope = told.Scope
	return chatsRoot + url.PathEscape(c.scope), nil
}

// account is the account's id in the Chats API (API v4, account-info).
func (c *Chats) account(ctx context.Context) (string, error) {
	var told struct {
		Amojo string `json:"amojo_id"`
	}
	found, err := c.crm.api.get(ctx, "account", url.Values{"with": {"amojo_id"}}, &told)
	if err == nil && (!found || told.Amojo == "") {
		err = &sales.Error{Code: codeChatGone, Action: sales.Stop, Message: "the account has no chats"}
	}
	return told.Amojo, err
}

// gone forgets the scope after a refusal that says that it is not there: the next
// line connects the channel anew.
func (c *Chats) gone(answer *rest.Response) {
	if answer == nil || answer.Status != http.StatusNotFound {
		return
	}
	c.turn <- struct{}{}
	c.scope = ""
	<-c.turn
}

// Trouble is the code of what keeps the chats out of reach, empty when nothing
// does: crm_chat_denied, crm_chat_gone. It is what the last call met.
func (c *Chats) Trouble() string {
	c.gate.pace.mu.Lock()
	defer c.gate.pace.mu.Unlock()
	return c.gate.pace.trouble
}

// Connect ties the channel to the account now. Errors are those of Post.
func (c *Chats) Connect(ctx context.Context) error {
	_, err := c.connect(ctx)
	return err
}

// Check tries the signature and looks whether the channel is connected; it
// changes nothing. Errors are those of Post.
func (c *Chats) Check(ctx context.Context) error {
	account, err := c.account(ctx)
	if err != nil {
		return err
	}
	path := chatsRoot + url.PathEscape(c.channel.ID+"_"+account) + "/chats/00000000-0000-0000-0000-000000000000/history"
	answer, err := c.call(ctx, http.MethodGet, path, url.Values{"limit": {"1"}}, nil, nil)
	c.gone(answer)
	return err
}

// chatLife is how long a call about a chat may take.
const chatLife = time.Minute
