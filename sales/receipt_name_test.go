package sales_test

import (
	"strings"
	"testing"

	"voronka/sales"
)

func TestReceiptName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("я", 200)
	for text, want := range map[string]string{
		"Курс «Go»": "Курс «Go»", `Курс "Go" 🚀`: "Курс Go", " Строка\nи\tещё ": "Строка и ещё",
		"🚀": "", "": "", long: strings.Repeat("я", 127) + "…",
	} {
		if got := sales.ReceiptName(text); got != want {
			t.Errorf("%.20q: got %q, want %q", text, got, want)
		}
	}
}
