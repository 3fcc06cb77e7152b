// Package tbanktest is T-Bank's internet acquiring in memory: the API under /v2, the payment page a buyer
// sees, the notifications a shop receives, and a small cabinet where an operator watches and refunds.
//
// It speaks the protocol of the bank's documents (OpenAPI 1.80) and knows no client. It verifies tokens,
// refuses what the bank refuses with the bank's own codes and texts, expires links, repeats notifications
// that were not answered with "OK", and fails on demand ([Server.Inject], [Server.Mischief]).
//
// Amounts are kopecks everywhere. The clock is [Config.Now]; no rule of the bank reads another one.
package tbanktest
