package amocrm

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// sourceValues puts the first touch into the deal's tracking fields: utm_source
// into UTM_SOURCE and so on; the deep link's payload into TG_START_PARAM, else
// into UTM_REFERRER. A field that the account does not have is left out: its
// owner took it away.
func (d *directory) sourceValues(ctx context.Context, source, tracking map[string]string) ([]fieldValue, error) {
	if len(source) == 0 {
		return nil, nil
	}
	fields, err := d.fieldsOf(ctx, "leads")
	if err != nil {
		return nil, err
	}
	var out []fieldValue
	add := func(text string, codes ...string) {
		for _, code := range codes {
			f := fieldCoded(fields, code)
			if f == nil {
				f = fieldNamed(fields, code)
			}
			if f != nil && text != "" {
				out = append(out, fieldValue{ID: f.ID, Values: []value{{Value: cut(text, longestName)}}})
				return
			}
		}
	}
	for _, key := range []string{"utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"} {
		add(source[key], cmp.Or(tracking[key], strings.ToUpper(key)))
	}
	if tracking["start"] != "" {
		add(source["start"], tracking["start"])
		return out, nil
	}
	add(source["start"], "TG_START_PARAM", "UTM_REFERRER")
	return out, nil
}

// withSource adds the source to the fields of a change, which win.
func withSource(fields, source []fieldValue) []fieldValue {
	out := slices.Clone(fields)
	for _, s := range source {
		if !slices.ContainsFunc(fields, func(f fieldValue) bool { return f.ID == s.ID }) {
			out = append(out, s)
		}
	}
	return out
}
