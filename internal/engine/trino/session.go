package trino

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"iter"
	"time"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/result"
	"trailscribe/internal/sql"
)

type session struct {
	c          *client
	definition *relation.Definition
	scope      engine.Scope
	schema     string
	files      []engine.InputFile
	state      hash.Hash // of the listing that was read
	loose      bool
	closed     bool
}

// Open copies the records of the scope's log files into Trino and makes events, and history if the scope has one.
func (e *Engine) Open(ctx context.Context, scope engine.Scope) (engine.Session, error) {
	w, err := newWindow(scope)
	if err != nil {
		return nil, err
	}
	if _, err := relation.Stored(scope.Columns, nil, relation.Events, relation.History); err != nil {
		return nil, engine.RefuseScope(err)
	}
	s := &session{c: e.c, definition: e.o.Definition, scope: scope, schema: "memory." + schemaName(), state: sha256.New()}
	if err := s.start(ctx, e, w); err != nil {
		return nil, errors.Join(fault(ctx, err), s.Close())
	}
	return s, nil
}

func (s *session) start(ctx context.Context, e *Engine, w window) error {
	if _, _, err := s.c.exec(ctx, "CREATE SCHEMA "+s.schema); err != nil {
		return fmt.Errorf("make a schema: %w", err)
	}
	l := newLoader(s.c, s.table(relation.Records))
	if err := l.create(ctx); err != nil {
		return fmt.Errorf("make the table of records: %w", err)
	}
	for o, err := range e.o.Source.List(ctx, "") {
		if err != nil {
			return fmt.Errorf("list %s: %w", e.o.Source.Name(), err)
		}
		k := cloudtrail.ParseKey(o.Key)
		if !w.holds(k) {
			continue
		}
		describe(s.state, o)
		f, err := l.read(ctx, e.o.Source, o, k)
		if err != nil {
			return err
		}
		s.loose = s.loose || k.Loose() && f.State == engine.FileRead
		s.files = append(s.files, f)
	}
	if err := l.flush(ctx); err != nil {
		return fmt.Errorf("insert records: %w", err)
	}
	relations := []string{relation.Events}
	if s.scope.HistoryDays > 0 {
		relations = append(relations, relation.History)
	}
	for _, name := range relations {
		query, err := s.statement(name, s.table(relation.Records))
		if err != nil {
			return err
		}
		if _, _, err := s.c.exec(ctx, "CREATE TABLE "+s.table(name)+" AS "+query); err != nil {
			return fmt.Errorf("make the relation %s: %w", name, err)
		}
	}
	return nil
}

// State is that of the listing that was copied.
func (s *session) State() string { return hex.EncodeToString(s.state.Sum(nil)) }

// Changes are none: the records were copied.
func (s *session) Changes(context.Context) (engine.Changes, error) { return engine.Changes{}, nil }

func (s *session) table(name string) string { return s.schema + "." + name }

// statement is one of the definition's statements over the records given.
func (s *session) statement(name, records string) (string, error) {
	bound, err := s.definition.Select(name, s.scope.Scope, s.loose)
	if err != nil {
		return "", engine.RefuseScope(err)
	}
	return bound.Text(sql.Trino, map[string]string{relation.Records: records}), nil
}

// text is a statement over the tables of this session.
func (s *session) text(st engine.Statement) (string, error) {
	sources, err := st.Sources(sql.Trino, s.scope, func(name string) (relation.Rows, error) {
		return relation.Rows{From: s.table(name)}, nil
	})
	if err != nil {
		return "", err
	}
	return st.Query.Text(sql.Trino, sources), nil
}

// Check plans the statement and runs nothing. It asks for the plan, not only for validation: what Trino cannot plan, such as
// some correlated subqueries, is found only so.
func (s *session) Check(ctx context.Context, st engine.Statement) error {
	query, err := s.text(st)
	if err != nil {
		return err
	}
	if _, _, err := s.c.exec(ctx, "EXPLAIN (TYPE LOGICAL) "+query); err != nil {
		return fault(ctx, fmt.Errorf("plan %s: %w", st.ID, err))
	}
	return nil
}

// Query runs the statement. The rows must be read to their end or closed.
func (s *session) Query(ctx context.Context, st engine.Statement) (engine.Rows, error) {
	query, err := s.text(st)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	running, err := s.c.run(ctx, query)
	if err != nil {
		return nil, fault(ctx, fmt.Errorf("run %s: %w", st.ID, err))
	}
	return &rows{ctx: ctx, id: st.ID, stream: running, cols: st.Query.Columns(), start: start}, nil
}

// Files is every log file of the scope with its state, in key order.
func (s *session) Files(ctx context.Context) iter.Seq2[engine.InputFile, error] {
	return func(yield func(engine.InputFile, error) bool) {
		for _, f := range s.files {
			if err := ctx.Err(); err != nil {
				yield(engine.InputFile{}, fault(ctx, err))
				return
			}
			if !yield(f, nil) {
				return
			}
		}
	}
}

// Close drops what Open made.
func (s *session) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var all []error
	for _, name := range []string{relation.Events, relation.History, relation.Records} {
		_, _, err := s.c.exec(ctx, "DROP TABLE IF EXISTS "+s.table(name))
		all = append(all, err)
	}
	_, _, err := s.c.exec(ctx, "DROP SCHEMA IF EXISTS "+s.schema)
	return errors.Join(append(all, err)...)
}

// rows is the result of one statement while it is read.
type rows struct {
	ctx    context.Context
	id     string
	stream *stream
	cols   []result.Column
	start  time.Time
	stats  engine.Stats
}

func (r *rows) Columns() []result.Column { return r.cols }

// All gives each row once; the Row is used again for the next.
func (r *rows) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		defer r.Close()
		fail := func(err error) { yield(nil, fault(r.ctx, fmt.Errorf("read the rows of %s: %w", r.id, err))) }
		types := make([]*sql.Type, len(r.stream.page.Columns))
		if len(types) != len(r.cols) {
			fail(fmt.Errorf("Trino gave %d columns where the statement has %d", len(types), len(r.cols)))
			return
		}
		for i, c := range r.stream.page.Columns {
			var err error
			if types[i], err = sql.ParseType(c.Type); err != nil {
				fail(err)
				return
			}
		}
		row := make(result.Row, len(r.cols))
		for {
			for _, cells := range r.stream.page.Data {
				if err := r.fill(row, types, cells); err != nil {
					fail(err)
					return
				}
				r.stats.Rows++
				if !yield(row, nil) {
					return
				}
			}
			more, err := r.stream.more()
			if err != nil {
				fail(err)
				return
			}
			if !more {
				return
			}
		}
	}
}

func (r *rows) fill(row result.Row, types []*sql.Type, cells []json.RawMessage) (err error) {
	for i, c := range r.cols {
		if row[i], err = cell(c.Kind, types[i], cells[i]); err != nil {
			return fmt.Errorf("column %s: %w", c.Name, err)
		}
	}
	return nil
}

// Stats is complete after All.
func (r *rows) Stats() engine.Stats { return r.stats }

// Close ends the statement at the server.
func (r *rows) Close() error {
	if r.stats.Elapsed == 0 {
		r.stats.Elapsed = max(time.Since(r.start), 1)
	}
	r.stream.close()
	return nil
}

var (
	_ engine.Session = (*session)(nil)
	_ engine.Rows    = (*rows)(nil)
)
