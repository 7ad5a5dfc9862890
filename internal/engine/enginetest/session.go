package enginetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/result"
	"trailscribe/internal/sql"
)

func statement(id string, b *sql.Bound) engine.Statement { return engine.Statement{ID: id, Query: b} }

// No file is no error: events is there and empty, and every figure is a counted zero.
func testEmpty(t *testing.T, open Open) {
	for name, f := range map[string]files{
		"no file":         {},
		"no record":       {"a.json": log()},
		"other period":    {key("111122223333", "eu-west-1", "2025/01/01", "a"): log(at("2025-01-01T00:00:00Z", "x"))},
		"only unreadable": {key("111122223333", "eu-west-1", "2026/10/25", "a"): []byte(`{"Records":[{`)},
	} {
		t.Run(name, func(t *testing.T) {
			scope := october()
			scope.HistoryDays = 7
			w := start(t, open, nil, f, scope)
			w.want("SELECT eventid, useridentity.arn, actor, copies FROM events ORDER BY eventid")
			w.want("SELECT eventid FROM history ORDER BY eventid")
			w.want("SELECT count(*) FROM events", "0")
			in := w.inputs()
			w.figure("events", in.Events, 0)
			w.figure("records", in.Records, 0)
			w.figure("conflicting", in.Conflicting, 0)
			if !in.First.IsZero() || !in.Last.IsZero() {
				t.Errorf("first %v, last %v without any event", in.First, in.Last)
			}
		})
	}
}

// Records = events + duplicates, and every record of a file that was read is somewhere.
func testInputs(t *testing.T, open Open) {
	f := files{
		key("111122223333", "eu-west-1", "2026/10/25", "a"):                  log(at("2026-10-25T08:00:00Z", "a"), at("2026-10-25T09:00:00Z", "b")),
		key("111122223333", "eu-west-1", "2026/10/26", "b"):                  log(at("2026-10-25T09:00:00Z", "b"), at("nonsense", "c"), at("2026-09-01T00:00:00Z", "d")),
		key("111122223333", "eu-west-1", "2026/10/26", "c"):                  []byte(`{"Records":[{"eventID":`),
		"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/10/25/x.json": []byte(`{}`),
		"net.json": log(at("2026-10-25T00:00:00Z", "n", map[string]any{"eventCategory": "NetworkActivity", "eventType": "AwsVpceEvent"})),
	}
	w := start(t, open, nil, f, october())
	in := w.inputs()
	w.figure("read", in.Read, 3)
	w.figure("refused", in.Refused, 1)
	w.figure("records", in.Records, 3)
	w.figure("events", in.Events, 2)
	w.figure("undated", in.Undated, 1)
	w.figure("outside", in.Outside, 1)
	w.figure("left out", in.LeftOut, 1)
	if in.Listed != nil && in.Skipped != nil && *in.Listed != *in.Read+*in.Refused+*in.Skipped {
		t.Errorf("listed %d is not read + refused + skipped (%d)", *in.Listed, *in.Skipped)
	}
	if want := time.Date(2026, 10, 25, 8, 0, 0, 0, time.UTC); !in.First.Equal(want) {
		t.Errorf("first: %v", in.First)
	}
	if want := time.Date(2026, 10, 25, 9, 0, 0, 0, time.UTC); !in.Last.Equal(want) {
		t.Errorf("last: %v", in.Last)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := w.engine.Open(t.Context(), october()); err != nil {
		t.Error(err)
	} else {
		if _, err := s.Inputs(ended); err == nil && in.Listed != nil {
			t.Error("inputs were counted although the context had ended")
		}
		if again, err := s.Inputs(t.Context()); err != nil || again.Digest != in.Digest {
			t.Errorf("inputs after a cancelled attempt: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if again := w.inputs(); again.Digest != in.Digest || *again.Events != *in.Events {
		t.Error("the second answer differs from the first")
	}
	if in.Digest == "" {
		return
	}
	sum := sha256.New()
	for k := range f {
		if strings.HasPrefix(k, "AWSLogs") && !strings.HasSuffix(k, "c.json") && !strings.Contains(k, "Digest") || k == "net.json" {
			continue
		}
		delete(f, k)
	}
	for _, k := range slices.Sorted(keysOf(f)) {
		fmt.Fprintf(sum, "%s\x00%d\x00%x\n", k, len(f[k]), sha256.Sum256(f[k]))
	}
	if want := hex.EncodeToString(sum.Sum(nil)); in.Digest != want {
		t.Errorf("digest %s, want %s", in.Digest, want)
	}
}

func keysOf(f files) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range f {
			if !yield(k) {
				return
			}
		}
	}
}

// Files lie by delivery day where the key tells it, else by the day of their records; events by their own day.
func testCells(t *testing.T, open Open) {
	w := start(t, open, nil, files{
		key("111122223333", "eu-west-1", "2026/10/25", "a"):                  log(at("2026-10-25T08:00:00Z", "a"), at("2026-10-24T23:59:00Z", "b")),
		key("111122223333", "eu-west-1", "2026/10/26", "b"):                  log(at("2026-10-25T23:59:00Z", "c")),
		key("111122223333", "eu-west-1", "2026/10/26", "c"):                  []byte(`{"Records":[{"eventID":`),
		key("111122223333", "eu-west-1", "2026/10/27", "d"):                  log(),
		key("111122223333", "eu-west-1", "2026/11/01", "e"):                  log(at("2026-10-31T23:59:00Z", "d")),
		"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/10/28/x.json": []byte(`{}`),
		"loose.json": log(at("2026-10-02T08:00:00Z", "e"), at("2026-10-02T09:00:00Z", "f"), at("2026-10-03T09:00:00Z", "g"), at("2026-09-03T09:00:00Z", "h")),
	}, october())
	in := w.inputs()
	if in.Cells == nil {
		t.Skip("deliveries cannot be seen on this engine")
	}
	var got []string
	for _, c := range in.Cells {
		got = append(got, fmt.Sprintf("%s %s %s files %d refused %d events %d", c.Account, c.Region, c.Day.Format("01-02"), c.Files, c.Refused, c.Events))
	}
	var want []string
	for _, s := range []string{"10-02 files 1 refused 0 events 2", "10-03 files 1 refused 0 events 1", "10-24 files 0 refused 0 events 1",
		"10-25 files 1 refused 0 events 2", "10-26 files 1 refused 1 events 0", "10-27 files 1 refused 0 events 0", "10-31 files 0 refused 0 events 1"} {
		want = append(want, "111122223333 eu-west-1 "+s)
	}
	if !slices.Equal(got, want) {
		t.Errorf("cells:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Every file is named, in key order, with its hash or the reason why it was not read.
func testFiles(t *testing.T, open Open) {
	good := log(at("2026-10-25T08:00:00Z", "a"))
	f := files{
		key("111122223333", "eu-west-1", "2026/10/25", "z"): good,
		key("111122223333", "eu-west-1", "2026/10/25", "a"): []byte(`{"Records":[{"eventID":`),
		"b.json": good,
	}
	w := start(t, open, nil, f, october())
	var got []string
	for x, err := range w.session.Files(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, x.Key+" "+x.State)
		switch x.State {
		case engine.FileRead:
			if x.SHA256 != [32]byte{} && (x.SHA256 != sha256.Sum256(f[x.Key]) || x.Records != 1 || x.Size != int64(len(f[x.Key]))) {
				t.Errorf("%s: %+v", x.Key, x)
			}
		case engine.FileRefused:
			if x.Reason == "" {
				t.Errorf("%s was refused without a reason", x.Key)
			}
		}
	}
	want := []string{
		key("111122223333", "eu-west-1", "2026/10/25", "a") + " refused",
		key("111122223333", "eu-west-1", "2026/10/25", "z") + " read",
		"b.json read",
	}
	if !slices.Equal(got, want) {
		t.Errorf("files: %q, want %q", got, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range w.session.Files(ctx) {
		if err == nil {
			t.Error("files went on although the context had ended")
		}
	}
}

// Each kind arrives as its Go type, NULL as nil.
func testKinds(t *testing.T, open Open) {
	w := start(t, open, nil, files{"a.json": log(at("2026-10-25T00:30:00.250Z", "a", map[string]any{"errorMessage": "naïve\u202e\n'\"", "requestParameters": map[string]any{"n": 1.50}}))}, whole())
	for _, c := range []struct {
		expression string
		kind       result.Kind
		want       any
	}{
		{"errormessage", result.Text, "naïve\u202e\n'\""},
		{"requestparameters", result.Text, `{"n":1.5}`},
		{"copies", result.Int, int64(1)},
		{"CAST(7 AS integer)", result.Int, int64(7)},
		{"count(*) OVER ()", result.Int, int64(1)},
		{"sum(copies) OVER ()", result.Int, int64(1)},
		{"CAST('12345678901234567890.50' AS decimal(22, 2))", result.Decimal, "12345678901234567890.50"},
		{"CAST(1 AS double) / 4", result.Float, 0.25},
		{"denied", result.Bool, false},
		{"event_time", result.Instant, time.Date(2026, 10, 25, 0, 30, 0, 250e6, time.UTC)},
		{"local_date", result.Date, time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC)},
		{"errorcode", result.Text, nil},
		{"CAST(NULL AS bigint)", result.Int, nil},
		{"CAST(NULL AS double)", result.Float, nil},
		{"CAST(NULL AS timestamp(3))", 0, nil},
		{"service_call", result.Text, nil},
	} {
		t.Run(c.expression, func(t *testing.T) {
			b := w.bind("SELECT " + c.expression + " AS x FROM events")
			cols := b.Columns()
			if len(cols) != 1 || cols[0].Name != "x" || c.kind != 0 && cols[0].Kind != c.kind && !(c.kind == result.Instant && cols[0].Kind == result.Local) {
				t.Errorf("columns %+v, want kind %v", cols, c.kind)
			}
			found, err := w.session.Query(t.Context(), statement("kinds", b))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(found.Columns(), cols) {
				t.Errorf("rows have the columns %+v, the statement %+v", found.Columns(), cols)
			}
			n := 0
			for r, err := range found.All() {
				if err != nil {
					t.Fatal(err)
				}
				n++
				if r[0] != c.want {
					t.Errorf("got %T %v, want %T %v", r[0], r[0], c.want, c.want)
				}
			}
			if n != 1 {
				t.Errorf("%d rows", n)
			}
		})
	}
	t.Run("not finite", func(t *testing.T) {
		found, err := w.session.Query(t.Context(), statement("kinds", w.bind("SELECT CAST('NaN' AS double) AS x FROM events")))
		if err != nil {
			return // refused at once
		}
		for r, err := range found.All() {
			if err != nil {
				continue
			}
			if f, ok := r[0].(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
				t.Error("a float that is no number went through")
			}
		}
	})
}

// The nested columns of a record can be read by their names in Athena.
func testNested(t *testing.T, open Open) {
	w := start(t, open, nil, files{"a.json": log(at("2026-10-25T00:30:00Z", "a", map[string]any{
		"resources": []any{map[string]any{"ARN": "arn:aws:s3:::b", "accountId": "111122223333", "type": "AWS::S3::Bucket"}, map[string]any{"ARN": "arn:aws:s3:::c"}},
		"userIdentity": map[string]any{"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/r/s", "sessionContext": map[string]any{
			"attributes": map[string]any{"mfaAuthenticated": "true"}, "sourceIdentity": "alice", "sessionIssuer": map[string]any{"userName": "r"},
			"webIdFederationData": map[string]any{"federatedProvider": "p", "attributes": map[string]any{"k": "v"}}}},
		"requestParameters": map[string]any{"bucketName": "b", "deep": map[string]any{"list": []any{1, map[string]any{"x": "y"}}}},
		"tlsDetails":        map[string]any{"tlsVersion": "TLSv1.3"},
	}))}, whole())
	w.want(`SELECT useridentity.type, useridentity.sessioncontext.attributes.mfaauthenticated, useridentity.sessioncontext.sourceidentity,
		element_at(useridentity.sessioncontext.webidfederationdata.attributes, 'k'), tlsdetails.tlsversion, cardinality(resources), resources[1].arn,
		json_extract_scalar(requestparameters, '$.deep.list[1].x'), any_match(resources, r -> r.arn = 'arn:aws:s3:::c') FROM events`,
		"AssumedRole|true|alice|v|TLSv1.3|2|arn:aws:s3:::b|y|true")
	w.want("SELECT useridentity.sessioncontext.sessionissuer.username, resources[2].arn, useridentity.sessioncontext.sessionissuer.username FROM events", "r|arn:aws:s3:::c|r")
	w.want("SELECT e.eventid, t.arn FROM events e CROSS JOIN UNNEST(transform(e.resources, r -> r.arn)) AS t(arn) WHERE t.arn LIKE '%c' ORDER BY 2", "a|arn:aws:s3:::c")
}

// A session that was asked for some columns holds these; the figures do not depend on it.
func testColumns(t *testing.T, open Open) {
	f := files{"a.json": log(at("2026-10-25T08:00:00Z", "a", map[string]any{"errorCode": "AccessDenied"}), at("2026-10-25T08:00:00Z", "a"))}
	scope := october()
	scope.Columns = map[string][]string{"events": {"denied", "sourceipaddress"}}
	w := start(t, open, nil, f, scope)
	w.want("SELECT denied, sourceipaddress FROM events", "true|198.51.100.7")
	in := w.inputs()
	w.figure("records", in.Records, 2)
	w.figure("conflicting", in.Conflicting, 1)
	scope.Columns = map[string][]string{"events": {"no_such_column"}}
	e := open(t, w.d, hold(t, f))
	defer e.Close()
	if s, err := e.Open(t.Context(), scope); err == nil {
		s.Close()
		t.Error("a scope with an unknown column was opened")
	}
}

// Rows arrive in the statement's order, however many there are.
func testOrder(t *testing.T, open Open) {
	var records []map[string]any
	const n = 5000
	for i := range n {
		records = append(records, at(time.Date(2026, 10, 25, 0, 0, 0, (i*7919%n)*int(time.Millisecond), time.UTC).Format("2006-01-02T15:04:05.000Z"), fmt.Sprintf("%05d", i*7919%n)))
	}
	w := start(t, open, nil, files{"a.json": log(records...)}, october())
	rows := w.rows("SELECT eventid FROM events ORDER BY event_time DESC, eventid")
	if len(rows) != n {
		t.Fatalf("%d rows, want %d", len(rows), n)
	}
	for i, r := range rows {
		if want := fmt.Sprintf("%05d", n-1-i); r[0] != want {
			t.Fatalf("row %d is %v, want %s", i, r[0], want)
		}
	}
	// NULL stands last, ascending and descending; texts order by their bytes.
	w = start(t, open, nil, files{"a.json": log(at("2026-10-25T00:00:00Z", "1", map[string]any{"errorCode": "b"}), at("2026-10-25T00:00:00Z", "2"), at("2026-10-25T00:00:00Z", "3", map[string]any{"errorCode": "B"}))}, october())
	w.want("SELECT errorcode FROM events ORDER BY errorcode", "B", "b", "NULL")
	w.want("SELECT errorcode FROM events ORDER BY errorcode DESC", "b", "B", "NULL")
}

// A statement restricted to some log files sees their events only, and their names without the part they share.
func testPart(t *testing.T, open Open) {
	scope := october()
	scope.HistoryDays = 10
	w := start(t, open, nil, files{
		"case-1/a.json":  log(at("2026-10-25T00:00:00Z", "one"), at("2026-09-25T00:00:00Z", "old-one")),
		"case-2/b.json":  log(at("2026-10-25T00:00:00Z", "two"), at("2026-09-25T00:00:00Z", "old-two")),
		"case-22/c.json": log(at("2026-10-25T00:00:00Z", "three")),
	}, scope)
	st := statement("part", w.bind("SELECT eventid, log_file FROM events UNION ALL SELECT eventid, log_file FROM history ORDER BY 1"))
	st.LogFiles = "case-2/"
	var got []string
	for _, r := range w.ask(t.Context(), st) {
		got = append(got, fmt.Sprint(r...))
	}
	if want := []string{"old-twob.json", "twob.json"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	st.LogFiles = `case-'2/`
	if got := w.ask(t.Context(), st); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

// Check plans and runs nothing.
func testCheck(t *testing.T, open Open) {
	w := start(t, open, nil, files{"a.json": log(at("2026-10-25T00:00:00Z", "a"))}, october())
	if err := w.session.Check(t.Context(), statement("good", w.bind("SELECT eventid FROM events ORDER BY 1"))); err != nil {
		t.Error(err)
	}
	if err := w.session.Check(t.Context(), statement("never run", w.bind("SELECT CAST(eventid AS bigint) AS n FROM events"))); err != nil {
		t.Error("planning ran the statement:", err)
	}
	var f *engine.Fault
	if err := w.session.Check(t.Context(), engine.Statement{ID: "unbound"}); !errors.As(err, &f) || f.Reason != engine.Refused {
		t.Errorf("a statement without text: %v", err)
	}
	// A statement that fails while it runs is a fault with a reason, and the session lives on.
	found, err := w.session.Query(t.Context(), statement("fails", w.bind("SELECT CAST(eventid AS bigint) AS n FROM events")))
	if err == nil {
		for _, rowErr := range found.All() {
			err = rowErr
		}
	}
	if !errors.As(err, &f) || f.Reason != engine.Failed || f.Hint == "" {
		t.Errorf("a failing cast: %#v", err)
	}
	w.want("SELECT eventid FROM events", "a")
}

// Cancelling stops a statement that would take minutes; the session lives on.
func testCancel(t *testing.T, open Open) {
	var records []map[string]any
	for i := range 2000 {
		records = append(records, at("2026-10-25T00:00:00Z", fmt.Sprint(i)))
	}
	w := start(t, open, nil, files{"a.json": log(records...)}, october())
	slow := w.bind("SELECT count(*) AS n FROM events a, events b, events c WHERE a.eventid || b.eventid < c.eventid || a.eventname")
	for name, c := range map[string]struct {
		end  func(context.Context) (context.Context, context.CancelFunc)
		want engine.Reason
	}{
		"cancelled": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(50*time.Millisecond, cancel)
			return ctx, cancel
		}, engine.Cancelled},
		"timed out": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 50*time.Millisecond)
		}, engine.TimedOut},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := c.end(t.Context())
			defer cancel()
			found, err := w.session.Query(ctx, statement("slow", slow))
			if err == nil {
				for _, rowErr := range found.All() {
					err = rowErr
				}
			}
			var f *engine.Fault
			if !errors.As(err, &f) || f.Reason != c.want {
				t.Errorf("got %v, want a fault %q", err, c.want)
			}
			w.want("SELECT count(*) FROM events", "2000")
		})
	}
	// A caller that stops in the middle, or never loops, leaves nothing behind.
	for range 50 {
		found, err := w.session.Query(t.Context(), statement("all", w.bind("SELECT eventid FROM events ORDER BY eventid")))
		if err != nil {
			t.Fatal(err)
		}
		for range found.All() {
			break
		}
		if found, err = w.session.Query(t.Context(), statement("all", w.bind("SELECT eventid FROM events ORDER BY eventid"))); err != nil {
			t.Fatal(err)
		}
		if err := found.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Several goroutines may ask one session.
func testSeveral(t *testing.T, open Open) {
	var records []map[string]any
	for i := range 300 {
		records = append(records, at("2026-10-25T00:00:00Z", fmt.Sprint(i)))
	}
	w := start(t, open, nil, files{"a.json": log(records...)}, october())
	var group sync.WaitGroup
	for n := range 8 {
		b := w.bind(fmt.Sprintf("SELECT count(*) AS n FROM events WHERE CAST(eventid AS integer) %% 8 = %d AND json_extract_scalar(requestparameters, '$.a.b') IS NULL AND TRY_CAST(sourceipaddress AS ipaddress) IS NOT NULL", n))
		group.Go(func() {
			found, err := w.session.Query(t.Context(), statement("several", b))
			if err != nil {
				t.Error(err)
				return
			}
			for r, err := range found.All() {
				if err != nil || r[0] != int64(300/8)+map[bool]int64{true: 1}[n < 300%8] {
					t.Errorf("remainder %d: %v, %v", n, r, err)
				}
			}
		})
	}
	group.Wait()
}

// A statement can read events and history and nothing else, whatever its text says.
func testLocked(t *testing.T, open Open) {
	w := start(t, open, nil, files{"a.json": log(at("2026-10-25T00:00:00Z", "a"))}, october())
	for _, text := range []string{
		"SELECT * FROM read_text('/etc/hostname')",
		"SELECT content AS c FROM read_text('/etc/hostname')",
		`SELECT * FROM "/etc/hostname"`,
		"SELECT * FROM 'a.parquet'",
		"SELECT * FROM records",
		"SELECT * FROM duckdb_settings()",
		"SELECT * FROM information_schema.tables",
		"SELECT getenv('HOME') AS h FROM events",
		"SELECT 1 AS a; DROP TABLE events",
		"COPY events TO 'x.csv'",
		"PRAGMA database_list",
		"INSTALL httpfs",
		"CREATE TABLE x AS SELECT 1 AS a",
		"SELECT current_setting('TimeZone') AS z FROM events",
	} {
		p, bad := sql.Parse(text, nil)
		if bad.Err() != nil {
			continue
		}
		c, bad := p.Check(w.d.Catalog(), nil)
		if bad.Err() != nil {
			continue
		}
		if b, err := c.Bind(nil); err == nil {
			t.Errorf("%s is accepted as %s", text, b.Text(sql.Trino, nil))
		}
	}
	// A value is a value, whatever it says.
	w.want("SELECT eventid FROM events WHERE eventid = '''; DROP TABLE events; --'")
	w.want("SELECT eventid FROM events", "a")
}

// An engine names itself and tells what a scope would read.
func testDescribe(t *testing.T, open Open) {
	body := log(at("2026-10-25T00:00:00Z", "a"))
	w := start(t, open, nil, files{
		key("111122223333", "eu-west-1", "2026/10/25", "a"): body,
		key("111122223333", "eu-west-1", "2026/12/25", "b"): body,
		key("444455556666", "eu-west-1", "2026/10/25", "c"): body,
		"loose.json": body,
	}, october())
	d, err := w.engine.Describe(t.Context())
	if err != nil || d.Name == "" || d.Version == "" || d.Place == "" {
		t.Errorf("%+v, %v", d, err)
	}
	scope := october()
	scope.Accounts = []string{"111122223333"}
	e, err := w.engine.Estimate(t.Context(), scope, []engine.Statement{statement("one", w.bind("SELECT eventid FROM events"))})
	if err != nil {
		t.Fatal(err)
	}
	if e.Files != 2 || e.Bytes != 2*int64(len(body)) {
		t.Errorf("estimate %+v, want 2 files of %d bytes", e, len(body))
	}
}
