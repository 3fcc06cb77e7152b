package seal_test

import (
	"errors"
	"strings"
	"testing"

	"voronka/internal/seal"
)

const key = "0123456789abcdef0123456789abcdef"

func box(t *testing.T, key string) *seal.Box {
	t.Helper()
	b, err := seal.New(key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSealedTextOpensWithItsKeyAndPurposeAlone(t *testing.T) {
	t.Parallel()
	b := box(t, key)
	for _, plain := range []string{"", "rebill 145919", "Ёж 🦔", strings.Repeat("x", 5000)} {
		sealed := b.Seal("card/tg:7", plain)
		if len(plain) > 5 && strings.Contains(sealed, plain) {
			t.Error("the secret is readable")
		}
		if got, err := box(t, key).Open("card/tg:7", sealed); err != nil || got != plain {
			t.Errorf("opened %q, %v", got, err)
		}
		if _, err := b.Open("card/tg:8", sealed); !errors.Is(err, seal.ErrSealed) {
			t.Errorf("another purpose: %v", err)
		}
		if _, err := box(t, strings.ToUpper(key)+"!").Open("card/tg:7", sealed); !errors.Is(err, seal.ErrSealed) {
			t.Errorf("another key: %v", err)
		}
	}
	if first, second := b.Seal("p", "same"), b.Seal("p", "same"); first == second {
		t.Error("equal secrets look equal")
	}
}

func TestAnOldKeyOpensAndTheNewOneSeals(t *testing.T) {
	t.Parallel()
	before := box(t, key)
	after, err := box(t, "another key of enough characters").With(key)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := after.Open("p", before.Seal("p", "secret")); err != nil || got != "secret" {
		t.Errorf("what the old key sealed: %q, %v", got, err)
	}
	if _, err := before.Open("p", after.Seal("p", "secret")); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("the old key opens what the new one sealed: %v", err)
	}
	if _, err := after.With("short"); !errors.Is(err, seal.ErrKey) {
		t.Errorf("a short old key: %v", err)
	}
}

func TestWhatWasNotSealedIsRefused(t *testing.T) {
	t.Parallel()
	b := box(t, key)
	whole := b.Seal("p", "secret")
	for _, text := range []string{"", "v1:", "v1:AAAA", "plain", "v2:" + whole[3:], whole[:len(whole)-1], "v1:%%%"} {
		if _, err := b.Open("p", text); !errors.Is(err, seal.ErrSealed) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := seal.New(key[1:]); !errors.Is(err, seal.ErrKey) {
		t.Errorf("a short key: %v", err)
	}
}

func TestCurrentKnowsItsOwnKeyAlone(t *testing.T) {
	t.Parallel()
	old := box(t, key)
	now, err := box(t, strings.Repeat("n", 32)).With(key)
	if err != nil {
		t.Fatal(err)
	}
	if sealed := old.Seal("p", "x"); now.Current("p", sealed) {
		t.Error("what an older key sealed is current")
	}
	if sealed := now.Seal("p", "x"); !now.Current("p", sealed) || now.Current("q", sealed) || now.Current("p", "v1:") {
		t.Error("what its own key sealed is not current, or what nobody sealed is")
	}
}
