package athena

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/awsfake"
	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/relation"
	"trailscribe/internal/sql"
)

// days puts so many days of October 2026 into the bucket, each with a file of so many events.
func (w *world) days(days, events int) {
	w.t.Helper()
	for d := range days {
		var records []string
		for i := range events {
			raw, err := cloudtrail.Complete(fmt.Appendf(nil,
				`{"eventName":"Call%d","eventSource":"s%d.amazonaws.com","eventID":"id-%d-%d","recipientAccountId":"111122223333","awsRegion":"eu-west-1"}`, i%7, i%5, d, i), i,
				time.Date(2026, 10, d+1, 12, i/60, i%60, 0, time.UTC))
			if err != nil {
				w.t.Fatal(err)
			}
			records = append(records, string(raw))
		}
		day := fmt.Sprintf("2026/10/%02d", d+1)
		w.fake.Put(w.logs, "AWSLogs/111122223333/CloudTrail/eu-west-1/"+day+"/111122223333_CloudTrail_eu-west-1_x.json.gz",
			gzipped(w.t, `{"Records":[`+strings.Join(records, ",")+`]}`), "")
	}
}

func october(run string) engine.Scope {
	return engine.Scope{Run: run, Columns: map[string][]string{"events": {"eventid", "eventname", "eventsource", "event_time"}},
		Scope: relation.Scope{
			From: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), LateDays: 2,
			Values: relation.Settings{}.Values(),
		}}
}

func bind(t testing.TB, d *relation.Definition, text string) *sql.Bound {
	t.Helper()
	p, bad := sql.Parse(text, nil)
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
	return b
}

// questions are what a run asks, with the answers.
func questions(t testing.TB, d *relation.Definition) []engine.Statement {
	var out []engine.Statement
	for i := range 5 {
		out = append(out, engine.Statement{ID: fmt.Sprintf("q%d", i),
			Query: bind(t, d, fmt.Sprintf("SELECT eventname, count(*) AS n FROM events WHERE eventsource = 's%d.amazonaws.com' "+
				"GROUP BY 1 ORDER BY 1", i))})
	}
	return out
}

// answers runs all statements of a session at once and gives their rows as text; errors are left out.
func answers(ctx context.Context, s engine.Session, st []engine.Statement) (map[string]string, error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	out := map[string]string{}
	var failed error
	for _, x := range st {
		wg.Go(func() {
			var b strings.Builder
			found, err := s.Query(ctx, x)
			if err == nil {
				for r, rowErr := range found.All() {
					err = rowErr
					fmt.Fprintln(&b, r...)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = errors.Join(failed, err)
				return
			}
			out[x.ID] = b.String()
		})
	}
	wg.Wait()
	return out, failed
}

func open(ctx context.Context, e *Engine, scope engine.Scope) (engine.Session, error) {
	s, err := e.Open(ctx, scope)
	if err != nil {
		return nil, err
	}
	if _, err := s.Inputs(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// left are the staged tables and files that are still there.
func (w *world) left() (out []string) {
	w.t.Helper()
	found, err := w.glue.GetTables(w.t.Context(), &glue.GetTablesInput{DatabaseName: &w.database})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, x := range found.TableList {
		if *x.Name != "cloudtrail" {
			out = append(out, *x.Name)
		}
	}
	for _, k := range w.fake.Keys("results", "") {
		if strings.Contains(k, "trailscribe_run_") || strings.Contains(k, "/tables/") {
			out = append(out, k)
		}
	}
	return out
}

// A query that fails is run again only where Athena says so.
func TestRerun(t *testing.T) {
	d := enginetest.Definition(t, nil)
	w := newWorld(t, awsfake.Options{})
	w.table(true)
	w.days(2, 20)
	e := w.engine(d, func(o *Options) { o.Mode, o.PartitionFrom = Staged, 1 })
	st := questions(t, d)
	// The staging itself fails half way, twice.
	w.fake.InjectQuery(awsfake.QueryFault{SQL: "CREATE TABLE", Times: 2, Fail: &awsfake.AthenaFail{Category: 1, Type: 1403, Retryable: true,
		Message: "HIVE_WRITER_CLOSE_ERROR: SlowDown"}})
	w.fake.InjectQuery(awsfake.QueryFault{SQL: "s1.amazonaws.com", Times: 1, Fail: &awsfake.AthenaFail{Category: 1, Type: 2, Retryable: true}})
	w.fake.InjectQuery(awsfake.QueryFault{SQL: "s2.amazonaws.com", Fail: &awsfake.AthenaFail{Category: 2, Type: 1501,
		Message: "Insufficient permissions"}})
	s, err := open(t.Context(), e, october("rerun"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := answers(t.Context(), s, st)
	var f *engine.Fault
	if !errors.As(err, &f) || f.Reason != engine.NoPermission || len(got) != len(st)-1 {
		t.Errorf("%v, %d answers", err, len(got))
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left := w.left(); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	// staging three times, counting, five statements, one of them twice
	if m := w.fake.Meter(); m.Executions != 3+1+5+1 {
		t.Errorf("%d executions", m.Executions)
	}
}

// A process that dies leaves its staged table; the next one of the same run goes on with it and pays nothing again. When the
// log files have changed since, it is dropped and nothing old is used.
func TestCrash(t *testing.T) {
	for _, enforced := range []bool{false, true} {
		t.Run(fmt.Sprint("enforced ", enforced), func(t *testing.T) {
			d := enginetest.Definition(t, nil)
			w := newWorld(t, awsfake.Options{})
			w.table(true)
			w.days(2, 20)
			w.workgroup("own", enforced)
			begin := func() (engine.Session, *Engine) {
				e := w.engine(d, func(o *Options) { o.Mode, o.Workgroup, o.PartitionFrom = Staged, "own", 1 })
				s, err := open(t.Context(), e, october("crash"))
				if err != nil {
					t.Fatal(err)
				}
				return s, e
			}
			st := questions(t, d)
			first, _ := begin()
			want, err := answers(t.Context(), first, st[:3])
			if err != nil {
				t.Fatal(err)
			}
			paid := w.fake.Meter().Executions
			// It dies here: nothing is closed.
			second, e := begin()
			got, err := answers(t.Context(), second, st)
			if err != nil || got["q0"] != want["q0"] || len(got) != len(st) {
				t.Errorf("%v: %v", err, got)
			}
			if m := w.fake.Meter().Executions; m != paid+2 {
				t.Errorf("%d executions after the crash, want those of the two statements that were not asked before it", m-paid)
			}
			if all, err := e.Orphans(t.Context()); err != nil || len(all) != 1 {
				t.Errorf("%v, %v", all, err)
			}
			w.days(3, 20) // a day more was delivered
			third, _ := begin()
			got, err = answers(t.Context(), third, st)
			if err != nil || got["q0"] == want["q0"] {
				t.Errorf("old rows over new log files: %v", err)
			}
			if err := third.Close(); err != nil {
				t.Error(err)
			}
			if left := w.left(); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// A table that does not know an account or a region gives neither rows nor an error. The bucket does, and that is told.
func TestControlCount(t *testing.T) {
	d := enginetest.Definition(t, nil)
	w := newWorld(t, awsfake.Options{})
	w.table(true, func(in *gluetypes.TableInput) {
		in.Parameters["projection.region.values"] = "eu-west-1"
		in.Parameters["projection.day.range"] = "2026/10/02,2030/01/01"
	})
	w.days(3, 20)
	body, _ := w.fake.Object(w.logs, "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/02/111122223333_CloudTrail_eu-west-1_x.json.gz")
	w.fake.Put(w.logs, "AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/02/a.json.gz", body, "")
	w.fake.Put(w.logs, "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/02/cold.json.gz", body, "GLACIER")
	w.fake.Put(w.logs, "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/02/_hidden.json.gz", body, "")
	for _, mode := range []string{Staged, Direct} {
		s, err := open(t.Context(), w.engine(d, func(o *Options) { o.Mode = mode }), october("control"+mode))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for f, err := range s.Files(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, strings.Join(strings.Split(f.Key, "/")[3:7], "/")+" "+f.State)
			if f.State != engine.FileRead && f.Reason.Kind == "" {
				t.Errorf("%s was %s without a reason", f.Key, f.State)
			}
		}
		want := []string{"eu-west-1/2026/10/01 refused", "eu-west-1/2026/10/02 read", "eu-west-1/2026/10/02 skipped",
			"eu-west-1/2026/10/02 refused", "eu-west-1/2026/10/03 read", "us-east-1/2026/10/02 refused"}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q", mode, got)
		}
		in, err := s.Inputs(t.Context())
		if err != nil || *in.Read != 2 || *in.Refused != 3 || *in.Skipped != 1 || *in.Events != 40 {
			t.Errorf("%s: read %d refused %d skipped %d events %d, %v", mode, *in.Read, *in.Refused, *in.Skipped, *in.Events, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Results of many rows come as a stream from the object, also when the answer breaks off; where it must not be read, page by page.
func TestLargeResults(t *testing.T) {
	d := enginetest.Definition(t, nil)
	w := newWorld(t, awsfake.Options{})
	w.table(true)
	w.days(3, 900)
	s, err := open(t.Context(), w.engine(d, func(o *Options) { o.Mode = Staged }), october("large"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	pages := func() int64 { return w.fake.Meter().Calls["athena:GetQueryResults"] }
	for i, c := range []struct {
		fault awsfake.Fault
		pages int64
	}{
		{awsfake.Fault{}, 1},
		{awsfake.Fault{Kind: awsfake.HalfBody, Call: "s3:GetObject", Times: 2}, 1},
		{awsfake.Fault{Kind: awsfake.Denied, Call: "s3:GetObject"}, 3},
	} {
		before := pages()
		remove := func() {}
		if c.fault.Kind != 0 {
			remove = w.fake.Inject(c.fault)
		}
		st := engine.Statement{ID: fmt.Sprint("large", i),
			Query: bind(t, d, "SELECT eventid, nullif(eventname, 'Call1') AS name, '' AS empty FROM events ORDER BY eventid")}
		got, err := answers(t.Context(), s, []engine.Statement{st})
		remove()
		lines := strings.Split(strings.TrimSpace(got[st.ID]), "\n")
		if err != nil || len(lines) != 2700 || !strings.Contains(got[st.ID], "<nil>") || !slices.IsSorted(lines) {
			t.Errorf("%d: %d rows, %v", i, len(lines), err)
		}
		if n := pages() - before; n != c.pages {
			t.Errorf("%d: %d pages, want %d", i, n, c.pages)
		}
	}
}

// A page of results that breaks off, or that is none, is asked for again.
func TestBrokenPages(t *testing.T) {
	d := enginetest.Definition(t, nil)
	w := newWorld(t, awsfake.Options{PageSize: 20})
	w.table(true)
	w.days(2, 30)
	w.fake.Inject(awsfake.Fault{Kind: awsfake.Denied, Call: "s3:GetObject"})
	s, err := open(t.Context(), w.engine(d, func(o *Options) { o.Mode = Direct }), october("broken"))
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range []awsfake.Kind{awsfake.HalfBody, awsfake.GarbageDone} {
		remove := w.fake.Inject(awsfake.Fault{Kind: k, Call: "athena:GetQueryResults", Skip: 1, Times: 2})
		st := engine.Statement{ID: fmt.Sprint("pages", i), Query: bind(t, d, "SELECT eventid FROM events ORDER BY eventid")}
		got, err := answers(t.Context(), s, []engine.Statement{st})
		remove()
		if err != nil || strings.Count(got[st.ID], "\n") != 60 {
			t.Errorf("%s: %v, %q", k, err, got)
		}
	}
}

// A process that is killed while it drops its staged table leaves a table some of whose files are gone. The next one of the
// run must not take the rows that are left for all.
func TestHalfDropped(t *testing.T) {
	for _, enforced := range []bool{false, true} {
		t.Run(fmt.Sprint("enforced ", enforced), func(t *testing.T) {
			d := enginetest.Definition(t, nil)
			var later atomic.Int64
			w := newWorld(t, awsfake.Options{Now: func() time.Time { return time.Now().Add(time.Duration(later.Load())) }})
			w.table(true)
			w.days(2, 20)
			w.workgroup("own", enforced)
			begin := func() engine.Session {
				s, err := open(t.Context(), w.engine(d, func(o *Options) { o.Mode, o.Workgroup = Staged, "own" }), october("half"))
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			stagings := func() (n int) {
				for _, x := range w.fake.Executions() {
					if strings.HasPrefix(x.SQL, "CREATE TABLE") && x.State == "SUCCEEDED" {
						n++
					}
				}
				return n
			}
			st := questions(t, d)
			want, err := answers(t.Context(), begin(), st[:1])
			if err != nil {
				t.Fatal(err)
			}
			later.Add(int64(3 * time.Second)) // till then nothing tells it from a query of the next session
			begin()
			if n := stagings(); n != 1 {
				t.Fatalf("staged %d times though the table is whole", n)
			}
			later.Add(int64(3 * time.Second))
			keys := w.left()
			for _, k := range keys[1:] {
				if _, err := w.s3.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("results"), Key: &k}); err != nil {
					t.Fatal(err)
				}
			}
			last := begin()
			got, err := answers(t.Context(), last, st)
			if err != nil || len(got) != len(st) || got["q0"] != want["q0"] || got["q1"] == "" {
				t.Errorf("%v: %v", err, got)
			}
			if n := stagings(); n != 2 {
				t.Errorf("staged %d times, want once more", n)
			}
			if err := last.Close(); err != nil {
				t.Error(err)
			}
			if left := w.left(); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// What AWS says about credentials reaches the user in a sentence.
func TestExpired(t *testing.T) {
	d := enginetest.Definition(t, nil)
	w := newWorld(t, awsfake.Options{})
	w.table(true)
	w.days(1, 5)
	w.fake.Inject(awsfake.Fault{Kind: awsfake.Expired})
	_, err := w.engine(d, nil).Open(t.Context(), october("expired"))
	var f *engine.Fault
	if !errors.As(err, &f) || f.Reason != engine.NoPermission || !strings.Contains(f.Error(), "credentials have expired") ||
		!strings.Contains(f.Hint, "sign in") {
		t.Errorf("%v", err)
	}
	if awsconfig.Code(err) == "" {
		t.Error("the error itself is lost")
	}
}

// Staged with partitions, staged without and direct give the same rows. Partitions save most of what the copy holds, and all
// statements together read the log files once.
func TestModesAgree(t *testing.T) {
	d := enginetest.Definition(t, nil)
	w := newWorld(t, awsfake.Options{})
	w.table(true)
	w.days(3, 600)
	st := questions(t, d)
	var want map[string]string
	scanned := map[string]int64{}
	for _, c := range []struct {
		name string
		o    Options
	}{{"direct", Options{Mode: Direct}}, {"whole", Options{Mode: Staged}}, {"partitions", Options{Mode: Staged, PartitionFrom: 1}}} {
		w.fake.ResetMeter()
		e := w.engine(d, func(o *Options) { o.Mode, o.PartitionFrom = c.o.Mode, c.o.PartitionFrom })
		s, err := open(t.Context(), e, october("agree"+c.name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := answers(t.Context(), s, st)
		if err != nil || len(got) != len(st) || len(got["q0"]) < 20 {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
		if want == nil {
			want = got
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s gives %v, direct %v", c.name, got, want)
		}
		scanned[c.name] = w.fake.Meter().Scanned
		spent := s.(engine.Metered).Spent()
		if m := w.fake.Meter(); spent.Bytes != m.Billed || int64(spent.Executions) != m.Executions {
			t.Errorf("%s: spent %+v, the meter says %d bytes and %d queries", c.name, spent, m.Billed, m.Executions)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	raw := scanned["direct"] / int64(len(st)+1)
	t.Logf("scanned: %v; the log files have %d bytes", scanned, raw)
	if scanned["partitions"] > 3*raw/2 {
		t.Errorf("partitions read %d bytes for %d of log files, more than one and a half", scanned["partitions"], raw)
	}
}
