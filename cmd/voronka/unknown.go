package main

import (
	"reflect"
	"slices"
	"strings"

	"voronka/flows"
)

// prefix begins the name of every setting; the tests' own variables are left out.
const prefix, testPrefix = "VORONKA_", "VORONKA_TEST_"

// unknownSettings lists the variables of an environment that are spelt like
// settings and are none. A misspelt one would leave its default in force
// without a word.
func unknownSettings(env []string) []string {
	known := settingNames()
	var unknown []string
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, prefix) && !strings.HasPrefix(name, testPrefix) && strings.TrimSpace(value) != "" && !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return slices.Compact(unknown)
}

// settingNames are the variables that Settings reads.
func settingNames() []string {
	var names []string
	for field := range reflect.TypeFor[Settings]().Fields() {
		if name := field.Tag.Get("envconfig"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// misspelt is the fault of an unknown setting.
func misspelt(variable string) fault {
	known := settingNames()
	for i := range known {
		known[i] = strings.TrimPrefix(known[i], prefix)
	}
	meant := flows.Nearest(strings.TrimPrefix(variable, prefix), known)
	if meant == "" {
		return fault{Variable: variable, Key: "unknown"}
	}
	return fault{Variable: variable, Key: "misspelt", Meant: prefix + meant}
}
