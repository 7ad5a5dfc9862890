package query_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/diag"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/query"
	"trailscribe/internal/relation"
	"trailscribe/internal/result"
	"trailscribe/internal/sql"
	"trailscribe/queries"
	"trailscribe/reports"
	"trailscribe/templates"
)

const frameworkFile = `id: cis-5
title: CIS
version: "5.0"
publisher: CIS
controls:
  - {id: "1.6", name: root use, family: Identity, strength: full}
  - {id: "1.10", name: keys, family: Identity, strength: full}
`

func open(t *testing.T, files map[string]string) (*query.Set, diag.Problems) {
	t.Helper()
	m := fstest.MapFS{"reports/frameworks/cis-5.yaml": {Data: []byte(frameworkFile)}}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	l, bad := library.Open(library.Layer{Origin: "mine", FS: m})
	if bad != nil {
		t.Fatal(bad)
	}
	f, bad := framework.Load(l)
	if bad != nil {
		t.Fatal(bad)
	}
	return query.Load(l, f)
}

const consoleLogin = `id: root/console-login
title: Root signed in to the console
headline: {one: "{open} root sign-in", other: "{open} root sign-ins"}
question: When did somebody sign in as root?
kind: exception
severity: critical
log_scope: [management]
why: The root user bypasses every policy.
fix: Use named roles.
false_positives: Closing an account.
controls:
  cis-5: ["1.6", "1.10"]
attack: [T1078.004]
params:
  approved: {type: texts, default: [a, "b,c"], help: ticketed sign-ins}
  grace: {type: duration, default: 24h, help: time}
  zone: {type: zone, help: none}
  networks: {type: cidrs, from: networks, help: known}
columns:
  - {name: event_time, label: When, type: time}
  - {name: account_id, label: Account, type: account}
key: [account_id, eventid]
chart: {type: bar, x: account_id, labels: {1: one}}
history: 90d
sql: |
  SELECT event_time, account_id, eventid
  FROM events
  WHERE NOT coalesce(contains(:approved, eventid), false)
  ORDER BY event_time, account_id, eventid
population: SELECT count(*) FROM events
`

func TestLoad(t *testing.T) {
	s, bad := open(t, map[string]string{"queries/root/console-login.yaml": consoleLogin})
	if bad != nil {
		t.Fatal(bad)
	}
	q, ok := s.Get("root/console-login")
	if !ok || q.Topic() != "root" {
		t.Fatal("not found")
	}
	if q.Severity != query.Critical || q.HistoryDays != 90 || q.Headline["one"] != "{open} root sign-in" || q.Chart.Labels["1"] != "one" ||
		q.File.Origin != "mine" {
		t.Errorf("%+v", q)
	}
	for i, want := range []any{[]string{"a", "b,c"}, 24 * time.Hour, nil, nil} {
		if diff := cmp.Diff(want, q.Params[i].Default); diff != "" {
			t.Errorf("%s: %s", q.Params[i].Name, diff)
		}
	}
	if diff := cmp.Diff(sql.Types{"period_from": "instant", "period_to": "instant", "period_over": "bool", "approved": "texts",
		"grace": "duration", "zone": "zone", "networks": "cidrs"}, q.Types()); diff != "" {
		t.Error(diff)
	}
	if p := q.SQL.Place(strings.Index(q.SQL.Value, "coalesce")); p.Line != 28 || p.Col != 13 {
		t.Errorf("coalesce stands at %s", p)
	}
	if diff := cmp.Diff([]string{"root"}, s.Topics()); diff != "" {
		t.Error(diff)
	}
}

func TestLoadProblems(t *testing.T) {
	change := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(consoleLogin) }
	for _, tt := range []struct{ name, file, want string }{
		{"id", change("id: root/console-login", "id: root/other"),
			`1:5: the id is "root/other", but the file is queries/root/console-login.yaml`},
		{"severity missing", change("severity: critical\n", ""), `5:7: an exception query must say its severity`},
		{"key missing", change("key: [account_id, eventid]\n", ""), `an exception query must say the columns that identify a row`},
		{"placeholder", change("{open} root sign-ins", "{opened} x"), `3:48: unknown placeholder {opened} in headline; did you mean "open"?`},
		{"plural", change(`, other: "{open} root sign-ins"`, ""), `plural forms need the form "other"`},
		{"framework", change("cis-5:", "cis-6:"), `12:3: there is no framework "cis-6"; did you mean "cis-5"?; allowed: cis-5`},
		{"control", change(`"1.10"`, `"1.11"`), `12:18: cis-5 has no control "1.11"; did you mean "1.10"?`},
		{"control twice", change(`"1.10"`, `"1.6"`), `the control "1.6" appears twice`},
		{"bare control", change(`"1.10"`, `1.10`), `without quotes 1.10 is read as a number`},
		{"param type", change("type: duration", "type: durations"), `params.grace.type cannot be "durations"; did you mean "duration"?`},
		{"default", change("default: 24h", "default: soon"), `"soon" is not a duration; write 90m, 24h or 7d`},
		{"list default", change(`default: [a, "b,c"]`, "default: a"), `a value of type texts is a list`},
		{"from", change("type: cidrs", "type: int"), `a parameter from networks cannot have the type int; allowed: cidrs, texts`},
		{"reserved", change("grace:", "period_to:"), `:period_to is of the report's period`},
		{"column twice", change("name: account_id", "name: event_time"), `the column "event_time" appears twice`},
		{"log scope", change("[management]", "[everything]"), `log_scope[0] cannot be "everything"; it must be management, data:s3`},
		{"history", change("90d", "9000d"), `history is 9000 days; at most 730 are read`},
		{"heat", change("type: bar", "type: heat"), `a heat chart needs a column for its rows`},
		{"technique", change("T1078.004", "1078"), `attack[0] must be a text; without quotes 1078`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, bad := open(t, map[string]string{"queries/root/console-login.yaml": tt.file})
			if !strings.Contains(bad.Error(), tt.want) {
				t.Errorf("no problem %q in\n%v", tt.want, bad)
			}
			if len(s.Queries) != 0 {
				t.Error("a query with problems is in the set")
			}
		})
	}
	_, bad := open(t, map[string]string{"queries/root/x_test.yaml": "cases: []\n", "queries/y.yaml": consoleLogin})
	for _, want := range []string{"queries/root/x_test.yaml: test cases without their query",
		"queries/y.yaml: a query must stand in a folder"} {
		if !strings.Contains(bad.Error(), want) {
			t.Errorf("no problem %q in\n%v", want, bad)
		}
	}
}

// A metric needs neither severity nor key: its figures are information.
func TestMetricDefaults(t *testing.T) {
	s, bad := open(t, map[string]string{"queries/root/m.yaml": "id: root/m\ntitle: T\nquestion: Q\nkind: metric\nlog_scope: " +
		"[management]\nwhy: W\ncolumns: [{name: n, label: N, type: number}]\nsql: SELECT count(*) AS n FROM events\n"})
	if bad != nil || s.Queries[0].Severity != query.Info {
		t.Error(bad)
	}
}

func TestCases(t *testing.T) {
	s, bad := open(t, map[string]string{"queries/root/console-login.yaml": consoleLogin, "queries/root/console-login_test.yaml": `cases:
  - name: a sign-in is reported
    period: 2026-03
    timezone: Europe/Berlin
    params: {approved: [x, "y,z"], grace: 7d}
    facts: {accounts: ["111122223333"], automation: {roles: ["*/ci"]}, automation.sessions: [t], holidays: ["2026-03-02"]}
    events:
      - {eventName: ConsoleLogin, userIdentity: {type: Root, accountId: "111122223333"}, additionalEventData: {MFAUsed: "No", n: 1.50, b: true, z: null}}
      - {eventName: ConsoleLogin}
    history: [{eventName: Old}]
    want:
      - {account_id: "111122223333", n: 3, yes: true, nothing: ~}
  - name: nothing
    events: []
    want: []
`})
	if bad != nil {
		t.Fatal(bad)
	}
	cases, bad := s.Cases(s.Queries[0])
	if bad != nil {
		t.Fatal(bad)
	}
	c := cases[0]
	if len(c.Events) != 2 || len(c.History) != 1 || c.Place.Line != 2 || c.Timezone != "Europe/Berlin" || c.Period != "2026-03" {
		t.Errorf("%+v", c)
	}
	if diff := cmp.Diff(map[string]string{"approved": `["x","y,z"]`, "grace": "7d"}, c.Params); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string][]string{"accounts": {"111122223333"}, "automation.roles": {"*/ci"}, "automation.sessions": {"t"},
		"holidays": {"2026-03-02"}}, c.Facts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]map[string]any{{"account_id": "111122223333", "n": int64(3), "yes": true, "nothing": nil}}, c.Want); diff != "" {
		t.Error(diff)
	}
	var first, second, old map[string]any
	for raw, to := range map[string]*map[string]any{string(c.Events[0].Raw): &first, string(c.Events[1].Raw): &second,
		string(c.History[0].Raw): &old} {
		if err := json.Unmarshal([]byte(raw), to); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(string(c.Events[0].Raw), `"MFAUsed":"No","n":1.50,"b":true,"z":null`) {
		t.Errorf("types or order of the event are lost: %s", c.Events[0].Raw)
	}
	if ts, _ := first["eventTime"].(string); !strings.HasPrefix(ts, "2026-03-1") {
		t.Errorf("the default time %v is not inside the period", first["eventTime"])
	}
	if ts, _ := old["eventTime"].(string); !strings.HasPrefix(ts, "2026-02-") {
		t.Errorf("the default time of history %v is not before the period", old["eventTime"])
	}
	if first["eventID"] == second["eventID"] || first["eventID"] == nil {
		t.Error("the events have no ids of their own")
	}
	if hit, miss := query.Covered(cases); !hit || !miss {
		t.Error("covered")
	}
}

func TestCaseProblems(t *testing.T) {
	s, _ := open(t, map[string]string{"queries/root/console-login.yaml": consoleLogin, "queries/root/console-login_test.yaml": `cases:
  - name: a
    timezone: Mars
    params: {aproved: [x], grace: soon}
    facts: {acounts: [x], automation: {robots: [x]}, holidays: [x]}
    events:
      - {userIdentity: {accountId: 111122223333}}
      - {requestParameters: {id: 0123}}
      - 17
    want: []
  - name: a
    want: {}
`})
	_, bad := s.Cases(s.Queries[0])
	for _, want := range []string{
		`3:15: "Mars" is not a time zone`, `4:14: root/console-login has no parameter "aproved"; did you mean "approved"?`,
		`4:35: "soon" is not a duration`,
		`5:13: there is no fact "acounts"; did you mean "accounts"?`, `there is no fact "automation.robots"`, `5:65: "x" is not a date`,
		`7:36: CloudTrail writes accountId as a text`,
		`8:34: cases[0].events[1].requestParameters.id: without quotes 0123 is read as a number and loses its leading zero`,
		`9:9: cases[0].events[2] must be a mapping`, `11:11: two cases are called "a"`, `12:11: cases[1].want must be a list`,
	} {
		if !strings.Contains(bad.Error(), want) {
			t.Errorf("no problem %q in\n%v", want, bad)
		}
	}
}

func TestParseValue(t *testing.T) {
	day := func(s string) time.Time { d, _ := time.Parse(time.DateOnly, s); return d }
	for _, tt := range []struct {
		typ, in string
		want    any
	}{
		{"text", " a, b ", " a, b "}, {"texts", "a, b", []string{"a", "b"}}, {"texts", `["a, b","c"]`, []string{"a, b", "c"}},
		{"texts", "", []string{}}, {"texts", "[]", []string{}},
		{"id", "AKIA1", "AKIA1"}, {"ids", "1,2", []string{"1", "2"}}, {"int", "-5", int64(-5)}, {"number", "0.50", 0.5}, {"bool", "TRUE", true},
		{"date", "2026-02-28", day("2026-02-28")}, {"dates", "2026-02-28,2026-03-01", []time.Time{day("2026-02-28"), day("2026-03-01")}},
		{"instant", "2026-10-02T09:00:00+02:00", time.Date(2026, 10, 2, 7, 0, 0, 0, time.UTC)}, {"clock", "9:05", "09:05"},
		{"duration", "7d", 7 * 24 * time.Hour}, {"duration", "90m", 90 * time.Minute},
		{"zone", "Asia/Shanghai", "Asia/Shanghai"}, {"cidrs", "192.0.2.7/24, 2001:db8::1", []string{"192.0.2.0/24", "2001:db8::1/128"}},
	} {
		got, err := query.ParseValue(tt.typ, tt.in)
		if err != nil {
			t.Errorf("%s %q: %v", tt.typ, tt.in, err)
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s %q: %s", tt.typ, tt.in, diff)
		}
		again, err := query.ParseValue(tt.typ, query.FormatValue(tt.typ, got))
		if diff := cmp.Diff(got, again); diff != "" || err != nil {
			t.Errorf("%s %q is written as %q and read as another value: %s %v", tt.typ, tt.in, query.FormatValue(tt.typ, got), diff, err)
		}
	}
	for _, tt := range [][2]string{{"int", "1.5"}, {"int", "99999999999999999999"}, {"number", "NaN"}, {"number", "1e999"},
		{"number", "0x1p4"}, {"bool", "yes"}, {"date", "2026-02-30"}, {"instant", "2026-10-02"},
		{"instant", "2026-10-02T09:00:00.0001Z"}, {"clock", "24:00"}, {"clock", "9"}, {"duration", "-1h"}, {"duration", "7"}, {"zone", "Local"},
		{"zone", ""}, {"zone", "../etc"}, {"cidrs", "192.0.2.0/33"}, {"cidrs", "fe80::1%eth0"},
		{"texts", `["a"`}, {"texts", `[1]`}, {"texts", `["a"] x`}, {"id", "a b"}, {"id", ""}, {"text", "a\x00"}, {"texts", "a,\xab"},
		{"nope", "x"}} {
		if got, err := query.ParseValue(tt[0], tt[1]); err == nil {
			t.Errorf("%s %q: no error, got %v", tt[0], tt[1], got)
		}
	}
}

func FuzzParseValue(f *testing.F) {
	for _, s := range []string{"a,b", `["a"]`, "2026-10-01", "09:00", "7d", "192.0.2.0/24", "UTC", "1e5", "", "\xab"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, typ := range query.ParamTypes() {
			v, err := query.ParseValue(typ, text)
			if err != nil {
				continue
			}
			again, err := query.ParseValue(typ, query.FormatValue(typ, v))
			if diff := cmp.Diff(v, again); err != nil || diff != "" {
				t.Fatalf("%s %q: %v, written as %q, read as %v %v", typ, text, v, query.FormatValue(typ, v), again, err)
			}
		}
	})
}

func TestSeverity(t *testing.T) {
	if !(query.None < query.Info && query.Info < query.Low && query.Low < query.Medium && query.Medium < query.High &&
		query.High < query.Critical) {
		t.Error("severities are not ordered")
	}
	for s := query.None; s <= query.Critical; s++ {
		if got, err := query.ParseSeverity(strings.ToUpper(s.String())); err != nil || got != s {
			t.Errorf("%s: %v %v", s, got, err)
		}
	}
	if _, err := query.ParseSeverity("severe"); err == nil {
		t.Error("severe is not a severity")
	}
}

// catalog is what the shipped queries are compiled against.
func catalog(t testing.TB, l *library.Library) sql.Catalog {
	t.Helper()
	d, bad := relation.Load(l)
	if bad.Err() != nil {
		t.Fatal(bad)
	}
	return d.Catalog()
}

func TestCompile(t *testing.T) {
	embedded, bad := library.Open(library.Embedded(queries.FS, reports.FS, templates.FS, true))
	if bad != nil {
		t.Fatal(bad)
	}
	c := catalog(t, embedded)
	base := strings.NewReplacer("  zone: {type: zone, help: none}\n", "", "  grace: {type: duration, default: 24h, help: time}\n", "",
		"  networks: {type: cidrs, from: networks, help: known}\n", "", "history: 90d\n", "").Replace(consoleLogin)
	for _, tt := range []struct {
		name, from, to, want string
	}{
		{"fine", "", "", ""},
		{"column not selected", "{name: account_id, label: Account", "{name: acount_id, label: Account",
			`18:12: the column "acount_id" is not selected by the SQL; did you mean "account_id"?`},
		{"column type", "type: account}", "type: number}", `the column "account_id" has the type number, but the SQL gives a text`},
		{"key not selected", "key: [account_id, eventid]", "key: [account_id, requestid]", `the key column "requestid" is not selected`},
		{"chart not selected", "x: account_id", "x: region", `the chart's column "region" is not selected`},
		{"chart values", "x: account_id", "x: account_id, y: eventid", `the chart's values "eventid" are a text, not a number`},
		{"unused", "params:\n", "params:\n  extra: {type: int, help: h}\n", `15:3: the parameter "extra" is not used in the SQL`},
		{"history not read", "sql: |", "history: 30d\nsql: |", `the SQL does not read history`},
		{"population", "SELECT count(*) FROM events\n", "SELECT eventid FROM events\n", `the population must give one whole number`},
		{"sql", "FROM events\n  WHERE", "FROM evnts\n  WHERE", `evnts`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := base
			if tt.from != "" {
				file = strings.Replace(base, tt.from, tt.to, 1)
			}
			s, bad := open(t, map[string]string{"queries/root/console-login.yaml": file})
			if bad != nil {
				t.Fatal(bad)
			}
			checked, bad := s.Queries[0].Compile(c)
			if tt.want == "" {
				if bad.Err() != nil || checked == nil {
					t.Fatal(bad)
				}
				return
			}
			if checked != nil || !strings.Contains(bad.Error(), tt.want) {
				t.Errorf("no problem %q in\n%v", tt.want, bad)
			}
			for _, p := range bad {
				if p.At.Line == 0 {
					t.Errorf("a problem without a place: %v", p)
				}
			}
		})
	}
}

// The shipped queries load, compile and have cases that show a row and its absence.
func TestShipped(t *testing.T) {
	l, bad := library.Open(library.Embedded(queries.FS, reports.FS, templates.FS, true))
	if bad != nil {
		t.Fatal(bad)
	}
	f, bad := framework.Load(l)
	if bad != nil {
		t.Fatal(bad)
	}
	s, bad := query.Load(l, f)
	if bad != nil {
		t.Error(bad)
	}
	c := catalog(t, l)
	for _, q := range s.Queries {
		if _, bad := q.Compile(c); bad.Err() != nil {
			t.Errorf("%s:\n%v", q.ID, bad)
		}
		cases, bad := s.Cases(q)
		if bad != nil {
			t.Errorf("%s:\n%v", q.ID, bad)
		}
		if hit, _ := query.Covered(cases); !hit {
			t.Errorf("%s: no case shows a row", q.ID)
		}
	}
}

func TestTimed(t *testing.T) {
	cols := []result.Column{{Name: "at", Kind: result.Local}, {Name: "clock", Kind: result.Instant}, {Name: "other", Kind: result.Instant},
		{Name: "day", Kind: result.Date}}
	q := &query.Query{Columns: []query.Column{{Name: "at", Type: "time"}, {Name: "clock", Type: "local-time"}, {Name: "day", Type: "time"}}}
	want := []result.Kind{result.Instant, result.Local, result.Instant, result.Date}
	for i, c := range q.Timed(cols) {
		if c.Kind != want[i] {
			t.Errorf("%s is %v, want %v", c.Name, c.Kind, want[i])
		}
	}
	if got := (*query.Query)(nil).Timed(cols); !slices.Equal(got, cols) || cols[0].Kind != result.Local {
		t.Errorf("without a query the columns became %v", got)
	}
}
