package sql

import (
	"slices"
	"strings"

	"trailscribe/internal/sql/ast"
)

// function is one row of the function table: everything this program knows about a function of Trino.
// What is not in the table cannot be written in a query, so nothing can differ silently between two engines.
type function struct {
	name string
	kind functionKind
	// sigs are the signatures Trino has, ";" between them: "varchar, bigint : varchar". Capital letters are type
	// variables (O orderable, D any decimal), "x..." any number of x, "(T) -> boolean" a lambda. "timestamp" and
	// "instant" (timestamp with time zone) stand for any precision, the result's is the largest given.
	sigs string
	// duck is how DuckDB says it: $1 an argument, $* all of them, $L1 an argument's wall clock, $R the result's type,
	// $D $O $F the modifiers of an aggregate (DISTINCT, ORDER BY, FILTER with OVER).
	duck  string
	emit  func(e *emitter, c *ast.Call, r *resolved) string // instead of duck
	check func(k *checker, c *ast.Call, r *resolved)        // what signatures cannot say; may change r.result
	flags functionFlag
	note  string // what is different at DuckDB, or what is refused and why

	overloads []signature
	copies    float64 // see copies
}

type functionKind uint8

const (
	scalarFunction functionKind = iota
	aggregateFunction
	windowFunction
)

type functionFlag uint8

const (
	volatileFunction    functionFlag = 1 << iota // another value on every run
	approximateFunction                          // another value on every engine
	orderFunction                                // its value depends on the order of the rows
	orderBySelf                                  // …unless ORDER BY inside the call decides
	wallClockFunction                            // its template asks for the wall clock of an argument
	neverRefuses                                 // its emit refuses nothing
)

// resolved is a call whose overload has been chosen.
type resolved struct {
	fn     *function
	params []*Type // what each argument is turned into; nil for a lambda
	result *Type
	path   string // of a function of JSON: the path in DuckDB's form
}

var functions = buildFunctions(coreFunctions, textFunctions, numberFunctions, timeFunctions, jsonFunctions, arrayFunctions,
	networkFunctions, aggregateFunctions, windowFunctions)

func buildFunctions(tables ...func() []*function) map[string]*function {
	m := map[string]*function{}
	for _, table := range tables {
		for _, f := range table() {
			for _, s := range strings.Split(f.sigs, ";") {
				if s = strings.TrimSpace(s); s != "" {
					sig, err := parseSignature(s)
					if err != nil {
						panic("function " + f.name + ": " + err.Error()) // a mistake in the table, found by the first test
					}
					f.overloads = append(f.overloads, sig)
				}
			}
			for _, n := range strings.Fields(f.name) {
				if m[n] != nil {
					panic("function " + n + " is in the table twice")
				}
				g := *f
				g.name = n
				if strings.Contains(g.duck, "$L") {
					g.flags |= wallClockFunction
				}
				if unrefusedCalls.Has(n) {
					g.flags |= neverRefuses
				}
				g.copies = g.mostCopies()
				m[n] = &g
			}
		}
	}
	return m
}

// FunctionNames are the functions a query may call, sorted.
func FunctionNames() []string {
	names := make([]string, 0, len(functions))
	for n := range functions {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
