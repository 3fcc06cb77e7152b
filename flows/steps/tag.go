package steps

import "voronka/flows"

// tag puts tags on the customer, untag takes them off:
//
//	tag: [vip, купил курс]
//	untag: vip
//
// Conditions read them as `tag.vip`, texts as #{tags}. The CRM's deal gets the
// tags too and keeps them.
type tag struct {
	pos  flows.Pos
	tags []flows.Template
	off  bool
}

func readTag(n flows.Node) flows.Step   { return readTags(n, "tag") }
func readUntag(n flows.Node) flows.Step { return readTags(n, "untag") }

func readTags(n flows.Node, word string) flows.Step {
	n.Only(word)
	step := &tag{pos: n.Pos(), off: word == "untag"}
	for _, item := range n.Field(word).Items() {
		if one := flows.ReadTemplate(item); !one.Zero() {
			step.tags = append(step.tags, one)
		}
	}
	if len(step.tags) == 0 {
		n.Error("empty_tag")
	}
	return step
}

// Run implements flows.Step.
func (t *tag) Run(r *flows.Run) {
	names := make([]string, len(t.tags))
	for i, one := range t.tags {
		names[i] = r.Fill(one)
	}
	if t.off {
		r.Untag(names...)
		return
	}
	r.Tag(names...)
}

// Uses implements flows.Step.
func (t *tag) Uses() flows.Uses {
	uses := flows.Uses{Pos: t.pos}
	for _, one := range t.tags {
		uses.Reads = append(uses.Reads, one.Reads()...)
		if one.Constant() && !t.off {
			uses.Sets = append(uses.Sets, flows.Ref{Name: "tag." + one.Source, Pos: one.Pos})
		}
	}
	return uses
}
