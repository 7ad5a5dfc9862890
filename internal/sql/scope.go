package sql

import "strings"

// column is one column of a relation in a FROM, or of a query's result.
type column struct {
	name string // as it was written, for the result's header
	key  string // lower-case: how names are compared
	typ  *Type
	rel  *source

	from   []*column // the columns it hands on unchanged: a star's, a CTE's, a set operation's branches
	expr   Expr      // what it is computed from, of a result column
	merged []*column // of JOIN … USING: left and right
	label  string    // of a result column: its unique name inside its query
	number int32     // tells the columns of a statement apart
	join   JoinKind  // of a merged column
	used   bool
	hidden bool // by USING: it can no longer be named with its relation
}

// use marks the column as read, down to the catalog's relation it comes from.
func (c *column) use() {
	if c.used {
		return
	}
	c.used = true
	for _, f := range c.from {
		f.use()
	}
	for _, f := range c.merged {
		f.use()
	}
}

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

// called are the columns of a name. One, as nearly always, is a piece of cols itself.
func called(cols []*column, key string, and func(*column) bool) (found []*column) {
	for i, c := range cols {
		if c.key != key || and != nil && !and(c) {
			continue
		}
		if found == nil {
			found = cols[i : i+1 : i+1]
		} else {
			found = append(found, c)
		}
	}
	return found
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
	cols    []*column          // what an unqualified name may mean: columns of the sources, those of USING once
	output  []*column          // ORDER BY only: result columns come before input columns
	vars    map[string]*Type   // a lambda's parameters
	names   map[string]string  // how a lambda's parameter is called in DuckDB
	with    map[string]*named  // queries of WITH in force
	windows map[string]*Window // WINDOW clause

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

// nearest is the candidate that looks most like what was written, "" where none does.
func nearest(word string, candidates []string) string {
	word = strings.ToLower(word)
	best, bestAt := "", len(word)/3+1
	for _, c := range candidates {
		if d := distance(word, strings.ToLower(c)); d < bestAt || d == bestAt && best != "" && d < len(word) && c < best {
			best, bestAt = c, d
		}
	}
	if best == "" {
		squash := strings.NewReplacer("_", "", "-", "")
		for _, c := range candidates {
			if squash.Replace(c) == squash.Replace(word) {
				return c
			}
		}
	}
	return best
}

// distance counts the letters to change, add, drop or swap with their neighbour.
func distance(a, b string) int {
	if d := len(a) - len(b); d > 4 || d < -4 {
		return 99
	}
	prev2, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev, row = prev, row, prev2
	}
	return prev[len(b)]
}
