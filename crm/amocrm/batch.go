package amocrm

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"voronka/internal/rest"
	"voronka/sales"
)

// batchSize is how many entities are advised in one request (API v4, recommendations).
const batchSize = 50

// kind is a sort of calls that may travel in one request; name is that of the
// list in the answer.
type kind struct{ method, path, name string }

// cargo is one entity of a batch.
type cargo interface {
	// with is the entity with the id by which the answer names it.
	with(request string) any
}

// together sends an entity with others of its kind and gives the id in the answer.
func (c *client) together(ctx context.Context, k kind, key string, what cargo) (int64, error) {
	came := c.gate.pass(&parcel{ctx: ctx, kind: &k, key: key, cargo: what})
	return came.id, came.err
}

// deliver sends what the gate has let through.
func (c *client) deliver(parcels []*parcel) {
	if parcels[0].kind == nil {
		c.alone(parcels[0])
		return
	}
	c.batch(parcels)
}

// flight bounds one request from its start to its end.
const flight = 40 * time.Second

func (c *client) alone(p *parcel) {
	ctx, cancel := context.WithTimeout(p.ctx, flight)
	defer cancel()
	answer, err := c.send(ctx, p.method, p.path, func(way *rest.Client) (*rest.Response, error) {
		return way.Do(ctx, p.method, "/api/v4/"+p.path, p.query, p.in, p.out)
	})
	if untouched(answer) {
		c.gate.again([]*parcel{p}, err)
		return
	}
	p.done <- arrival{answer: answer, err: err}
}

// untouched tells that amoCRM did not even look at a request.
func untouched(answer *rest.Response) bool {
	return answer != nil && answer.Status == http.StatusTooManyRequests
}

func (c *client) batch(parcels []*parcel) {
	k := *parcels[0].kind
	body := make([]any, len(parcels))
	for i, p := range parcels {
		body[i] = p.cargo.with(strconv.Itoa(i))
	}
	ctx, cancel := context.WithTimeout(context.Background(), flight)
	defer cancel()
	var told json.RawMessage
	answer, err := c.send(ctx, k.method, k.path, func(way *rest.Client) (*rest.Response, error) {
		return way.Do(ctx, k.method, "/api/v4/"+k.path, nil, body, &told)
	})
	timeout := answer != nil && answer.Status == http.StatusGatewayTimeout
	if timeout {
		c.gate.shrink(k, len(parcels))
	}
	switch {
	case err == nil:
		landed(k, parcels, told)
	case untouched(answer):
		c.gate.again(parcels, err)
	case len(parcels) > 1 && answer != nil && (answer.Status == http.StatusBadRequest || answer.Status == http.StatusUnprocessableEntity):
		c.sortOut(parcels, answer, err)
	case len(parcels) > 1 && timeout && k.method == http.MethodPatch:
		c.halves(parcels) // "reduce the batch and repeat" (API v4, recommendations)
	default: // what a POST may have made is looked for before it is made again, by fewer
		for _, p := range parcels {
			p.done <- arrival{answer: answer, err: err}
		}
	}
}

// sortOut gives a refusal to those it names and lets the others try again: one
// wrong entity refuses them all.
func (c *client) sortOut(parcels []*parcel, answer *rest.Response, err error) {
	faults := faultsOf(answer.Body)
	var others []*parcel
	for i, p := range parcels {
		if fault := faults[strconv.Itoa(i)]; fault != nil {
			p.done <- arrival{answer: answer, err: fault}
		} else {
			others = append(others, p)
		}
	}
	switch {
	case len(others) < len(parcels):
		c.gate.put(others...)
	case sales.AsError(err).Action == sales.Stop:
		for _, p := range parcels {
			p.done <- arrival{answer: answer, err: err}
		}
	default: // nobody is named
		c.halves(parcels)
	}
}

// halves sends a batch in two, one after the other, each in its turn.
func (c *client) halves(parcels []*parcel) {
	for _, half := range [][]*parcel{parcels[:len(parcels)/2], parcels[len(parcels)/2:]} {
		if err := c.gate.pace.wait(c.gate.patience); err != nil {
			for _, p := range half {
				p.done <- arrival{err: err}
			}
			continue
		}
		c.batch(half)
	}
}

// landed hands out the ids of an answer: by the request's id, else by its place.
func landed(k kind, parcels []*parcel, told json.RawMessage) {
	var list page
	var items []struct {
		ID      number          `json:"id"`
		Request json.RawMessage `json:"request_id"`
	}
	if k.name == "links" { // links have no ids of their own
		for _, p := range parcels {
			p.done <- arrival{}
		}
		return
	}
	err := json.Unmarshal(told, &list)
	if err == nil {
		err = list.items(k.name, &items)
	}
	ids := make([]int64, len(parcels))
	if err == nil {
		for place, item := range items {
			at, wrong := strconv.Atoi(strings.Trim(string(item.Request), `"`))
			if wrong != nil || at < 0 || at >= len(ids) || k.name == "elements" {
				at = place // lists number their answers by habits of their own
			}
			if at < len(ids) {
				ids[at] = int64(item.ID)
			}
		}
	}
	for i, p := range parcels {
		if ids[i] == 0 && k.method == http.MethodPost {
			p.done <- arrival{err: lost(k.method, k.path)}
			continue
		}
		p.done <- arrival{id: ids[i]}
	}
}

// faultsOf reads who of a batch is refused, and why.
func faultsOf(body []byte) map[string]*sales.Error {
	var told problem
	if json.Unmarshal(body, &told) != nil {
		return nil
	}
	found := map[string]*sales.Error{}
	for _, item := range told.Items {
		if name := strings.Trim(string(item.Request), `"`); name != "" {
			found[name] = &sales.Error{Code: codeRefused, Action: sales.Bury,
				Message: "amoCRM does not accept the request: " + strings.Join(item.faults(), ", ")}
		}
	}
	return found
}

// lost is an answer without what it should hold; what was asked may be done.
func lost(method, path string) error {
	return &sales.Error{
		Code: "crm_garbled", Action: sales.Retry, Uncertain: method != http.MethodGet,
		Err: fmt.Errorf("%s %s: the answer is empty", method, path),
	}
}
