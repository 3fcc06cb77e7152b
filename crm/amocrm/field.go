package amocrm

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"voronka/sales"
)

// fieldValues translates custom fields of deals or contacts from names and texts. An empty
// text clears the field. A name, a choice or a type that the account does not
// have is buried with the code crm_field: nothing is created behind its owner's back.
func (d *directory) fieldValues(ctx context.Context, entity string, texts map[string]string) ([]fieldValue, error) {
	names := make([]string, 0, len(texts))
	for name := range texts {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []fieldValue
	for _, name := range names {
		f, err := d.namedField(ctx, entity, name)
		if err != nil {
			return nil, err
		}
		if f == nil {
			return nil, wrongField("%s have no field %q", entity, name)
		}
		values, err := d.valuesOf(ctx, *f, texts[name])
		if err != nil {
			return nil, err
		}
		out = append(out, fieldValue{ID: f.ID, Values: values})
	}
	return out, nil
}

// valuesOf writes a text as the field's type wants it; rows of lists are looked up.
func (d *directory) valuesOf(ctx context.Context, f field, text string) ([]value, error) {
	if f.Type == "chained_list" && strings.TrimSpace(text) != "" {
		return d.chain(ctx, f, text)
	}
	return f.values(text)
}

func wrongField(format string, args ...any) error {
	return &sales.Error{Code: "crm_field", Action: sales.Bury, Message: fmt.Sprintf(format, args...)}
}

// values writes a text as the field's type wants it (API v4, custom-fields, values).
func (f field) values(text string) ([]value, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	switch f.Type {
	case "text", "textarea", "url", "streetaddress", "tracking_data":
		return []value{{Value: text}}, nil
	case "numeric", "price", "monetary":
		plain := strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "₽", "", ",", ".").Replace(text)
		if _, err := strconv.ParseFloat(plain, 64); err != nil || strings.ContainsAny(plain, "xXnNpP_") {
			return nil, wrongField("the field %q takes a number", f.Name)
		}
		return []value{{Value: plain}}, nil
	case "checkbox":
		return f.checkbox(text)
	case "select", "radiobutton":
		return f.choices([]string{text})
	case "multiselect":
		return f.choices(strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' }))
	case "date", "date_time", "birthday":
		return f.moment(text)
	case "smart_address":
		return f.address(text), nil
	case "legal_entity":
		return f.legalEntity(text)
	case "multitext":
		if f.writable() {
			return []value{{Value: text, EnumCode: f.enumCode()}}, nil
		}
	}
	return nil, wrongField("the field %q has the type %s, which cannot be written from a text", f.Name, f.Type)
}

func (f field) checkbox(text string) ([]value, error) {
	switch fold(text) {
	case "1", "true", "yes", "да":
		return []value{{Value: true}}, nil
	case "0", "false", "no", "нет":
		return []value{{Value: false}}, nil
	}
	return nil, wrongField("the field %q takes yes or no", f.Name)
}

func (f field) choices(texts []string) ([]value, error) {
	var out []value
	var exist []string
	for _, e := range f.Enums {
		exist = append(exist, "«"+e.Value+"»")
	}
	for _, text := range texts {
		before := len(out)
		for _, e := range f.Enums {
			if fold(e.Value) == fold(text) || e.Code != "" && e.Code == strings.TrimSpace(text) {
				out = append(out, value{EnumID: e.ID})
				break
			}
		}
		if len(out) == before {
			return nil, wrongField("the field %q has no choice for what was given; it has: %s", f.Name, strings.Join(exist, ", "))
		}
	}
	return out, nil
}

// moment takes RFC 3339 and dates as people write them. A date without a time
// is ten o'clock UTC, so that it is the same day in every zone from UTC-10 to
// UTC+13: amoCRM shows dates in the account's.
func (f field) moment(text string) ([]value, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return []value{{Value: at.Unix()}}, nil
	}
	for _, layout := range []string{time.DateOnly, "02.01.2006"} {
		if at, err := time.Parse(layout, text); err == nil {
			return []value{{Value: at.Add(10 * time.Hour).Unix()}}, nil
		}
	}
	return nil, wrongField("the field %q takes a date such as 2026-03-01", f.Name)
}
