package steps_test

import (
	"net/mail"
	"strings"
	"testing"

	"voronka/flows/steps"
)

// FuzzEmail: an address that is taken is one to the parser of RFC 5322 as
// well, and is taken again as it is kept.
func FuzzEmail(f *testing.F) {
	for _, seed := range []string{"anna@mail.ru", " Anna.K+shop@Mail.RU ", "a..b@c.ru", ".a@b.ru", "a.@b.ru", "a@b..ru", "a@b.ru.", "a@-b.ru",
		"анна@почта.рф", "a@b", "a@b.c", "a@@b.ru", "Анна <a@b.ru>", "o'neil@x.ie", "a@[127.0.0.1]", "a_b-c@d-e.io", "\"a b\"@c.ru"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		kept, ok := steps.Email(text)
		if !ok {
			return
		}
		parsed, err := mail.ParseAddress(strings.TrimSpace(text))
		if err != nil || parsed.Address != strings.TrimSpace(text) || parsed.Name != "" {
			t.Errorf("%q is taken, though the parser says %v, %v", text, parsed, err)
		}
		if again, ok := steps.Email(kept); !ok || again != kept {
			t.Errorf("%q is kept as %q, which is then %q, %v", text, kept, again, ok)
		}
	})
}
