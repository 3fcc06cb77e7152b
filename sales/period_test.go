package sales_test

import (
	"testing"
	"time"

	"voronka/sales"
)

func TestParsePeriod(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]sales.Period{
		"month": {Count: 1, Unit: sales.Months}, "3 months": {Count: 3, Unit: sales.Months}, "7d": {Count: 7, Unit: sales.Days},
		"2w": {Count: 2, Unit: sales.Weeks}, " Year ": {Count: 1, Unit: sales.Years}, "30 days": {Count: 30, Unit: sales.Days},
		"": {}, "0d": {}, "иногда": {}, "-1 month": {}, "11 years": {}, "99999999999999999999d": {}, "month 2": {},
	} {
		got, err := sales.ParsePeriod(text)
		if got != want || (err == nil) == want.Zero() {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
		if err == nil {
			if again, err := sales.ParsePeriod(got.String()); again != got || err != nil {
				t.Errorf("%q is written %q, read %v, %v", text, got, again, err)
			}
		}
	}
}

// TestPeriodsFollowTheCalendar counts from one anchor: a day that a month
// lacks is its last in that month alone, and hours stay on the wall clock.
func TestPeriodsFollowTheCalendar(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	month, year := sales.Period{Count: 1, Unit: sales.Months}, sales.Period{Count: 1, Unit: sales.Years}
	for _, test := range []struct {
		period sales.Period
		anchor string
		want   []string
	}{
		{month, "2027-01-31 23:30", []string{"2027-01-31 23:30", "2027-02-28 23:30", "2027-03-31 23:30", "2027-04-30 23:30"}},
		{month, "2028-01-30 00:00", []string{"2028-01-30 00:00", "2028-02-29 00:00", "2028-03-30 00:00"}},
		{year, "2028-02-29 12:00", []string{"2028-02-29 12:00", "2029-02-28 12:00", "2030-02-28 12:00", "2031-02-28 12:00", "2032-02-29 12:00"}},
		{sales.Period{Count: 3, Unit: sales.Months}, "2026-11-30 12:00", []string{"2026-11-30 12:00", "2027-02-28 12:00", "2027-05-30 12:00"}},
		{sales.Period{Count: 1, Unit: sales.Weeks}, "2027-03-24 09:00", []string{"2027-03-24 09:00", "2027-03-31 09:00"}}, // summer time begins between
		{sales.Period{Count: 1, Unit: sales.Days}, "2027-10-30 09:00", []string{"2027-10-30 09:00", "2027-10-31 09:00"}},  // and ends
		{sales.Period{Count: 1, Unit: sales.Days}, "2027-03-27 02:30", []string{"2027-03-27 02:30", "2027-03-28 03:30"}},  // an hour that is not there
	} {
		anchor, err := time.ParseInLocation("2006-01-02 15:04", test.anchor, berlin)
		if err != nil {
			t.Fatal(err)
		}
		for n, want := range test.want {
			if got := test.period.After(anchor.UTC(), n, berlin).Format("2006-01-02 15:04"); got != want {
				t.Errorf("%s: %d × %s is %s, want %s", test.anchor, n, test.period, got, want)
			}
		}
	}
}
