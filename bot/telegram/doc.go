// Package telegram connects the bot to Telegram: a receiver that confirms an
// update only after its turn is committed, and a sender.
//
// Types and sending come from github.com/go-telegram/bot. Its intake is not
// used, because it confirms updates before they are handled.
package telegram
