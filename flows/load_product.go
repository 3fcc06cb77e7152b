package flows

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"voronka/sales"
)

// Bounds of what is sold. T-Bank API 1.80: Init takes no less than 100 kopecks
// (error 251) and ten digits; a receipt's Items.Name has at most 128 characters.
const (
	minPrice    = sales.Money(100)
	maxPrice    = sales.Money(9_999_999_999)
	maxItemName = 128
)

// receiptWords are the words of receipts by the key that takes them.
func receiptWords() map[string][]string {
	both, old, recent := sales.ReceiptObjects()
	return map[string][]string{
		"taxation": sales.Taxations(), "tax": sales.Taxes(), "method": sales.ReceiptMethods(),
		"object": slices.Concat(both, old, recent),
	}
}

func (d *draft) readProducts(n, defaults Node) {
	d.products = map[string]Node{}
	if !defaults.Zero() {
		checkReceipt(defaults)
	}
	for _, entry := range n.Entries() {
		entry.Key.identifier()
		d.products[entry.Name] = entry.Key
		product := d.readProduct(entry, defaults)
		d.flow.Products = append(d.flow.Products, product)
	}
}

func (d *draft) readProduct(entry Entry, defaults Node) sales.Product {
	entry.Value.Only("title", "price", "receipt", "deliver")
	return d.readSold(entry, defaults)
}

// readSold reads what products and plans have in common.
func (d *draft) readSold(entry Entry, defaults Node) sales.Product {
	n := entry.Value
	product := sales.Product{ID: entry.Name, Title: n.Field("title").Text(), Price: n.Field("price").Money()}
	switch {
	case product.Title == "":
		entry.Key.Error("product_without_title", "Product", product.ID)
	case utf8.RuneCountInString(product.Title) > maxItemName:
		n.Field("title").Error("title_too_long", "Max", maxItemName, "Length", utf8.RuneCountInString(product.Title))
	}
	price := n.Field("price")
	switch {
	case price.Zero():
		entry.Key.Error("product_without_price", "Product", product.ID)
	case product.Price < minPrice && price.readable() || product.Price > maxPrice:
		price.Error("bad_price", "Value", price.Text())
	}
	readReceipt(&product, n.Field("receipt"), defaults)
	product.Deliver = d.readDelivery(n.Field("deliver"))
	return product
}

// readable tells whether it is an amount at all; Money has reported it otherwise.
func (n Node) readable() bool {
	_, err := sales.ParseMoney(n.yaml.Value)
	return err == nil
}

func readReceipt(product *sales.Product, own, defaults Node) {
	if own.Zero() && defaults.Zero() {
		return
	}
	if !own.Zero() {
		checkReceipt(own)
	}
	pick := func(key, otherwise string) string {
		for _, n := range []Node{own, defaults} {
			if value := n.Field(key); value.IsScalar() && value.Text() != "" {
				return value.Text()
			}
		}
		return otherwise
	}
	product.Taxation = pick("taxation", "")
	product.Item = sales.ReceiptItem{
		Tax: pick("tax", ""), Method: pick("method", "full_payment"),
		Object: pick("object", "service"), Unit: pick("unit", "шт"),
	}
	place := own
	if own.Zero() {
		place = defaults
	}
	for key, value := range map[string]string{"taxation": product.Taxation, "tax": product.Item.Tax} {
		if value == "" {
			place.Error("receipt_without", "Key", key, "Known", strings.Join(receiptWords()[key], ", "))
		}
	}
}

func checkReceipt(n Node) {
	n.Only("tax", "method", "object", "unit", "taxation")
	for key, known := range receiptWords() {
		value := n.Field(key)
		if old := value.Text(); old == "vat20" || old == "vat120" {
			value.Warn("old_tax", "Tax", old, "New", strings.Replace(old, "20", "22", 1))
		}
		if value.Zero() || slices.Contains(known, value.Text()) {
			continue
		}
		value.Error("unknown_word", "Word", value.Text(), "Suggest", Nearest(value.Text(), known), "Known", strings.Join(known, ", "))
	}
}

func (d *draft) readDelivery(n Node) sales.Delivery {
	if n.Zero() {
		return sales.Delivery{}
	}
	n.Only("file", "link", "invite", "text", "withdraw")
	delivery := sales.Delivery{
		Withdraw: n.Field("withdraw").Bool(),
		File:     n.Field("file").Text(), Link: n.Field("link").Text(),
		Invite: n.Field("invite").Text(), Text: n.Field("text").Text(),
	}
	if delivery.File == "" && delivery.Link == "" && delivery.Invite == "" {
		n.Error("empty_delivery")
	}
	if delivery.File != "" {
		d.files = append(d.files, n.Field("file").Ref())
	}
	if delivery.Link != "" && !isWebAddress(delivery.Link) {
		n.Field("link").Error("bad_link", "Link", delivery.Link)
	}
	if delivery.Invite != "" && !strings.HasPrefix(delivery.Invite, "@") && !strings.HasPrefix(delivery.Invite, "-100") {
		n.Field("invite").Error("bad_channel", "Channel", delivery.Invite)
	}
	return delivery
}

func isWebAddress(text string) bool {
	address, err := url.Parse(text)
	return err == nil && (address.Scheme == "https" || address.Scheme == "http") && address.Host != ""
}
