package relation

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"trailscribe/internal/diag"
	"trailscribe/internal/library"
	"trailscribe/internal/sql"
	"trailscribe/templates"
)

func load(t *testing.T, change func(name, text string) string) (*Definition, diag.Problems) {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(templates.FS, "sql/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal("no statements:", err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(templates.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		if text := change(name, string(data)); text != "" {
			files["templates/"+name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	l, bad := library.Open(library.Layer{Origin: library.BuiltIn, FS: files})
	if err := bad.Err(); err != nil {
		t.Fatal(err)
	}
	return Load(l)
}

func asBuilt(_, text string) string { return text }

func october() Scope {
	return Scope{From: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), LateDays: 2}
}

func TestLoad(t *testing.T) {
	d, bad := load(t, asBuilt)
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	if len(d.Files()) != len(statements) {
		t.Errorf("%d files for %d statements", len(d.Files()), len(statements))
	}
	// The text a report prints is itself a statement of the language.
	for _, name := range statements {
		b, err := d.Select(name, october(), true)
		if err != nil {
			t.Fatal(err)
		}
		p, bad := sql.Parse(b.Text(sql.Trino, nil), nil)
		if bad.Err() != nil {
			t.Fatalf("%s: %v", name, bad)
		}
		if _, bad = p.Check(sql.Catalog{Records: RecordColumns()}, nil); bad.Err() != nil {
			t.Errorf("%s: %v", name, bad)
		}
	}
}

// Queries are checked against Columns; the statement must give exactly these, with these types.
func TestColumns(t *testing.T) {
	d, bad := load(t, asBuilt)
	if bad.Err() != nil {
		t.Fatal(bad)
	}
	var want []string
	for _, c := range Columns() {
		want = append(want, c.Name)
	}
	if got := slices.Compact(slices.Sorted(slices.Values(want))); len(got) != len(want) {
		t.Error("a column stands twice")
	}
	// Each column is compared with a NULL of its type, which only the same type allows.
	var items []string
	for _, c := range Columns() {
		items = append(items, "coalesce(e."+c.Name+", CAST(NULL AS "+c.Type+")) AS "+c.Name)
	}
	b, err := d.Select(Events, october(), true)
	if err != nil {
		t.Fatal(err)
	}
	text := "SELECT " + strings.Join(items, ", ") + " FROM (" + b.Text(sql.Trino, nil) + ") e"
	p, bad := sql.Parse(text, nil)
	if bad.Err() != nil {
		t.Fatal(bad)
	}
	if _, bad := p.Check(sql.Catalog{Records: RecordColumns()}, nil); bad.Err() != nil {
		t.Error(bad)
	}
	if got := outputs(t, d); !slices.Equal(got, want) {
		t.Errorf("the statement gives\n%s\nqueries may name\n%s", got, want)
	}
}

// outputs are the columns of the statement; arrays and rows have no kind of their own, so names are all there is.
func outputs(t *testing.T, d *Definition) (names []string) {
	t.Helper()
	b, err := d.Select(Events, october(), true)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.Columns() {
		names = append(names, c.Name)
	}
	return names
}

// Every column of a record but the id is compared between copies.
func TestConflictsCompareAll(t *testing.T) {
	data, err := fs.ReadFile(templates.FS, "sql/events.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(data), "CAST(ARRAY[")
	list, _, _ = strings.Cut(list, "] AS json)")
	types := map[string]string{}
	for _, c := range table() {
		types[c.Name] = c.Type
	}
	var got, want []string
	for _, n := range strings.Split(list, ",") {
		n = strings.TrimSpace(n)
		inner, json := strings.CutPrefix(n, "json_format(CAST(")
		inner, _ = strings.CutSuffix(inner, " AS json))")
		if nested := types[inner] != "varchar"; nested != json {
			t.Errorf("%s of type %s: JSON is for nested columns and for these alone", n, types[inner])
		}
		got = append(got, inner)
	}
	for _, c := range table() {
		if c.Name != "eventid" {
			want = append(want, c.Name)
		}
	}
	if !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
		t.Errorf("compared: %v\nall: %v", got, want)
	}
}

func TestLoadProblems(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(name, text string) string
		file   string
		line   string // text of the line the problem points to
		text   string
	}{
		{"a file is missing", func(name, text string) string {
			if name == "sql/census.sql" {
				return ""
			}
			return text
		}, "templates/sql/census.sql", "", "missing"},
		{"the mark is missing", func(name, text string) string { return strings.ReplaceAll(text, "go on from here", "goes on") },
			"templates/sql/events.sql", "", "is missing"},
		{"unknown column in the second file", func(name, text string) string {
			return strings.ReplaceAll(text, "count(*) AS records", "count(nonsense) AS records")
		},
			"templates/sql/census.sql", "  count(nonsense) AS records", "nonsense"},
		{"unknown column in the shared part", func(name, text string) string {
			return strings.ReplaceAll(text, "nullif(recipientaccountid, '')", "nullif(nonsense, '')")
		},
			"templates/sql/events.sql", "      nullif(nonsense, ''),", "nonsense"},
		{"a parameter where it cannot be decided", func(name, text string) string {
			return strings.ReplaceAll(text, "\n  copies,\n", "\n  copies,\n  least(copies, CAST(:unique AS bigint)) AS least,\n")
		}, "templates/sql/events.sql", "  least(copies, CAST(:unique AS bigint)) AS least,", ":unique may stand only"},
		{"no SELECT", func(name, text string) string {
			if name == "sql/deliveries.sql" {
				return "DELETE FROM dated"
			}
			return text
		}, "templates/sql/deliveries.sql", "DELETE FROM dated", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, bad := load(t, c.change)
			if bad.Err() == nil || d != nil {
				t.Fatal("accepted")
			}
			if p := bad[0]; p.At.File != c.file || p.At.Text != c.line || !strings.Contains(p.Text, c.text) {
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestVariants(t *testing.T) {
	d, bad := load(t, asBuilt)
	if bad.Err() != nil {
		t.Fatal(bad)
	}
	text := func(d *Definition) string {
		b, err := d.Select(Events, october(), true)
		if err != nil {
			t.Fatal(err)
		}
		return b.Text(sql.Trino, nil)
	}
	whole, apart, unique, equal := text(d), text(d.Apart()), text(d.Unique()), text(d.Equal())
	if n := strings.Count(apart, "split_part(file, '/', 1)"); n != 4 {
		t.Errorf("apart has %d folders in its partitions, want 4", n)
	}
	if strings.Count(whole, " OVER (") != 4 || strings.Contains(unique, " OVER (") || strings.Count(equal, " OVER (") != 2 {
		t.Error("unique still looks for copies, equal still compares them, or the whole does not")
	}
	for _, n := range []string{"h_content)", "h_content ORDER"} {
		if !strings.Contains(whole, n) || strings.Contains(equal, n) || strings.Contains(unique, n) {
			t.Errorf("%s: only the whole relation may ask for the content", n)
		}
	}
	if both := text(d.Apart().Equal()); both != text(d.Equal().Apart()) || strings.Count(both, "split_part(file, '/', 1)") != 2 ||
		strings.Count(both, " OVER (") != 2 {
		t.Error("equal copies of different folders are not kept apart")
	}
	for _, u := range []*Definition{d.Apart().Unique(), d.Unique().Apart(), d.Unique().Equal(), d.Equal().Unique(),
		d.Equal().Apart().Unique()} {
		if text(u) != unique {
			t.Error("without copies there is nothing to keep apart or to compare")
		}
	}
}

func TestSelect(t *testing.T) {
	d, bad := load(t, asBuilt)
	if bad.Err() != nil {
		t.Fatal(bad)
	}
	utc := func(y, mo, da, h, mi, s, ms int) time.Time {
		return time.Date(y, time.Month(mo), da, h, mi, s, ms*1e6, time.UTC)
	}
	berlin := Settings{Zone: "Europe/Berlin"}.Values()
	for _, c := range []struct {
		name     string
		relation string
		change   func(*Scope)
		loose    bool
		holds    []string // in the printed text
		fails    string
	}{
		{"events", Events, func(*Scope) {}, true, []string{
			"TIMESTAMP '2026-10-01 00:00:00.000'", "TIMESTAMP '2026-11-01 00:00:00.000'", "'2026-10-01T00:00:00'", "'2026-11-01T00:00:00'",
			"OR day BETWEEN '2026/10/01' AND '2026/11/02'", "day IS NULL OR day BETWEEN '2026/10/01' AND '2026/11/02'", "'UTC'"}, ""},
		{"events are compared with what is read for the history", Events, func(s *Scope) { s.HistoryDays = 30 }, true, []string{
			"OR day BETWEEN '2026/09/01' AND '2026/11/02'", "day IS NULL OR day BETWEEN '2026/10/01' AND '2026/11/02'"}, ""},
		{"history is compared with what is read for the period", History, func(s *Scope) { s.HistoryDays = 30 }, true, []string{
			"OR day BETWEEN '2026/09/01' AND '2026/11/02'", "day IS NULL OR day BETWEEN '2026/09/01' AND '2026/10/02'"}, ""},
		{"conflicts of the history count", Conflicts, func(s *Scope) { s.HistoryDays = 30 }, true, []string{
			"event_time >= TIMESTAMP '2026-09-01 00:00:00.000'", "event_time < TIMESTAMP '2026-11-01 00:00:00.000'"}, ""},
		{"text bounds are never narrower", Events, func(s *Scope) {
			s.From, s.To = utc(2026, 10, 1, 0, 0, 0, 500), utc(2026, 10, 2, 0, 0, 0, 1)
		}, true, []string{"'2026-10-01T00:00:00'", "'2026-10-02T00:00:01'", "AND '2026/10/04'"}, ""},
		{"no late days before midnight", Events, func(s *Scope) { s.LateDays = 0 }, true, []string{"AND '2026/10/31'"}, ""},
		{"history counts days of the zone", History, func(s *Scope) {
			s.HistoryDays, s.Values = 30, berlin
			s.From, s.To = utc(2026, 10, 31, 23, 0, 0, 0), utc(2026, 11, 30, 23, 0, 0, 0) // November in Berlin; the clocks went back on the 25th
		}, true, []string{"TIMESTAMP '2026-10-01 22:00:00.000'", "TIMESTAMP '2026-10-31 23:00:00.000'", "'Europe/Berlin'"}, ""},
		{"the census reads the history's days too", Census, func(s *Scope) { s.HistoryDays = 30 }, true,
			[]string{"'2026/09/01'", "TIMESTAMP '2026-10-01 00:00:00.000'"}, ""},
		{"history without length", History, func(*Scope) {}, true, nil, "needs a length"},
		{"empty period", Events, func(s *Scope) { s.To = s.From }, true, nil, "is empty"},
		{"unknown relation", "trails", func(*Scope) {}, true, nil, "no relation"},
		{"accounts are values", Events, func(s *Scope) { s.Accounts = []string{"b", "a'", "b"} }, true, []string{"ARRAY['a''', 'b']"}, ""},
		{"a wrong setting is named", Events, func(s *Scope) { s.Values = sql.Values{"zone": int64(1)} }, true, nil, "zone"},
		{"facts of queries are left alone", Events, func(s *Scope) { s.Values = sql.Values{"admins": 1} }, true, []string{"'UTC'"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := october()
			c.change(&s)
			b, err := d.Select(c.relation, s, c.loose)
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Errorf("error %v, want one with %q", err, c.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			text := b.Text(sql.Trino, nil)
			for _, h := range c.holds {
				if !strings.Contains(text, h) {
					t.Errorf("the text has no %s", h)
				}
			}
		})
	}
}

// A library may hold an events.sql that was written before a parameter came: what does not need it can still be asked for.
func TestMissingParameters(t *testing.T) {
	d, bad := load(t, func(_, text string) string {
		return strings.ReplaceAll(strings.ReplaceAll(text, ":apart", "false"), ":staged", "false")
	})
	if bad.Err() != nil || len(bad) != 2 || !bad[0].Warning || !strings.Contains(bad[0].Text, ":staged") ||
		!strings.Contains(bad[1].Text, ":apart") {
		t.Fatal(bad)
	}
	if _, err := d.Select(Events, october(), true); err != nil {
		t.Error(err)
	}
	for _, v := range []*Definition{d.Apart(), d.Apart().Equal(), d.Equal().Apart()} {
		if _, err := v.Select(Events, october(), true); err == nil || !strings.Contains(err.Error(), "no parameter :apart") {
			t.Error(err)
		}
	}
}
