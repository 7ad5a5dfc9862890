package trino

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/glue"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/awsfake"
	"trailscribe/internal/demo"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/athena"
	"trailscribe/internal/engine/duckdb"
	"trailscribe/internal/engine/trinotest"
	"trailscribe/internal/infra"
	"trailscribe/internal/lake"
	"trailscribe/internal/query"
	"trailscribe/internal/relation"
	"trailscribe/internal/source/mem"
	s3source "trailscribe/internal/source/s3"
)

// setup is the lake as 'infra apply' makes it over sample logs, with a real Trino in the place of Athena.
type setup struct {
	athena     *trinotest.Athena
	definition *relation.Definition
	set        *query.Set
	logs       *mem.Source
	fake       *awsfake.Server
}

func newSetup(t *testing.T, options demo.Options) *setup {
	t.Helper()
	address := trinotest.Address(t)
	e := &setup{}
	e.set, e.definition = shipped(t)
	var err error
	if e.logs, err = mem.New(mem.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err = demo.Generate(t.Context(), options, e.logs); err != nil {
		t.Fatal(err)
	}
	if e.fake, err = awsfake.New(awsfake.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.fake.Close)
	e.fake.CreateBucket("trail-logs")
	for o, err := range e.logs.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		body, _, err := e.logs.Open(t.Context(), o.Key)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(body)
		body.Close()
		if err != nil {
			t.Fatal(err)
		}
		e.fake.Put("trail-logs", o.Key, data, "")
	}
	e.athena = trinotest.New(t, address, e.fake.Getenv)
	cfg, err := awsconfig.Load(t.Context(), awsconfig.Options{Env: e.fake.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	store, settings := s3source.NewClient(cfg), lake.Settings{Partition: "aws", Region: e.fake.Region(), Account: e.fake.Account(),
		Database: "trailscribe", Table: "cloudtrail", Workgroup: "trailscribe",
		Logs: awsconfig.Place{Bucket: "trail-logs"}, Output: awsconfig.Place{Bucket: "results-of-audit", Prefix: "athena"}}
	found, err := lake.Discover(t.Context(), store, settings)
	if err != nil {
		t.Fatal(err)
	}
	l, err := lake.New(settings, found, glue.NewFromConfig(cfg), athena.NewClient(cfg), store)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := infra.New(t.Context(), "test", l.Resources())
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.Apply(t.Context(), "test", l.Resources(), func(d infra.Done) {
		if d.Err != nil {
			t.Error(d.Ref, d.Err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	e.athena.Lay("trailscribe", "cloudtrail")
	return e
}

// open is a session of the Athena engine, or of DuckDB where mode is "".
func (e *setup) open(t *testing.T, mode string, scope engine.Scope) engine.Session {
	t.Helper()
	var x engine.Engine
	var err error
	if mode == "" {
		x, err = duckdb.New(duckdb.Options{Definition: e.definition, Source: e.logs, CacheDir: t.TempDir(), Threads: 2})
	} else {
		cfg, loadErr := awsconfig.Load(t.Context(), awsconfig.Options{Env: e.athena.Env})
		if loadErr != nil {
			t.Fatal(loadErr)
		}
		src, sourceErr := s3source.New(s3source.Options{Client: s3source.NewClient(cfg), Bucket: "trail-logs"})
		if sourceErr != nil {
			t.Fatal(sourceErr)
		}
		x, err = athena.New(athena.Options{Definition: e.definition, Source: src, Athena: athena.NewClient(cfg), Glue: glue.NewFromConfig(cfg),
			S3: s3source.NewClient(cfg), Region: cfg.Region,
			Workgroup: "trailscribe", Database: "trailscribe", Table: "cloudtrail", Output: "s3://results-of-audit/athena", Mode: mode,
			PartitionFrom: 1, Timing: athena.TimingFor(true), Concurrency: 2, Warn: func(s string) { t.Log(s) }})
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := x.Open(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// lines are the rows of a statement.
func lines(t *testing.T, s engine.Session, x asked) (out []string) {
	t.Helper()
	found, err := s.Query(t.Context(), engine.Statement{ID: x.name, Query: x.bound, HistoryDays: x.history})
	if err != nil {
		t.Fatalf("%s: %v", x.name, err)
	}
	for r, err := range found.All() {
		if err != nil {
			t.Fatalf("%s: %v", x.name, err)
		}
		out = append(out, line(r))
	}
	return out
}

func compareLines(t *testing.T, name string, trino, duck []string) {
	t.Helper()
	if len(trino) != len(duck) {
		t.Errorf("%s: %d rows at Trino, %d at DuckDB", name, len(trino), len(duck))
	}
	shown := 0
	for i := range min(len(trino), len(duck)) {
		if trino[i] != duck[i] {
			if t.Errorf("%s: row %d\nTrino  %s\nDuckDB %s", name, i+1, trino[i], duck[i]); shown == 3 {
				return
			}
			shown++
		}
	}
}

func lakeScope(set *query.Set, days int) engine.Scope {
	scope := engine.Scope{Run: "lake", Scope: relation.Scope{LateDays: 2, HistoryDays: 30, From: time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC)}}
	scope.To = scope.From.AddDate(0, 0, days)
	for _, q := range set.Queries {
		scope.HistoryDays = max(scope.HistoryDays, q.HistoryDays)
	}
	scope.Values = relation.Settings{Zone: "Europe/Berlin", Weekend: []time.Weekday{time.Saturday, time.Sunday},
		Holidays: []time.Time{scope.From}, AutomationRoles: []string{"*role/ci*", "*:role/deploy*"}}.Values()
	return scope
}

// What the Athena engine sends, word for word, on a real Trino over the raw log files in a bucket: the statement that stages
// writes the partitioned Parquet table; every column of every event, every query and every population over it are DuckDB's.
func TestLakeStaged(t *testing.T) {
	e := newSetup(t, demo.Options{Seed: 7, Events: 4000})
	scope := lakeScope(e.set, 27)
	all := everything(t, e.set, e.definition, scope)
	for _, x := range all { // so that the copy is laid out for them
		scope.Planned = append(scope.Planned, engine.Statement{ID: x.name, Query: x.bound, HistoryDays: x.history})
	}
	staged, duck := e.open(t, athena.Staged, scope), e.open(t, "", scope)
	defer duck.Close()
	rows, empty, n := 0, 0, 0
	for _, x := range all {
		got := lines(t, staged, x)
		compareLines(t, x.name, got, lines(t, duck, x))
		if n, rows = n+1, rows+len(got); len(got) == 0 {
			empty++
		}
	}
	t.Logf("%d statements over the staged table gave %d rows at both engines; %d of them none", n, rows, empty)
	if rows < 1000 || empty > n/2 {
		t.Error("too few rows to prove anything")
	}
	made := slices.IndexFunc(e.athena.Statements(), func(s string) bool { return strings.HasPrefix(s, "CREATE TABLE ") })
	if made < 0 || !strings.Contains(e.athena.Statements()[made], "partitioned_by") || strings.Count(e.athena.Statements()[made],
		" THEN '") < 30 {
		t.Error("no table was staged that is partitioned by what the statements ask for")
	}
	if err := staged.Close(); err != nil {
		t.Error(err)
	}
	for _, key := range e.fake.Keys("results-of-audit", "") {
		if strings.Contains(key, "/tables/") {
			t.Error("left behind:", key)
		}
	}
}

// The same without staging: each statement reads the log files itself.
func TestLakeDirect(t *testing.T) {
	e := newSetup(t, demo.Options{Seed: 7, Events: 4000})
	scope := lakeScope(e.set, 2)
	scope.HistoryDays = 3
	direct, duck := e.open(t, athena.Direct, scope), e.open(t, "", scope)
	defer direct.Close()
	defer duck.Close()
	rows, n := 0, 0
	for i, x := range everything(t, e.set, e.definition, scope) {
		if x.history > scope.HistoryDays || i > 2 && i%3 != 0 {
			continue // each plans the whole relation and reads every file: the rows of events and history, and a third of the library
		}
		got := lines(t, direct, x)
		compareLines(t, x.name, got, lines(t, duck, x))
		n, rows = n+1, rows+len(got)
	}
	t.Logf("%d statements over the log files gave %d rows at both engines", n, rows)
	if rows < 100 || n < 20 {
		t.Error("too few rows to prove anything")
	}
}
