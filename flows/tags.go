package flows

import (
	"slices"
	"strings"

	"voronka/flows/calc"
)

// maxTags bounds what one session carries.
const maxTags = 200

// Tag puts tags on the customer; those not there yet are told to the CRM too.
func (r *Run) Tag(tags ...string) {
	var added []string
	for _, tag := range tags {
		if tag = strings.TrimSpace(tag); tag != "" && !slices.Contains(r.Session.Tags, tag) && !slices.Contains(added, tag) {
			added = append(added, tag)
		}
	}
	switch {
	case len(added) == 0:
		return
	case len(r.Session.Tags)+len(added) > maxTags:
		r.Event("error", "too many tags: "+strings.Join(added, ", "))
		return
	}
	r.Session.Tags = slices.Concat(r.Session.Tags, added)
	r.Event("tag", "+ "+strings.Join(added, ", "))
	r.Emit(Mirror{Tags: added})
}

// Untag takes tags off the customer. The CRM keeps them: a deal's tags tell
// its history.
func (r *Run) Untag(tags ...string) {
	var left, gone []string
	for _, tag := range r.Session.Tags {
		if slices.ContainsFunc(tags, func(one string) bool { return strings.TrimSpace(one) == tag }) {
			gone = append(gone, tag)
			continue
		}
		left = append(left, tag)
	}
	if len(gone) > 0 {
		r.Session.Tags = left
		r.Event("tag", "− "+strings.Join(gone, ", "))
	}
}

// tagged gives `tags`, all of them, `tag.vip`, which is true or empty, and
// `consent.policy`, the version agreed to.
func (r *Run) tagged(name string) (string, bool) {
	if name == "tags" {
		return strings.Join(r.Session.Tags, ", "), true
	}
	tag, asked := strings.CutPrefix(name, "tag.")
	if asked && slices.Contains(r.Session.Tags, tag) {
		return "true", true
	}
	if state, visited := strings.CutPrefix(name, calc.BeenPrefix); visited {
		return r.been(state), true
	}
	if !asked {
		return r.consented(name)
	}
	return "", true
}
