package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"voronka/bot/telegramtest"
	"voronka/payments/tbanktest"
)

// customer plays the scripted funnel of the catalog's course: one who buys the
// mini course.
type customer struct {
	*telegramtest.User
	world *outside
	// inputs are the updates that the customer made.
	inputs []int64
	email  string
	// hasty is one who says the next thing without waiting for the question: two
	// updates are on their way at once, and their order matters.
	hasty bool
}

func (w *outside) customer(id int64) *customer {
	return &customer{
		User:  w.telegram.User(telegramtest.Profile{ID: id, FirstName: fmt.Sprintf("Анна %d", id)}),
		world: w, email: fmt.Sprintf("anna%d@mail.ru", id),
	}
}

func (c *customer) did(update int64) { c.inputs = append(c.inputs, update) }

// buy goes the whole way from /start to the file. It waits for the bot at
// every step, however often the bot dies meanwhile.
func (c *customer) buy(ctx context.Context) error {
	if err := c.askForLink(ctx); err != nil {
		return err
	}
	if err := c.WaitForButton(ctx, "Оплатить 990 ₽"); err != nil {
		return err
	}
	// What a payment looks like must not be worth typing.
	c.did(c.Send(fmt.Sprintf("ovg58keefc_success %d", c.ID())))
	return c.finish(ctx)
}

// askForLink goes from /start to the moment when the link is being made.
func (c *customer) askForLink(ctx context.Context) error {
	c.did(c.Start("src-vk_cmp-kill"))
	for _, label := range []string{"За вечер · 990 ₽", "Беру за 990 ₽"} {
		if err := c.press(ctx, label); err != nil {
			return err
		}
	}
	if _, err := c.WaitForText(ctx, "Напишите вашу почту"); err != nil {
		return err
	}
	c.did(c.Send(c.email))
	if c.hasty {
		c.did(c.Send(fmt.Sprintf("+7912%07d", c.ID())))
		return nil
	}
	if _, err := c.WaitForText(ctx, "И телефон"); err != nil {
		return err
	}
	c.did(c.ShareContact(fmt.Sprintf("+7912%07d", c.ID())))
	return nil
}

// finish pays the link and waits for the file.
func (c *customer) finish(ctx context.Context) error {
	if err := c.WaitForButton(ctx, "Оплатить 990 ₽"); err != nil {
		return err
	}
	if c.hasty {
		if err := c.forge(ctx); err != nil {
			return err
		}
	}
	if err := c.pay(ctx); err != nil {
		return err
	}
	return c.WaitFor(ctx, func(screen []telegramtest.Message) bool { return c.files(screen) > 0 })
}

func (c *customer) press(ctx context.Context, label string) error {
	if err := c.WaitForButton(ctx, label); err != nil {
		return err
	}
	update, err := c.Press(label)
	if err != nil {
		return fmt.Errorf("press %q: %w", label, err)
	}
	c.did(update)
	return nil
}

// pay opens our link until it leads to the bank, and pays there.
func (c *customer) pay(ctx context.Context) error {
	link, err := c.Link("Оплатить 990 ₽")
	if err != nil {
		return err
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
		if err != nil {
			return err
		}
		if response, err := client.Do(request); err == nil {
			response.Body.Close()
			if page := response.Header.Get("Location"); page != "" {
				_, err := c.world.bank.Pay(page, tbanktest.CardSuccess)
				return err
			}
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return fmt.Errorf("open the payment link: %w", err)
		}
	}
}

// forge tells the bot that the link is paid, as anybody could, and wants to be refused.
func (c *customer) forge(ctx context.Context) error {
	link, err := c.Link("Оплатить 990 ₽")
	if err != nil {
		return err
	}
	id := link[strings.LastIndex(link, "/")+1:]
	for _, made := range c.world.bank.Payments() {
		if !strings.HasPrefix(made.OrderID, id) {
			continue
		}
		body := fmt.Sprintf(`{"TerminalKey":"TestDEMO","OrderId":%q,"Success":true,"Status":"CONFIRMED","PaymentId":%q,"ErrorCode":"0","Amount":99000,"Token":%q}`,
			made.OrderID, made.ID, strings.Repeat("0123456789abcdef", 4))
		for {
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.world.listen+"/payments/tbank", strings.NewReader(body))
			if err != nil {
				return err
			}
			if response, err := http.DefaultClient.Do(request); err == nil {
				response.Body.Close()
				switch response.StatusCode {
				case http.StatusForbidden:
					return nil
				case http.StatusOK:
					return fmt.Errorf("forged news of %s were believed", made.OrderID)
				}
			}
			if err := pause(ctx, 20*time.Millisecond); err != nil {
				return fmt.Errorf("forge a notification: %w", err)
			}
		}
	}
	return fmt.Errorf("the bank knows no payment of %s", link)
}

// files counts how often the course was handed over.
func (c *customer) files(screen []telegramtest.Message) int {
	n := 0
	for _, message := range screen {
		if message.FromBot && message.File != nil && strings.HasSuffix(message.File.Name, "go-za-vecher.pdf") {
			n++
		}
	}
	return n
}
