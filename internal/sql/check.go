package sql

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"trailscribe/internal/diag"
	"trailscribe/internal/sql/ast"
)

// facts are what Check found out about a statement: a side table, so that the tree itself stays as it was written.
type facts struct {
	types      map[ast.Expr]*Type
	cols       map[ast.Expr]*column    // an Ident or Deref that is a column
	vars       map[ast.Expr]string     // an Ident that is a lambda's parameter: its name in DuckDB
	calls      map[*ast.Call]*resolved // the overload chosen
	casts      map[*ast.TypeName]*Type
	lambdas    map[*ast.Lambda][]string   // names of the parameters in DuckDB
	extracts   map[*ast.Extract]*ast.Call // EXTRACT(hour FROM x) as hour(x)
	queries    map[*ast.Query]*queryFacts
	selects    map[*ast.Select]*selectFacts
	sources    map[ast.Relation]*source
	joins      map[*ast.Join][]*column // columns of USING
	ctes       map[*ast.NamedQuery]*named
	paramTypes map[string]*Type
	tables     map[string][]*column // every column object of a relation of the catalog
	columns    int32                // how many columns were made: each has a number
	given      []ast.Expr           // calls that a parameter's value can make impossible: a pattern, a format
	out        []*column
	orderRest  []*column // of out: what ORDER BY is completed with
}

// checker finds the meaning of every name and the type of every expression.
type checker struct {
	*facts
	p       *Parsed
	catalog Catalog
	probs   diag.Problems
	labels  map[string]int
	taken   map[string]int // labels of the columns of the select being checked
	pieces  float64        // what the expressions grow to that were checked side by side, see grow

	nested   []ast.Node // what correlated looks into
	suspects []ast.Expr // expressions that supported prints once

	columnSlab ast.Arena[column]
	fromSlab   ast.Arena[*column]
	typeSlab   ast.Arena[*Type]
	callSlab   ast.Arena[resolved]
}

// Check finds what every name means and what type every expression has, by Trino's rules: no implicit casts between text and
// numbers or dates, aliases of SELECT in ORDER BY only, GROUP BY complete. Problems carry their place and what may have been meant.
// There may be warnings besides a Checked; with an error it is nil.
func (p *Parsed) Check(c Catalog, t Types) (*Checked, diag.Problems) {
	k, checked := p.resolve(c, t)
	if k.probs.Err() == nil {
		k.supported(checked)
	}
	probs := dropDoubles(k.probs.Sort())
	if probs.Err() != nil {
		return nil, probs
	}
	return checked, probs
}

// resolve is Check but for what only the printer knows.
func (p *Parsed) resolve(c Catalog, t Types) (*checker, *Checked) {
	k := &checker{p: p, catalog: c, labels: map[string]int{}, taken: map[string]int{}, facts: &facts{
		types: make(map[ast.Expr]*Type, p.exprs), cols: make(map[ast.Expr]*column, p.exprs/2), vars: map[ast.Expr]string{},
		calls: make(map[*ast.Call]*resolved, p.exprs/8),
		casts: map[*ast.TypeName]*Type{}, lambdas: map[*ast.Lambda][]string{}, queries: map[*ast.Query]*queryFacts{},
		selects: map[*ast.Select]*selectFacts{}, sources: map[ast.Relation]*source{}, joins: map[*ast.Join][]*column{},
		ctes: map[*ast.NamedQuery]*named{}, extracts: map[*ast.Extract]*ast.Call{}, paramTypes: map[string]*Type{},
		tables: map[string][]*column{},
	}}
	for name, text := range t {
		typ, err := ParseType(ParamType(text))
		if err != nil {
			k.problem(p.query, "parameter :"+name+" has the "+err.Error(), "", "parameter-type")
			typ = tBad
		}
		k.paramTypes[name] = typ
	}
	k.out = k.query(p.query, nil)
	for _, c := range k.out {
		c.use()
	}
	k.orderRest = k.rest(p.query)
	k.correlated()
	return k, &Checked{Parsed: p, facts: k.facts, declared: t}
}

func dropDoubles(ps diag.Problems) diag.Problems {
	if len(ps) < 2 {
		return ps
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(ps, func(p diag.Problem) bool {
		s := p.Error()
		defer func() { seen[s] = true }()
		return seen[s]
	})
}

var tBad = &Type{} // of an expression a problem was already said about

func (k *checker) problem(n ast.Node, text, hint, rule string) {
	at, width := k.p.place(n.Pos()), n.End()-n.Pos()
	k.probs = append(k.probs, diag.Problem{At: at, Text: text, Hint: hint, Rule: rule, Width: width})
}

// place is where a character of the text stands in its file.
func (p *Parsed) place(char int) diag.Pos {
	if p.at == nil {
		return diag.Pos{}
	}
	return p.at(char)
}

// unique makes a name no other relation of the statement has.
func (k *checker) unique(name string) string {
	if name == "" {
		name = "t"
	}
	for {
		k.labels[name]++
		n := k.labels[name]
		if n == 1 {
			return name
		}
		if s := name + "_" + strconv.Itoa(n); k.labels[s] == 0 {
			k.labels[s] = 1
			return s
		}
	}
}

func runes(s string) int { return utf8.RuneCountInString(s) }
