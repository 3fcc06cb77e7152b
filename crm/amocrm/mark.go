package amocrm

import (
	"strings"
)

// mark is how a contact tells whose chat it is. It is kept where a manager sees
// no clutter: in the field TELEGRAM_ID if the account has it, else among the
// messengers (predefined field IM), else in a tag.
type mark struct {
	// id is the contact's id, "tg:42"; telegram is the bare number of a Telegram chat.
	id, telegram string
}

func markOf(id string) mark {
	telegram, isTelegram := strings.CutPrefix(id, "tg:")
	if !isTelegram {
		telegram = ""
	}
	return mark{id: id, telegram: telegram}
}

const (
	codeTelegram  = "TELEGRAM_ID"
	codeMessenger = "IM"
)

func telegramField(fields []field) *field {
	if f := fieldCoded(fields, codeTelegram); f != nil {
		return f
	}
	return fieldNamed(fields, "Telegram ID")
}

// on tells whether the contact carries the mark, wherever it is kept.
func (m mark) on(who *contact, fields []field) bool {
	if m.telegram != "" {
		for _, v := range who.values(telegramField(fields)) {
			if v.text() == m.telegram {
				return true
			}
		}
	}
	for _, v := range who.values(fieldCoded(fields, codeMessenger)) {
		if v.text() == m.id {
			return true
		}
	}
	return who.tagged(m.id)
}

// query is what finds the mark in the search of filled fields.
func (m mark) query(fields []field) string {
	if m.telegram != "" && telegramField(fields) != nil {
		return m.telegram
	}
	return m.id
}

// put adds the mark to what is going to be written of who (nil: a new contact).
// A TELEGRAM_ID of another chat stays: one person may write from two.
func (m mark) put(into *newEntity, who *contact, fields []field) {
	if f := telegramField(fields); f != nil && m.telegram != "" {
		if len(who.values(f)) == 0 {
			into.Fields = append(into.Fields, fieldValue{ID: f.ID, Values: []value{{Value: m.telegram}}})
			return
		}
	}
	if f := fieldCoded(fields, codeMessenger); f != nil {
		added := value{Value: m.id, EnumCode: f.enumCode("TELEGRAM", "OTHER")}
		into.Fields = append(into.Fields, fieldValue{ID: f.ID, Values: append(kept(who.values(f)), added)})
		return
	}
	into.TagsToAdd = append(into.TagsToAdd, tag{m.id})
}

// foreign tells that the contact's TELEGRAM_ID is that of another chat.
func (m mark) foreign(who *contact, fields []field) bool {
	return m.telegram != "" && len(who.values(telegramField(fields))) > 0 && !m.on(who, fields)
}

// enumCode is the first of the codes that the field has, else its first one.
func (f field) enumCode(wanted ...string) string {
	for _, code := range wanted {
		for _, e := range f.Enums {
			if e.Code == code {
				return code
			}
		}
	}
	if len(f.Enums) > 0 {
		return f.Enums[0].Code
	}
	return ""
}

// values are those of one field; none for a nil contact or field.
func (c *contact) values(f *field) []value {
	if c == nil || f == nil {
		return nil
	}
	for _, filled := range c.Fields {
		if filled.ID == f.ID || filled.Code != "" && filled.Code == f.Code {
			return filled.Values
		}
	}
	return nil
}

func (c *contact) tagged(name string) bool {
	for _, t := range c.Embedded.Value.Tags {
		if t.Name == name {
			return true
		}
	}
	return false
}

// kept are values ready to be written back: writing a field replaces all of
// them (API v4, custom-fields), and a manager's second phone must stay.
func kept(values []value) []value {
	out := make([]value, 0, len(values)+1)
	for _, v := range values {
		if v.EnumID != 0 {
			v.EnumCode = ""
		}
		out = append(out, v)
	}
	return out
}
