package amocrmtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// item is one entity of a request with the id by which the answer names it.
type item struct {
	data    map[string]any
	request string
}

// batch reads the array of a POST or PATCH and checks each entry. One bad entry
// refuses them all.
func (c *call) batch(sc schema, limit int) ([]item, *reply) {
	var list []any
	if !decode(c.body, &list) {
		answer := c.refuse(wrongType("", "array"))
		return nil, &answer
	}
	if len(list) > limit {
		c.offend("BatchTooLarge", "", fmt.Sprintf("%d entities in one request", len(list)))
		answer := problem(http.StatusBadRequest, "Bad Request", fmt.Sprintf("Maximum count of entities is %d", limit))
		return nil, &answer
	}
	if len(list) > batchAdvised {
		c.offend("BatchAbove50", "", fmt.Sprintf("%d entities in one request; not more than 50 are advised", len(list)))
	}
	return c.checkItems(list, sc)
}

func (c *call) checkItems(list []any, sc schema) ([]item, *reply) {
	items := make([]item, len(list))
	var wrong []object
	for i, entry := range list {
		data, isObject := entry.(map[string]any)
		items[i] = item{data: data, request: strconv.Itoa(i)}
		flaws := []flaw{wrongType("", "array")}
		if isObject {
			setText(data, "request_id", &items[i].request)
			flaws = c.check("", data, sc)
		}
		if len(flaws) == 0 {
			continue
		}
		for _, f := range flaws {
			c.offend(f.Code, f.Path, f.Detail)
		}
		wrong = append(wrong, object{"request_id": items[i].request, "errors": flaws})
	}
	if wrong != nil {
		answer := refused(wrong)
		return nil, &answer
	}
	return items, nil
}

// single reads the object of a PATCH with the id in its path.
func (c *call) single(id int64, sc schema) (item, *reply) {
	var data map[string]any
	if !decode(c.body, &data) {
		answer := c.refuse(wrongType("", "array"))
		return item{}, &answer
	}
	data["id"] = json.Number(strconv.FormatInt(id, 10))
	items, refusal := c.checkItems([]any{data}, sc)
	if refusal != nil {
		return item{}, refusal
	}
	return items[0], nil
}

func decode(body []byte, into any) bool {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(into) != nil {
		return false
	}
	switch v := into.(type) {
	case *[]any:
		return *v != nil
	case *map[string]any:
		return *v != nil
	}
	return true
}

// objects reads a list of objects at key; it was checked before.
func objects(data map[string]any, key string) []map[string]any {
	list, _ := data[key].([]any)
	out := make([]map[string]any, 0, len(list))
	for _, entry := range list {
		if o, isObject := entry.(map[string]any); isObject {
			out = append(out, o)
		}
	}
	return out
}

func child(data map[string]any, key string) map[string]any {
	inner, _ := data[key].(map[string]any)
	return inner
}
