package trino

import (
	"flag"
	"os"
	"testing"
	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/source"

	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/sql"
)

var update = flag.Bool("update", false, "rewrite the values of expressions.txt with those of the Trino at TRINO_URL")

// server is the Trino to prove against. `make conformance` starts one; without it these tests prove nothing and say so.
func server(t testing.TB) *client {
	t.Helper()
	address := os.Getenv("TRINO_URL")
	if address == "" {
		if os.Getenv("REQUIRE_TRINO") == "1" {
			t.Fatal("REQUIRE_TRINO=1, and TRINO_URL names no Trino")
		}
		t.Skip("needs a real Trino: make conformance")
	}
	c, err := newClient(address)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func ask(c *client) enginetest.Ask {
	return func(t *testing.T, text string) ([][]any, []string, error) {
		rows, types, err := c.exec(t.Context(), text)
		if err != nil {
			return nil, nil, err
		}
		kinds := make([]*sql.Type, len(types))
		for i, s := range types {
			if kinds[i], err = sql.ParseType(s); err != nil {
				kinds[i], _ = sql.ParseType("varchar")
			}
		}
		out := make([][]any, len(rows))
		for i, r := range rows {
			out[i] = make([]any, len(r))
			for j, raw := range r {
				if out[i][j], err = value(kinds[j], raw); err != nil {
					t.Fatalf("%s: a value of the type %s: %v", text, types[j], err)
				}
			}
		}
		return out, types, nil
	}
}

func TestExpressions(t *testing.T) { enginetest.Proof(t, ask(server(t)), *update) }

// The relation, its history, its columns and the counting statements mean at Trino what they mean at every engine.
func TestContract(t *testing.T) {
	server(t)
	enginetest.Run(t, func(t testing.TB, d *relation.Definition, s source.Source) engine.Engine {
		e, err := New(Options{Address: os.Getenv("TRINO_URL"), Definition: d, Source: s})
		if err != nil {
			t.Fatal(err)
		}
		return e
	})
}
