package amocrm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// number is an integer however PHP wrote it: 12, 12.0, "12", null.
type number int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	if text == "null" || text == "" {
		*n = 0
		return nil
	}
	if whole, err := strconv.ParseInt(text, 10, 64); err == nil {
		*n = number(whole)
		return nil
	}
	real, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(real) || math.Abs(real) > math.MaxInt64/2 {
		return fmt.Errorf("not a number")
	}
	*n = number(math.Round(real))
	return nil
}

// object is a JSON object; PHP writes an empty one as [].
type object[T any] struct{ Value T }

// UnmarshalJSON implements json.Unmarshaler.
func (o *object[T]) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte("[")) {
		return nil
	}
	return json.Unmarshal(data, &o.Value)
}

// page is one page of a list, and what a POST answers.
type page struct {
	Links object[struct {
		Next json.RawMessage `json:"next"`
	}] `json:"_links"`
	Embedded object[map[string]json.RawMessage] `json:"_embedded"`
}

func (p page) items(name string, into any) error {
	raw, found := p.Embedded.Value[name]
	if !found {
		return nil
	}
	return json.Unmarshal(raw, into)
}

type reference struct {
	ID number `json:"id"`
}

type tag struct {
	Name string `json:"name"`
}

// contact is a person (API v4, contacts-api).
type contact struct {
	ID        number       `json:"id"`
	Name      string       `json:"name"`
	CreatedAt number       `json:"created_at"`
	IsDeleted bool         `json:"is_deleted"`
	Fields    []fieldValue `json:"custom_fields_values"`
	Embedded  object[struct {
		Tags  []tag       `json:"tags"`
		Leads []reference `json:"leads"`
	}] `json:"_embedded"`
}

// lead is a deal (API v4, leads-api). Price is in whole roubles.
type lead struct {
	ID            number `json:"id"`
	StatusID      number `json:"status_id"`
	PipelineID    number `json:"pipeline_id"`
	ResponsibleID number `json:"responsible_user_id"`
	CreatedAt     number `json:"created_at"`
	IsDeleted     bool   `json:"is_deleted"`
	Embedded      object[struct {
		Tags     []tag    `json:"tags"`
		Contacts []linked `json:"contacts"`
	}] `json:"_embedded"`
}

// fieldValue is a filled custom field, read and written (API v4, custom-fields).
type fieldValue struct {
	ID     number  `json:"field_id,omitempty"`
	Code   string  `json:"field_code,omitempty"`
	Values []value `json:"values"`
}

// value is one value of a field. What is read must not be written back as it
// came: amoCRM refuses "enum", which it sends itself.
type value struct {
	Value    any    `json:"value,omitempty"`
	EnumID   number `json:"enum_id,omitempty"`
	EnumCode string `json:"enum_code,omitempty"`
	// Catalog and Element are a row of a chained list.
	Catalog number `json:"catalog_id,omitempty"`
	Element number `json:"catalog_element_id,omitempty"`
}

func (v value) text() string {
	switch is := v.Value.(type) {
	case string:
		return is
	case float64:
		return strconv.FormatFloat(is, 'f', -1, 64)
	}
	return ""
}

// newEntity is a deal or contact to write; empty keys are left alone.
type newEntity struct {
	ID            number       `json:"id,omitempty"`
	Name          string       `json:"name,omitempty"`
	FirstName     string       `json:"first_name,omitempty"`
	LastName      string       `json:"last_name,omitempty"`
	Price         int64        `json:"price,omitempty"`
	PipelineID    number       `json:"pipeline_id,omitempty"`
	StatusID      number       `json:"status_id,omitempty"`
	LossReasonID  number       `json:"loss_reason_id,omitempty"`
	ResponsibleID number       `json:"responsible_user_id,omitempty"`
	Fields        []fieldValue `json:"custom_fields_values,omitempty"`
	TagsToAdd     []tag        `json:"tags_to_add,omitempty"`
	TagsToDelete  []tag        `json:"tags_to_delete,omitempty"`
	Embedded      *embedded    `json:"_embedded,omitempty"`
	RequestID     string       `json:"request_id,omitempty"`
}

func (e newEntity) with(request string) any {
	e.RequestID = request
	return e
}

type embedded struct {
	Contacts []linked `json:"contacts"`
	// Metadata makes the deal an unsorted one (API v4, leads-api, complex).
	Metadata *formMetadata `json:"metadata,omitempty"`
}

// formMetadata tells managers where an unsorted deal came from (API v4, unsorted-api).
type formMetadata struct {
	Category string `json:"category"`
	FormID   string `json:"form_id"`
	FormName string `json:"form_name"`
	FormPage string `json:"form_page"`
	IP       string `json:"ip"`
	SentAt   int64  `json:"form_sent_at"`
	Referer  string `json:"referer"`
}

type linked struct {
	ID     number `json:"id"`
	IsMain bool   `json:"is_main"`
}

func (e newEntity) empty() bool {
	return e.Name == "" && e.FirstName == "" && e.LastName == "" && e.Price == 0 && e.StatusID == 0 && len(e.Fields) == 0 && len(e.TagsToAdd) == 0
}

// pipeline and status are the board (API v4, leads_pipelines).
type pipeline struct {
	ID        number `json:"id"`
	Name      string `json:"name"`
	IsMain    bool   `json:"is_main"`
	IsArchive bool   `json:"is_archive"`
	Embedded  object[struct {
		Statuses []status `json:"statuses"`
	}] `json:"_embedded"`
}

type status struct {
	ID   number `json:"id"`
	Name string `json:"name"`
	Sort number `json:"sort"`
	Type number `json:"type"`
}

// field is a custom field of deals or contacts (API v4, custom-fields).
type field struct {
	ID    number `json:"id"`
	Name  string `json:"name"`
	Code  string `json:"code"`
	Type  string `json:"type"`
	Enums []struct {
		ID    number `json:"id"`
		Value string `json:"value"`
		Code  string `json:"code"`
	} `json:"enums"`
	Chain []chainLink `json:"chained_lists"`
}

// chainLink is one list of a chained_list field; the first has no parent.
type chainLink struct {
	Catalog number `json:"catalog_id"`
	Parent  number `json:"parent_catalog_id"`
}

// note is a line of a deal's feed (API v4, events-and-notes).
type note struct {
	ID        number             `json:"id"`
	CreatedAt number             `json:"created_at"`
	Type      string             `json:"note_type"`
	Params    object[noteParams] `json:"params"`
}

type noteParams struct {
	Service string `json:"service,omitempty"`
	Text    string `json:"text"`
}

// newNote is a note to write.
type newNote struct {
	EntityID  number     `json:"entity_id"`
	Type      string     `json:"note_type"`
	Params    noteParams `json:"params"`
	RequestID string     `json:"request_id,omitempty"`
}

func (n newNote) with(request string) any {
	n.RequestID = request
	return n
}

// task is work for a manager (API v4, tasks-api).
type task struct {
	ID            number             `json:"id,omitempty"`
	Completed     bool               `json:"is_completed,omitempty"`
	Result        object[taskResult] `json:"result,omitzero"`
	TypeID        number             `json:"task_type_id"`
	Text          string             `json:"text"`
	CompleteTill  number             `json:"complete_till"`
	EntityID      number             `json:"entity_id"`
	EntityType    string             `json:"entity_type"`
	ResponsibleID number             `json:"responsible_user_id,omitempty"`
	RequestID     string             `json:"request_id,omitempty"`
}

func (t task) with(request string) any {
	t.RequestID = request
	return t
}
