package telegramtest

// methodTable names every method this server plays.
func (s *Server) methodTable() map[string]method {
	return map[string]method{
		"getMe": s.getMe, "logOut": s.refused, "close": s.refused,
		"getUpdates": s.getUpdates, "setWebhook": s.setWebhook, "deleteWebhook": s.deleteWebhook,
		"getWebhookInfo": s.getWebhookInfo,
		"sendMessage":    s.sendMessage, "sendPhoto": s.sendMedia("photo"), "sendDocument": s.sendMedia("document"),
		"sendVideo": s.sendMedia("video"), "sendAudio": s.sendMedia("audio"), "sendVoice": s.sendMedia("voice"),
		"sendAnimation": s.sendMedia("animation"), "sendVideoNote": s.sendMedia("video_note"), "sendMediaGroup": s.sendMediaGroup,
		"sendChatAction": s.sendChatAction, "editMessageText": s.editMessageText,
		"editMessageReplyMarkup": s.editMessageReplyMarkup, "deleteMessage": s.deleteMessage,
		"answerCallbackQuery": s.answerCallbackQuery,
		"setMyCommands":       s.setMyCommands, "getMyCommands": s.getMyCommands,
		"getFile": s.getFile, "getChat": s.getChat, "getChatMember": s.getChatMember,
		"createChatInviteLink": s.createChatInviteLink, "revokeChatInviteLink": s.revokeChatInviteLink,
		"banChatMember": s.banChatMember, "unbanChatMember": s.unbanChatMember,
		"approveChatJoinRequest": s.approveChatJoinRequest, "declineChatJoinRequest": s.declineChatJoinRequest,
	}
}

// getMe adds the fields that only getMe returns (Bot API, User).
func (s *Server) getMe(*call) (any, *failure) {
	return map[string]any{
		"id": s.bot.ID, "is_bot": true, "first_name": s.bot.FirstName, "username": s.bot.Username,
		"can_join_groups": true, "can_read_all_group_messages": false, "supports_inline_queries": false,
		"can_connect_to_business": false, "has_main_web_app": false,
	}, nil
}

// refused answers logOut and close: both end a bot's work at this server, which no running bot wants.
// The wait is the one the real server demands after a start (Bot API, close: 10 minutes).
func (s *Server) refused(c *call) (any, *failure) {
	s.violate(c.method + ": a running bot must not call it")
	return nil, &failure{Code: 429, Description: "Too Many Requests: retry after 600", RetryAfter: 600}
}
