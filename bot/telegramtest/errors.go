package telegramtest

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// failure is an answer with ok=false (Bot API, "Making requests" and ResponseParameters).
type failure struct {
	Code        int
	Description string
	RetryAfter  int   // seconds; parameters.retry_after
	MigrateTo   int64 // parameters.migrate_to_chat_id
	violation   string
}

// badRequest is a 400 in Telegram's wording; the prefix is added here.
func badRequest(format string, args ...any) *failure {
	return &failure{Code: 400, Description: "Bad Request: " + fmt.Sprintf(format, args...)}
}

// forbidden is a 403: the chat exists and the bot may not write to it.
func forbidden(reason string) *failure {
	return &failure{Code: 403, Description: "Forbidden: " + reason}
}

// conflict is a 409: polling against a webhook or against another poller.
func conflict(reason string) *failure {
	return &failure{Code: 409, Description: "Conflict: " + reason}
}

// tooManyRequests is a 429 with the whole seconds to wait, at least one.
func tooManyRequests(wait time.Duration) *failure {
	seconds := max(1, int(math.Ceil(wait.Seconds())))
	return &failure{Code: 429, Description: fmt.Sprintf("Too Many Requests: retry after %d", seconds), RetryAfter: seconds}
}

// body is the failure as the Bot API writes it.
func (f *failure) body() map[string]any {
	out := map[string]any{"ok": false, "error_code": f.Code, "description": f.Description}
	if f.RetryAfter > 0 {
		out["parameters"] = map[string]any{"retry_after": f.RetryAfter}
	}
	if f.MigrateTo != 0 {
		out["parameters"] = map[string]any{"migrate_to_chat_id": f.MigrateTo}
	}
	return out
}

func writeFailure(w http.ResponseWriter, f *failure) {
	w.Header().Set("Content-Type", "application/json")
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	w.WriteHeader(f.Code)
	_, _ = w.Write(encodeJSON(f.body()))
}
