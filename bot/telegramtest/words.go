package telegramtest

// words are the page's texts. Their keys are the data-word names in chat.html and chat.js.
func words(lang string) map[string]string {
	if lang == "en" {
		return map[string]string{
			"online": "bot", "typing": "typing…", "upload_document": "sending a file…", "upload_photo": "sending a photo…",
			"start": "Start", "empty": "What can this bot do?", "emptyHint": "Press Start to begin the conversation.",
			"placeholder": "Message", "send": "Send", "attach": "Attach a file", "commands": "Commands", "keys": "Keyboard", "menu": "More",
			"today": "Today", "yesterday": "Yesterday", "edited": "edited", "unblock": "Unblock bot", "block": "Stop and block bot",
			"blocked": "You have blocked this bot", "again": "Send /start again", "fresh": "New customer",
			"shareTitle": "Share your phone number?", "shareText": "The bot will see this number.", "phone": "Phone", "share": "Share",
			"cancel": "Cancel", "foreign": "Send somebody else's card instead", "badPhone": "This does not look like a phone number",
			"joinTitle": "Join the channel?", "joinText": "The bot invited you.", "join": "Join", "joined": "You have joined the channel", "asked": "Your request was sent",
			"badLink": "The link has expired or was used", "copied": "Copied", "download": "Download", "location": "Location", "offline": "Connecting…",
			"photo": "Photo", "close": "OK", "skip": "To the message field",
		}
	}
	return map[string]string{
		"online": "бот", "typing": "печатает…", "upload_document": "отправляет файл…", "upload_photo": "отправляет фото…",
		"start": "Начать", "empty": "Что умеет этот бот?", "emptyHint": "Нажмите «Начать», и бот ответит.",
		"placeholder": "Сообщение", "send": "Отправить", "attach": "Прикрепить файл", "commands": "Команды", "keys": "Клавиатура", "menu": "Ещё",
		"today": "Сегодня", "yesterday": "Вчера", "edited": "изменено", "unblock": "Разблокировать", "block": "Остановить и заблокировать",
		"blocked": "Вы заблокировали бота", "again": "Отправить /start ещё раз", "fresh": "Новый покупатель",
		"shareTitle": "Поделиться номером?", "shareText": "Бот увидит этот номер телефона.", "phone": "Телефон", "share": "Отправить",
		"cancel": "Отмена", "foreign": "Отправить чужой контакт", "badPhone": "Не похоже на номер телефона",
		"joinTitle": "Вступить в канал?", "joinText": "Вас пригласил бот.", "join": "Вступить", "joined": "Вы вступили в канал", "asked": "Заявка отправлена",
		"badLink": "Ссылка устарела или уже использована", "copied": "Скопировано", "download": "Скачать", "location": "Место на карте", "offline": "Соединяемся…",
		"photo": "Фотография", "close": "Понятно", "skip": "К полю сообщения",
	}
}
