package telegramtest

import (
	"context"
	"net/url"
	"regexp"
	"time"
)

// webhook is where updates are posted, if anywhere.
type webhook struct {
	url, secret, ip string
	certificate     bool
	max             int
	slots           chan struct{} // one per allowed connection
	busy            map[string]bool
	ctx             context.Context
	cancel          context.CancelFunc
	lastErrorAt     time.Time
	lastError       string
}

var secretShape = regexp.MustCompile(`^[A-Za-z0-9_-]*$`)

// setWebhook plays the Bot API's setWebhook; as with --local, plain http and any port will do.
func (s *Server) setWebhook(c *call) (any, *failure) {
	if c.text("url") == "" {
		return s.deleteWebhook(c)
	}
	u, err := url.Parse(c.text("url"))
	switch {
	case err != nil || u.Host == "":
		return nil, badRequest("bad webhook: invalid URL specified")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, badRequest("bad webhook: An HTTPS URL must be provided for webhook")
	case !secretShape.MatchString(c.text("secret_token")):
		return nil, badRequest("secret token contains unallowed characters")
	}
	s.endPoll(conflict("terminated by setWebhook request"))
	s.dropHook(c)
	s.allow(c)
	s.hook = webhook{
		url: c.text("url"), secret: c.text("secret_token"), ip: c.text("ip_address"), certificate: c.has("certificate"),
		max: s.clamped(c, "max_connections", 40), busy: map[string]bool{},
	}
	s.hook.slots = make(chan struct{}, s.hook.max)
	s.hook.ctx, s.hook.cancel = context.WithCancel(s.stopped)
	s.pump()
	return true, nil
}

// deleteWebhook plays the Bot API's deleteWebhook; the updates wait for a poller unless they are dropped.
func (s *Server) deleteWebhook(c *call) (any, *failure) {
	s.dropHook(c)
	return true, nil
}

func (s *Server) dropHook(c *call) {
	if s.hook.cancel != nil {
		s.hook.cancel()
	}
	s.hook = webhook{}
	if c.flag("drop_pending_updates") {
		s.updates.pending = nil
	}
	s.broadcast()
}

// getWebhookInfo plays the Bot API's getWebhookInfo.
func (s *Server) getWebhookInfo(*call) (any, *failure) {
	s.updates.forgetExpired(s.cfg.Now())
	out := map[string]any{
		"url": s.hook.url, "has_custom_certificate": s.hook.certificate,
		"pending_update_count": len(s.updates.pending),
	}
	if s.hook.url != "" {
		out["max_connections"] = s.hook.max
	}
	if s.hook.ip != "" {
		out["ip_address"] = s.hook.ip
	}
	if len(s.updates.allowed) > 0 {
		out["allowed_updates"] = s.updates.allowed
	}
	if !s.hook.lastErrorAt.IsZero() {
		out["last_error_date"] = s.hook.lastErrorAt.Unix()
		out["last_error_message"] = s.hook.lastError
	}
	return out, nil
}
