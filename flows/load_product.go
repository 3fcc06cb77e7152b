package flows

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
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
		for _, key := range []string{"items", "paid_by"} {
			if value := defaults.Field(key); !value.Zero() {
				value.Error("receipt_for_all", "Key", key)
			}
		}
	}
	for _, entry := range n.Entries() {
		entry.Key.identifier()
		d.products[entry.Name] = entry.Key
		product := d.readProduct(entry, defaults)
		d.flow.Products = append(d.flow.Products, product)
	}
}

func (d *draft) readProduct(entry Entry, defaults Node) sales.Product {
	entry.Value.Only(ProductKeys()...)
	product := d.readSold(entry, defaults)
	product.Shop = entry.Value.Field("shop").shop(d.shops)
	readItems(&product, entry.Value.Field("receipt"), defaults)
	return product
}

// ProductKeys are the keys of one entry of `products:`.
func ProductKeys() []string { return []string{"title", "price", "receipt", "deliver", "shop"} }

var shopWord = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// shop reads the name of one of the bank's shops, as the settings call it.
func (n Node) shop(known []string) string {
	name := n.Text()
	switch {
	case name == "":
	case !shopWord.MatchString(name):
		n.Error("bad_shop", "Shop", name)
	case known != nil && !slices.Contains(known, name):
		n.Error("unknown_shop", "Shop", name, "Suggest", Nearest(name, known), "Known", strings.Join(known, ", "))
	}
	return name
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
	readReceipt(&product, n.Field("title"), n.Field("receipt"), defaults)
	product.Deliver = d.readDelivery(n.Field("deliver"))
	return product
}

// readable tells whether it is an amount at all; Money has reported it otherwise.
func (n Node) readable() bool {
	_, err := sales.ParseMoney(n.yaml.Value)
	return err == nil
}

// Bounds of how long a link to a file works.
const (
	leastDownload = time.Hour
	mostDownload  = 366 * 24 * time.Hour
)

// ReadDownload reads a file that is handed over by a link, and how long it works.
func ReadDownload(n Node) (name string, lives time.Duration, file Ref) {
	field, expires := n.Field("download"), n.Field("expires")
	name, lives = field.Text(), expires.DurationWithin(leastDownload, mostDownload)
	switch {
	case name == "" && !expires.Zero():
		expires.Error("expires_without_download")
	case isElsewhere(name):
		field.Error("download_elsewhere", "File", name)
	}
	file = field.Ref()
	file.Media = MediaDownload
	return name, lives, file
}

func (d *draft) readDelivery(n Node) sales.Delivery {
	if n.Zero() {
		return sales.Delivery{}
	}
	n.Only("file", "download", "expires", "link", "invite", "text", "withdraw")
	delivery := sales.Delivery{
		Withdraw: n.Field("withdraw").Bool(),
		File:     n.Field("file").Text(), Link: n.Field("link").Text(),
		Invite: n.Field("invite").Text(), Text: n.Field("text").Text(),
	}
	var download Ref
	if delivery.Download, delivery.Lives, download = ReadDownload(n); delivery.Download != "" {
		d.files = append(d.files, download)
	}
	if delivery.File == "" && delivery.Download == "" && delivery.Link == "" && delivery.Invite == "" {
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
