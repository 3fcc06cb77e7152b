package telegramtest

import "regexp"

var commandShape = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

// commandSet is the scope and the language of a list of commands, as one key.
func commandSet(c *call) string {
	scope := struct{ Type string }{"default"}
	c.decode("scope", &scope)
	if scope.Type == "default" || scope.Type == "all_private_chats" {
		return scope.Type + "/" + c.text("language_code")
	}
	return c.text("scope") + "/" + c.text("language_code")
}

// setMyCommands plays the Bot API's setMyCommands.
func (s *Server) setMyCommands(c *call) (any, *failure) {
	var list []wireCommand
	c.decode("commands", &list)
	if len(list) > 100 {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	for _, command := range list {
		if !commandShape.MatchString(command.Command) {
			return nil, badRequest("BOT_COMMAND_INVALID")
		}
	}
	s.commands[commandSet(c)] = list
	s.broadcast()
	return true, nil
}

// getMyCommands plays the Bot API's getMyCommands: exactly the asked scope and language.
func (s *Server) getMyCommands(c *call) (any, *failure) {
	list := s.commands[commandSet(c)]
	if list == nil {
		list = []wireCommand{}
	}
	return list, nil
}

// menu is the list a customer with this language sees in a private chat, the narrowest set first
// (Bot API, "Determining list of commands"). The caller holds s.mu.
func (s *Server) menu(language string) []wireCommand {
	for _, key := range []string{"all_private_chats/" + language, "all_private_chats/", "default/" + language, "default/"} {
		if list := s.commands[key]; len(list) > 0 {
			return list
		}
	}
	return nil
}
