package awsfake

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// cutOff marks the end of a query by BytesScannedCutoffPerQuery; it is not a type of AthenaError.
const cutOff = -1

// execute does what a statement asks for. What it reads is metered before it runs, so that a query that is stopped is
// billed for its scan.
func (s *Server) execute(x *execution, slow bool) error {
	st := x.statement
	switch st.kind {
	case "DROP_TABLE":
		return s.dropTable(x)
	case "CREATE_DATABASE", "CREATE_TABLE":
		return s.define(x)
	}
	if st.kind == "SELECT" && s.reuse(x) {
		return nil
	}
	if err := s.acceptable(x); err != nil {
		return err
	}
	p, err := s.plan(x.ctx, st.query, x.database, x.id, st.purpose(), st.kind == "EXPLAIN")
	defer s.drop(p)
	if err != nil {
		return err
	}
	if st.kind == "EXPLAIN" {
		return s.explain(x)
	}
	s.scanned(x, p.scanned)
	if x.cutoff > 0 && p.scanned > x.cutoff {
		s.scanned(x, x.cutoff)
		return &queryError{kind: cutOff, message: "Bytes scanned limit was exceeded"}
	}
	if slow {
		<-x.ctx.Done()
		return x.ctx.Err()
	}
	if !sleep(x.ctx, s.o.RunningFor) {
		return x.ctx.Err()
	}
	switch st.kind {
	case "CREATE_TABLE_AS_SELECT":
		return s.createTableAs(x, p)
	case "UNLOAD":
		return s.unload(x, p)
	case "INSERT":
		return s.insert(x, p)
	}
	return s.selectRows(x, p)
}

func (s *Server) scanned(x *execution, n int64) {
	s.athena.mu.Lock()
	defer s.athena.mu.Unlock()
	x.scanned = n
}

// acceptable refuses what Athena refuses before it reads anything.
func (s *Server) acceptable(x *execution) error {
	st := x.statement
	if st.kind != "CREATE_TABLE_AS_SELECT" {
		return nil
	}
	if x.enforced && !x.managed && st.options["external_location"] != "" {
		return athenaError(2, 1008, "INVALID_TABLE_PROPERTY: The Create Table As Select query failed because it was submitted with an "+
			"'external_location' property to an Athena Workgroup that enforces a centralized output location for all queries. Please remove the "+
			"'external_location' property and resubmit the query.")
	}
	t, db, own := s.resolve(strings.Join(st.table, "."), x.database)
	if t != nil && !st.ifExists {
		return athenaError(2, 1004, "TABLE_ALREADY_EXISTS: line 1:1: Destination table 'awsdatacatalog.%s.%s' already exists", db, own)
	}
	s.glue.mu.RLock()
	defer s.glue.mu.RUnlock()
	if _, err := s.glue.database(db); err != nil {
		return athenaError(2, 1004, "SCHEMA_NOT_FOUND: line 1:1: Schema %s does not exist", db)
	}
	return nil
}

// reuse takes the rows of the same query of before, if the caller allows it.
func (s *Server) reuse(x *execution) bool {
	var by struct {
		Enabled         bool
		MaxAgeInMinutes *int
	}
	if x.reuse == nil || json.Unmarshal(x.reuse["ResultReuseByAgeConfiguration"], &by) != nil || !by.Enabled {
		return false
	}
	age := 60
	if by.MaxAgeInMinutes != nil {
		age = *by.MaxAgeInMinutes
	}
	s.athena.mu.Lock()
	defer s.athena.mu.Unlock()
	for _, id := range slices.Backward(s.athena.order) {
		old := s.athena.executions[id]
		if old != x && old.state == succeeded && !old.reused && old.sql == x.sql && old.database == x.database && old.groupName == x.groupName &&
			old.output == x.output && s.o.Now().Sub(old.ended) <= time.Duration(age)*time.Minute {
			x.columns, x.rows, x.file, x.reused = old.columns, old.rows, old.file, true
			return true
		}
	}
	return false
}

func (s *Server) explain(x *execution) error {
	name, value := "Query Plan", "Fragment 0 [SOURCE]"
	kind := "varchar"
	if x.statement.validate {
		name, value, kind = "Valid", "true", "boolean"
	}
	s.answer(x, []columnInfo{{Name: name, Label: name, Type: kind}}, [][]*string{{&value}}, 0)
	return s.result(x, ".csv", csvOf(x.columns, x.rows))
}

// selectRows runs a SELECT and writes its results object.
func (s *Server) selectRows(x *execution, p *plan) error {
	columns := columnsOf(p)
	if p.before.selected {
		s.answer(x, columns, p.before.rows, 0)
		return s.result(x, ".csv", csvOf(columns, p.before.rows))
	}
	var rows [][]*string
	err := s.query(x.ctx, p.text, func(r *sql.Rows) error {
		for r.Next() {
			cells, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range cells {
				into[i] = &cells[i]
			}
			if err := r.Scan(into...); err != nil {
				return err
			}
			row := make([]*string, len(columns))
			for i, v := range cells {
				t, err := cellText(p.types[i], v)
				if err != nil {
					return fmt.Errorf("column %s: %w", columns[i].Name, err)
				}
				row[i] = t
			}
			rows = append(rows, row)
		}
		return r.Err()
	})
	if err != nil {
		return err
	}
	if p.stable && small(rows) {
		s.athena.answers.add(p.key, func(a *answer) { a.selected, a.rows, a.columnar = true, rows, p.before.columnar })
	}
	s.answer(x, columns, rows, 0)
	return s.result(x, ".csv", csvOf(columns, rows))
}

// query runs a statement that was printed for DuckDB. What DuckDB says about the data is the query's own failure.
func (s *Server) query(ctx context.Context, text string, each func(*sql.Rows) error) error {
	db, err := s.database()
	if err != nil {
		return err
	}
	rows, err := db.QueryContext(ctx, text)
	if err == nil {
		defer rows.Close()
		err = each(rows)
	}
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return dataError(err)
	}
	return nil
}

func dataError(err error) error {
	text := strings.Join(strings.Fields(err.Error()), " ")
	code := "INVALID_FUNCTION_ARGUMENT"
	switch {
	case strings.Contains(text, "Conversion Error"):
		code = "INVALID_CAST_ARGUMENT"
	case strings.Contains(text, "ivision by zero"):
		code = "DIVISION_BY_ZERO"
	case strings.Contains(text, "ut of Range"):
		code = "NUMERIC_VALUE_OUT_OF_RANGE"
	case strings.Contains(text, "More than one row returned"):
		code = "SUBQUERY_MULTIPLE_ROWS"
	}
	return athenaError(2, 1001, "%s: %s", code, text)
}

func (s *Server) answer(x *execution, columns []columnInfo, rows [][]*string, updated int64) {
	s.athena.mu.Lock()
	defer s.athena.mu.Unlock()
	x.columns, x.rows, x.updated = columns, rows, updated
}

// result writes the results object and its metadata, which Athena keeps in a binary form of its own.
func (s *Server) result(x *execution, suffix string, body []byte) error {
	if x.managed {
		return nil
	}
	if err := x.ctx.Err(); err != nil {
		return err
	}
	where := x.output + x.id + suffix
	if err := s.store(where, body); err != nil {
		return err
	}
	if err := s.store(where+".metadata", append([]byte{0x0a, byte(len(x.id))}, x.id...)); err != nil {
		return err
	}
	s.athena.mu.Lock()
	defer s.athena.mu.Unlock()
	x.file = where
	return nil
}

func (s *Server) store(url string, body []byte) error {
	name, key, _ := splitS3(url)
	s.s3.mu.Lock()
	defer s.s3.mu.Unlock()
	b := s.s3.buckets[name]
	if b == nil {
		return athenaError(2, 1306, "Access denied when writing output to url: %s", url)
	}
	b.set(key, newObject(body, s.o.Now()))
	return nil
}

// dropTable takes a table out of the catalog and leaves its files.
func (s *Server) dropTable(x *execution) error {
	t, db, own := s.resolve(strings.Join(x.statement.table, "."), x.database)
	if t == nil && !x.statement.ifExists {
		return athenaError(2, 1003, "FAILED: SemanticException [Error 10001]: Table not found %s.%s", db, own)
	}
	if t != nil {
		s.glue.mu.Lock()
		if d := s.glue.databases[db]; d != nil {
			delete(d.tables, own)
		}
		s.glue.mu.Unlock()
	}
	s.answer(x, nil, nil, 0)
	return s.result(x, ".txt", nil)
}
