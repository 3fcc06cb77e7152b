package amocrmtest

// words are the texts of the board and of the page of an invoice.
func words(lang string) map[string]string {
	if lang == "en" {
		return map[string]string{
			"title": "Deals", "subtitle": "sales board", "pipeline": "Pipeline", "live": "live", "offline": "connecting…",
			"empty": "No deals here yet", "none": "The board is empty. It fills up as soon as the first deal is made through the API.",
			"stage": "Stage", "close": "Close", "fields": "Deal", "contact": "Contact", "notes": "Feed", "tasks": "Tasks",
			"nonotes": "Nothing written yet", "notasks": "No tasks", "chat": "Chat", "answer": "Answer the customer", "send": "Send", "arrived": "delivered", "bot": "bot", "unsent": "Not sent. Try again.", "due": "due", "done": "done", "created": "made",
			"moved": "moved to", "failed": "The deal was not moved. Try again.",
			"ofcontact": "contact", "total": "in total", "todo": "tasks", "who": "Name",
			"billpaid": "The invoice is paid. Thank you!", "paywith": "Pay with", "nopay": "The seller has not switched on any way to pay.",
		}
	}
	return map[string]string{
		"title": "Сделки", "subtitle": "доска продаж", "pipeline": "Воронка", "live": "на связи", "offline": "подключаемся…",
		"empty": "Пока пусто", "none": "Доска пуста. Она оживёт, как только через API появится первая сделка.",
		"stage": "Этап", "close": "Закрыть", "fields": "Сделка", "contact": "Контакт", "notes": "Лента", "tasks": "Задачи",
		"nonotes": "Записей пока нет", "notasks": "Задач нет", "chat": "Чат", "answer": "Ответить клиенту", "send": "Отправить", "arrived": "доставлено", "bot": "бот", "unsent": "Не отправилось. Попробуйте ещё раз.", "due": "до", "done": "сделано", "created": "создана",
		"moved": "теперь на этапе", "failed": "Не получилось переместить сделку. Попробуйте ещё раз.",
		"ofcontact": "контакт", "total": "всего", "todo": "задачи", "who": "Имя",
		"billpaid": "Счёт оплачен. Спасибо!", "paywith": "Способ оплаты", "nopay": "Продавец не включил ни одного способа оплаты.",
	}
}
