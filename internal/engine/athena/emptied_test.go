package athena

import (
	"strings"
	"testing"
	"time"

	"trailscribe/internal/awsfake"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/source"
	"trailscribe/internal/unread"
)

// A log file of zero bytes has been emptied: Athena gives no record of it and no error, and the listing shows it.
func TestEmptiedLogFileIsRefused(t *testing.T) {
	const key = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/07/111122223333_CloudTrail_us-east-1_20261007T0805Z_abc0001.json.gz"
	w := span{first: day(t, "2026-10-01"), last: day(t, "2026-10-31")}
	for _, size := range []int64{0, 20, 33} { // 20 bytes are the gzip of nothing
		f, ok := (&table{}).classify(source.Object{Key: key, Size: size}, w)
		if !ok || f.state != engine.FileRefused || f.reason.Kind != unread.Empty {
			t.Errorf("%d bytes: %v, %+v", size, ok, f)
		}
	}
	if f, ok := (&table{}).classify(source.Object{Key: key, Size: leastGzip}, w); !ok || f.state != engine.FileRead {
		t.Errorf("%v, %+v", ok, f)
	}
}

// A period without log files is said before the first query, which Athena bills.
func TestNoFilesAreSaidBeforeTheFirstQuery(t *testing.T) {
	w := newWorld(t, awsfake.Options{})
	w.table(true)
	var said []string
	e := w.engine(enginetest.Definition(t, nil), func(o *Options) {
		o.Mode, o.Warn = Direct, func(s string) { said = append(said, s) }
	})
	s, err := e.Open(t.Context(), october("nothing"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if text := strings.Join(said, "\n"); !strings.Contains(text, "no log file that the table") || s.(*session).Spent().Executions != 0 {
		t.Errorf("%d executions, said %q", s.(*session).Spent().Executions, text)
	}
}

func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Without a partition of days Athena reads, and bills, what is below the table's place: the price says that.
func TestPriceOfATableWithoutDays(t *testing.T) {
	w := newWorld(t, awsfake.Options{})
	w.table(false)
	w.days(2, 10)
	e := w.engine(enginetest.Definition(t, nil), nil)
	late := october("later")
	late.From, late.To = late.From.AddDate(0, 6, 0), late.To.AddDate(0, 6, 0)
	now, err := e.Estimate(t.Context(), october("now"), nil)
	if err != nil {
		t.Fatal(err)
	}
	then, err := e.Estimate(t.Context(), late, nil)
	if err != nil {
		t.Fatal(err)
	}
	if then.Bytes != 0 || then.Modes[0].Work[0].Bytes < now.Bytes {
		t.Errorf("%d bytes of a period without files, staged by reading %d; the bucket has %d", then.Bytes, then.Modes[0].Work[0].Bytes,
			now.Bytes)
	}
}

// Year, month and day make a date whatever types their columns have.
func TestPartitionColumnsOfOtherTypes(t *testing.T) {
	for _, c := range []struct{ column, typ, want string }{
		{"month", "int", `lpad(CAST("month" AS varchar), 2, '0')`},
		{"month", "string", `"month"`},
	} {
		x := &table{types: map[string]string{c.column: c.typ}}
		if got := x.asText(c.column, 2); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.column, c.typ, got, c.want)
		}
	}
}
