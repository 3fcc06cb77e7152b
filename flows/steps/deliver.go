package steps

import (
	"slices"

	"voronka/flows"
	"voronka/sales"
)

// deliver hands over what was paid for, once:
//
//	deliver: course
//	deliver: {file: files/course.pdf, text: Ваш курс}
//	deliver: {download: files/lessons.zip, expires: 7d}
//
// A product's id, or a text with variables that gives one, stands for the
// `deliver:` of that product; a mapping goes with the order paid last.
type deliver struct {
	pos     flows.Pos
	product flows.Template
	goods   sales.Delivery
	text    flows.Template
	files   []flows.Ref
}

func readDeliver(n flows.Node) flows.Step {
	n.Only("deliver")
	body := n.Field("deliver")
	step := &deliver{pos: n.Pos()}
	if !body.IsMap() {
		if step.product = flows.ReadTemplate(body); step.product.Zero() {
			n.Error("empty_delivery")
		}
		return step
	}
	body.Only("file", "download", "expires", "link", "invite", "text")
	step.text = flows.ReadTemplate(body.Field("text"))
	step.goods = sales.Delivery{
		File: body.Field("file").Text(), Link: body.Field("link").Text(), Invite: body.Field("invite").Text(),
	}
	var download flows.Ref
	if step.goods.Download, step.goods.Lives, download = flows.ReadDownload(body); step.goods.Download != "" {
		step.files = append(step.files, download)
	}
	switch {
	case step.goods == sales.Delivery{}:
		body.Error("empty_delivery")
	case step.goods.File != "":
		step.files = append(step.files, body.Field("file").Ref())
	}
	return step
}

// Run implements flows.Step.
func (d *deliver) Run(r *flows.Run) {
	if d.product.Zero() {
		order, _ := r.CurrentOrder()
		r.Deliver(order, d.goods, d.text)
		return
	}
	id := r.Fill(d.product)
	product, known := r.Flow.Product(id)
	if !known {
		r.Trouble("deliver: no such product: " + id)
		return
	}
	order, _ := r.PaidOrder(id)
	text, err := flows.ParseTemplate(product.Deliver.Text)
	if err != nil {
		text = flows.Template{}
	}
	r.Deliver(order, product.Deliver, text)
}

// Uses implements flows.Step.
func (d *deliver) Uses() flows.Uses {
	uses := flows.Uses{Pos: d.pos, Files: d.files, Ends: true}
	uses.Reads = slices.Concat(d.product.Reads(), d.text.Reads())
	if !d.product.Zero() && d.product.Constant() {
		uses.Products = []flows.Ref{{Name: d.product.Source, Pos: d.product.Pos}}
	}
	if !d.text.Zero() {
		uses.Texts = []flows.Bounded{bounded(d.text, flows.MaxCaption, "caption")}
	}
	return uses
}
