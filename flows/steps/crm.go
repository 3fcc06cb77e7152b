package steps

import (
	"slices"
	"strings"
	"time"

	"voronka/flows"
	"voronka/sales"
)

// crm tells the CRM something about the deal:
//
//	crm: {stage: won, note: Купил сам, price: 4900, tags: [бот],
//	      fields: {Курс: "#{product}"}, close_task: Позвонить,
//	      task: {text: Поздравить, due: 1d, type: Звонок, responsible: Анна, name: поздравить}}
type crm struct {
	pos         flows.Pos
	stage, note flows.Template
	task, done  flows.Template
	work        flows.Task // all but its text
	tags        []flows.Template
	fields      []assignment
	price       flows.Template
}

func readCRM(n flows.Node) flows.Step {
	n.Only("crm")
	body := n.Field("crm")
	body.Only("stage", "note", "task", "close_task", "tags", "fields", "price")
	step := &crm{
		pos: n.Pos(), stage: flows.ReadTemplate(body.Field("stage")), note: flows.ReadTemplate(body.Field("note")),
		fields: readAssignments(body.Field("fields")), price: flows.ReadTemplate(body.Field("price")),
		done: flows.ReadTemplate(body.Field("close_task")),
	}
	if len(body.Entries()) == 0 {
		n.Error("empty_crm")
	}
	if step.price.Constant() {
		body.Field("price").Money()
	}
	for _, tag := range body.Field("tags").Items() {
		step.tags = append(step.tags, flows.ReadTemplate(tag))
	}
	step.readTask(body.Field("task"))
	return step
}

func (c *crm) readTask(n flows.Node) {
	switch {
	case n.Zero():
	case n.IsScalar():
		c.task = flows.ReadTemplate(n)
	default:
		n.Only("text", "due", "type", "responsible", "name")
		c.task = flows.ReadTemplate(n.Field("text"))
		c.work = flows.Task{
			Due: int64(n.Field("due").Duration() / time.Second), Name: n.Field("name").Text(),
			Type: n.Field("type").Text(), Responsible: n.Field("responsible").Text(),
		}
		if c.task.Zero() {
			n.Error("task_without_text")
		}
	}
}

// Run implements flows.Step.
func (c *crm) Run(r *flows.Run) {
	mirror := flows.Mirror{
		Stage: r.Fill(c.stage), Note: r.Fill(c.note), Fields: fillAssignments(r, c.fields), CloseTask: r.Fill(c.done),
	}
	if !c.task.Zero() {
		task := c.work
		task.Text = r.Fill(c.task)
		mirror.Task = &task
	}
	for _, tag := range c.tags {
		mirror.Tags = append(mirror.Tags, r.Fill(tag))
	}
	if !c.price.Zero() {
		price, err := sales.ParseMoney(r.Fill(c.price))
		if err != nil {
			r.Event("error", "crm price: "+c.price.Source)
		}
		mirror.Price = price
	}
	r.Emit(mirror)
	r.Event("crm", c.words(mirror))
}

func (c *crm) words(mirror flows.Mirror) string {
	words := []string{mirror.Stage}
	if mirror.Note != "" {
		words = append(words, "“"+mirror.Note+"”")
	}
	if mirror.CloseTask != "" {
		words = append(words, "✓ "+mirror.CloseTask)
	}
	if mirror.Task != nil {
		words = append(words, "☎ "+mirror.Task.Text)
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// Uses implements flows.Step. A deal that is put on a stage may well be the end.
func (c *crm) Uses() flows.Uses {
	uses := flows.Uses{Pos: c.pos, Ends: !c.stage.Zero()}
	uses.Reads = slices.Concat(c.stage.Reads(), c.note.Reads(), c.task.Reads(), c.done.Reads(), c.price.Reads())
	for _, name := range []string{c.work.Name, c.task.Source} {
		if name != "" {
			uses.Tasks = append(uses.Tasks, name)
		}
	}
	if !c.done.Zero() && c.done.Constant() {
		uses.Closes = []flows.Ref{{Name: c.done.Source, Pos: c.done.Pos}}
	}
	for _, tag := range c.tags {
		uses.Reads = append(uses.Reads, tag.Reads()...)
	}
	for _, field := range c.fields {
		uses.Reads = append(append(uses.Reads, field.text.Reads()...), field.formula.Reads()...)
	}
	return uses
}
