package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/payments/tbank"
)

func shopsFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shops.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestShopsAreRead(t *testing.T) {
	t.Parallel()
	got, err := readShops(shopsFile(t, "books: {terminal: '17001', password: 'p$ss^*', methods: [card, sbp]}\nclub:\n  terminal: 17002DEMO\n  password: other\n"), "17000")
	want := map[string]tbank.Shop{
		"books": {Terminal: "17001", Password: "p$ss^*", SBP: true}, "club": {Terminal: "17002DEMO", Password: "other"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
}

func TestWrongShopsAreRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty":           "",
		"a list":          "- {terminal: '1', password: leaked}",
		"no terminal":     "books: {password: leaked}",
		"no password":     "books: {terminal: '1'}",
		"long terminal":   "books: {terminal: '123456789012345678901', password: leaked}",
		"the main one":    "books: {terminal: '17000', password: leaked}",
		"twice":           "a: {terminal: '1', password: leaked}\nb: {terminal: '1', password: leaked}",
		"unknown field":   "a: {terminal: '1', password: leaked, colour: red}",
		"unknown method":  "a: {terminal: '1', password: leaked, methods: [cash]}",
		"name in Russian": "книги: {terminal: '1', password: leaked}",
	} {
		if got, err := readShops(shopsFile(t, text), "17000"); err == nil || strings.Contains(err.Error(), "leaked") {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := readShops(filepath.Join(t.TempDir(), "none"), ""); err == nil {
		t.Error("a file that is not there")
	}
}

func TestNetworksAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "203.0.113.7": "203.0.113.7/32", "203.0.113.9/24, 2001:db8::/32": "203.0.113.0/24 2001:db8::/32",
	} {
		guard, known := readNetworks(text)
		var got []string
		for _, network := range guard {
			got = append(got, network.String())
		}
		if strings.Join(got, " ") != want || !known {
			t.Errorf("%q: %v, %v", text, got, known)
		}
	}
	if guard, known := readNetworks("bank"); !known || len(guard) != len(tbank.Networks()) {
		t.Errorf("bank: %v", guard)
	}
	for _, text := range []string{"office", "203.0.113.0/33", "1.2.3"} {
		if _, known := readNetworks(text); known {
			t.Errorf("%q is known", text)
		}
	}
}
