package duckdb

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/engine/duckdb/cache"
	"trailscribe/internal/engine/duckdb/connection"
	"trailscribe/internal/relation"
	"trailscribe/internal/sql"
)

// Session is one opened scope: a database that holds events and history as tables.
type session struct {
	definition *relation.Definition
	scope      engine.Scope
	db         *connection.Database
	snapshot   *cache.Snapshot
	loose      bool          // there are files without a delivery day
	timeout    time.Duration // of each statement; 0: none

	records, repeated int64 // all records in reach, and those whose event id stands in another record too
	differ            bool  // some of these do not say the same

	mu     sync.Mutex
	inputs *engine.Inputs // nil until they are counted

	budget  budget
	spill   *spill
	closing sync.Once
}

// Open reads what is new of the scope's log files and makes events, and history if the scope has one.
func (e *Engine) Open(ctx context.Context, scope engine.Scope) (engine.Session, error) {
	snapshot, err := e.refresh(ctx, scope)
	if err != nil {
		return nil, err
	}
	s := &session{definition: e.o.Definition, scope: scope, snapshot: snapshot, timeout: e.o.Timeout}
	s.budget = newBudget(e.machine, e.o.Memory, e.o.Threads, batchText(snapshot.Files()))
	for f := range snapshot.Files() {
		if f.Folder == "" && f.State == cache.Read {
			s.loose = true
		}
	}
	if err := s.start(ctx, e.o); err != nil {
		s.Close()
		return nil, s.budget.fault(ctx, err)
	}
	return s, nil
}

// start opens the database, puts the relation records over the cache's files and materialises what queries read.
func (s *session) start(ctx context.Context, o Options) error {
	files := s.snapshot.Parquet()
	var err error
	if s.spill, err = newSpill(o.TempDir); err != nil {
		return err
	}
	db, err := connection.Open(ctx, connection.Options{
		Memory: s.budget.memory, Promise: s.budget.promise(), Threads: s.budget.threads, TempDir: s.spill.dir,
		Dirs: []string{o.CacheDir}, Open: true})
	if err != nil {
		return fmt.Errorf("start the embedded database: %w", err)
	}
	s.db = db
	records, err := recordsOver(files)
	if err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, "CREATE VIEW "+relation.Records+" AS "+records); err != nil {
		return fmt.Errorf("lay the table of records over %d cache files: %w", len(files), err)
	}
	if err := s.findRepeated(ctx, files); err != nil {
		return err
	}
	if err := s.optimizers(ctx, narrow); err != nil {
		return err
	}
	relations := []string{relation.Events}
	if s.scope.HistoryDays > 0 {
		relations = append(relations, relation.History)
	}
	for _, name := range relations {
		if err := s.materialise(ctx, name); err != nil {
			return fmt.Errorf("make the relation %s: %w", name, err)
		}
	}
	if err := s.optimizers(ctx, ""); err != nil {
		return err
	}
	return s.db.Lock(ctx)
}

// narrow are the optimizers of the database that are off while the relations are made. They are some twelve steps of a hundred
// columns, and each thread takes 32 KiB for every column of every step, used or not. These two make thirty steps of them: a join
// with a table in place of each long IN list, and a step before another one for each expression that stands there twice.
// Without them a thread needs a third of the memory, in the same time.
const narrow = "common_subexpressions, in_clause"

// optimizers switches off those that are named, and the others on.
func (s *session) optimizers(ctx context.Context, off string) error {
	value, err := sql.Literal(sql.DuckDB, off)
	if err == nil {
		_, err = s.db.ExecContext(ctx, "SET GLOBAL disabled_optimizers = "+value)
	}
	if err != nil {
		return fmt.Errorf("choose the optimizers of the embedded database: %w", err)
	}
	return nil
}

// findRepeated notes the ids that stand in more than one record, and those of them whose records do not say the same. Most logs
// have few: only their records must be sorted to find the copies of an event, and sorting whole records is a third of the work.
func (s *session) findRepeated(ctx context.Context, files []string) error {
	_, err := s.db.ExecContext(ctx, "CREATE TABLE repeated AS SELECT eventid, count(*) AS records FROM records WHERE eventid <> '' "+
		"GROUP BY eventid HAVING count(*) > 1")
	if err == nil {
		err = s.db.QueryRowContext(ctx,
			"SELECT coalesce(sum(records), 0)::BIGINT, (SELECT count(*) FROM records) FROM repeated").Scan(&s.repeated, &s.records)
	}
	if err != nil {
		return fmt.Errorf("look for copies of events: %w", err)
	}
	if s.repeated == 0 {
		return nil
	}
	// The cache knows which records are equal in every column that is compared. Whether those that are not are of one account and
	// belong to what is read is for the relation to say.
	from, err := parquet(files)
	if err != nil {
		return err
	}
	_, err = s.db.ExecContext(ctx, "CREATE TABLE differing AS SELECT eventid FROM "+from+
		" SEMI JOIN repeated USING (eventid) GROUP BY eventid HAVING min(content) <> max(content)")
	if err == nil {
		err = s.db.QueryRowContext(ctx, "SELECT count(*) > 0 FROM differing").Scan(&s.differ)
	}
	if err != nil {
		return fmt.Errorf("compare the copies of events: %w", err)
	}
	return nil
}

// materialise makes the table of a relation, with the columns the scope asks for.
func (s *session) materialise(ctx context.Context, name string) error {
	cols, err := stored(s.scope, name)
	if err != nil {
		return engine.RefuseScope(err)
	}
	type step struct {
		definition *relation.Definition
		records    string
	}
	// Copies are looked for where an id stands twice, and compared where they are known to differ.
	var steps []step
	rest := ""
	if s.differ {
		rest = " ANTI JOIN differing USING (eventid)"
		steps = append(steps, step{s.definition, "(SELECT * FROM records SEMI JOIN differing USING (eventid))"})
	}
	switch {
	case s.repeated == 0:
		steps = append(steps, step{s.definition.Unique(), sql.Name(relation.Records)})
	case 2*s.repeated > s.records: // with two trails every event is there twice
		steps = append(steps, step{s.definition.Equal(), "(SELECT * FROM records" + rest + ")"})
	default:
		steps = append(steps,
			step{s.definition.Unique(), "(SELECT * FROM records ANTI JOIN repeated USING (eventid))"},
			step{s.definition.Equal(), "(SELECT * FROM records SEMI JOIN repeated USING (eventid)" + rest + ")"})
	}
	into := "CREATE TABLE " + sql.Name(name) + " AS "
	for _, x := range steps {
		query, err := s.statementOf(x.definition, name, x.records)
		if err != nil {
			return err
		}
		if _, err := s.db.ExecContext(ctx, into+"SELECT "+sql.Names(cols)+" FROM ("+query+")"); err != nil {
			return err
		}
		into = "INSERT INTO " + sql.Name(name) + " "
	}
	return nil
}

// statement is one of the definition's statements as the database reads it, over the records given.
func (s *session) statement(name, records string) (string, error) {
	return s.statementOf(s.definition, name, records)
}

func (s *session) statementOf(d *relation.Definition, name, records string) (string, error) {
	bound, err := d.Select(name, s.scope.Scope, s.loose)
	if err != nil {
		return "", engine.RefuseScope(err)
	}
	return bound.Text(sql.DuckDB, map[string]string{relation.Records: records}), nil
}

// parquet is the cache's files as a table.
func parquet(files []string) (string, error) {
	value := sql.Literals{Dialect: sql.DuckDB}
	text := "read_parquet([" + value.List(files) + "], hive_partitioning = false)"
	if value.Err != nil {
		return "", fmt.Errorf("name the files of the cache: %w", value.Err)
	}
	return text, nil
}

// recordsOver is the SELECT behind the relation records. Without any file it has the same columns and no row.
func recordsOver(files []string) (string, error) {
	cols := relation.RecordColumns()
	if len(files) > 0 {
		names := make([]string, len(cols))
		for i, c := range cols {
			names[i] = c.Name
		}
		from, err := parquet(files)
		return "SELECT " + sql.Names(names) + " FROM " + from, err
	}
	items := make([]string, len(cols))
	for i, c := range cols {
		t, err := sql.ParseType(c.Type)
		if err != nil {
			return "", fmt.Errorf("the column %s of a record: %w", c.Name, err)
		}
		items[i] = "CAST(NULL AS " + sql.DuckType(t) + ") AS " + sql.Name(c.Name)
	}
	return "SELECT " + strings.Join(items, ", ") + " WHERE false", nil
}

// Check plans the statement at the database and runs nothing but what is constant in it.
func (s *session) Check(ctx context.Context, st engine.Statement) error {
	query, err := s.text(st)
	if err != nil {
		return err
	}
	timed, end, stop := s.clock(ctx)
	defer end(nil)
	defer stop()
	plan, err := s.db.QueryContext(timed, "EXPLAIN "+query)
	if err == nil {
		defer plan.Close()
		err = plan.Err()
	}
	return s.fault(ctx, timed, "plan "+st.ID, err)
}

// clock is a context that ends when a statement has run for as long as it may, unless stop comes first, or when end is called.
func (s *session) clock(ctx context.Context) (timed context.Context, end context.CancelCauseFunc, stop func()) {
	timed, end = context.WithCancelCause(ctx)
	if s.timeout <= 0 {
		return timed, end, func() {}
	}
	timer := time.AfterFunc(s.timeout, func() { end(engine.ErrTimeout) })
	return timed, end, func() { timer.Stop() }
}

// fault says why what was done with a statement failed.
func (s *session) fault(ctx, timed context.Context, doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() == nil && errors.Is(context.Cause(timed), engine.ErrTimeout):
		return engine.TooSlow(doing, s.timeout)
	}
	return s.budget.fault(ctx, fmt.Errorf("%s: %w", doing, err))
}

// Query runs the statement. The rows must be read to their end or closed.
func (s *session) Query(ctx context.Context, st engine.Statement) (engine.Rows, error) {
	query, err := s.text(st)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	// The clock stops with the answer: all rows are there then, and whoever reads them may take their time.
	timed, end, stop := s.clock(ctx)
	defer stop()
	found, err := s.db.QueryContext(timed, query) //nolint:rowserrcheck // rows.All looks at it
	if err != nil {
		defer end(nil)
		return nil, s.fault(ctx, timed, "run "+st.ID, err)
	}
	return &rows{ctx: ctx, budget: s.budget, id: st.ID, found: found, cols: st.Query.Columns(), start: start, end: func() { end(nil) }}, nil
}

// text is the statement over the tables of this session.
func (s *session) text(st engine.Statement) (string, error) {
	sources, err := st.Sources(sql.DuckDB, s.scope, func(name string) (relation.Rows, error) {
		cols, err := stored(s.scope, name)
		return relation.Rows{From: sql.Name(name), Columns: cols}, err
	})
	if err != nil {
		return "", err
	}
	return st.Query.Text(sql.DuckDB, sources), nil
}

// Files is every log file of the scope with its state, in key order.
func (s *session) Files(ctx context.Context) iter.Seq2[engine.InputFile, error] {
	return func(yield func(engine.InputFile, error) bool) {
		for f := range s.snapshot.Files() {
			if err := ctx.Err(); err != nil {
				yield(engine.InputFile{}, fault(ctx, err))
				return
			}
			if !yield(engine.InputFile{Key: f.Key, Size: f.Size, SHA256: f.SHA256, Records: f.Records, State: f.State, Reason: f.Reason}, nil) {
				return
			}
		}
	}
}

// Close drops the database and lets the cache's files go.
func (s *session) Close() error {
	var err error
	s.closing.Do(func() {
		running := false
		if s.db != nil {
			running = s.db.Running()
			err = s.db.Close()
		}
		if s.spill != nil && !running { // else the next session that finds its lock free removes it
			err = errors.Join(err, s.spill.remove())
		}
		s.snapshot.Release()
	})
	return err
}
