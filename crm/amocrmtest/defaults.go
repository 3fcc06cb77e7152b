package amocrmtest

// DefaultPipeline is the sales pipeline of a new account: the unsorted stage,
// five stages of work and the two closed ones.
func DefaultPipeline() Pipeline {
	return Pipeline{ID: 3177727, Name: "Воронка", Sort: 1, Main: true, Unsorted: true, Statuses: []Status{
		{ID: 32392156, Name: "Неразобранное", Sort: 10, Color: "#c1c1c1", Type: 1},
		{ID: 32392159, Name: "Первый контакт", Sort: 20, Color: "#98cbff", Editable: true},
		{ID: 32392162, Name: "Знакомство", Sort: 30, Color: "#d6eaff", Editable: true},
		{ID: 32392165, Name: "Выбор", Sort: 40, Color: "#fffd7f", Editable: true},
		{ID: 32392168, Name: "Ждём оплату", Sort: 50, Color: "#ffdc7f", Editable: true},
		{ID: 32392171, Name: "Не оплачено", Sort: 60, Color: "#ffc8c8", Editable: true},
		wonStatus("Успешно реализовано"),
		lostStatus("Закрыто и не реализовано"),
	}}
}

func wonStatus(name string) Status {
	return Status{ID: Won, Name: name, Sort: 10000, Color: "#CCFF66"}
}

func lostStatus(name string) Status {
	return Status{ID: Lost, Name: name, Sort: 11000, Color: "#D5D8DB"}
}

func defaultUsers() []User {
	return []User{
		{ID: 504141, Name: "Мария Соколова", Email: "maria@example.com", Admin: true},
		{ID: 504142, Name: "Олег Кравцов", Email: "oleg@example.com"},
	}
}

func defaultLossReasons() []LossReason {
	return []LossReason{
		{ID: 4203745, Name: "Дорого"},
		{ID: 4203748, Name: "Пропала потребность"},
		{ID: 4203751, Name: "Не выходит на связь"},
	}
}

// DefaultFields are the fields of a new account and the two that a Telegram
// funnel adds. Codes and kinds: API v4, custom-fields; UTM codes as observed
// in live accounts.
func DefaultFields() []Field {
	fields := []Field{
		{ID: 271316, Entity: "contacts", Name: "Должность", Code: "POSITION", Type: "text", Predefined: true},
		{ID: 66192, Entity: "contacts", Name: "Телефон", Code: "PHONE", Type: "multitext", Predefined: true,
			Enums: codes(193200, "WORK", "WORKDD", "MOB", "FAX", "HOME", "OTHER")},
		{ID: 66186, Entity: "contacts", Name: "Email", Code: "EMAIL", Type: "multitext", Predefined: true,
			Enums: codes(193226, "WORK", "PRIV", "OTHER")},
		{ID: 66198, Entity: "contacts", Name: "Мгн. сообщения", Code: "IM", Type: "multitext", Predefined: true,
			Enums: codes(193240, "SKYPE", "ICQ", "JABBER", "GTALK", "MSN", "OTHER")},
		{ID: 66201, Entity: "contacts", Name: "Telegram", Code: "TELEGRAM", Type: "text"},
		{ID: 66204, Entity: "contacts", Name: "Telegram ID", Code: "TELEGRAM_ID", Type: "numeric"},
		{ID: 66207, Entity: "companies", Name: "Телефон", Code: "PHONE", Type: "multitext", Predefined: true,
			Enums: codes(193260, "WORK", "WORKDD", "MOB", "FAX", "HOME", "OTHER")},
		{ID: 66210, Entity: "companies", Name: "Email", Code: "EMAIL", Type: "multitext", Predefined: true,
			Enums: codes(193280, "WORK", "PRIV", "OTHER")},
		{ID: 294471, Entity: "leads", Name: "Заказ", Code: "ORDER_ID", Type: "text"},
	}
	for i, code := range []string{"UTM_SOURCE", "UTM_MEDIUM", "UTM_CAMPAIGN", "UTM_CONTENT", "UTM_TERM", "UTM_REFERRER"} {
		fields = append(fields, Field{ID: 316911 + int64(i)*2, Entity: "leads", Name: lower(code), Code: code, Type: "tracking_data", Predefined: true})
	}
	return fields
}

// codes makes the enums of a multitext field: value and code are the same word.
func codes(first int64, words ...string) []Enum {
	enums := make([]Enum, len(words))
	for i, word := range words {
		enums[i] = Enum{ID: first + int64(i)*2, Value: word, Code: word, Sort: int64(i+1) * 2}
	}
	return enums
}
