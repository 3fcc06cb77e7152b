package telegramtest

import "fmt"

// The texts below are those of tdlib/telegram-bot-api (Client.cpp) where it has one; clients match on them.

// missing words the absence of a required parameter.
func missing(method, name string) string {
	switch name {
	case "text":
		return "message text is empty"
	case "chat_id":
		return "chat_id is empty"
	case "photo", "document":
		return fmt.Sprintf("there is no %s in the request", name)
	case "message_id":
		return "message identifier is not specified"
	case "user_id":
		return "invalid user_id specified"
	case "file_id":
		return "file_id not specified"
	case "action":
		return "wrong parameter action in request"
	case "callback_query_id":
		return "query is too old and response timeout expired or query ID is invalid"
	}
	return fmt.Sprintf("parameter %q of %s is required", name, method)
}

// missingField words the absence of a required field inside a JSON object.
func missingField(typ, name string) string {
	switch typ {
	case "InlineKeyboardButton", "KeyboardButton":
		return fmt.Sprintf("can't parse keyboard button: Can't find field %q", name)
	case "InlineKeyboardMarkup", "ReplyKeyboardMarkup", "ReplyKeyboardRemove", "ForceReply":
		return "object expected as reply markup"
	}
	return fmt.Sprintf("can't parse %s: Can't find field %q", typ, name)
}

// wrongType words a value of a wrong type.
func wrongType(name string) string {
	switch name {
	case "chat_id":
		return "chat not found"
	case "user_id":
		return "invalid user_id specified"
	case "message_id":
		return "invalid message_id specified"
	case "reply_markup":
		return "object expected as reply markup"
	case "action":
		return "wrong parameter action in request"
	}
	return fmt.Sprintf("field %q has a wrong type or value", name)
}

// cannotParse words a parameter that should be JSON and is not.
func cannotParse(name string) string {
	switch name {
	case "reply_markup":
		return "can't parse reply keyboard markup JSON object"
	case "entities", "caption_entities":
		return "can't parse entities JSON object"
	case "commands":
		return "can't parse commands JSON object"
	case "reply_parameters":
		return "can't parse reply parameters JSON object"
	}
	return fmt.Sprintf("can't parse %s JSON object", name)
}

// outOfRange words a value beyond its limit.
func outOfRange(f field) string {
	switch f.Name {
	case "callback_data":
		return "BUTTON_DATA_INVALID"
	case "command":
		return "BOT_COMMAND_INVALID"
	case "description":
		return "BOT_COMMAND_DESCRIPTION_INVALID"
	case "secret_token":
		return "secret token is too long"
	case "text":
		if f.Max == 200 { // answerCallbackQuery
			return "MESSAGE_TOO_LONG"
		}
	}
	return fmt.Sprintf("field %q must be %d-%d %s", f.Name, f.Min, f.Max, f.Unit)
}
