package telegram

import (
	"errors"
	"strings"
	"time"

	"github.com/go-telegram/bot"

	"voronka/sales"

	core "voronka/bot"
)

// sendError gives a failed call its code. The wording of descriptions is
// matched by substring; it comes from Telegram's own server
// (tdlib/telegram-bot-api, Client.cpp, fail_query_with_error).
func sendError(err error) error {
	if err == nil {
		return nil
	}
	var coded *sales.Error
	if errors.As(err, &coded) {
		return coded
	}
	if wait := waitOf(err); wait > 0 {
		return &sales.Error{Code: core.ChatFlood, Action: sales.Retry, After: wait, Message: "telegram asks to wait"}
	}
	var moved *bot.MigrateError
	if errors.As(err, &moved) {
		return &sales.Error{
			Code: "telegram_migrated", Action: sales.Bury, Message: "the group became a supergroup with another id",
			Err: &core.MovedError{To: int64(moved.MigrateToChatID)},
		}
	}
	text := strings.ToLower(err.Error())
	switch {
	case errors.Is(err, bot.ErrorForbidden):
		return forbidden(text, err)
	case strings.Contains(text, "chat not found"):
		return &sales.Error{Code: core.ChatBlocked, Action: sales.Bury, Err: err}
	case errors.Is(err, bot.ErrorUnauthorized), errors.Is(err, bot.ErrorNotFound):
		return &sales.Error{Code: "telegram_token", Action: sales.Stop, Message: "telegram does not know the bot token"}
	case errors.Is(err, bot.ErrorBadRequest), strings.Contains(text, "request entity too large"):
		return &sales.Error{Code: badRequest(text), Action: sales.Bury, Err: err}
	case strings.Contains(text, "error decode response body"):
		// The body is a stranger's page; its text says nothing to an operator.
		return &sales.Error{Code: core.ChatUnavailable, Uncertain: true, Message: "telegram answered something else than JSON"}
	}
	return &sales.Error{Code: "telegram_failed", Uncertain: true, Err: err}
}

// waitOf is how long Telegram asks to wait, zero when it does not.
func waitOf(err error) time.Duration {
	var flood *bot.TooManyRequestsError
	if !errors.As(err, &flood) {
		return 0
	}
	return max(time.Second, time.Duration(flood.RetryAfter)*time.Second)
}

func forbidden(text string, err error) *sales.Error {
	for _, gone := range []string{"blocked by the user", "user is deactivated", "can't initiate conversation"} {
		if strings.Contains(text, gone) {
			return &sales.Error{Code: core.ChatBlocked, Action: sales.Bury, Err: err}
		}
	}
	return &sales.Error{Code: "telegram_forbidden", Action: sales.Bury, Err: err}
}

// channelError is an error about a channel: one that is not found is a wrong
// name in the flow, not a customer who has gone.
func channelError(err error) error {
	if coded := sales.AsError(err); coded.Code == core.ChatBlocked {
		return &sales.Error{Code: "telegram_channel", Action: sales.Bury, Message: "telegram does not know the channel", Err: coded.Err}
	}
	return err
}

func badRequest(text string) string {
	switch {
	case strings.Contains(text, "can't parse entities"):
		return core.ChatMarkup
	case strings.Contains(text, "wrong file identifier"), strings.Contains(text, "wrong remote file"),
		strings.Contains(text, "can't use file of type"),
		strings.Contains(text, "failed to get http url content"):
		return core.ChatFile
	case strings.Contains(text, "is too big"), strings.Contains(text, "request entity too large"):
		return "telegram_file_too_big"
	case strings.Contains(text, "query is too old"), strings.Contains(text, "query id is invalid"):
		return "telegram_late_answer"
	}
	return "telegram_refused"
}
