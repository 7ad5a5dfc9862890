package duckdb

import (
	"testing"

	"trailscribe/internal/engine"
	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/relation"
	"trailscribe/internal/source"
)

func open(o Options) enginetest.Open {
	return func(t testing.TB, d *relation.Definition, s source.Source) engine.Engine {
		t.Helper()
		o := o
		o.Definition, o.Source = d, s
		if o.CacheDir == "" {
			o.CacheDir = t.TempDir()
		}
		e, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
}

func TestContract(t *testing.T) { enginetest.Run(t, open(Options{})) }
