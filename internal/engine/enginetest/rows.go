package enginetest

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"trailscribe/internal/result"
)

// Each kind arrives as its Go type, NULL as nil.
func testKinds(t *testing.T, open Open) {
	w := start(t, open, nil, files{"a.json": log(at("2026-10-25T00:30:00.250Z", "a",
		map[string]any{"errorMessage": "naïve\u202e\n'\"", "requestParameters": map[string]any{"n": 1.50}}))}, whole())
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
			if len(cols) != 1 || cols[0].Name != "x" || c.kind != 0 && cols[0].Kind != c.kind &&
				!(c.kind == result.Instant && cols[0].Kind == result.Local) {
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
				t.Error("a float that is not a number went through")
			}
		}
	})
}

// The nested columns of a record can be read by their names in Athena.
func testNested(t *testing.T, open Open) {
	w := start(t, open, nil, files{"a.json": log(at("2026-10-25T00:30:00Z", "a", map[string]any{
		"resources": []any{map[string]any{"ARN": "arn:aws:s3:::b", "accountId": "111122223333", "type": "AWS::S3::Bucket"},
			map[string]any{"ARN": "arn:aws:s3:::c"}},
		"userIdentity": map[string]any{"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/r/s",
			"sessionContext": map[string]any{
				"attributes": map[string]any{"mfaAuthenticated": "true"}, "sourceIdentity": "alice", "sessionIssuer": map[string]any{"userName": "r"},
				"webIdFederationData": map[string]any{"federatedProvider": "p", "attributes": map[string]any{"k": "v"}}}},
		"requestParameters": map[string]any{"bucketName": "b", "deep": map[string]any{"list": []any{1, map[string]any{"x": "y"}}}},
		"tlsDetails":        map[string]any{"tlsVersion": "TLSv1.3"},
	}))}, whole())
	w.want(`SELECT useridentity.type, useridentity.sessioncontext.attributes.mfaauthenticated, useridentity.sessioncontext.sourceidentity,
		element_at(useridentity.sessioncontext.webidfederationdata.attributes, 'k'), tlsdetails.tlsversion, cardinality(resources), resources[1].arn,
		json_extract_scalar(requestparameters, '$.deep.list[1].x'), any_match(resources, r -> r.arn = 'arn:aws:s3:::c') FROM events`,
		"AssumedRole|true|alice|v|TLSv1.3|2|arn:aws:s3:::b|y|true")
	w.want("SELECT useridentity.sessioncontext.sessionissuer.username, resources[2].arn, "+
		"useridentity.sessioncontext.sessionissuer.username FROM events", "r|arn:aws:s3:::c|r")
	w.want("SELECT e.eventid, t.arn FROM events e CROSS JOIN UNNEST(transform(e.resources, r -> r.arn)) AS "+
		"t(arn) WHERE t.arn LIKE '%c' ORDER BY 2", "a|arn:aws:s3:::c")
}

// A session that was asked for some columns holds these; the figures do not depend on it.
func testColumns(t *testing.T, open Open) {
	f := files{"a.json": log(at("2026-10-25T08:00:00Z", "a", map[string]any{"errorCode": "AccessDenied"}), at("2026-10-25T08:00:00Z", "a"))}
	scope := october()
	scope.Columns = map[string][]string{"events": {"denied", "sourceipaddress"}}
	w := start(t, open, nil, f, scope)
	w.want("SELECT denied, sourceipaddress FROM events ORDER BY denied", "false|198.51.100.7", "true|198.51.100.7")
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
		records = append(records, at(time.Date(2026, 10, 25, 0, 0, 0, (i*7919%n)*int(time.Millisecond),
			time.UTC).Format("2006-01-02T15:04:05.000Z"), fmt.Sprintf("%05d", i*7919%n)))
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
	w = start(t, open, nil, files{"a.json": log(at("2026-10-25T00:00:00Z", "1", map[string]any{"errorCode": "b"}),
		at("2026-10-25T00:00:00Z", "2"), at("2026-10-25T00:00:00Z", "3", map[string]any{"errorCode": "B"}))}, october())
	w.want("SELECT errorcode FROM events ORDER BY errorcode", "B", "b", "NULL")
	w.want("SELECT errorcode FROM events ORDER BY errorcode DESC", "b", "B", "NULL")
	// Rows that ORDER BY leaves equal stand in the order of the other columns.
	w.want("SELECT eventname, eventid, errorcode FROM events ORDER BY eventname", "GetObject|1|b", "GetObject|2|NULL", "GetObject|3|B")
	w.want("SELECT eventname, errorcode, eventid FROM events ORDER BY eventname DESC LIMIT 2", "GetObject|B|3", "GetObject|b|1")
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
