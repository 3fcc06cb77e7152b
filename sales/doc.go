// Package sales holds the nouns that every room shares: contacts, products,
// orders, payments, receipts, money and coded errors. It imports no other room.
package sales
