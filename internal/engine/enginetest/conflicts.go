package enginetest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// conflicts are what Inputs lists, as lines.
func (w *world) conflicts() (lines []string) {
	w.t.Helper()
	for _, c := range w.inputs().Conflicts {
		lines = append(lines, fmt.Sprintf("%s %s %d %s", c.Account, c.EventID, c.Contents, strings.Join(c.Files, " ")))
	}
	return lines
}

// wantConflicts compares the list of Inputs and the number next to it, which no engine may leave out.
func (w *world) wantConflicts(want ...string) {
	w.t.Helper()
	in := w.inputs()
	if in.Conflicting == nil {
		w.t.Fatal("copies that differ cannot be seen on this engine")
	}
	w.figure("conflicting", in.Conflicting, int64(len(want)))
	if got := w.conflicts(); !slices.Equal(got, want) {
		w.t.Errorf("conflicts:\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// Of copies that do not say the same none is lost: each content is an event, marked, and its copies are counted. A record that
// is not an event of the period, such as a copy with another time or category, marks the one that is.
func testConflicts(t *testing.T, open Open) {
	const when = "2026-10-25T00:00:00Z"
	m := func(pairs ...any) map[string]any {
		out := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			out[pairs[i].(string)] = pairs[i+1]
		}
		return out
	}
	user := func(mfa string) map[string]any {
		return m("userIdentity", m("type", "IAMUser", "sessionContext", m("attributes", m("mfaAuthenticated", mfa))))
	}
	mapped := func(attributes string) map[string]any {
		return m("userIdentity", m("type", "WebIdentityUser", "sessionContext", m("webIdFederationData", m("attributes", attributes))))
	}
	const (
		one  = "1|false" // copies|copies_differ of a row
		two  = "2|false"
		odd  = "1|true"
		both = "2|true"
	)
	cases := []struct {
		id     string
		first  map[string]any // of the copy in the file that sorts first, and so of the second and the third
		second map[string]any
		third  map[string]any
		rows   []string // of events: copies and copies_differ, sorted
		files  string   // of the conflict: 1 the first file, 2 the second; "" no conflict
	}{
		{id: "a-same", second: m(), rows: []string{two}},
		{id: "b-name", second: m("eventName", "PutObject"), rows: []string{odd, odd}, files: "12"},
		{id: "c-nested", first: user("true"), second: user("false"), rows: []string{odd, odd}, files: "12"},
		{id: "d-missing", second: m("userAgent", nil), rows: []string{odd, odd}, files: "12"},
		{id: "e-empty", second: m("userAgent", ""), rows: []string{odd, odd}, files: "12"},
		{id: "f-resources", first: m("resources", []any{m("ARN", "a"), m("ARN", "b")}),
			second: m("resources", []any{m("ARN", "b"), m("ARN", "a")}), rows: []string{odd, odd}, files: "12"},
		{id: "g-tls", first: m("tlsDetails", m("tlsVersion", "TLSv1.3")), second: m("tlsDetails", m("cipherSuite", "TLSv1.3")),
			rows: []string{odd, odd}, files: "12"},
		{id: "h-map", first: mapped(`RAW{"k":"v","l":"w"}`), second: mapped(`RAW{"k":"v","l":"x"}`), rows: []string{odd, odd}, files: "12"},
		{id: "i-map-order", first: mapped(`RAW{"k":"v","l":"w"}`), second: mapped(`RAW{"l":"w","k":"v"}`), rows: []string{two}},
		{id: "j-json", first: m("requestParameters", `RAW{"a":1,"b":2}`), second: m("requestParameters", `RAW{"a":1,"b":3}`),
			rows: []string{odd, odd}, files: "12"},
		{id: "k-json-spaces", first: m("requestParameters", `RAW{"a":1,"b":[2,3]}`), second: m("requestParameters", `RAW{"a": 1, "b": [2,  3]}`),
			rows: []string{two}},
		{id: "l-json-order", first: m("requestParameters", `RAW{"a":1,"b":2}`), second: m("requestParameters", `RAW{"b":2,"a":1}`),
			rows: []string{odd, odd}, files: "12"},
		{id: "m-no-column", second: m("somethingNew", "x"), rows: []string{two}},
		{id: "n-three", second: m(), third: m("errorCode", "AccessDenied"), rows: []string{odd, both}, files: "12"},
		{id: "o-time", second: m("eventTime", "2026-10-26T00:00:00Z"), rows: []string{odd, odd}, files: "12"},
		{id: "p-other-month", second: m("eventTime", "2026-08-25T00:00:00Z"), rows: []string{odd}, files: "12"},
		{id: "q-later-month", second: m("eventTime", "2026-12-25T00:00:00Z"), rows: []string{odd}, files: "12"},
		{id: "r-no-time", second: m("eventTime", "yesterday"), rows: []string{odd}, files: "12"},
		{id: "s-insight", second: m("eventCategory", "Insight", "eventType", "AwsCloudTrailInsight"), rows: []string{odd}, files: "12"},
		// no event at all
		{id: "t-insights", first: m("eventCategory", "Insight"), second: m("eventCategory", "Insight", "eventName", "x"), rows: nil},
		{id: "u-region", second: m("awsRegion", "us-east-1"), rows: []string{odd, odd}, files: "12"},
		{id: "v-account", second: m("recipientAccountId", "444455556666"), rows: []string{one, one}}, // the id of another account's event
		{id: "w-no-id", second: m("eventID", nil), rows: []string{one, one}},
		{id: "x-upper-case", second: m("eventID", "X-UPPER-CASE"), rows: []string{one, one}},
		{id: "y-one-file", first: m("errorCode", "TWICE"), rows: []string{odd, odd}, files: "1"},
	}
	files1, files2 := key("111122223333", "eu-west-1", "2026/10/25", "a"), key("111122223333", "eu-west-1", "2026/10/25", "b")
	for n, many := range []int{0, 200} { // an engine may treat few copies among many events differently
		var a, b []map[string]any
		var rows, conflicts []string
		for _, c := range cases {
			first := at(when, c.id, m("requestID", c.id), c.first)
			if first["errorCode"] == "TWICE" {
				delete(first, "errorCode")
				a = append(a, at(when, c.id, m("requestID", c.id, "errorCode", "AccessDenied")))
			}
			a = append(a, first)
			if c.second != nil {
				b = append(b, at(when, c.id, m("requestID", c.id), c.first, c.second))
			}
			if c.third != nil {
				b = append(b, at(when, c.id, m("requestID", c.id), c.first, c.third))
			}
			for _, r := range c.rows {
				rows = append(rows, c.id+"|"+r)
			}
			if c.files != "" {
				contents := 2
				conflicts = append(conflicts, fmt.Sprintf("111122223333 %s %d %s", c.id, contents,
					map[string]string{"1": files1, "12": files1 + " " + files2}[c.files]))
			}
		}
		var single []map[string]any
		for i := range many {
			single = append(single, at(when, fmt.Sprint("zz-single-", i)))
		}
		w := start(t, open, nil, files{files1: raw(log(a...)), files2: raw(log(b...)), "AWSLogs/single.json": log(single...)}, whole())
		w.want("SELECT requestid, copies, copies_differ FROM events WHERE requestid IS NOT NULL ORDER BY requestid, copies", rows...)
		w.wantConflicts(conflicts...)
		w.want("SELECT count(*), count_if(copies_differ), sum(copies) FROM events WHERE eventid LIKE 'zz-single-%' HAVING count(*) > 0",
			[][]string{nil, {"200|0|200"}}[n]...)
		w.want("SELECT eventname, log_file FROM events WHERE eventid = 'b-name' ORDER BY eventname", "GetObject|"+files1, "PutObject|"+files2)
		// What is counted ties out: each copy is in one figure.
		in := w.inputs()
		w.figure("records", in.Records, int64(len(a)+len(b)+many-6))
		w.figure("events", in.Events, int64(len(rows)+many))
		w.figure("outside", in.Outside, 2)
		w.figure("undated", in.Undated, 1)
		w.figure("left out", in.LeftOut, 3)
	}
}

// raw puts JSON into a log as it is written, spaces and all.
func raw(log []byte) []byte {
	for {
		at := bytes.Index(log, []byte(`"RAW`))
		if at < 0 {
			return log
		}
		end := at + bytes.IndexByte(log[at+1:], '}') + 1
		for log[end+1] != '"' {
			end += bytes.IndexByte(log[end+1:], '}') + 1
		}
		text := bytes.ReplaceAll(log[at+len(`"RAW`):end+1], []byte(`\"`), []byte(`"`))
		log = slices.Concat(log[:at], text, log[end+2:])
	}
}

// Copies are compared over all that is read: those of the period with those of the history.
func testConflictsOfHistory(t *testing.T, open Open) {
	scope := october()
	scope.HistoryDays = 30
	old, eve, now := key("111122223333", "eu-west-1", "2026/09/10", "a"), key("111122223333", "eu-west-1", "2026/10/01", "b"),
		key("111122223333", "eu-west-1", "2026/10/02", "c")
	f := files{
		old: log(at("2026-09-10T00:00:00Z", "old"), at("2026-09-10T00:00:00Z", "fine"), at("2026-09-10T00:00:00Z", "moved")),
		eve: log(at("2026-09-10T00:00:00Z", "old", map[string]any{"eventName": "PutObject"}), at("2026-09-30T23:59:00Z", "over"),
			at("2026-09-10T00:00:00Z", "fine")),
		now: log(at("2026-10-01T12:00:00Z", "over"), at("2026-10-02T00:00:00Z", "good"), at("2026-10-02T00:00:00Z", "moved"),
			at("2026-10-02T00:00:00Z", "good")),
	}
	w := start(t, open, nil, f, scope)
	w.want("SELECT eventid, eventname, copies, copies_differ FROM history WHERE eventid <> 'moved' ORDER BY eventid",
		"fine|GetObject|2|false", "old|GetObject|1|true", "old|PutObject|1|true", "over|GetObject|1|true")
	w.want("SELECT eventid, copies, copies_differ FROM events WHERE eventid <> 'moved' ORDER BY eventid", "good|2|false", "over|1|true")
	// A copy of an event of the period that was put among the days of the history: both are rows, and it is told.
	w.want("SELECT eventid, copies FROM events WHERE eventid = 'moved' UNION ALL SELECT eventid, copies FROM history "+
		"WHERE eventid = 'moved' ORDER BY 1", "moved|1", "moved|1")
	w.wantConflicts("111122223333 moved 2 "+old+" "+now, "111122223333 old 2 "+old+" "+eve, "111122223333 over 2 "+eve+" "+now)
	// Without history its days are not read.
	w = start(t, open, nil, f, october())
	w.want("SELECT eventid, copies_differ FROM events ORDER BY eventid", "good|false", "moved|false", "over|true")
	w.wantConflicts("111122223333 over 2 " + eve + " " + now)
}

// A scope of accounts and regions holds for rows. A copy that says another region marks the one in scope all the same.
func testConflictsOfScope(t *testing.T, open Open) {
	a, b := key("111122223333", "eu-west-1", "2026/10/25", "a"), key("111122223333", "eu-west-1", "2026/10/25", "b")
	other := map[string]any{"recipientAccountId": "444455556666"}
	scope := october()
	scope.Accounts, scope.Regions = []string{"111122223333"}, []string{"eu-west-1"}
	w := start(t, open, nil, files{
		a: log(at("2026-10-25T00:00:00Z", "region"), at("2026-10-25T00:00:00Z", "theirs", other), at("2026-10-25T00:00:00Z", "fine")),
		b: log(at("2026-10-25T00:00:00Z", "region", map[string]any{"awsRegion": "us-east-1"}),
			at("2026-10-25T00:00:00Z", "theirs", other, map[string]any{"eventName": "PutObject"}), at("2026-10-25T00:00:00Z", "fine")),
	}, scope)
	w.want("SELECT eventid, copies, copies_differ FROM events ORDER BY eventid", "fine|2|false", "region|1|true")
	w.wantConflicts("111122223333 region 2 " + a + " " + b)
}
