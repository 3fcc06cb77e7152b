package amocrmtest

// getAccount is GET /account (API v4, account-info): the bare account, and what
// with= asks for.
func getAccount(c *call) reply {
	c.checkWith("amojo_id", "amojo_rights", "users_groups", "task_types", "version", "entity_names",
		"datetime_settings", "drive_url", "is_api_filter_enabled", "invoices_settings")
	s := c.s
	view := object{
		"id": s.cfg.AccountID, "name": s.cfg.Subdomain, "subdomain": s.cfg.Subdomain, "current_user_id": c.user,
		"country": "RU", "customers_mode": "segments", "is_unsorted_on": s.mainPipeline().Unsorted,
		"is_loss_reason_enabled": true, "is_helpbot_enabled": false, "is_technical_account": false,
		"contact_name_display_order": 1, "uuid": "824f3a59-6154-4edf-ba90-0b5593715d07",
		"_links": c.self("account"),
	}
	extra := object{
		"amojo_id": s.cfg.AmojoID, "version": 16, "drive_url": "https://drive-b.amocrm.ru",
		"is_api_filter_enabled": s.cfg.PaidFilters, "entity_names": entityNames(),
		"invoices_settings": object{"lang": "ru", "invoices_catalog_id": s.listOf("invoices")},
	}
	for key, value := range extra {
		if c.query.with(key) {
			view[key] = value
		}
	}
	embedded := object{}
	directories := object{
		"amojo_rights":      object{"can_direct": true, "can_create_groups": true},
		"users_groups":      []object{{"id": 0, "name": "Отдел продаж", "uuid": nil}},
		"task_types":        taskTypes(),
		"datetime_settings": datetimeSettings(),
	}
	for key, value := range directories {
		if c.query.with(key) {
			embedded[key] = value
		}
	}
	if len(embedded) > 0 {
		view["_embedded"] = embedded
	}
	return ok(view)
}

func datetimeSettings() object {
	return object{
		"date_pattern": "d.m.Y H:i", "short_date_pattern": "d.m.Y", "short_time_pattern": "H:i",
		"date_formant": "d.m.Y", "time_format": "H:i:s", // the document's own spelling
		"timezone": "Europe/Moscow", "timezone_offset": "+03:00",
	}
}

func entityNames() object {
	forms := func(nom, gen, dat, acc, ins, pre string) object {
		return object{"default": nom, "genitive": gen, "dative": dat, "accusative": acc, "instrumental": ins, "prepositional": pre}
	}
	return object{"leads": object{
		"ru": object{"gender": "f",
			"singular_form": forms("сделка", "сделки", "сделке", "сделку", "сделкой", "сделке"),
			"plural_form":   forms("сделки", "сделок", "сделкам", "сделки", "сделками", "сделках")},
		"en": object{"gender": "f", "singular_form": object{"default": "lead"}, "plural_form": object{"default": "leads"}},
		"es": object{"gender": "m", "singular_form": object{"default": "acuerdo"}, "plural_form": object{"default": "acuerdos"}},
	}}
}
