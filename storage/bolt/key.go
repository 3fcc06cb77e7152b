package bolt

import (
	"bytes"
	"encoding/binary"
	"time"
)

// bucket is a top-level bucket of the file.
type bucket string

// Records are JSON. An index holds keys alone: its entries sort as they are read.
const (
	bucketInputs         bucket = "inputs"                // id → when it was seen
	bucketInputsAt       bucket = "inputs_at"             // when, id
	bucketContacts       bucket = "contacts"              // id → contact
	bucketContactsAt     bucket = "contacts_at"           // active at, id
	bucketPhones         bucket = "phones"                // phone, contact
	bucketEmails         bucket = "emails"                // e-mail, contact
	bucketSessions       bucket = "sessions"              // contact → session
	bucketTimers         bucket = "timers"                // next timer, contact
	bucketJournal        bucket = "journal"               // contact, line number → line
	bucketOrders         bucket = "orders"                // id → order
	bucketContactOrders  bucket = "contact_orders"        // contact, created at, id
	bucketPayments       bucket = "payments"              // id → payment
	bucketOrderPayments  bucket = "order_payments"        // order, created at, id
	bucketChecks         bucket = "payments_checks"       // check at, id
	bucketRecords        bucket = "records"               // key → notification
	bucketRefs           bucket = "refs"                  // key → value, both as they are
	bucketJobs           bucket = "jobs"                  // id → job and its place
	bucketLanes          bucket = "lanes"                 // lane, place → not before, id
	bucketReady          bucket = "ready"                 // destination, head's not before, lane
	bucketBuried         bucket = "buried"                // id → job
	bucketSubscriptions  bucket = "subscriptions"         // id → subscription
	bucketSubscribers    bucket = "contact_subscriptions" // contact, created at, id
	bucketSubscribed     bucket = "subscriptions_at"      // created at, id
	bucketRenewals       bucket = "renewals"              // next at, id
	bucketRefunds        bucket = "refunds"               // id → refund
	bucketPaymentRefunds bucket = "payment_refunds"       // payment, created at, id
	bucketRefunded       bucket = "refunds_at"            // created at, id
	bucketLedger         bucket = "ledger"                // number → entry
	bucketLedgerPayments bucket = "ledger_payments"       // payment, number
	bucketLedgerAt       bucket = "ledger_at"             // at, number
	bucketVersions       bucket = "versions"              // digest → version of a flow
	bucketPublished      bucket = "published"             // at, digest → the version without its sources
)

func buckets() []bucket {
	return []bucket{
		bucketInputs, bucketInputsAt, bucketContacts, bucketContactsAt, bucketPhones, bucketEmails, bucketSessions, bucketTimers,
		bucketJournal, bucketOrders, bucketContactOrders, bucketPayments, bucketOrderPayments, bucketChecks,
		bucketRecords, bucketRefs, bucketJobs, bucketLanes, bucketReady, bucketBuried,
		bucketVersions, bucketPublished,
		bucketSubscriptions, bucketSubscribers, bucketSubscribed, bucketRenewals,
		bucketRefunds, bucketPaymentRefunds, bucketRefunded,
		bucketLedger, bucketLedgerPayments, bucketLedgerAt,
	}
}

const (
	momentSize = 12
	numberSize = 8
	signBit    = 1 << 63
)

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// text is a string that other parts of a key follow: its length keeps "a"+"bc"
// apart from "ab"+"c", and its entries together.
func text(s string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(s))), s...)
}

// readText splits a key that begins with a text.
func readText(key []byte) (s string, rest []byte) {
	n := 2 + int(binary.BigEndian.Uint16(key))
	return string(key[2:n]), key[n:]
}

// moment is a time that sorts, before 1970 and after 2262 too.
func moment(t time.Time) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(t.Unix())^signBit)
	return binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond()))
}

func readMoment(b []byte) time.Time {
	seconds := int64(binary.BigEndian.Uint64(b) ^ signBit)
	return time.Unix(seconds, int64(binary.BigEndian.Uint32(b[8:momentSize]))).UTC()
}

func number(n int64) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(n)^signBit)
}

func readNumber(b []byte) int64 { return int64(binary.BigEndian.Uint64(b) ^ signBit) }

// after is the first key behind all that begin with prefix, nil when there is no such key.
func after(prefix []byte) []byte {
	next := bytes.Clone(prefix)
	for i := len(next) - 1; i >= 0; i-- {
		if next[i] < 0xff {
			next[i]++
			return next[:i+1]
		}
	}
	return nil
}
