// Package locales holds what people read, in Russian and English: one folder
// for each language, one file for each section, the section's name being the
// first part of its keys.
package locales

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

//go:embed ru/*.yaml en/*.yaml
var files embed.FS

// Default is the language of whoever speaks none of ours.
const Default = "ru"

// Catalog finds texts; it is safe for concurrent use.
type Catalog struct {
	localizers map[string]*i18n.Localizer
	keys       map[string][]string
}

// Load reads the embedded files. An error means that one of them is broken.
func Load() (*Catalog, error) {
	bundle := i18n.NewBundle(language.MustParse(Default))
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	catalog := &Catalog{localizers: map[string]*i18n.Localizer{}, keys: map[string][]string{}}
	names, err := fs.Glob(files, "*/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list locales: %w", err)
	}
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read locale %s: %w", name, err)
		}
		lang := path.Dir(name)
		file, err := bundle.ParseMessageFileBytes(data, strings.TrimSuffix(path.Base(name), "yaml")+lang+".yaml")
		if err != nil {
			return nil, fmt.Errorf("parse locale %s: %w", name, err)
		}
		for _, message := range file.Messages {
			catalog.keys[lang] = append(catalog.keys[lang], message.ID)
		}
	}
	for lang := range catalog.keys {
		slices.Sort(catalog.keys[lang])
		catalog.localizers[lang] = i18n.NewLocalizer(bundle, lang)
	}
	return catalog, nil
}

// Text is the text under key in the language nearest to lang, an IETF tag such
// as "en-US". The argument Count, where there is one, chooses the plural form.
// A key that is missing shows as ‹key›.
func (c *Catalog) Text(lang, key string, args map[string]any) string {
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: args}
	if count, ok := args["Count"]; ok {
		config.PluralCount = count
	}
	text, err := c.localizer(lang).Localize(config)
	if err != nil {
		return "‹" + key + "›"
	}
	return text
}

// Has tells whether there is a text under key.
func (c *Catalog) Has(lang, key string) bool {
	_, found := slices.BinarySearch(c.keys[lang], key)
	return found
}

// Keys lists all keys of a language, sorted.
func (c *Catalog) Keys(lang string) []string { return slices.Clone(c.keys[lang]) }

// Languages lists the languages, sorted.
func (c *Catalog) Languages() []string { return slices.Sorted(maps.Keys(c.keys)) }

func (c *Catalog) localizer(lang string) *i18n.Localizer {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(lang, "_", "-")), "-")
	if localizer := c.localizers[base]; localizer != nil {
		return localizer
	}
	return c.localizers[Default]
}
