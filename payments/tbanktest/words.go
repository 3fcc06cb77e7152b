package tbanktest

import "maps"

// words are the texts of the pages in one language.
type words map[string]string

// with gives the words with some of them changed, as pairs of a key and a text.
func (w words) with(pairs ...string) words {
	changed := maps.Clone(w)
	for i := 0; i+1 < len(pairs); i += 2 {
		changed[pairs[i]] = pairs[i+1]
	}
	return changed
}

func russian() words {
	return words{
		"lang": "ru", "bank": "Т‑Банк · демо", "note": "Учебный банк: деньги не настоящие, карты тоже.",
		"order": "Заказ", "to_pay": "К оплате", "left": "Ссылка действует", "receipt": "Чек", "receipt_to": "Чек придёт на",
		"test_cards": "Тестовые карты", "number": "Номер карты", "expiry": "Срок", "cvv": "Код",
		"pay": "Оплатить", "bind": "Сохранение карты", "bind_button": "Сохранить карту", "bound": "Карта сохранена", "bound_text": "Магазин сможет списывать с неё по договорённости с вами.",
		"app_sbp": "Приложение вашего банка", "app_tpay": "Приложение Т‑Банка", "app_text": "Так платёж выглядит в телефоне покупателя.", "agree": "Разрешить списания", "disagree": "Отказаться", "paying": "Проводим платёж…", "form": "Оплата картой",
		"chip_success": "Пройдёт", "chip_declined": "Откажет", "chip_other": "Спишет половину", "chip_challenge": "Спросит код", "chip_slow": "Задумается",
		"bad_number": "Проверьте номер карты", "bad_expiry": "Проверьте срок действия карты", "bad_cvv": "Код — три цифры на обороте карты",
		"last_declined": "Прошлая попытка не прошла. Попробуйте другую карту.",
		"paid":          "Оплачено", "paid_text": "Спасибо! Банк сообщает магазину о платеже.",
		"declined": "Платёж не прошёл", "expired": "Ссылка устарела", "expired_text": "Попросите у магазина новую: по этой заплатить уже нельзя.",
		"canceled": "Платёж отменён", "canceled_text": "Магазин отменил этот счёт. Деньги не списаны.",
		"refunded": "Деньги возвращены", "refunded_text": "Магазин вернул оплату на карту.",
		"processing": "Проводим платёж", "processing_text": "Ещё немного, страница обновится сама.",
		"again": "Попробовать ещё раз", "back": "Вернуться в магазин", "card": "Карта", "payment": "Платёж",
		"challenge": "Подтвердите платёж", "challenge_text": "Банк, выпустивший карту, прислал вам код. Демо-банк честный и показывает его здесь:",
		"code": "Код из сообщения", "confirm": "Подтвердить",
		"gone": "Такого платежа нет", "gone_text": "Проверьте ссылку: возможно, она скопирована не целиком.",
		"why_1051": "На карте не хватает денег.", "why_1054": "Срок действия карты истёк.", "why_101": "Код не подошёл.", "why_app": "Вы отказались от оплаты в приложении.", "why": "Банк, выпустивший карту, отклонил операцию.",

		"cabinet": "Кабинет банка", "empty": "Платежей пока нет", "empty_text": "Они появятся здесь, как только магазин вызовет Init.",
		"received": "Получено", "returned": "Возвращено", "awaited": "Ждут оплаты", "refund": "Вернуть", "cancel": "Отменить", "open": "Открыть форму",
		"notices": "Уведомления", "delivered": "доставлены", "undelivered": "не доставлено", "none": "нет", "retry": "повтор",
		"violations": "Нарушения протокола", "violations_text": "Что приславший запрос сделал не по документации банка.", "other_language": "English",
		"of": "из",
	}
}

func english() words {
	return words{
		"lang": "en", "bank": "T‑Bank · demo", "note": "A practice bank: neither the money nor the cards are real.",
		"order": "Order", "to_pay": "To pay", "left": "Link is good for", "receipt": "Receipt", "receipt_to": "Receipt goes to",
		"test_cards": "Test cards", "number": "Card number", "expiry": "Expires", "cvv": "CVC",
		"pay": "Pay", "bind": "Saving a card", "bind_button": "Save the card", "bound": "The card is saved", "bound_text": "The shop can charge it as you agreed.",
		"app_sbp": "Your bank's app", "app_tpay": "T‑Bank's app", "app_text": "This is what the buyer sees on the phone.", "agree": "Allow charges", "disagree": "Refuse", "paying": "Paying…", "form": "Pay by card",
		"chip_success": "Succeeds", "chip_declined": "Declined", "chip_other": "Pays half", "chip_challenge": "Asks a code", "chip_slow": "Takes its time",
		"bad_number": "Check the card number", "bad_expiry": "Check the expiry date", "bad_cvv": "The code is three digits on the back",
		"last_declined": "The last try was declined. Try another card.",
		"paid":          "Paid", "paid_text": "Thank you! The bank is telling the shop.",
		"declined": "Payment declined", "expired": "This link has expired", "expired_text": "Ask the shop for a new one: this one takes no money any more.",
		"canceled": "Payment canceled", "canceled_text": "The shop canceled this bill. Nothing was charged.",
		"refunded": "Money returned", "refunded_text": "The shop returned the money to the card.",
		"processing": "Paying", "processing_text": "One moment, the page refreshes by itself.",
		"again": "Try again", "back": "Back to the shop", "card": "Card", "payment": "Payment",
		"challenge": "Confirm the payment", "challenge_text": "The card's issuer has sent you a code. The demo bank is honest and shows it here:",
		"code": "Code from the message", "confirm": "Confirm",
		"gone": "No such payment", "gone_text": "Check the link: a part of it may be missing.",
		"why_1051": "There is not enough money on the card.", "why_1054": "The card has expired.", "why_101": "The code was wrong.", "why_app": "You refused the payment in the app.", "why": "The card's issuer declined the payment.",

		"cabinet": "Bank cabinet", "empty": "No payments yet", "empty_text": "They appear here as soon as a shop calls Init.",
		"received": "Received", "returned": "Returned", "awaited": "Awaiting payment", "refund": "Refund", "cancel": "Cancel", "open": "Open the form",
		"notices": "Notifications", "delivered": "delivered", "undelivered": "not delivered", "none": "none", "retry": "retry",
		"violations": "Protocol violations", "violations_text": "What a client did against the bank's documents.", "other_language": "Русский",
		"of": "of",
	}
}
