package sql

import "trailscribe/internal/sql/ast"

// source is one relation in a FROM under its alias.
type source struct {
	alias string // lower-case, "" where it has none
	cols  []*column
	cte   *named
	label string // the alias, unique in the statement
	table string // the relation of the catalog it is, "" where it is none
}

func (s *source) find(key string) []*column {
	return called(s.cols, key, func(c *column) bool { return !c.hidden })
}

// named is a query of a WITH.
type named struct {
	key       string
	label     string // the name, unique in the statement
	cols      []*column
	refs      int
	recursive bool
}

// scope is what names mean at one place. Names not found are looked for outside: correlated subqueries, lambdas in calls.
type scope struct {
	outer   *scope
	sources []*source
	cols    []*column              // what an unqualified name may mean: columns of the sources, those of USING once
	output  []*column              // ORDER BY only: result columns come before input columns
	vars    map[string]*Type       // a lambda's parameters
	names   map[string]string      // how a lambda's parameter is called in DuckDB
	with    map[string]*named      // queries of WITH in force
	windows map[string]*ast.Window // WINDOW clause

	aggregated bool // of a SELECT: an aggregate was met
}

func (s *scope) named(key string) *named {
	for ; s != nil; s = s.outer {
		if n, ok := s.with[key]; ok {
			return n
		}
	}
	return nil
}

// lookup is what an unqualified name means. More than one column: the name is ambiguous.
func (s *scope) lookup(key string) (cols []*column, variable *Type, label string) {
	for ; s != nil; s = s.outer {
		if t, ok := s.vars[key]; ok {
			return nil, t, s.names[key]
		}
		found := called(s.output, key, nil)
		if len(found) == 0 {
			found = called(s.cols, key, nil)
		}
		if len(found) > 0 {
			return found, nil, ""
		}
	}
	return nil, nil, ""
}

// qualified is what alias.name means; known says whether there is such an alias.
func (s *scope) qualified(alias, key string) (cols []*column, known *source) {
	for ; s != nil; s = s.outer {
		for _, r := range s.sources {
			if r.alias == alias {
				known = r
				if f := r.find(key); len(f) > 0 {
					return f, r
				}
			}
		}
		if known != nil {
			return nil, known
		}
	}
	return nil, nil
}

// visible are the names an unqualified reference could have meant.
func (s *scope) visible() (names []string) {
	for ; s != nil; s = s.outer {
		for _, c := range append(append([]*column{}, s.output...), s.cols...) {
			if c.key != "" {
				names = append(names, c.key)
			}
		}
	}
	return names
}
