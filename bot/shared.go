package bot

import (
	"fmt"
	"maps"
	"slices"

	"voronka/storage"
)

// sharedRef names a variable of the project in the store.
func sharedRef(name string) string { return "project:" + name }

// shared are the project's variables that its flows know. They are read in the
// transaction that writes them, so that two turns never lose each other's change.
func (b *Bot) shared(tx storage.Tx) (map[string]string, error) {
	var values map[string]string
	for _, name := range b.Live().ProjectVariables() {
		value, err := tx.Ref(sharedRef(name))
		if err != nil {
			return nil, fmt.Errorf("load variable of the project: %w", err)
		}
		if value == "" {
			continue
		}
		if values == nil {
			values = map[string]string{}
		}
		values[name] = value
	}
	return values, nil
}

// share writes the variables of the project that a turn changed.
func (b *Bot) share(tx storage.Tx, changed map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		if err := tx.PutRef(sharedRef(name), changed[name]); err != nil {
			return fmt.Errorf("save variable of the project: %w", err)
		}
	}
	return nil
}
