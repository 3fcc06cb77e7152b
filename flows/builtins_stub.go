package flows

func builtins() []string {
	return []string{"name", "first_name", "last_name", "username", "email", "phone", "price", "product_title", "payment_sum", "order_id", "payment_id", "start"}
}
