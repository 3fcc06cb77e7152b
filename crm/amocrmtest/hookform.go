package amocrmtest

import (
	"fmt"
	"net/url"
	"slices"
	"time"
)

// form is the body of a webhook: PHP brackets, all values strings, and the old
// names of the second version of the API (webhooks-format).
type form struct {
	prefix string
	values url.Values
}

func (s *Server) newForm(entity, action string) form {
	return form{prefix: fmt.Sprintf("%s[%s][%d]", entity, action, s.sparse(0)), values: url.Values{}}
}

// sparse is the index of an item in a list of a webhook.
func (s *Server) sparse(i int) int { return i + (i+1)*s.cfg.HookIndex }

func (f form) set(key string, value any) { f.values.Set(f.prefix+key, plain(value)) }

func (s *Server) cardForm(f form, card Card) {
	f.set("[id]", card.ID)
	f.set("[name]", card.Name)
	f.set("[responsible_user_id]", card.ResponsibleUserID)
	f.set("[date_create]", card.CreatedAt)
	f.set("[last_modified]", card.UpdatedAt)
	f.set("[created_user_id]", card.CreatedBy)
	f.set("[modified_user_id]", card.UpdatedBy)
	f.set("[account_id]", s.cfg.AccountID)
	for i, t := range card.Tags {
		f.set(fmt.Sprintf("[tags][%d][id]", s.sparse(i)), t.ID)
		f.set(fmt.Sprintf("[tags][%d][name]", s.sparse(i)), t.Name)
	}
	for i, field := range card.Fields {
		at := fmt.Sprintf("[custom_fields][%d]", s.sparse(i))
		f.set(at+"[id]", field.FieldID)
		f.set(at+"[name]", field.Name)
		if field.Code != "" {
			f.set(at+"[code]", field.Code)
		}
		for j, v := range field.Values {
			f.value(fmt.Sprintf("%s[values][%d]", at, j), field.Type, v)
		}
	}
}

// value is a bare string for dates and an object otherwise.
func (f form) value(at, kind string, v Value) {
	if kind == "date" || kind == "date_time" || kind == "birthday" {
		f.set(at, v.Value)
		return
	}
	f.set(at+"[value]", v.Value)
	if v.EnumID != 0 {
		f.set(at+"[enum]", v.EnumID)
	}
}

// emitLead sends {leads: {action: [deal]}} to who asked for it.
func (s *Server) emitLead(action string, l *Lead, oldStatus, oldPipeline int64) {
	f := s.newForm("leads", action)
	s.cardForm(f, l.Card)
	f.set("[price]", l.Price)
	f.set("[status_id]", l.StatusID)
	f.set("[pipeline_id]", l.PipelineID)
	f.set("[created_at]", l.CreatedAt)
	f.set("[updated_at]", l.UpdatedAt)
	if action == "status" {
		f.set("[old_status_id]", oldStatus)
		f.set("[old_pipeline_id]", oldPipeline)
	}
	s.emit(action+"_lead", f)
}

func (s *Server) emitContact(action, entity string, who *Contact) {
	f := s.newForm("contacts", action)
	s.cardForm(f, who.Card)
	f.set("[type]", singular(entity))
	f.set("[created_at]", who.CreatedAt)
	f.set("[updated_at]", who.UpdatedAt)
	for _, k := range s.linked(entity, who.ID, "companies") {
		f.set("[linked_company_id]", k.toID)
		f.set("[company_name]", s.companies[k.toID].Name)
	}
	for _, id := range s.leadsOf(entity, who.ID) {
		f.set(fmt.Sprintf("[linked_leads_id][%d][ID]", id), id)
	}
	s.emit(action+"_"+singular(entity), f)
}

// elementTypes are the numbers of the old API (inferred: the document's sample shows 2).
func elementTypes() map[string]int64 {
	return map[string]int64{"contacts": 1, "leads": 2, "companies": 3, "customers": 12}
}

// emitNote nests the note once more; the documents do not show it (inferred).
func (s *Server) emitNote(n *Note) {
	f := s.newForm(n.Entity, "note")
	f.prefix += "[note]"
	f.set("[id]", n.ID)
	f.set("[note_type]", n.Type)
	f.set("[element_id]", n.EntityID)
	f.set("[element_type]", elementTypes()[n.Entity])
	f.set("[text]", n.Text())
	f.set("[created_by]", n.CreatedBy)
	f.set("[main_user_id]", n.ResponsibleUserID)
	f.set("[account_id]", s.cfg.AccountID)
	f.set("[date_create]", moment(n.CreatedAt))
	s.emit("note_"+singular(n.Entity), f)
}

func (s *Server) emitTask(action string, t *Task) {
	f := s.newForm("task", action)
	f.set("[id]", t.ID)
	f.set("[element_id]", t.EntityID)
	f.set("[element_type]", elementTypes()[t.Entity])
	f.set("[task_type]", t.TypeID)
	f.set("[text]", t.Text)
	f.set("[account_id]", s.cfg.AccountID)
	f.set("[created_user_id]", t.CreatedBy)
	f.set("[modified_user_id]", t.UpdatedBy)
	f.set("[responsible_user_id]", t.ResponsibleUserID)
	f.set("[date_create]", moment(t.CreatedAt))
	f.set("[last_modified]", moment(t.UpdatedAt))
	f.set("[complete_till]", moment(t.CompleteTill))
	f.set("[status]", flag(t.Completed))
	if t.Completed {
		f.set("[action_close]", "1")
		f.set("[result][text]", t.Result)
	}
	s.emit(action+"_task", f)
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// moment is a date of a task hook: text in the account's zone, Moscow.
func moment(at int64) string {
	return time.Unix(at, 0).In(time.FixedZone("MSK", 3*60*60)).Format("2006-01-02 15:04:05")
}

// emit queues one delivery for each subscription of that setting.
func (s *Server) emit(setting string, f form) {
	f.values.Set("account[id]", digits(s.cfg.AccountID))
	f.values.Set("account[subdomain]", s.cfg.Subdomain)
	for _, h := range s.hooks {
		if !h.disabled && slices.Contains(h.settings, setting) {
			s.post.put(Delivery{Destination: h.destination, Setting: setting, Body: f.values.Encode(), Due: s.cfg.Now()})
		}
	}
}
