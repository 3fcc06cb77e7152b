package amocrmtest

// listUsers is GET /users (API v4, users-api).
func listUsers(c *call) reply {
	part, page, size, _ := window(c, c.s.cfg.Users, pageLimit)
	if len(part) == 0 {
		return nothing()
	}
	all := len(c.s.cfg.Users)
	return ok(object{
		"_total_items": all, "_page": page, "_page_count": (all + size - 1) / size,
		"_links":    object{"self": c.pageLink("users", page, size)},
		"_embedded": object{"users": views(part, c.userView)},
	})
}

func getUser(c *call) reply {
	for _, u := range c.s.cfg.Users {
		if u.ID == c.ids[0] {
			return ok(c.userView(u))
		}
	}
	return notFound()
}

func (c *call) userView(u User) object {
	five := object{"view": "A", "edit": "A", "add": "A", "delete": "A", "export": "A"}
	view := object{
		"id": u.ID, "name": u.Name, "email": u.Email, "lang": "ru",
		"rights": object{
			"leads": five, "contacts": five, "companies": five, "tasks": object{"edit": "A", "delete": "A"},
			"mail_access": false, "catalog_access": true, "status_rights": nil,
			"is_admin": u.Admin, "is_free": false, "is_active": true, "group_id": nil, "role_id": nil,
		},
		"_links": c.self("users/%d", u.ID),
	}
	if c.query.with("amojo_id") {
		view["amojo_id"] = amojoOf(u)
	}
	if c.query.with("role") || c.query.with("group") {
		view["_embedded"] = object{"roles": []object{}, "groups": []object{}}
	}
	return view
}
