package sql

import (
	"strconv"

	"trailscribe/internal/sql/ast"
)

// column is one column of a relation in a FROM, or of a query's result.
type column struct {
	name string // as it was written, for the result's header
	key  string // lower-case: how names are compared
	typ  *Type
	rel  *source

	from   []*column    // the columns it hands on unchanged: a star's, a CTE's, a set operation's branches
	expr   ast.Expr     // what it is computed from, of a result column
	merged []*column    // of JOIN … USING: left and right
	label  string       // of a result column: its unique name inside its query
	number int32        // tells the columns of a statement apart
	join   ast.JoinKind // of a merged column
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

// newColumn gives a column its place and its number.
func (k *checker) newColumn(c column) *column {
	k.columns++
	c.number = k.columns
	return k.columnSlab.Put(c)
}

// newColumns makes n columns and gives each its number.
func (k *checker) newColumns(n int) []*column {
	made, out := k.columnSlab.Make(n), make([]*column, n)
	for i := range made {
		k.columns++
		made[i].number = k.columns
		out[i] = &made[i]
	}
	return out
}

// handedOn makes a column for each that a query hands on to what reads it.
func (k *checker) handedOn(cols []*column) []*column {
	out, from := k.newColumns(len(cols)), k.fromSlab.Make(len(cols))
	copy(from, cols)
	for i, c := range cols {
		o := out[i]
		o.name, o.key, o.typ, o.label, o.from = c.name, c.key, c.typ, c.label, from[i:i+1:i+1]
	}
	return out
}

// only is a list of one column.
func (k *checker) only(c *column) []*column {
	l := k.fromSlab.Make(1)
	l[0] = c
	return l
}

// isPath reports whether an expression is a name, or a field of a name. Only the field of such a one names its column in Trino:
// resources[1].arn has none.
func isPath(x ast.Expr) bool {
	for {
		switch e := x.(type) {
		case *ast.Ident:
			return true
		case *ast.Deref:
			x = e.X
		default:
			return false
		}
	}
}

// unnamed is what Trino calls a column that has no name of its own, by its place in the result.
func unnamed(i int) string { return "_col" + strconv.Itoa(i) }
