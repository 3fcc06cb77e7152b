package amocrm

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// writable tells whether a text can be put into the field. Files and what leads
// to other cards cannot; the contact's phones, mails and messengers are
// written as a whole and by themselves (API v4, custom-fields, types).
func (f field) writable() bool {
	switch f.Type {
	case "file", "linked_entity", "items", "payer", "supplier", "category":
		return false
	case "multitext":
		return !slices.Contains([]string{codePhone, codeEmail, codeMessenger}, f.Code)
	}
	return true
}

// addressPart is the part of an address that a word of ours means (API v4,
// custom-fields, smart_address: enum codes).
func addressPart(word string) string {
	switch fold(word) {
	case "address_line_1", "адрес", "улица":
		return "address_line_1"
	case "address_line_2", "адрес 2", "квартира", "офис":
		return "address_line_2"
	case "city", "город":
		return "city"
	case "state", "область", "регион", "край":
		return "state"
	case "zip", "индекс":
		return "zip"
	case "country", "страна":
		return "country"
	}
	return ""
}

// address reads "город: Москва; индекс: 101000; улица: Тверская, 1"; what has no
// such word before it is the first line.
func (f field) address(text string) []value {
	var out []value
	var line []string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		word, rest, named := strings.Cut(part, ":")
		if code := addressPart(word); named && code != "" && strings.TrimSpace(rest) != "" {
			out = append(out, value{Value: strings.TrimSpace(rest), EnumCode: code})
		} else if part = strings.TrimSpace(part); part != "" {
			line = append(line, part)
		}
	}
	if len(line) > 0 {
		out = slices.Insert(out, 0, value{Value: strings.Join(line, ", "), EnumCode: "address_line_1"})
	}
	return out
}

// The numbers of a Russian firm or entrepreneur inside a text (Federal Tax
// Service, MMV-7-6/435: an INN has 10 or 12 digits, a KPP nine).
var (
	innOf = regexp.MustCompile(`(?i)[,;(]?\s*ИНН\s*:?\s*(\d{12}|\d{10})\b\)?`)
	kppOf = regexp.MustCompile(`(?i)[,;(]?\s*КПП\s*:?\s*(\d{9})\b\)?`)
)

// legalEntity reads "ООО «Ромашка», ИНН 7701234567, КПП 770101001" (API v4,
// custom-fields, legal_entity).
func (f field) legalEntity(text string) ([]value, error) {
	entity := map[string]any{}
	if found := innOf.FindStringSubmatch(text); found != nil {
		entity["vat_id"], entity["entity_type"] = found[1], 2 // a firm
		if len(found[1]) == 12 {
			entity["entity_type"] = 1 // a person
		}
	}
	if found := kppOf.FindStringSubmatch(text); found != nil {
		entity["kpp"] = found[1]
	}
	name := strings.Trim(kppOf.ReplaceAllString(innOf.ReplaceAllString(text, ""), ""), " ,;\n")
	if name == "" {
		return nil, wrongField("the field %q takes the name of a firm, and its INN and KPP behind it", f.Name)
	}
	entity["name"] = name
	return []value{{Value: entity}}, nil
}

// longestChain is how many lists a chain may have (API v4, custom-fields, chained_list).
const longestChain = 5

// chain reads "Раздел > Товар": rows of the lists that the field chains, by their
// names, from the first list on.
func (d *directory) chain(ctx context.Context, f field, text string) ([]value, error) {
	lists := f.lists()
	names := strings.Split(text, ">")
	if len(names) > len(lists) || len(names) > longestChain {
		return nil, wrongField("the field %q chains %d lists, and more rows are named", f.Name, len(lists))
	}
	var out []value
	for i, name := range names {
		row, err := d.row(ctx, lists[i], strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		if row == 0 {
			return nil, wrongField("the field %q: its list number %d has no row of the name that was given", f.Name, i+1)
		}
		out = append(out, value{Catalog: lists[i], Element: row})
	}
	return out, nil
}

// lists are those that a field chains, each behind its parent.
func (f field) lists() []number {
	var out []number
	for parent := number(0); len(out) < len(f.Chain); {
		at := slices.IndexFunc(f.Chain, func(link chainLink) bool { return link.Parent == parent && !slices.Contains(out, link.Catalog) })
		if at < 0 {
			break
		}
		parent = f.Chain[at].Catalog
		out = append(out, parent)
	}
	return out
}

// row finds a row of a list by its whole name; 0 for none.
func (d *directory) row(ctx context.Context, list number, name string) (found number, err error) {
	if name == "" {
		return 0, nil
	}
	err = each(ctx, d.api, "catalogs/"+id(list)+"/elements", "elements", url.Values{"query": {name}}, 4, func(e element) bool {
		if !e.IsDeleted && fold(e.Name) == fold(name) {
			found = e.ID
		}
		return found == 0
	})
	if err != nil {
		return 0, fmt.Errorf("look for a row of a list: %w", err)
	}
	return found, nil
}
