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
	f, ok := (&table{}).classify(source.Object{Key: key}, span{first: day(t, "2026-10-01"), last: day(t, "2026-10-31")})
	if !ok || f.state != engine.FileRefused || f.reason.Kind != unread.Empty {
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
