package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	duck "github.com/duckdb/duckdb-go/v2"

	"trailscribe/internal/engine"
	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/relation"
	"trailscribe/internal/source"
	"trailscribe/internal/source/mem"
	"trailscribe/internal/sql"
)

func open(o Options) enginetest.Open {
	return func(t testing.TB, d *relation.Definition, s source.Source) engine.Engine {
		t.Helper()
		o := o
		o.Definition, o.Source = d, s
		if o.CacheDir == "" {
			o.CacheDir = t.TempDir()
		}
		e, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
}

// One thread, because starting a second costs more than these few records.
func TestContract(t *testing.T) { enginetest.Run(t, open(Options{Threads: 1})) }

// records are n records of events of many kinds; every seventeenth is a copy of the one before it.
func records(n int) []string {
	names := []string{"GetObject", "ConsoleLogin", "RunInstances", "AssumeRole"}
	codes := []string{"", "AccessDenied", "ThrottlingException", "NoSuchKey"}
	var out []string
	for i := range n {
		i -= i % 17 / 16
		at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i*7919%(30*86400)) * time.Second)
		out = append(out, fmt.Sprintf(`{"eventVersion":"1.09","eventTime":%q,"eventSource":"s3.amazonaws.com","eventName":%q,"awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.%d","userAgent":"aws-cli/2","errorCode":%q,"eventID":"id-%d","eventType":"AwsApiCall","recipientAccountId":"11112222333%d","eventCategory":"Management","requestParameters":{"bucketName":"b-%d","n":%d.50},"userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/r%d/s%d","principalId":"AROA:s%d"}}`,
			at.Format(time.RFC3339), names[i%4], i%256, codes[i/4%4], i, i%3, i%7, i, i%5, i%11, i%11))
	}
	return out
}

// spread lays records over files, beginning with the one at from.
func spread(records []string, files, from int) map[string][]byte {
	parts := make([][]string, files)
	for i := range records {
		r := records[(i+from)%len(records)]
		parts[i%files] = append(parts[i%files], r)
	}
	out := map[string][]byte{}
	for i, p := range parts {
		out[fmt.Sprintf("f%02d.json", i)] = []byte(`{"Records":[` + strings.Join(p, ",") + `]}`)
	}
	return out
}

func october() engine.Scope {
	return engine.Scope{Scope: relation.Scope{
		From: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), LateDays: 2,
		Values: relation.Settings{Zone: "Europe/Berlin"}.Values(),
	}}
}

// everything is all plain columns of all events as lines, in a total order; without names of files if these differ.
func everything(t *testing.T, e engine.Engine, d *relation.Definition, without ...string) []string {
	t.Helper()
	s, err := e.Open(t.Context(), october())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return plain(t, s, d, without...)
}

// plain is what everything is, of an open session.
func plain(t *testing.T, s engine.Session, d *relation.Definition, without ...string) []string {
	t.Helper()
	var cols []string
	for _, c := range relation.Columns() {
		if !strings.Contains(c.Type, "row(") && !slices.Contains(without, c.Name) {
			cols = append(cols, c.Name)
		}
	}
	p, bad := sql.Parse("SELECT "+strings.Join(cols, ", ")+" FROM events ORDER BY eventid, account_id", nil)
	if bad.Err() != nil {
		t.Fatal(bad)
	}
	c, bad := p.Check(d.Catalog(), nil)
	if bad.Err() != nil {
		t.Fatal(bad)
	}
	b, err := c.Bind(nil)
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Query(t.Context(), engine.Statement{ID: "everything", Query: b})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for r, err := range found.All() {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprint(r...))
	}
	return out
}

// Threads, the order of records over files and a second reading from the cache change no row.
func TestSameRows(t *testing.T) {
	d := enginetest.Definition(t, nil)
	all := records(3000)
	source := func(files, from int) source.Source {
		s, err := mem.New(mem.Options{Files: spread(all, files, from)})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	one := open(Options{Threads: 1})(t, d, source(6, 0))
	defer one.Close()
	first := everything(t, one, d)
	if len(first) < 2500 || len(first) == 3000 {
		t.Fatalf("%d events: the records should have some copies", len(first))
	}
	if again := everything(t, one, d); !slices.Equal(first, again) {
		t.Error("the second session differs from the first")
	}
	two := open(Options{Threads: 2})(t, d, source(6, 0))
	defer two.Close()
	if got := everything(t, two, d); !slices.Equal(first, got) {
		t.Error("two threads give other rows than one")
	}
	other := open(Options{Threads: 2, Memory: 512 << 20})(t, d, source(9, 1234))
	defer other.Close()
	if got := everything(t, other, d, "log_file"); !slices.Equal(everything(t, one, d, "log_file"), got) {
		t.Error("the same records in other files give other events")
	}
}

// counted counts the files that are opened.
type counted struct {
	source.Source
	opened atomic.Int64
}

func (c *counted) Open(ctx context.Context, key string) (io.ReadCloser, source.Object, error) {
	c.opened.Add(1)
	return c.Source.Open(ctx, key)
}

// What was read once is not read again, in another run either; what came since is.
func TestCacheIsKept(t *testing.T) {
	d := enginetest.Definition(t, nil)
	m, err := mem.New(mem.Options{Files: spread(records(60), 6, 0)})
	if err != nil {
		t.Fatal(err)
	}
	s := &counted{Source: m}
	dir := t.TempDir()
	for n, want := range []int64{6, 0, 1} {
		if n == 2 {
			m.Set("f99.json", spread(records(61)[60:], 1, 0)["f00.json"])
		}
		s.opened.Store(0)
		var told []int64
		e, err := New(Options{Definition: d, Source: s, CacheDir: dir, Threads: 1,
			Progress: func(done, of int64) { told = append(told, done, of) }})
		if err != nil {
			t.Fatal(err)
		}
		events := len(everything(t, e, d))
		if got := s.opened.Load(); got != want {
			t.Errorf("run %d opened %d files, want %d", n, got, want)
		}
		if want > 0 && (len(told) == 0 || told[len(told)-1] != want || told[len(told)-2] != want) {
			t.Errorf("run %d told the progress %v", n, told)
		}
		if want := map[bool]int{true: 58, false: 57}[n == 2]; events != want {
			t.Errorf("run %d has %d events, want %d", n, events, want)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "spill", "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// An engine without a cache folder makes one and takes it away again.
func TestTemporaryCache(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	d := enginetest.Definition(t, nil)
	m, err := mem.New(mem.Options{Files: spread(records(10), 2, 0)})
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(Options{Definition: d, Source: m, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(everything(t, e, d)); n != 10 {
		t.Errorf("%d events", n)
	}
	if err := errors.Join(e.Close(), e.Close()); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// broken cannot be listed.
type broken struct{ source.Source }

func (broken) Name() string { return "logs" }
func (broken) List(context.Context, string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) { yield(source.Object{}, errors.New("the disk is gone")) }
}

func TestOpenFails(t *testing.T) {
	d := enginetest.Definition(t, nil)
	if _, err := New(Options{}); err == nil {
		t.Error("an engine without definition and source")
	}
	e := open(Options{Threads: 1})(t, d, broken{})
	defer e.Close()
	var f *engine.Fault
	if _, err := e.Open(t.Context(), october()); !errors.As(err, &f) || f.Reason != engine.Failed || f.Hint == "" ||
		!strings.Contains(err.Error(), "logs: the disk is gone") && !strings.Contains(err.Error(), "the disk is gone") {
		t.Errorf("a source that cannot be listed: %v", err)
	}
	if _, err := e.Estimate(t.Context(), october(), nil); !errors.As(err, &f) {
		t.Errorf("an estimate over it: %v", err)
	}
	m, err := mem.New(mem.Options{Files: spread(records(10), 2, 0)})
	if err != nil {
		t.Fatal(err)
	}
	e = open(Options{Threads: 1})(t, d, m)
	defer e.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Open(ctx, october()); !errors.As(err, &f) || f.Reason != engine.Cancelled {
		t.Errorf("a context that had ended: %v", err)
	}
	for name, change := range map[string]func(*engine.Scope){
		"empty period": func(s *engine.Scope) { s.To = s.From },
		"zone":         func(s *engine.Scope) { s.HistoryDays, s.Values = 3, sql.Values{"zone": "Mars/Olympus"} },
		"setting":      func(s *engine.Scope) { s.Values = sql.Values{"weekend": "Sunday"} },
		"column":       func(s *engine.Scope) { s.Columns = map[string][]string{"events": {`x" FROM records --`}} },
	} {
		s := october()
		change(&s)
		if x, err := e.Open(t.Context(), s); !errors.As(err, &f) || f.Reason != engine.Refused {
			t.Errorf("%s: %v", name, err)
			if err == nil {
				x.Close()
			}
		}
	}
}

func TestFault(t *testing.T) {
	ctx := t.Context()
	ended, cancel := context.WithCancel(ctx)
	cancel()
	late, cancel := context.WithTimeout(ctx, 0)
	defer cancel()
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want engine.Reason
	}{
		{ctx, errors.New("x"), engine.Failed},
		{ctx, &duck.Error{Type: duck.ErrorTypeIO}, engine.Failed},
		{ctx, &duck.Error{Type: duck.ErrorTypeConversion}, engine.Failed},
		{ctx, &duck.Error{Type: duck.ErrorTypePermission}, engine.NoPermission},
		{ctx, &duck.Error{Type: duck.ErrorTypeBinder}, engine.Refused},
		{ctx, fmt.Errorf("run it: %w", &duck.Error{Type: duck.ErrorTypeCatalog}), engine.Refused},
		{ctx, &duck.Error{Type: duck.ErrorTypeInterrupt}, engine.Cancelled},
		{ended, &duck.Error{Type: duck.ErrorTypeBinder}, engine.Cancelled},
		{late, &duck.Error{Type: duck.ErrorTypeInterrupt}, engine.TimedOut},
		{ended, &engine.Fault{Reason: engine.Refused, Hint: "known", Err: errors.New("x")}, engine.Refused},
	} {
		var f *engine.Fault
		if err := fault(c.ctx, c.err); !errors.As(err, &f) || f.Reason != c.want || f.Hint == "" || !errors.Is(err, c.err) {
			t.Errorf("%v: %+v, want %q", c.err, f, c.want)
		}
	}
	if fault(ended, nil) != nil {
		t.Error("nothing is not a fault")
	}
}

// BenchmarkOpen is what a report pays for its events once the logs are in the cache.
func BenchmarkOpen(b *testing.B) {
	d := enginetest.Definition(b, nil)
	m, err := mem.New(mem.Options{Files: spread(records(50_000), 20, 0)})
	if err != nil {
		b.Fatal(err)
	}
	e := open(Options{})(b, d, m)
	defer e.Close()
	for b.Loop() {
		s, err := e.Open(b.Context(), october())
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(50_000*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
