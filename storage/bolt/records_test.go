package bolt

import (
	"slices"
	"testing"
)

// TestEveryBucketIsCarried fails for a bucket that nobody thought of when a
// database is carried into another one.
func TestEveryBucketIsCarried(t *testing.T) {
	t.Parallel()
	indexes := []bucket{
		bucketInputsAt, bucketContactsAt, bucketPhones, bucketEmails, bucketTimers, bucketContactOrders, bucketOrderPayments, bucketChecks,
		bucketLanes, bucketReady, bucketSubscribers, bucketSubscribed, bucketRenewals, bucketPaymentRefunds,
		bucketRefunded, bucketLedgerPayments, bucketLedgerAt,
	}
	for _, name := range buckets() {
		if slices.Contains(indexes, name) {
			continue
		}
		if !slices.ContainsFunc(carried(), func(c carriedBucket) bool { return c.name == name }) {
			t.Errorf("%s holds records that Records does not give: add it to carried() here, to storage/records.go and "+
				"to storage/postgres/records.go; or to the indexes of this test", name)
		}
	}
}
