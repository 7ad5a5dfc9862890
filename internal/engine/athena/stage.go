package athena

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/sql"
)

// Staged tables are called by their run and the state of the log files: trailscribe_run_0123456789abcdef_01234567. After a
// crash the same run finds its own again, and whoever looks finds those that nobody came back for.
const prefix = "trailscribe_run_"

var stagedName = regexp.MustCompile(`^trailscribe_run_[a-z0-9]{1,40}_[0-9a-f]{8}$`)

// abandoned is the age from which a staged table of another run is taken for left behind: no run takes so long.
const abandoned = 24 * time.Hour

func stagedTable(run, state string) string {
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(run))
	if len(clean) > 40 {
		clean = clean[:40]
	}
	if clean == "" {
		clean = "0"
	}
	return prefix + clean + "_" + state[:8]
}

// stage makes the staged table, or finds the one that a crash left, which was paid for.
func (s *session) stage(ctx context.Context) error {
	g, err := s.e.workgroup(ctx)
	if err != nil {
		return err
	}
	external := !g.enforced || g.output == "" // an enforced workgroup refuses a place of our own
	if external && s.e.o.Staging == "" {
		return &engine.Fault{Reason: engine.Refused, Hint: "set staging: under athena:, or ask with mode direct",
			Err: errors.New("no place for the staged copy of the log files is set")}
	}
	cols, err := stored(s.scope)
	if err != nil {
		return err
	}
	cols = append(cols, relation.Part, relation.Conflict)
	list := []string{sql.Names(cols)}
	value := &sql.Literals{Dialect: sql.Trino}
	list = append(list, s.extracted.columns(value)...)
	layout := ""
	if s.partitioning != nil {
		list = append(list, s.partitioning.sql(value)+" AS "+partitionKey)
		layout = ", partitioned_by = " + value.Of([]string{partitionKey})
	}
	statement := func(attempt int, body string) string {
		with := "format = 'PARQUET', write_compression = 'ZSTD'"
		if external {
			with += ", external_location = " + value.Of(awsconfig.Below(s.e.o.Staging, s.table, fmt.Sprint(attempt)))
		}
		return "CREATE TABLE " + s.tableName() + " WITH (" + with + layout + ") AS\nSELECT " + strings.Join(list, ", ") + "\nFROM " + body
	}
	if err := s.e.sweep(ctx, s.table); err != nil {
		s.e.o.Warn("staged tables that were left behind could not be looked for: " + err.Error())
	}
	recovery, err := s.e.recovery(ctx, s.table)
	if err != nil {
		return err
	}
	s.made = true
	build := func() (func(int) string, error) {
		body, err := s.relation(relation.Staged)
		if err == nil {
			err = engine.RefuseScope(value.Err)
		}
		return func(attempt int) string { return statement(attempt, body) }, err
	}
	x, err := s.run(ctx, stageFiles, "stage the log files of the period", build, recovery.usable)
	if err != nil && ctx.Err() == nil && strings.Contains(strings.ToUpper(err.Error()), "ALREADY EXISTS") {
		// Athena has forgotten the query that made it, Glue has not forgotten the table. Nobody knows whether it is complete.
		if err := s.e.drop(ctx, s.table); err != nil {
			return err
		}
		x, err = s.run(ctx, stageAgain, "stage the log files of the period", build, recovery.usable)
	}
	if err != nil {
		return err
	}
	s.stagedBy = x
	if s.changed, err = s.compare(ctx); err != nil {
		return err
	}
	return s.noteFiles(ctx)
}

func (s *session) tableName() string {
	return sql.Name(s.e.o.StagingDatabase) + "." + sql.Name(s.table)
}

// relation is one of the relation's statements over the table of the logs, in parentheses.
func (s *session) relation(name string) (string, error) {
	l := s.t.layout
	b, err := s.e.o.Definition.Select(name, s.scope.Scope, !l.known)
	if err != nil {
		return "", engine.RefuseScope(err)
	}
	w := s.w
	if !l.known {
		w.accounts, w.regions = nil, nil // a file outside the layout is in no account's folder
	} else if len(w.accounts) == 0 && s.injected() {
		w.accounts = s.found.accounts
	}
	if l.known && name != relation.Staged {
		if name == relation.History {
			w.last = relation.LastDay(s.scope.From, s.scope.LateDays)
		} else {
			w.first = relation.FirstDay(s.scope.From)
		}
	}
	records, err := s.e.records(s.t, w, s.excluded())
	return "(" + b.Text(sql.Trino, map[string]string{relation.Records: records}) + ")", engine.RefuseScope(err)
}

// injected reports whether the table must be told the accounts in each query.
func (s *session) injected() bool {
	for _, n := range s.t.injected {
		if n == s.t.layout.account {
			return true
		}
	}
	return false
}

// find is a table of the staging database, nil where there is none.
func (e *Engine) find(ctx context.Context, table string) (*gluetypes.Table, error) {
	out, err := e.o.Glue.GetTable(ctx, &glue.GetTableInput{DatabaseName: &e.o.StagingDatabase, Name: &table})
	if awsconfig.Code(err) == "EntityNotFoundException" {
		return nil, nil
	}
	if err != nil {
		return nil, fault(ctx, "ask for the staged table "+table, err)
	}
	return out.Table, nil
}

// drop removes a staged table: its files first, so that a table that still stands tells of files that still are there.
func (e *Engine) drop(ctx context.Context, table string) error {
	if !stagedName.MatchString(table) {
		return fmt.Errorf("%q is not a staged table", table) // never a table of others
	}
	t, err := e.find(ctx, table)
	if err != nil {
		return err
	}
	if t != nil && t.StorageDescriptor != nil {
		if err := e.clear(ctx, awsconfig.Location(aws.ToString(t.StorageDescriptor.Location)), table); err != nil {
			return err
		}
	}
	if e.o.Staging != "" { // attempts that failed have left files without a table
		if err := e.clear(ctx, awsconfig.Below(e.o.Staging, table), table); err != nil {
			return err
		}
	}
	if t == nil {
		return nil
	}
	_, err = e.o.Glue.DeleteTable(ctx, &glue.DeleteTableInput{DatabaseName: &e.o.StagingDatabase, Name: &table})
	if err != nil && awsconfig.Code(err) != "EntityNotFoundException" {
		return fault(ctx, "drop the staged table "+table, err)
	}
	return nil
}

var queryID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// clear deletes the objects of a staged copy. Only places that such a copy can have are touched: below staging under the
// table's name, or where Athena itself puts tables, under the id of the query.
func (e *Engine) clear(ctx context.Context, location, table string) error {
	bucket, prefix, _ := awsconfig.Object(location)
	parts := strings.Split(strings.Trim(prefix, "/"), "/")
	last := parts[len(parts)-1]
	ours := e.o.Staging != "" && strings.HasPrefix(location, awsconfig.Below(e.o.Staging, table))
	athenas := len(parts) > 1 && queryID.MatchString(last) && parts[len(parts)-2] == "tables"
	if strings.HasPrefix(e.o.Source.Name(), location) || !ours && !athenas {
		return fmt.Errorf("the files of the staged table %s are at %s, where no staged copy is put; they were left there", table, location)
	}
	for keys, err := range e.keys(ctx, location) {
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			continue
		}
		objects := make([]s3types.ObjectIdentifier, len(keys))
		for i := range keys {
			objects[i].Key = &keys[i]
		}
		gone, err := e.o.S3.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &bucket,
			Delete: &s3types.Delete{Objects: objects, Quiet: aws.Bool(true)}})
		if err == nil && len(gone.Errors) > 0 {
			err = fmt.Errorf("%d files stay, the first %s: %s", len(gone.Errors), aws.ToString(gone.Errors[0].Key),
				plain(aws.ToString(gone.Errors[0].Message)))
		}
		if err != nil {
			return fault(ctx, "delete the staged files at "+location, err)
		}
	}
	return nil
}

// Orphan is a staged table that a run left behind.
type Orphan struct {
	Table string
	Made  time.Time
	Place string
}

// Orphans are the staged tables of the database, whoever made them. Those of running runs are among them.
func (e *Engine) Orphans(ctx context.Context) ([]Orphan, error) {
	var out []Orphan
	in := glue.GetTablesInput{DatabaseName: &e.o.StagingDatabase, Expression: aws.String(prefix + ".*")}
	for {
		page := in
		found, err := e.o.Glue.GetTables(ctx, &page)
		if err != nil {
			return nil, fault(ctx, "look for staged tables", err)
		}
		for _, t := range found.TableList {
			if n := aws.ToString(t.Name); stagedName.MatchString(n) {
				o := Orphan{Table: n, Made: aws.ToTime(t.CreateTime)}
				if t.StorageDescriptor != nil {
					o.Place = aws.ToString(t.StorageDescriptor.Location)
				}
				out = append(out, o)
			}
		}
		if aws.ToString(found.NextToken) == "" {
			return out, nil
		}
		in.NextToken = found.NextToken
	}
}

// DropOrphan drops one of Orphans, with its files.
func (e *Engine) DropOrphan(ctx context.Context, o Orphan) error { return e.drop(ctx, o.Table) }

// sweep drops what this run left behind over another state of the log files, and what any run left a day ago.
func (e *Engine) sweep(ctx context.Context, own string) error {
	all, err := e.Orphans(ctx)
	if err != nil {
		return err
	}
	run := own[:len(own)-8]
	for _, o := range all {
		if o.Table == own || !strings.HasPrefix(o.Table, run) && (o.Made.IsZero() || time.Since(o.Made) < abandoned) {
			continue
		}
		err = errors.Join(err, e.drop(ctx, o.Table))
	}
	return err
}
