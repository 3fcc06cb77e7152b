// Package amocrmtest is amoCRM's API v4 kept in memory: a server for tests, for
// the demo and for anybody who wants to try a client of amoCRM without an account.
//
// It speaks the protocol of the public documents (amoCRM API v4, crm_platform
// pages) and knows no client: shapes of answers, 204 for nothing found, whole
// batches refused for one wrong field, rate limits, webhooks and the bad days of
// a real service on demand. Where the documents are silent a comment says
// "inferred".
//
// At its root it serves a kanban board that moves while the API is used, so a
// person sees what a client does. The board needs no token: it stands for the
// manager who works in the account. Keep the server on an address only you reach.
package amocrmtest
