package amocrmtest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// route is one method and path of the API. In a pattern {id} is a number and
// {entity} is leads, contacts or companies,
// {name} is any text; the first match wins.
type route struct {
	method  string
	pattern []string
	handle  handler
}

func routes() []route {
	var table []route
	add := func(method, pattern string, handle handler) {
		table = append(table, route{method, strings.Split(pattern, "/"), handle})
	}
	add("GET", "account", getAccount)
	add("GET", "users", listUsers)
	add("GET", "users/{id}", getUser)
	add("GET", "events", listEvents)
	add("GET", "events/{name}", getEvent)
	directoryRoutes(add)
	cardRoutes(add)
	feedRoutes(add)
	return table
}

func directoryRoutes(add func(string, string, handler)) {
	add("GET", "leads/pipelines", listPipelines)
	add("POST", "leads/pipelines", addPipelines)
	add("GET", "leads/pipelines/{id}", getPipeline)
	add("GET", "leads/pipelines/{id}/statuses", listStatuses)
	add("POST", "leads/pipelines/{id}/statuses", addStatuses)
	add("GET", "leads/pipelines/{id}/statuses/{id}", getStatus)
	add("GET", "leads/loss_reasons", listLossReasons)
	add("POST", "leads/loss_reasons", addLossReasons)
	add("GET", "{entity}/custom_fields", listFields)
	add("POST", "{entity}/custom_fields", addFields)
	add("GET", "{entity}/custom_fields/{id}", getField)
	add("GET", "{entity}/tags", listTags)
	add("POST", "{entity}/tags", addTags)
	add("GET", "catalogs", listCatalogs)
	add("GET", "catalogs/{id}", getCatalog)
	add("GET", "catalogs/{id}/custom_fields", listCatalogFields)
	add("GET", "catalogs/{id}/elements", listElements)
	add("POST", "catalogs/{id}/elements", addElements)
	add("PATCH", "catalogs/{id}/elements", patchElements)
	add("GET", "catalogs/{id}/elements/{id}", getElement)
	add("PATCH", "catalogs/{id}/elements/{id}", patchElement)
	add("GET", "webhooks", listHooks)
	add("POST", "webhooks", subscribe)
	add("DELETE", "webhooks", unsubscribe)
}

func cardRoutes(add func(string, string, handler)) {
	add("GET", "leads", listLeads)
	add("POST", "leads", addLeads)
	add("PATCH", "leads", patchLeads)
	add("POST", "leads/complex", addComplex)
	add("GET", "leads/{id}", getLead)
	add("PATCH", "leads/{id}", patchLead)
	add("GET", "contacts/chats", listChatLinks)
	add("POST", "contacts/chats", linkChats)
	for _, entity := range []string{"contacts", "companies"} {
		add("GET", entity, listContacts)
		add("POST", entity, addContacts)
		add("PATCH", entity, patchContacts)
		add("GET", entity+"/{id}", getContact)
		add("PATCH", entity+"/{id}", patchContact)
	}
	add("GET", "{entity}/links", listLinks)
	add("POST", "{entity}/link", addLinks)
	add("POST", "{entity}/unlink", removeLinks)
	add("GET", "{entity}/{id}/links", listLinks)
	add("POST", "{entity}/{id}/link", addLinks)
	add("POST", "{entity}/{id}/unlink", removeLinks)
}

func feedRoutes(add func(string, string, handler)) {
	add("GET", "{entity}/notes", listNotes)
	add("POST", "{entity}/notes", addNotes)
	add("PATCH", "{entity}/notes", patchNotes)
	add("GET", "{entity}/notes/{id}", getNote)
	add("PATCH", "{entity}/notes/{id}", patchNote)
	add("GET", "{entity}/{id}/notes", listNotes)
	add("POST", "{entity}/{id}/notes", addNotes)
	add("PATCH", "{entity}/{id}/notes", patchNotes)
	add("GET", "{entity}/{id}/notes/{id}", getNote)
	add("PATCH", "{entity}/{id}/notes/{id}", patchNote)
	add("GET", "tasks", listTasks)
	add("POST", "tasks", addTasks)
	add("PATCH", "tasks", patchTasks)
	add("GET", "tasks/{id}", getTask)
	add("PATCH", "tasks/{id}", patchTask)
}

// find picks the handler, and leaves the path's numbers and entity in the call.
func (s *Server) find(c *call, method, path string) (handler, *reply) {
	segments := strings.Split(path, "/")
	allowed := false
	for _, candidate := range s.routes {
		entity, ids, matched := match(candidate.pattern, segments)
		if !matched {
			continue
		}
		allowed = true
		if candidate.method == method {
			c.entity, c.ids = entity, ids
			return candidate.handle, nil
		}
	}
	answer := notFound()
	if allowed {
		answer = problem(http.StatusMethodNotAllowed, "Method Not Allowed", "Method Not Allowed")
	}
	c.offend("NoSuchCall", method+" "+c.r.URL.Path, "the API has no such method")
	return nil, &answer
}

func match(pattern, segments []string) (entity string, ids []int64, matched bool) {
	if len(pattern) != len(segments) {
		return "", nil, false
	}
	for i, want := range pattern {
		switch want {
		case "{id}":
			id, err := strconv.ParseInt(segments[i], 10, 64)
			if err != nil {
				return "", nil, false
			}
			ids = append(ids, id)
		case "{name}":
		case "{entity}":
			if !isCard(segments[i]) {
				return "", nil, false
			}
			entity = segments[i]
		default:
			if want != segments[i] {
				return "", nil, false
			}
			if isCard(want) {
				entity = want
			}
		}
	}
	return entity, ids, true
}

func isCard(entity string) bool {
	return slices.Contains([]string{"leads", "contacts", "companies"}, entity)
}
