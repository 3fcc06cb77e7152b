// Package telegramtest is a Bot API server in memory, with the customers on its other side.
//
// It plays Telegram: it checks every request against the published description of the Bot API,
// answers with the real shapes and error texts, queues updates for long polling or a webhook, and
// fails on demand. Tests drive its customers in Go (see [User]), people drive them in a browser:
// the server's root is a chat page. It speaks the protocol of the documents, never of one client,
// and may stand at the root of a listener or under any prefix (http.StripPrefix).
//
// It behaves as a Bot API server started with --local in one respect: webhooks may use plain http
// and any port. What exists in the Bot API and is not modelled answers 501 and is listed by
// [Server.Violations].
//
// Facts come from the Bot API 10.1 description (PaulSonOfLars/telegram-bot-api-spec @160fd99, MIT;
// botapi.json holds the extract) and from the source of tdlib/telegram-bot-api @01a3679.
package telegramtest
