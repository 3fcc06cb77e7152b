package telegramtest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"voronka/bot/telegramtest"
)

// A bot is tested from its customer's side: press Start, let the bot answer, look at the screen.
func Example() {
	server := telegramtest.New(telegramtest.Config{Token: "42:secret"})
	web := httptest.NewServer(server)
	defer web.Close()
	defer server.Close()

	anna := server.User(telegramtest.Profile{ID: 1001, FirstName: "Анна"})
	anna.Start("promo")

	// This is the bot.
	_, err := http.Post(web.URL+"/bot42:secret/sendMessage", "application/json", strings.NewReader(
		`{"chat_id":1001,"parse_mode":"HTML","text":"Привет, <b>Анна</b>!"}`))
	if err != nil {
		fmt.Println(err)
	}

	for _, m := range anna.Messages() {
		fmt.Println(m.FromBot, m.Text)
	}
	fmt.Println(len(server.Violations()), "violations")
	// Output:
	// false /start promo
	// true Привет, Анна!
	// 0 violations
}
