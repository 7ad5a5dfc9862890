// Package duckdb is an engine.
package duckdb

import (
	"context"
	"iter"

	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/result"
	"trailscribe/internal/source"
	"trailscribe/internal/sql"
)

type Options struct {
	Definition *relation.Definition
	Source     source.Source // duckdb only
}

type Engine struct{ o Options }

func New(o Options) (*Engine, error) { return &Engine{o}, nil }

func (e *Engine) Describe(context.Context) (engine.Description, error) {
	return engine.Description{Name: "duckdb"}, nil
}
func (e *Engine) Estimate(context.Context, engine.Scope, []engine.Statement) (engine.Estimate, error) {
	return engine.Estimate{}, nil
}
func (e *Engine) Open(ctx context.Context, s engine.Scope) (engine.Session, error) {
	b, err := e.o.Definition.Select("events", relation.Base{}, s)
	return &session{b}, err
}
func (e *Engine) Close() error { return nil }

type session struct{ events *sql.Bound }

func (s *session) Inputs(context.Context) (engine.Inputs, error) { return engine.Inputs{}, nil }
func (s *session) Files(context.Context) iter.Seq2[engine.InputFile, error] {
	return func(func(engine.InputFile, error) bool) {}
}
func (s *session) Check(ctx context.Context, st engine.Statement) error { return nil }
func (s *session) Query(ctx context.Context, st engine.Statement) (engine.Rows, error) {
	_ = st.Query.Text(sql.Trino, map[string]string{"events": "staged"})
	return &rows{}, nil
}
func (s *session) Close() error { return nil }

type rows struct{}

func (*rows) Columns() []result.Column { return nil }
func (*rows) All() iter.Seq2[result.Row, error] {
	return func(func(result.Row, error) bool) {}
}
func (*rows) Stats() engine.Stats { return engine.Stats{} }
func (*rows) Close() error        { return nil }

var _ engine.Engine = (*Engine)(nil)
