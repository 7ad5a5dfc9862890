package sql

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"trailscribe/internal/sql/ast"
)

// relation checks one relation of a FROM and adds it to s.
func (k *checker) relation(r ast.Relation, s *scope) {
	switch r := r.(type) {
	case *ast.Table:
		k.table(r, s)
	case *ast.Subquery:
		around := s.outer
		if r.Lateral {
			k.nested = append(k.nested, r)
			around = s
		}
		if around == nil {
			around = &scope{}
		}
		cols := k.query(r.Query, around)
		src := &source{cols: k.handedOn(cols)}
		k.add(r, src, "", r.Alias, s)
	case *ast.Unnest:
		k.unnest(r, s)
	case *ast.Join:
		k.join(r, s)
	}
}

func (k *checker) table(r *ast.Table, s *scope) {
	name := r.Name()
	src := &source{}
	own := r.Parts[len(r.Parts)-1].Key()
	if n := s.named(name); n != nil && len(r.Parts) == 1 {
		n.refs++
		src.cte = n
		src.cols = k.handedOn(n.cols)
		k.add(r, src, own, r.Alias, s)
		return
	}
	cols, ok := k.catalog[name]
	if !ok {
		known := make([]string, 0, len(k.catalog))
		for n := range k.catalog {
			known = append(known, n)
		}
		for o := s; o != nil; o = o.outer {
			for n := range o.with {
				known = append(known, n)
			}
		}
		slices.Sort(known)
		hint := k.meant(name, known)
		if hint == "" && len(known) > 0 {
			hint = "Relations here: " + strings.Join(known, ", ")
		}
		k.problem(r, "there is no relation "+name, hint, "unknown-relation")
		src.cols = nil
		src.alias = "\x00" // nothing can be said about its columns
	}
	made := k.newColumns(len(cols))
	for i, c := range cols {
		own := made[i]
		own.name, own.key, own.label = c.Name, strings.ToLower(c.Name), c.Name
		if i > 0 && c.Type == cols[i-1].Type {
			own.typ = made[i-1].typ
			continue
		}
		t, err := columnType(c.Type)
		if err != nil {
			k.problem(r, fmt.Sprintf("column %s of %s has a %v", c.Name, name, err), "", "catalog")
			t = tBad
		}
		own.typ = t
	}
	src.cols, src.table = made, name
	k.tables[name] = concat(k.tables[name], src.cols)
	k.add(r, src, own, r.Alias, s)
}

// columnTypes remembers the types of catalog columns by their text: a catalog is the same for every statement, and reading a row type of
// thirty fields for each would be half the work of checking a short query. Types are never changed once read.
var columnTypes sync.Map // string -> *Type

func columnType(text string) (*Type, error) {
	if t, ok := columnTypes.Load(text); ok {
		return t.(*Type), nil
	}
	t, err := ParseType(text)
	if err == nil && len(text) < 10_000 {
		columnTypes.Store(text, t)
	}
	return t, err
}

// add names a relation and makes its columns visible.
func (k *checker) add(r ast.Relation, src *source, name string, a *ast.Alias, s *scope) {
	if a != nil {
		name = a.Name.Key()
		if len(a.Columns) > 0 {
			if len(a.Columns) != len(src.cols) && src.alias != "\x00" {
				k.problem(a, fmt.Sprintf("%s has %d column names for %d columns", a.Name.Name, len(a.Columns), len(src.cols)), "", "")
			}
			for i, c := range src.cols {
				if i < len(a.Columns) {
					c.name, c.key = a.Columns[i].Name, a.Columns[i].Key()
				}
			}
		}
	}
	if src.alias != "\x00" || a != nil {
		src.alias = name
	}
	for _, o := range s.sources {
		if name != "" && o.alias == name {
			k.problem(r, "two relations are called "+name, "Give one of them another alias", "")
		}
	}
	src.label = k.unique(name)
	for _, c := range src.cols {
		c.rel = src
	}
	k.sources[r] = src
	s.sources = append(s.sources, src)
	s.cols = concat(s.cols, src.cols)
}

// concat is a and b; b itself where a is empty.
func concat(a, b []*column) []*column {
	if len(a) == 0 {
		return slices.Clip(b)
	}
	return append(a, b...)
}

func (k *checker) unnest(r *ast.Unnest, s *scope) {
	src := &source{}
	v := env{scope: s, noAggregate: "UNNEST", noWindow: "UNNEST"}
	names, unknown := 0, false
	if r.Alias != nil {
		names = len(r.Alias.Columns)
	}
	for i, a := range r.Args {
		t := k.expr(a, v)
		switch t.Kind {
		case ArrayType:
			src.cols = append(src.cols, k.newColumn(column{typ: t.Elem, label: "u" + strconv.Itoa(i+1)}))
			if t.Elem.Kind == RowType && len(r.Args) == 1 {
				if !k.unnestRows(r, names) {
					unknown = true
				}
			}
		case MapType:
			src.cols = append(src.cols, k.newColumn(column{typ: t.Key, label: "k" + strconv.Itoa(i+1)}),
				k.newColumn(column{typ: t.Elem, label: "u" + strconv.Itoa(i+1)}))
		case 0, UnknownType:
			src.cols = append(src.cols, k.newColumn(column{typ: tBad, label: "u" + strconv.Itoa(i+1)}))
			if t.Kind == UnknownType {
				k.problem(a, "UNNEST takes an array or a map, not NULL", "", "")
			}
		default:
			hint := ""
			if t.Kind == JSONType {
				hint = "Write UNNEST(CAST(… AS array(json)))"
			}
			k.problem(a, "UNNEST takes an array or a map, not "+t.String(), hint, "")
			src.cols = append(src.cols, k.newColumn(column{typ: tBad, label: "u" + strconv.Itoa(i+1)}))
		}
	}
	if r.Ordinality {
		src.cols = append(src.cols, k.newColumn(column{typ: tBigint, label: "ordinality", name: "ordinality", key: "ordinality"}))
	}
	for i, c := range src.cols {
		if c.name == "" {
			c.name = unnamed(i)
			c.key = c.name
		}
	}
	if unknown { // which columns there are cannot be said
		src.alias = "\x00"
		k.add(r, src, "", nil, s)
		return
	}
	k.add(r, src, "", r.Alias, s)
}

// unnestRows: an array of rows gives one column holding the row in the form AWS documents for CloudTrail, and one column for
// each field in Trino itself. Until that is settled by a real Athena, the first is taken with a warning, the second refused.
func (k *checker) unnestRows(r *ast.Unnest, names int) bool {
	want := 1
	if r.Ordinality {
		want = 2
	}
	const hint = "Write UNNEST(transform(a, r -> r.arn)) AS t(arn), or any_match(a, r -> …), which mean the same everywhere"
	if names != 0 && names != want {
		k.problem(r, "an array of rows is unnested into one column per field by Trino and into one column by Athena", hint, "unnest-rows")
		return false
	}
	k.problem(r, "an array of rows unnested into one column is documented by Athena and refused by Trino", hint, "unnest-rows")
	k.probs[len(k.probs)-1].Warning = true
	return true
}

func (k *checker) join(r *ast.Join, s *scope) {
	if r.Natural {
		k.problem(r, "NATURAL JOIN is not supported by Athena", "Name the columns: JOIN … USING (a, b)", "not-supported")
	}
	before := len(s.sources)
	beforeCols := len(s.cols)
	k.relation(r.Left, s)
	middle := len(s.cols)
	k.relation(r.Right, s)
	if u, ok := r.Right.(*ast.Unnest); ok {
		if lit, isTrue := r.On.(*ast.BoolLit); r.Kind != ast.CrossJoin && !(r.Kind == ast.LeftJoin && isTrue && lit.Value) {
			k.problem(u, "UNNEST is joined by CROSS JOIN, or by LEFT JOIN … ON TRUE", "", "")
		}
	}
	if len(r.Using) > 0 {
		k.using(r, s, beforeCols, middle)
	}
	if r.On != nil {
		if r.Kind != ast.InnerJoin {
			k.nested = append(k.nested, r)
		}
		// ON sees the two sides of this join only, and what is outside
		on := &scope{outer: s.outer, sources: s.sources[before:], cols: s.cols[beforeCols:], with: s.with}
		k.condition(r.On, env{scope: on, noAggregate: "JOIN", noWindow: "JOIN"}, "ON")
	}
}

// using merges the columns named by USING: they come first and once, and can be named without an alias only.
func (k *checker) using(r *ast.Join, s *scope, from, middle int) {
	left, right := s.cols[from:middle], s.cols[middle:]
	find := func(cols []*column, id *ast.Ident) *column {
		var hit *column
		for _, c := range cols {
			if c.key == id.Key() {
				if hit != nil {
					k.problem(id, "column "+id.Name+" is there twice on one side of the join", "", "")
				}
				hit = c
			}
		}
		return hit
	}
	var merged []*column
	gone := map[*column]bool{}
	for _, id := range r.Using {
		a, b := find(left, id), find(right, id)
		if a == nil || b == nil {
			side := "left"
			if a != nil {
				side = "right"
			}
			k.problem(id, "USING names "+id.Name+", which the "+side+" side does not have", "", "unknown-column")
			continue
		}
		t := common(a.typ, b.typ)
		if t == nil {
			k.problem(id, fmt.Sprintf("USING (%s) compares %s with %s", id.Name, a.typ, b.typ), "", "")
			t = tBad
		}
		a.use()
		b.use()
		merged = append(merged, k.newColumn(column{name: a.name, key: a.key, typ: t, merged: []*column{a, b}, join: r.Kind}))
		gone[a], gone[b] = true, true
		a.hidden, b.hidden = true, true
	}
	k.joins[r] = merged
	cols := append([]*column{}, s.cols[:from]...)
	cols = append(cols, merged...)
	for _, c := range s.cols[from:] {
		if !gone[c] {
			cols = append(cols, c)
		}
	}
	s.cols = cols
}
