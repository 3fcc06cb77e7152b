package telegramtest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

// botAPI is the extract of the Bot API description; spec_test.go recomputes it.
//
//go:embed botapi.json
var botAPI []byte

// spec is the extract: the modelled methods, the types they mention, and the names of all other methods.
type spec struct {
	Source  string           `json:"source"`
	Version string           `json:"version"`
	Methods map[string]shape `json:"methods"`
	Types   map[string]shape `json:"types"`
	Others  []string         `json:"others"`

	names map[string]string // lower-case method name → its canonical spelling
}

// shape is a method's parameters or a type's fields.
type shape struct {
	Returns  []string `json:"returns,omitempty"`
	Subtypes []string `json:"subtypes,omitempty"`
	Fields   []field  `json:"fields,omitempty"`
}

// field is one parameter or field with the limits its description states.
type field struct {
	Name     string   `json:"name"`
	Types    []string `json:"types"`
	Required bool     `json:"required,omitempty"`
	Min      int64    `json:"min,omitempty"`
	Max      int64    `json:"max,omitempty"`
	Unit     string   `json:"unit,omitempty"`   // characters, bytes or value; empty: no limit
	Parsed   bool     `json:"parsed,omitempty"` // counted after entities are parsed
	OneOf    []string `json:"one_of,omitempty"`
}

// loadSpec decodes the embedded extract.
func loadSpec() (*spec, error) {
	s := &spec{names: map[string]string{}}
	if err := json.Unmarshal(botAPI, s); err != nil {
		return nil, fmt.Errorf("read the Bot API extract: %w", err)
	}
	for name := range s.Methods {
		s.names[strings.ToLower(name)] = name
	}
	for _, name := range s.Others {
		s.names[strings.ToLower(name)] = name
	}
	return s, nil
}

// field finds a field by name.
func (s shape) field(name string) (field, bool) {
	for _, f := range s.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return field{}, false
}
