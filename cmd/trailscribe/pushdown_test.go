package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/result"
	"trailscribe/internal/source"
	"trailscribe/internal/sql"
	"trailscribe/internal/testcase"
)

// What a pushed-down predicate drops cannot matter: every query of the library gives the same rows for each of its cases whether its
// relations hold all rows or those only that its predicate leaves.
func TestLibraryQueriesWithoutWhatPushdownDrops(t *testing.T) {
	t.Parallel()
	_, s := ready(t)
	sifted := &sifting{catalog: s.definition.Catalog()}
	verdicts, err := testcase.Run(t.Context(), s.queries, testcase.Options{
		Definition: s.definition, Hold: func(files map[string][]byte) source.Source { return memory(files) },
		Open: func(d *relation.Definition, src source.Source) (engine.Engine, error) {
			e, err := caseEngine(0)(d, src)
			return &siftedEngine{e, sifted}, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range verdicts {
		if !v.Passed() {
			t.Errorf("%s: %s: %s\n%s", v.Place, v.Query, v.Case, v.Diff)
		}
	}
	asked, dropped := sifted.asked.Load(), sifted.dropped.Load()
	if asked < 100 || dropped < 80 || len(verdicts) == 0 {
		t.Errorf("%d statements had a predicate, and these dropped %d events: too few to prove anything", asked, dropped)
	}
}

// sifting counts what was proved.
type sifting struct {
	catalog        sql.Catalog
	asked, dropped atomic.Int64
}

type siftedEngine struct {
	engine.Engine
	*sifting
}

func (e *siftedEngine) Open(ctx context.Context, s engine.Scope) (engine.Session, error) {
	s.Columns = nil // the sifted relations are SELECT *
	session, err := e.Engine.Open(ctx, s)
	return &siftedSession{session, e.sifting}, err
}

type siftedSession struct {
	engine.Session
	*sifting
}

// Query asks a statement with and without what its predicates drop; where the rows differ that is an error.
func (s *siftedSession) Query(ctx context.Context, st engine.Statement) (engine.Rows, error) {
	var with []string
	for _, name := range []string{relation.Events, relation.History} {
		condition, ok := st.Query.Pushdown(name)
		if !ok {
			continue
		}
		with = append(with, name+" AS (SELECT * FROM "+name+" WHERE "+condition+")")
		gone, err := s.rows(ctx, st, "SELECT count(*) AS n FROM "+name+" WHERE NOT coalesce("+condition+", false)")
		if err != nil {
			return nil, err
		}
		s.dropped.Add(gone[0][0].(int64))
	}
	if len(with) == 0 {
		return s.Session.Query(ctx, st)
	}
	text := st.Query.Text(sql.Trino, nil)
	rest, more := strings.CutPrefix(text, "WITH ")
	if more {
		rest = ", " + rest
	}
	few, err := s.rows(ctx, st, "WITH "+strings.Join(with, ", ")+" "+rest)
	if err != nil {
		return nil, fmt.Errorf("with what the predicate leaves: %w", err)
	}
	all, err := s.rows(ctx, st, text)
	if err != nil {
		return nil, err
	}
	if fmt.Sprint(few) != fmt.Sprint(all) {
		return nil, fmt.Errorf("the predicate %s dropped rows that matter:\n%v\nnot\n%v", strings.Join(with, ", "), few, all)
	}
	s.asked.Add(1)
	return s.Session.Query(ctx, st)
}

func (s *siftedSession) rows(ctx context.Context, st engine.Statement, text string) ([]result.Row, error) {
	p, bad := sql.Parse(text, nil)
	if bad.Err() != nil {
		return nil, bad
	}
	c, bad := p.Check(s.catalog, nil)
	if bad.Err() != nil {
		return nil, bad
	}
	var err error
	if st.Query, err = c.Bind(nil); err != nil {
		return nil, err
	}
	found, err := s.Session.Query(ctx, st)
	if err != nil {
		return nil, err
	}
	var out []result.Row
	for row, err := range found.All() {
		if err != nil {
			return nil, err
		}
		out = append(out, slices.Clone(row))
	}
	return out, nil
}
