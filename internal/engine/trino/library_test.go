package trino

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/demo"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/duckdb"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/query"
	"trailscribe/internal/relation"
	"trailscribe/internal/result"
	"trailscribe/internal/source"
	"trailscribe/internal/source/dir"
	"trailscribe/internal/source/mem"
	"trailscribe/internal/sql"
	"trailscribe/internal/testcase"
	"trailscribe/queries"
	"trailscribe/reports"
	"trailscribe/templates"
)

// shipped is the library as built in.
func shipped(t *testing.T) (*query.Set, *relation.Definition) {
	t.Helper()
	l, bad := library.Open(library.Embedded(queries.FS, reports.FS, templates.FS, true))
	if err := bad.Err(); err != nil {
		t.Fatal(err)
	}
	frameworks, bad := framework.Load(l)
	if err := bad.Err(); err != nil {
		t.Fatal(err)
	}
	set, bad := query.Load(l, frameworks)
	if err := bad.Err(); err != nil {
		t.Fatal(err)
	}
	d, bad := relation.Load(l)
	if err := bad.Err(); err != nil {
		t.Fatal(err)
	}
	return set, d
}

func openTrino(d *relation.Definition, s source.Source) (engine.Engine, error) {
	return New(Options{Address: os.Getenv("TRINO_URL"), Definition: d, Source: s})
}

// Every case next to a query of the library holds at Trino: events through the relation, rows out.
func TestLibraryCases(t *testing.T) {
	server(t)
	set, d := shipped(t)
	verdicts, err := testcase.Run(t.Context(), set, testcase.Options{
		Definition: d, Parallel: 1, Open: openTrino,
		Hold: func(files map[string][]byte) source.Source {
			s, err := mem.New(mem.Options{Files: files})
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	for _, v := range verdicts {
		asked[v.Query] = true
		if !v.Passed() {
			t.Errorf("%s: %s: %s\n%s", v.Place, v.Query, v.Case, v.Diff)
		}
	}
	t.Logf("%d cases of %d queries at Trino", len(verdicts), len(asked))
	if len(asked) != len(set.Queries) || len(verdicts) < 2*len(asked) {
		t.Errorf("%d cases of %d queries; the library has %d queries", len(verdicts), len(asked), len(set.Queries))
	}
}

// The relation and every query of the library give the same rows in the same order at Trino and at DuckDB, over a month of
// sample logs with a history. CONFORMANCE_LOGS names a folder of other log files to compare over.
func TestLibraryRows(t *testing.T) {
	server(t)
	set, d := shipped(t)
	var logs source.Source
	scope := engine.Scope{Run: "conformance", Scope: relation.Scope{LateDays: 2, HistoryDays: 30,
		From: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}}
	if folder := os.Getenv("CONFORMANCE_LOGS"); folder != "" {
		s, err := dir.New(dir.Options{Root: folder})
		if err != nil {
			t.Fatal(err)
		}
		logs = s
		month, err := time.Parse("2006-01", os.Getenv("CONFORMANCE_MONTH"))
		if err != nil {
			t.Fatal("CONFORMANCE_MONTH:", err)
		}
		scope.From, scope.To = month, month.AddDate(0, 1, 0)
	} else {
		s, err := mem.New(mem.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := demo.Generate(t.Context(), demo.Options{Seed: 7, Events: 4000}, s); err != nil {
			t.Fatal(err)
		}
		logs = s
	}
	for _, q := range set.Queries {
		scope.HistoryDays = max(scope.HistoryDays, q.HistoryDays)
	}
	settings := relation.Settings{
		Zone: "Europe/Berlin", Weekend: []time.Weekday{time.Saturday, time.Sunday},
		Holidays:        []time.Time{time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC)},
		AutomationRoles: []string{"*role/ci*", "*:role/deploy*"},
	}
	scope.Values = settings.Values()
	sessions := [2]engine.Session{}
	for i, open := range []func() (engine.Engine, error){
		func() (engine.Engine, error) { return openTrino(d, logs) },
		func() (engine.Engine, error) {
			return duckdb.New(duckdb.Options{Definition: d, Source: logs, CacheDir: t.TempDir(), Threads: 2})
		},
	} {
		e, err := open()
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		if sessions[i], err = e.Open(t.Context(), scope); err != nil {
			t.Fatal(err)
		}
		defer sessions[i].Close()
	}

	compared, rows, empty := 0, 0, 0
	compare := func(name string, b *sql.Bound, history int) {
		t.Run(name, func(t *testing.T) {
			var got [2][]string
			for i, s := range sessions {
				found, err := s.Query(t.Context(), engine.Statement{ID: name, Query: b, HistoryDays: history})
				if err != nil {
					t.Fatal(err)
				}
				for r, err := range found.All() {
					if err != nil {
						t.Fatal(err)
					}
					got[i] = append(got[i], line(r))
				}
			}
			compared, rows = compared+1, rows+len(got[0])
			if len(got[0]) == 0 {
				empty++
			}
			if len(got[0]) != len(got[1]) {
				t.Errorf("%d rows at Trino, %d at DuckDB", len(got[0]), len(got[1]))
			}
			shown := 0
			for i := range min(len(got[0]), len(got[1])) {
				if got[0][i] != got[1][i] {
					if t.Errorf("row %d\nTrino  %s\nDuckDB %s", i+1, got[0][i], got[1][i]); shown == 3 {
						break
					}
					shown++
				}
			}
		})
	}
	for _, x := range everything(t, set, d, scope) {
		compare(x.name, x.bound, x.history)
	}
	t.Logf("%d statements gave %d rows at both engines; %d of them none", compared, rows, empty)
	if rows < 1000 || empty > compared/2 {
		t.Error("too few rows to prove anything")
	}
}

// asked is a statement of the library, bound.
type asked struct {
	name    string
	bound   *sql.Bound
	history int
}

// everything is every row of events and history with every column, every query of the library, and every population.
func everything(t *testing.T, set *query.Set, d *relation.Definition, scope engine.Scope) (all []asked) {
	t.Helper()
	for _, name := range []string{relation.Events, relation.History} {
		var cols []string
		for _, c := range relation.Columns() {
			if !strings.HasPrefix(c.Type, "row(") && !strings.HasPrefix(c.Type, "array(") {
				cols = append(cols, c.Name)
			}
		}
		cols = append(cols, leaves()...)
		all = append(all, asked{name, bind(t, d,
			"SELECT "+strings.Join(cols, ", ")+" FROM "+name+" ORDER BY event_time, account_id, eventid, log_file, requestid"), 0})
	}
	for _, q := range set.Queries {
		checked, bad := q.Compile(d.Catalog())
		if err := bad.Err(); err != nil {
			t.Fatal(err)
		}
		b, err := checked.Bind(parameters(t, q, scope))
		if err != nil {
			t.Fatal(q.ID, err)
		}
		all = append(all, asked{q.ID, b, q.HistoryDays})
		population, bad := q.CompilePopulation(d.Catalog())
		if err := bad.Err(); err != nil {
			t.Fatal(err)
		}
		if population != nil {
			if b, err = population.Bind(parameters(t, q, scope)); err != nil {
				t.Fatal(q.ID, err)
			}
			all = append(all, asked{q.ID + " population", b, q.HistoryDays})
		}
	}
	return all
}

// leaves are the nested columns, value by value.
func leaves() []string {
	var out []string
	for i, path := range []string{
		"useridentity.type", "useridentity.principalid", "useridentity.arn", "useridentity.accountid", "useridentity.invokedby",
		"useridentity.accesskeyid", "useridentity.username",
		"useridentity.onbehalfof.userid", "useridentity.sessioncontext.attributes.mfaauthenticated",
		"useridentity.sessioncontext.attributes.creationdate",
		"useridentity.sessioncontext.sessionissuer.type", "useridentity.sessioncontext.sessionissuer.arn",
		"useridentity.sessioncontext.sessionissuer.username",
		"useridentity.sessioncontext.ec2roledelivery", "useridentity.sessioncontext.webidfederationdata.federatedprovider",
		"useridentity.sessioncontext.sourceidentity",
		"tlsdetails.tlsversion", "tlsdetails.ciphersuite", "tlsdetails.clientprovidedhostheader", "addendum.reason",
		"useridentity IS NULL", "useridentity.sessioncontext IS NULL", "tlsdetails IS NULL", "resources IS NULL", "cardinality(resources)",
		"array_join(transform(resources, r -> coalesce(r.arn, '-') || '|' || coalesce(r.accountid, '-') || '|' || coalesce(r.type, '-')), ' ')",
		"cardinality(useridentity.sessioncontext.webidfederationdata.attributes)",
	} {
		out = append(out, fmt.Sprintf("%s AS leaf_%d", path, i))
	}
	return out
}

func bind(t *testing.T, d *relation.Definition, text string) *sql.Bound {
	t.Helper()
	p, bad := sql.Parse(text, nil)
	if err := bad.Err(); err != nil {
		t.Fatal(err)
	}
	c, bad := p.Check(d.Catalog(), nil)
	if err := bad.Err(); err != nil {
		t.Fatal(err)
	}
	b, err := c.Bind(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// parameters are the defaults of a query, and something to find for what the configuration gives.
func parameters(t *testing.T, q *query.Query, scope engine.Scope) sql.Values {
	t.Helper()
	v := sql.Values{"period_from": scope.From, "period_to": scope.To, "period_over": true}
	facts := map[string]string{
		"accounts": "111122223333,444455556666", "networks": "10.0.0.0/8,198.51.100.0/24,2001:db8::/32", "regions": "eu-central-1,us-east-1",
		"admins": "arn:aws:iam::111122223333:user/*", "automation": "*:role/ci*", "automation.roles": "*:role/ci*", "automation.sessions": "ci-*",
		"holidays": "2026-10-05", "workdays": "2026-10-10",
	}
	for _, p := range q.Params {
		text, known := facts[p.From]
		switch {
		case known:
		case p.Default != nil:
			v[p.Name] = p.Default
			continue
		case query.IsList(p.Type):
			text = "[]"
		default:
			t.Fatalf("%s: the parameter %s has no default", q.ID, p.Name)
		}
		value, err := query.ParseValue(p.Type, text)
		if err != nil {
			t.Fatalf("%s: %s: %v", q.ID, p.Name, err)
		}
		v[p.Name] = value
	}
	return v
}

func line(r result.Row) string {
	cells := make([]string, len(r))
	for i, v := range r {
		switch v := v.(type) {
		case nil:
			cells[i] = "NULL"
		case time.Time:
			cells[i] = v.Format("2006-01-02T15:04:05.000Z07:00")
		case string:
			cells[i] = fmt.Sprintf("%q", v)
		default:
			cells[i] = fmt.Sprintf("%T:%v", v, v)
		}
	}
	return strings.Join(cells, " ")
}
