package telegramtest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHTMLGivesTextAndEntities(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in, text string
		entities []Entity
	}{
		{"Привет", "Привет", nil},
		{"<b>Жирно</b> и <i>косо</i>", "Жирно и косо", []Entity{{Type: "bold", Length: 5}, {Type: "italic", Offset: 8, Length: 4}}},
		{"😀<b>да</b>", "😀да", []Entity{{Type: "bold", Offset: 2, Length: 2}}},
		{"<b><i>оба</i></b>", "оба", []Entity{{Type: "italic", Length: 3}, {Type: "bold", Length: 3}}},
		{"1 &lt; 2 &amp;&amp; 3 &gt; 2 &quot;да&quot; &#9733; &#x2605;", `1 < 2 && 3 > 2 "да" ★ ★`, nil},
		{"AT&T, &copy; и &nbsp;", "AT&T, &copy; и &nbsp;", nil},
		{`<a href="https://ya.ru/?a=1&amp;b=2">сюда</a>`, "сюда", []Entity{{Type: "text_link", Length: 4, URL: "https://ya.ru/?a=1&b=2"}}},
		{`<a href='https://ya.ru'>сюда</a>`, "сюда", []Entity{{Type: "text_link", Length: 4, URL: "https://ya.ru"}}},
		{`<span class="tg-spoiler">тайна</span>`, "тайна", []Entity{{Type: "spoiler", Length: 5}}},
		{`<pre><code class="language-go">x := 1</code></pre>`, "x := 1", []Entity{{Type: "pre", Length: 6, Language: "go"}}},
		{`<blockquote expandable>цитата</blockquote>`, "цитата", []Entity{{Type: "expandable_blockquote", Length: 6}}},
		{"<S>было</S> <ins>стало</ins>", "было стало", []Entity{{Type: "strikethrough", Length: 4}, {Type: "underline", Offset: 5, Length: 5}}},
		{"<b></b>пусто", "пусто", nil},
	}
	for _, tt := range tests {
		text, entities, err := parseHTML(tt.in)
		if err != nil || text != tt.text {
			t.Errorf("%s: got %q, %v", tt.in, text, err)
		}
		if diff := cmp.Diff(tt.entities, entities); diff != "" {
			t.Errorf("%s: %s", tt.in, diff)
		}
	}
}

func TestHTMLRefusesWhatTelegramRefuses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"<b>нет конца":             `Can't find end tag corresponding to start tag "b"`,
		"<b>крест</i>":             `Unmatched end tag at byte offset 13, expected "</b>", found "</i>"`,
		"лишний</b>":               `Unexpected end tag at byte offset 12`,
		"<p>абзац</p>":             `Unsupported start tag "p" at byte offset 0`,
		"<br/>":                    `Unsupported start tag "br/" at byte offset 0`,
		"2 < 3":                    `Unsupported start tag "" at byte offset 2`,
		"<b":                       `Unclosed start tag at byte offset 0`,
		"<b>да</b":                 `Unclosed end tag at byte offset 7`,
		`<a href="ya`:              `Unclosed start tag "a" at byte offset 0`,
		`<span class="x">а</span>`: `Tag "span" must have class "tg-spoiler" at byte offset 0`,
	} {
		_, _, err := parseHTML(in)
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", in, err, want)
		}
	}
}

func TestTextIsTrimmedAndLinksAreFound(t *testing.T) {
	t.Parallel()
	text, entities := trimmed("  \nПривет, мир  ", []Entity{{Type: "bold", Offset: 3, Length: 6}, {Type: "italic", Offset: 11, Length: 5}})
	if text != "Привет, мир" {
		t.Errorf("%q", text)
	}
	if diff := cmp.Diff([]Entity{{Type: "bold", Length: 6}, {Type: "italic", Offset: 8, Length: 3}}, entities); diff != "" {
		t.Error(diff)
	}
	found := withDetected("/start ab — https://ya.ru/a. anna@mail.ru @voronka_bot #скидка", nil)
	var got []string
	for _, e := range found {
		got = append(got, e.Type)
	}
	if diff := cmp.Diff([]string{"bot_command", "url", "email", "mention", "hashtag"}, got); diff != "" {
		t.Error(diff)
	}
}
