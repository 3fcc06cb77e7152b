package amocrm

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"

	"voronka/crm"
)

// hangGoods puts what the deal is about on it. A product that hangs there is
// left alone; where an answer was lost, the deal is asked first.
func (w *work) hangGoods(ctx context.Context, part crm.Change) error {
	for _, item := range part.Goods {
		list, product, err := w.product(ctx, item)
		if err != nil {
			return err
		}
		if product == 0 {
			return nil // the account has no such list; its owner is told at the start
		}
		hangs := w.refs.Goods[id(product)]
		if hangs == 0 && w.change.Repeat && !w.newDeal {
			if hangs, err = w.hanging(ctx, product); err != nil {
				return err
			}
		}
		if hangs != item.Quantity {
			row := newLink{EntityID: w.deal.ID, ToID: product, ToType: "catalog_elements",
				Metadata: linkMetadata{Catalog: list, Quantity: float64(item.Quantity) / 1000}}
			if _, err := w.api.together(ctx, kind{http.MethodPost, "leads/link", "links"}, id(w.deal.ID)+"/"+id(product), row); err != nil {
				return fmt.Errorf("hang the product on the deal: %w", err)
			}
		}
		goods := maps.Clone(w.refs.Goods)
		if goods == nil {
			goods = map[string]int64{}
		}
		goods[id(product)] = item.Quantity
		w.refs.Goods = goods
	}
	return nil
}

// hanging is how much of a product hangs on the deal, in thousandths (API v4,
// entity-links-api).
func (w *work) hanging(ctx context.Context, product number) (thousandths int64, err error) {
	query := url.Values{"filter[to_entity_type]": {"catalog_elements"}, "filter[to_entity_id]": {id(product)}}
	err = each(ctx, w.api, "leads/"+id(w.deal.ID)+"/links", "links", query, 1, func(l hungLink) bool {
		if l.ToID == product && l.ToType == "catalog_elements" {
			thousandths = int64(l.Metadata.Value.Quantity*1000 + 0.5)
		}
		return true
	})
	return thousandths, err
}

// hungLink is a link as it is read.
type hungLink struct {
	ToID     number                 `json:"to_entity_id"`
	ToType   string                 `json:"to_entity_type"`
	Metadata object[linkedQuantity] `json:"metadata"`
}

type linkedQuantity struct {
	Quantity float64 `json:"quantity"`
}

// newestGoods is how many pages of products are looked through for one that was
// made a moment ago.
const newestGoods = 4

// product finds what is sold in the list of products, or puts it there; zeros
// where the account has no such list.
func (w *work) product(ctx context.Context, item crm.BillItem) (list, found number, err error) {
	list, err = w.directory.list(ctx, "products")
	if err != nil || list == 0 {
		return 0, 0, err
	}
	if found = w.goods.get(item.Name); found != 0 {
		return list, found, nil
	}
	path := fmt.Sprintf("catalogs/%d/elements", list)
	same := func(e element) bool {
		if fold(e.Name) == fold(short(item.Name)) && !e.IsDeleted {
			found = e.ID
		}
		return found == 0
	}
	if err = each(ctx, w.api, path, "elements", url.Values{"query": {item.Name}}, 2, same); err != nil {
		return 0, 0, err
	}
	if found == 0 && w.change.Repeat { // the search lags behind what an attempt without an answer made
		if err = w.bills.of(list).each(ctx, newestGoods, same); err != nil {
			return 0, 0, err
		}
	}
	if found == 0 {
		if found, err = w.makeProduct(ctx, list, path, item); err != nil {
			return 0, 0, err
		}
	}
	w.goods.put(item.Name, found)
	return list, found, nil
}

// makeProduct writes the price and the number of a new product where the list
// has a field for them (API v4, products-api: codes PRICE and SKU).
func (w *work) makeProduct(ctx context.Context, list number, path string, item crm.BillItem) (number, error) {
	fields, err := w.directory.goodsFields(ctx, list)
	if err != nil {
		return 0, err
	}
	var cells []fieldValue
	for code, text := range map[string]string{"PRICE": item.Price.Decimal(), "SKU": item.SKU} {
		if fieldCoded(fields, code) != nil && text != "" {
			cells = append(cells, fieldValue{Code: code, Values: []value{{Value: text}}})
		}
	}
	made, err := w.api.together(ctx, kind{http.MethodPost, path, "elements"}, fold(item.Name), newEntity{Name: short(item.Name), Fields: cells})
	if err != nil {
		return 0, fmt.Errorf("put the product into the list: %w", err)
	}
	return number(made), nil
}
