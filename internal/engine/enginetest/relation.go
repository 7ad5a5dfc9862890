package enginetest

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/relation"
)

// The period is half-open, whatever the fraction of a second; a time that cannot be read is in no period.
func testPeriod(t *testing.T, open Open) {
	w := start(t, open, nil, files{"a.json": log(
		at("2026-09-30T23:59:59Z", "before"), at("2026-09-30T23:59:59.999Z", "just-before"),
		at("2026-10-01T00:00:00Z", "first"), at("2026-10-01T00:00:00.000Z", "first-ms"),
		at("2026-10-31T23:59:59Z", "last"), at("2026-10-31T23:59:59.999Z", "last-ms"),
		at("2026-11-01T00:00:00Z", "after"), at("2026-11-01T00:00:00.001Z", "after-ms"),
		at("2026-10-25 01:30:00", "blank"), at("", "empty"), event(map[string]any{"eventID": "absent", "eventTime": nil}),
		at("2026-13-45T00:00:00Z", "impossible"), at("2026-10-10T10:00:00+02:00", "offset"),
	)}, october())
	w.want("SELECT eventid, event_time FROM events ORDER BY event_time, eventid",
		"first|2026-10-01", "first-ms|2026-10-01", "last|2026-10-31 23:59:59", "last-ms|2026-10-31 23:59:59.999")
	in := w.inputs()
	w.figure("events", in.Events, 4)
	w.figure("undated", in.Undated, 5)
	w.figure("outside", in.Outside, 4)
}

// Folder days are days of delivery: an event may be in the folder of a later day.
func testLate(t *testing.T, open Open) {
	w := start(t, open, nil, files{
		key("111122223333", "eu-west-1", "2026/11/01", "a"): log(at("2026-10-31T23:58:00Z", "one-late"),
			at("2026-11-01T00:01:00Z", "next-month")),
		key("111122223333", "eu-west-1", "2026/11/02", "b"): log(at("2026-10-31T22:00:00Z", "two-late")),
		key("111122223333", "eu-west-1", "2026/11/03", "c"): log(at("2026-10-31T21:00:00Z", "too-late")),
		key("111122223333", "eu-west-1", "2026/09/30", "d"): log(at("2026-09-30T21:00:00Z", "month-before")),
	}, october())
	w.want("SELECT eventid FROM events ORDER BY eventid", "one-late", "two-late")
	in := w.inputs()
	w.figure("listed", in.Listed, 2)
	w.figure("outside", in.Outside, 1)
}

// history is the same relation for the days before; each statement sees its own length.
func testHistory(t *testing.T, open Open) {
	scope := october()
	scope.HistoryDays = 30
	w := start(t, open, nil, files{
		key("111122223333", "eu-west-1", "2026/09/01", "a"): log(at("2026-09-01T00:00:00Z", "day-30"), at("2026-08-31T23:59:59Z", "day-31")),
		key("111122223333", "eu-west-1", "2026/09/24", "b"): log(at("2026-09-24T00:00:00Z", "day-7"), at("2026-09-23T23:59:59Z", "day-8")),
		key("111122223333", "eu-west-1", "2026/10/01", "c"): log(at("2026-09-30T23:59:59Z", "eve"), at("2026-10-01T00:00:00Z", "first")),
	}, scope)
	w.want("SELECT eventid FROM history ORDER BY event_time", "day-30", "day-8", "day-7", "eve")
	w.want("SELECT eventid FROM events ORDER BY event_time", "first")
	for days, want := range map[int]int{30: 4, 7: 2, 8: 3} {
		st := statement("test", w.bind("SELECT eventid FROM history ORDER BY event_time"))
		st.HistoryDays = days
		if got := w.ask(t.Context(), st); len(got) != want {
			t.Errorf("a history of %d days has %v, want %d rows", days, got, want)
		}
	}
	w.figure("outside", w.inputs().Outside, 5)
}

// A scope of accounts and regions holds for the key of a file and for the record itself.
func testScope(t *testing.T, open Open) {
	f := files{
		key("111122223333", "eu-west-1", "2026/10/25", "a"): log(at("2026-10-25T00:00:00Z", "mine")),
		key("111122223333", "us-east-1", "2026/10/25", "b"): log(at("2026-10-25T00:00:00Z", "other-region",
			map[string]any{"awsRegion": "us-east-1"})),
		key("444455556666", "eu-west-1", "2026/10/25", "c"): log(at("2026-10-25T00:00:00Z", "other-account",
			map[string]any{"recipientAccountId": "444455556666"})),
		"loose.json": log(at("2026-10-25T00:00:00Z", "loose-mine"), at("2026-10-25T00:00:00Z", "loose-other",
			map[string]any{"recipientAccountId": "444455556666"})),
	}
	scope := october()
	w := start(t, open, nil, f, scope)
	w.want("SELECT eventid FROM events ORDER BY eventid", "loose-mine", "loose-other", "mine", "other-account", "other-region")
	scope.Accounts, scope.Regions = []string{"111122223333"}, []string{"eu-west-1"}
	w = start(t, open, nil, f, scope)
	w.want("SELECT eventid FROM events ORDER BY eventid", "loose-mine", "mine")
	w.figure("listed", w.inputs().Listed, 2)
}

// events holds management and data events; other records are counted and left out.
func testCategories(t *testing.T, open Open) {
	with := func(id, category, kind string) map[string]any {
		return at("2026-10-25T00:00:00Z", id, map[string]any{"eventCategory": category, "eventType": kind})
	}
	w := start(t, open, nil, files{"a.json": log(
		with("m", "Management", "AwsApiCall"), with("d", "Data", "AwsApiCall"), with("n", "NetworkActivity", "AwsVpceEvent"),
		with("i", "Insight", "AwsCloudTrailInsight"), with("g", "Aggregated", "AwsAggregatedEvent"), with("o", "Something", "AwsApiCall"),
	)}, october())
	w.want("SELECT eventid, category FROM events ORDER BY eventid", "d|data:s3", "m|management")
	in := w.inputs()
	w.figure("left out", in.LeftOut, 4)
	w.figure("records", in.Records, 2)
	var got []string
	for _, c := range in.Categories {
		got = append(got, fmt.Sprintf("%s %s %d", c.Account, c.Name, c.Events))
	}
	want := []string{"111122223333 aggregated 1", "111122223333 data:s3 1", "111122223333 insight 1", "111122223333 management 1",
		"111122223333 network 1", "111122223333 other 1"}
	if !slices.Equal(got, want) {
		t.Errorf("categories:\n got %q\nwant %q", got, want)
	}
}

// Whatever the order of files, the copy in the smallest key stays and carries the number of copies. Records without an
// id are never merged, and the same id in another account is another event.
func testDuplicates(t *testing.T, open Open) {
	one, two := at("2026-10-25T00:00:00Z", "twice"), at("2026-10-25T00:00:00Z", "twice")
	none := event(map[string]any{"eventTime": "2026-10-25T00:00:02Z"})
	blank := event(map[string]any{"eventTime": "2026-10-25T00:00:02Z", "eventID": ""})
	other := at("2026-10-25T00:00:01Z", "twice", map[string]any{"recipientAccountId": "444455556666"})
	keys := []string{
		key("111122223333", "eu-west-1", "2026/10/25", "a"),
		key("111122223333", "eu-west-1", "2026/10/26", "b"),
		key("111122223333", "us-east-1", "2026/10/25", "c"),
	}
	for n, order := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		content := [][]byte{log(one, none, none), log(two, other), log(one, one, blank, blank)}
		f := files{}
		// Half of the time copies are few among many events: an engine may treat them differently.
		var single []map[string]any
		if n%2 == 1 {
			for i := range 50 {
				single = append(single, at("2026-10-20T00:00:00Z", fmt.Sprint("single-", i)))
			}
			f["single.json"] = log(single...)
		}
		for i, k := range order {
			f[keys[i]] = content[k]
		}
		w := start(t, open, nil, f, october())
		w.want("SELECT account_id, eventid, copies, log_file FROM events WHERE eventid = 'twice' ORDER BY event_time",
			"111122223333|twice|4|"+keys[0], "444455556666|twice|1|"+keys[slices.Index(order[:], 1)])
		w.want("SELECT count(*), sum(copies) FROM events WHERE eventid IS NULL OR eventid = ''", "4|4")
		in := w.inputs()
		w.want("SELECT count(*), sum(copies), count(DISTINCT eventid) FROM events WHERE eventid LIKE 'single-%' HAVING count(*) > 0",
			map[bool][]string{true: {"50|50|50"}}[n%2 == 1]...)
		w.figure("records", in.Records, int64(9+len(single)))
		w.figure("events", in.Events, int64(6+len(single)))
		w.figure("conflicting", in.Conflicting, 0)
		w.want("SELECT count(*) FROM events WHERE copies_differ", "0")
	}
}

//go:embed testdata/derived.jsonl
var derivedCases []byte

type derivedCase struct {
	line  int
	Event map[string]any
	Want  map[string]any
}

func derived(t *testing.T) (cases []derivedCase) {
	t.Helper()
	lines := bufio.NewScanner(bytes.NewReader(derivedCases))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		c := derivedCase{line: n}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("derived.jsonl:%d: %v", n, err)
		}
		cases = append(cases, c)
	}
	return cases
}

// wide is a scope with every time the cases use, in a zone whose clocks change, with a calendar and known automation.
func wide() (s struct{ relation.Settings }) {
	s.Settings = relation.Settings{
		Zone:            "Europe/Berlin",
		Weekend:         []time.Weekday{time.Sunday, time.Saturday},
		Holidays:        []time.Time{time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC)},
		Workdays:        []time.Time{time.Date(2026, 10, 10, 0, 0, 0, 0, time.UTC)},
		AutomationRoles: []string{"arn:aws:iam::*:role/ci-*"},
	}
	return s
}

// Every derived column has the value its rule gives. Network and Insight records are kept for this test only.
func testDerived(t *testing.T, open Open) {
	all := Definition(t, func(name, text string) string {
		const filter = "AND (h_category = 'management' OR h_category LIKE 'data:%')"
		if name == "sql/events.sql" && strings.Count(text, filter) != 3 {
			t.Fatalf("%s does not hold the condition %q for events, and for events and history where it is staged", name, filter)
		}
		return strings.ReplaceAll(text, filter, "")
	})
	cases := derived(t)
	names := map[string]bool{}
	var records []map[string]any
	for _, c := range cases {
		e := event(c.Event)
		e["requestID"] = fmt.Sprint(c.line)
		records = append(records, e)
		for n := range c.Want {
			names[n] = true
		}
	}
	var cols []string
	for _, c := range relation.Columns() {
		if names[c.Name] {
			cols = append(cols, c.Name)
		}
	}
	scope := whole()
	scope.From, scope.Values = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), wide().Values()
	w := start(t, open, all, files{"cases.json": log(records...)}, scope)
	got := map[string]map[string]string{}
	for _, r := range w.rows("SELECT requestid, " + strings.Join(cols, ", ") + " FROM events ORDER BY requestid") {
		values := map[string]string{}
		for i, n := range cols {
			values[n] = cell(r[i+1])
		}
		got[r[0].(string)] = values
	}
	checked, undated := 0, int64(0)
	for _, c := range cases {
		row, there := got[fmt.Sprint(c.line)]
		if v, is := c.Want["event_time"]; is && v == nil {
			undated++
			checked++
			if there {
				t.Errorf("derived.jsonl:%d: the event is in the period, although its time cannot be read", c.line)
			}
			continue
		}
		if !there {
			t.Errorf("derived.jsonl:%d: the event is missing", c.line)
			continue
		}
		for n, want := range c.Want {
			checked++
			text := "NULL"
			if want != nil {
				text = fmt.Sprint(want)
			}
			if row[n] != text {
				t.Errorf("derived.jsonl:%d: %s is %s, want %s", c.line, n, row[n], text)
			}
		}
	}
	w.figure("undated", w.inputs().Undated, undated)
	if checked < 240 {
		t.Errorf("only %d values were checked", checked)
	}
}

// The category of the relation is the one the reader of log files gives.
func testCategoryOfReader(t *testing.T, open Open) {
	all := Definition(t, func(_, text string) string {
		return strings.ReplaceAll(text, "AND (h_category = 'management' OR h_category LIKE 'data:%')", "")
	})
	var records []map[string]any
	var want []string
	add := func(more map[string]any) {
		e := event(more)
		e["requestID"] = fmt.Sprintf("%05d", len(records))
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		r, err := cloudtrail.ParseRecord(raw)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, e)
		want = append(want, e["requestID"].(string)+"|"+r.Category())
	}
	for _, category := range []any{nil, "", "Management", "Data", "NetworkActivity", "Insight", "Aggregated", "Else"} {
		for _, kind := range []any{nil, "AwsApiCall", "AwsCloudTrailInsight", "AwsVpceEvents", "AwsAggregatedEvent"} {
			for _, management := range []any{nil, true, false} {
				for _, call := range [][2]any{{"s3.amazonaws.com", "GetObject"}, {"s3.amazonaws.com", "GetBucketAcl"},
					{"lambda.amazonaws.com", "Invoke"}, {nil, nil}} {
					add(map[string]any{"eventCategory": category, "eventType": kind, "managementEvent": management, "eventSource": call[0],
						"eventName": call[1]})
				}
			}
		}
	}
	for source, names := range map[string]string{
		"s3.amazonaws.com": `GetObject PutObject DeleteObject DeleteObjects HeadObject CopyObject PostObject OptionsObject RestoreObject SelectObjectContent
			ListObjects ListObjectsV2 ListObjectVersions GetObjectAcl PutObjectAcl GetObjectTagging PutObjectTagging DeleteObjectTagging GetObjectTorrent
			GetObjectAttributes GetObjectLegalHold PutObjectLegalHold GetObjectRetention PutObjectRetention CreateMultipartUpload InitiateMultipartUpload
			UploadPart UploadPartCopy CompleteMultipartUpload AbortMultipartUpload ListMultipartUploads ListParts HeadBucket WriteGetObjectResponse
			GetObjectLockConfiguration PutObjectLockConfiguration CreateBucket ListBuckets getobject`,
		"lambda.amazonaws.com": "Invoke InvokeExecution InvokeAsync InvokeWithResponseStream CreateFunction20150331",
		"dynamodb.amazonaws.com": `GetItem PutItem UpdateItem DeleteItem Query Scan BatchGetItem BatchWriteItem TransactGetItems TransactWriteItems
			ExecuteStatement BatchExecuteStatement ExecuteTransaction GetRecords GetShardIterator CreateTable`,
	} {
		for _, name := range strings.Fields(names) {
			add(map[string]any{"eventCategory": nil, "eventSource": source, "eventName": name})
		}
	}
	for _, kind := range []string{"AWS::S3::Object", "AWS::S3ObjectLambda::AccessPoint", "AWS::S3Outposts::Object", "AWS::DynamoDB::Stream",
		"AWS::S3::Bucket"} {
		add(map[string]any{"eventCategory": nil, "eventName": "Something", "resources": []any{map[string]any{"type": "AWS::S3::Bucket"},
			map[string]any{"type": kind}}})
	}
	for _, source := range []string{"SNS.amazonaws.com", "sns.amazonaws.com.cn", "x", "", ".amazonaws.com"} {
		add(map[string]any{"eventCategory": "data", "eventSource": source})
	}
	w := start(t, open, all, files{"a.json": log(records...)}, whole())
	got := w.texts("SELECT requestid, category FROM events ORDER BY requestid")
	if len(got) != len(want) {
		t.Fatalf("%d rows for %d records", len(got), len(want))
	}
	bad := 0
	for i := range got {
		if got[i] != want[i] {
			if bad++; bad < 20 {
				t.Errorf("the relation says %s, the reader %s: %v", got[i], want[i], records[i])
			}
		}
	}
}

// The zone of the machine must not matter: not for the period, not for a day, not for a wall clock.
func testProcessZone(t *testing.T, open Open) {
	f := files{"a.json": log(at("2026-10-01T00:30:00Z", "first"), at("2026-10-31T23:30:00Z", "last"), at("2026-11-01T00:30:00Z", "after"))}
	const text = "SELECT eventid, event_time, local_time, local_date, hour(local_time), CAST(event_time AS date), date_trunc('day', " +
		"event_time) FROM events ORDER BY event_time"
	want := []string{
		"first|2026-10-01 00:30:00|2026-10-01 00:30:00|2026-10-01|0|2026-10-01|2026-10-01",
		"last|2026-10-31 23:30:00|2026-10-31 23:30:00|2026-10-31|23|2026-10-31|2026-10-31",
	}
	for _, zone := range []string{"America/New_York", "Asia/Tokyo", "UTC"} {
		t.Run(zone, func(t *testing.T) {
			t.Setenv("TZ", zone)
			loc, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			old := time.Local
			t.Cleanup(func() { time.Local = old }) // registered first, so that it runs when the session is closed
			time.Local = loc
			start(t, open, nil, f, october()).want(text, want...)
		})
	}
}

// The same records give the same events, in the layout of a bucket and loose.
func testLayouts(t *testing.T, open Open) {
	a, b := at("2026-10-25T00:00:00Z", "a"), at("2026-10-26T00:00:00Z", "b")
	const text = "SELECT account_id, awsregion, eventid, actor, outcome, day_kind FROM events ORDER BY event_time"
	want := []string{"111122223333|eu-west-1|a|unknown|success|weekend", "111122223333|eu-west-1|b|unknown|success|workday"}
	for name, f := range map[string]files{
		"bucket": {key("111122223333", "eu-west-1", "2026/10/25", "x"): log(a),
			key("111122223333", "eu-west-1", "2026/10/26", "y"): log(b)},
		"organization": {"logs/AWSLogs/o-abc123/111122223333/CloudTrail/eu-west-1/2026/10/27/x.json": log(a, b)},
		"loose":        {"x.json": log(a), "sub/y.json": log(b)},
		"mixed":        {"x.json": log(a), key("111122223333", "eu-west-1", "2026/10/26", "y"): log(b)},
		"both":         {"x.json": log(a, b), key("111122223333", "eu-west-1", "2026/10/26", "y"): log(a, b)},
	} {
		t.Run(name, func(t *testing.T) { start(t, open, nil, f, october()).want(text, want...) })
	}
	// Only the folder says the account of an old record; a loose one falls back to the caller's.
	old := at("2026-10-25T00:00:00Z", "old", map[string]any{"recipientAccountId": nil,
		"userIdentity": map[string]any{"type": "IAMUser", "accountId": "999900001111"}})
	w := start(t, open, nil, files{key("111122223333", "eu-west-1", "2026/10/25", "x"): log(old), "loose.json": log(old)}, october())
	w.want("SELECT account_id FROM events ORDER BY account_id", "111122223333", "999900001111")
}
