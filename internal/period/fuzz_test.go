package period

import (
	"os"
	"slices"
	"testing"
	"time"
)

// FuzzCalendar: a calendar is refused with places, or every day is of a kind and its lists are sorted, which Kind goes by.
func FuzzCalendar(f *testing.F) {
	for _, name := range []string{"cn", "de", "none", "us", "weekdays"} {
		text, err := os.ReadFile("../../reports/calendars/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("id: x\ntitle: T\nyears: [2026]\nweekend: [sunday]\nholidays: {2026-02-27..2026-03-02: x, 2026-13-01: y}\nworkdays: " +
		"{2026-03-01: z}\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, bad := LoadCalendar("reports/calendars/x.yaml", []byte(text))
		for _, p := range bad {
			if p.Text == "" || p.At.Line < 1 || p.At.Col < 1 {
				t.Fatalf("a problem without a place: %+v", p)
			}
		}
		if (c == nil) != (bad.Err() != nil) {
			t.Fatalf("%v with %v", c, bad)
		}
		if c == nil {
			return
		}
		for _, days := range [][]time.Time{c.Holidays, c.Workdays} {
			if !slices.IsSortedFunc(days, time.Time.Compare) {
				t.Fatalf("not sorted: %v", days)
			}
			for _, d := range days {
				if !slices.Contains(c.Years, d.Year()) || c.Names[d.Format(time.DateOnly)] == "" {
					t.Fatalf("%v has no year or no name", d)
				}
			}
		}
		c.Covers(Period{From: time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC), To: time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC),
			Zone: "Europe/Berlin"})
	})
}
