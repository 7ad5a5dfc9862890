// Package athena is the engine that asks Amazon Athena: a table over the trail's bucket, one staged copy for a run's queries.
//
// Every reading of raw log files is billed, so a session reads them once: one CREATE TABLE AS SELECT writes events, history
// and what is counted into columnar files, all statements read those, and Close drops them. Where that would not be cheaper
// (few statements, little data) each statement reads the log files itself. Starts of queries carry a token made of what is
// asked over which log files, so that neither a repeated call nor a crash pays twice.
package athena

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/source"
)

// Client is what the engine asks of Athena; *athena.Client is one. NewClient makes it with the right retries.
type Client interface {
	StartQueryExecution(context.Context, *athena.StartQueryExecutionInput, ...func(*athena.Options)) (*athena.StartQueryExecutionOutput, error)
	StopQueryExecution(context.Context, *athena.StopQueryExecutionInput, ...func(*athena.Options)) (*athena.StopQueryExecutionOutput, error)
	BatchGetQueryExecution(context.Context, *athena.BatchGetQueryExecutionInput,
		...func(*athena.Options)) (*athena.BatchGetQueryExecutionOutput, error)
	GetQueryResults(context.Context, *athena.GetQueryResultsInput, ...func(*athena.Options)) (*athena.GetQueryResultsOutput, error)
	GetWorkGroup(context.Context, *athena.GetWorkGroupInput, ...func(*athena.Options)) (*athena.GetWorkGroupOutput, error)
}

// Catalog is what the engine asks of Glue; *glue.Client is one.
type Catalog interface {
	GetTable(context.Context, *glue.GetTableInput, ...func(*glue.Options)) (*glue.GetTableOutput, error)
	GetTables(context.Context, *glue.GetTablesInput, ...func(*glue.Options)) (*glue.GetTablesOutput, error)
	DeleteTable(context.Context, *glue.DeleteTableInput, ...func(*glue.Options)) (*glue.DeleteTableOutput, error)
}

// Store is what the engine asks of S3 besides the source: results, and the files of staged copies. *s3.Client is one.
type Store interface {
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	DeleteObjects(context.Context, *s3.DeleteObjectsInput, ...func(*s3.Options)) (*s3.DeleteObjectsOutput, error)
}

// Modes of a session.
const (
	Automatic = ""       // what is cheaper by the estimate
	Staged    = "staged" // one reading of the log files for all statements
	Direct    = "direct" // each statement reads the log files
)

// Options say which table is asked through which workgroup.
type Options struct {
	Definition *relation.Definition
	Source     source.Source // lists the log files that the table reads; its Name is s3://bucket/prefix/
	Athena     Client
	Glue       Catalog
	S3         Store

	Region, Workgroup, Database, Table string
	Output                             string // s3://bucket/prefix for results; "": the workgroup's own
	// s3://bucket/prefix for staged copies; "": Output and trailscribe-staging. An enforced workgroup decides itself
	Staging         string
	StagingDatabase string   // where the staged table is made; "": Database
	Accounts        []string // of the table, where it must be told them in each query; empty: found in the bucket
	Mode            string
	PartitionFrom   int64         // bytes of log files from which a staged table is partitioned by what is asked; 0: 64 MiB
	Concurrency     int           // queries at once; 0: 5
	Timeout         time.Duration // of each statement, from when Athena begins to run it; 0: Athena's own
	Reuse           int           // minutes: Athena may answer with rows of an equal query that are not older; 0: never
	Price           engine.Money  // of 10^12 scanned bytes; zero: the region's list price
	Warn            func(string)  // what the table lacks and similar; may be nil

	Timing Timing
}

// Timing is how long the engine waits; zero values are those for AWS.
type Timing struct {
	PollFirst, PollMost time.Duration // between two looks at running queries: 250 ms, growing to 5 s
	ErrorBudget         time.Duration // how long looks may give errors only before a query is stopped and given up: 2 min
	SlotFirst, SlotMost time.Duration // before a start is tried again while all query slots are taken: 2 s, growing to 30 s
	SlotWait            time.Duration // the longest wait for a slot: 30 min
	RetryFirst          time.Duration // before a failed query is run again: 2 s, doubled each time
	StartGap            time.Duration // between two starts: 100 ms, half of what AWS allows an account
}

// NewClient is an Athena client whose retries leave a full queue to the engine: seconds do not cure it.
func NewClient(cfg aws.Config) *athena.Client {
	return athena.NewFromConfig(cfg, func(o *athena.Options) { o.Retryer = awsconfig.Retryer("TooManyRequestsException") })
}

// Engine asks one table. Sessions of one engine share its slots and its look at running queries.
type Engine struct {
	o     Options
	slots chan struct{}
	watch *watcher
	pace  pacer

	mu     sync.Mutex
	group  *workgroup
	table  *table
	chosen map[string]string // scope -> mode of its last estimate
	listed map[string]listed // scope -> the listing of an estimate, until a session takes it
}

var name = regexp.MustCompile(`^[a-z0-9_]{1,128}$`)

// New checks the settings; AWS is asked with the first use.
func New(o Options) (*Engine, error) {
	if o.Definition == nil || o.Source == nil || o.Athena == nil || o.Glue == nil || o.S3 == nil {
		return nil, errors.New("the Athena engine needs the definition of events, a source and the clients of Athena, Glue and S3")
	}
	if o.StagingDatabase == "" {
		o.StagingDatabase = o.Database
	}
	for what, n := range map[string]string{"database": o.Database, "table": o.Table, "database of staged tables": o.StagingDatabase} {
		if !name.MatchString(n) {
			return nil, fmt.Errorf("the %s %q is not a name that Athena keeps as it is: use lower-case letters, digits and _", what, n)
		}
	}
	if o.Mode != Automatic && o.Mode != Staged && o.Mode != Direct {
		return nil, fmt.Errorf("there is no mode %q; there are staged and direct", o.Mode)
	}
	if o.Staging == "" && o.Output != "" {
		o.Staging = awsconfig.Below(o.Output, "trailscribe-staging")
	}
	if o.Price.Micros <= 0 {
		o.Price = ListPrice(o.Region)
	}
	return newEngine(o), nil
}

// newEngine is an engine with these settings, which were checked.
func newEngine(o Options) *Engine {
	if o.Warn == nil {
		o.Warn = func(string) {}
	}
	if o.Concurrency <= 0 {
		o.Concurrency = 5
	}
	o.Timing = o.Timing.filled()
	e := &Engine{o: o, slots: make(chan struct{}, o.Concurrency), chosen: map[string]string{}, listed: map[string]listed{},
		pace: pacer{gap: o.Timing.StartGap}}
	e.watch = newWatcher(o.Athena, o.Timing)
	return e
}

func (t Timing) filled() Timing {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&t.PollFirst, 250*time.Millisecond)
	set(&t.PollMost, 5*time.Second)
	set(&t.ErrorBudget, 2*time.Minute)
	set(&t.SlotFirst, 2*time.Second)
	set(&t.SlotMost, 30*time.Second)
	set(&t.SlotWait, 30*time.Minute)
	set(&t.RetryFirst, 2*time.Second)
	set(&t.StartGap, 100*time.Millisecond)
	return t
}

// Describe names the engine version of the workgroup, and the table.
func (e *Engine) Describe(ctx context.Context) (engine.Description, error) {
	g, err := e.workgroup(ctx)
	if err != nil {
		return engine.Description{}, err
	}
	return engine.Description{Name: "athena", Version: g.version,
			Place: fmt.Sprintf("%s by table %s.%s, workgroup %s, region %s", e.o.Source.Name(), e.o.Database, e.o.Table, e.o.Workgroup, e.o.Region)},
		nil
}

// Close ends nothing: sessions drop what they made.
func (e *Engine) Close() error { return nil }

// workgroup is what matters of a workgroup's settings.
type workgroup struct {
	version  string
	output   string // s3://… where results go, "" where no place is set or Athena keeps them itself
	enforced bool   // the client's own settings are ignored without an error
	managed  bool   // Athena keeps results itself: there is no object to read
	cutoff   int64  // bytes after which a query is stopped, 0 for none
}

func (e *Engine) workgroup(ctx context.Context) (*workgroup, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.group != nil {
		return e.group, nil
	}
	out, err := e.o.Athena.GetWorkGroup(ctx, &athena.GetWorkGroupInput{WorkGroup: &e.o.Workgroup})
	if err != nil {
		return nil, fault(ctx, "ask for the workgroup "+e.o.Workgroup, err)
	}
	g := &workgroup{version: "Athena engine version 3"}
	w := out.WorkGroup
	if w == nil || w.Configuration == nil {
		e.group = g
		return g, nil
	}
	c := w.Configuration
	if w.State == types.WorkGroupStateDisabled {
		return nil, &engine.Fault{Reason: engine.Refused, Hint: "enable it, or name another under workgroup:",
			Err: fmt.Errorf("the workgroup %s is disabled", e.o.Workgroup)}
	}
	if c.EngineVersion != nil && aws.ToString(c.EngineVersion.EffectiveEngineVersion) != "" {
		g.version = *c.EngineVersion.EffectiveEngineVersion
	}
	if g.version == "Athena engine version 2" {
		return nil, &engine.Fault{Reason: engine.Refused, Hint: "set the workgroup to engine version 3",
			Err: fmt.Errorf("the workgroup %s runs %s, whose language is another", e.o.Workgroup, g.version)}
	}
	g.enforced = aws.ToBool(c.EnforceWorkGroupConfiguration)
	g.cutoff = aws.ToInt64(c.BytesScannedCutoffPerQuery)
	g.managed = c.ManagedQueryResultsConfiguration != nil && c.ManagedQueryResultsConfiguration.Enabled
	if c.ResultConfiguration != nil {
		g.output = aws.ToString(c.ResultConfiguration.OutputLocation)
	}
	if g.output == "" && e.o.Output == "" && !g.managed {
		return nil, &engine.Fault{Reason: engine.Refused, Hint: "set output: under athena:, or give the workgroup a place",
			Err: fmt.Errorf("no place for results is set, neither for the workgroup %s nor in the configuration", e.o.Workgroup)}
	}
	e.group = g
	return g, nil
}

var _ engine.Engine = (*Engine)(nil)

// TimingFor is the engine's own timing, or one for an endpoint on this machine, which nobody counts calls at.
func TimingFor(local bool) Timing {
	if !local {
		return Timing{}
	}
	return Timing{PollFirst: 5 * time.Millisecond, PollMost: 50 * time.Millisecond, SlotFirst: 10 * time.Millisecond,
		SlotMost:   100 * time.Millisecond,
		RetryFirst: 10 * time.Millisecond, StartGap: time.Millisecond, ErrorBudget: 5 * time.Second}
}
