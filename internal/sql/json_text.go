package sql

import (
	"cmp"
	"slices"
	"strings"

	"trailscribe/internal/sql/ast"
)

// JSONText is a text that a statement takes out of a JSON text: json_extract_scalar(column, 'path') over a column of a relation.
type JSONText struct{ Column, Path string }

// JSONTexts are those that a statement takes from a relation, sorted, and the relation's columns that it reads besides them, in
// the catalog's order. An engine whose copy of the relation holds such a text as a column of its own can answer without the
// column it comes from, if that is not among the others: see TextWith.
//
// A statement with a star has none, because a star would show the columns that the copy has more.
func (b *Bound) JSONTexts(relation string) (texts []JSONText, others []string) {
	relation = strings.ToLower(relation)
	calls := b.jsonTexts()
	seen, plain := map[JSONText]bool{}, map[string]bool{}
	ast.Walk(b.c.query, func(n ast.Node) bool {
		x, is := n.(ast.Expr)
		if !is {
			return true
		}
		if c, is := n.(*ast.Call); is {
			if e, ok := calls[c]; ok {
				if e.relation == relation {
					seen[e.JSONText] = true
				}
				return false
			}
		}
		if c := b.c.cols[x]; c != nil {
			plain[c.key] = plain[c.key] || from(c, relation)
			return false
		}
		return true
	})
	for e := range seen {
		texts = append(texts, e)
	}
	slices.SortFunc(texts, func(a, b JSONText) int {
		return cmp.Or(strings.Compare(a.Column, b.Column), strings.Compare(a.Path, b.Path))
	})
	for _, c := range b.Uses(relation) {
		if key := strings.ToLower(c); plain[key] || !slices.ContainsFunc(texts, func(e JSONText) bool { return e.Column == key }) {
			others = append(others, c)
		}
	}
	return texts, others
}

// TextWith is Text(Trino, stands) where texts out of JSON are columns of what stands for their relation; those that are not named there
// are taken out as ever.
func (b *Bound) TextWith(stands map[string]string, names map[JSONText]string) string {
	p := &trinoPrinter{lits: b.lits, stands: stands, columns: map[*ast.Call]string{}, rest: b.c.restNames()}
	for c, e := range b.jsonTexts() {
		if name := names[e.JSONText]; name != "" {
			p.columns[c] = name
		}
	}
	p.query(b.c.query)
	return p.String()
}

// taken is such a text with the relation whose row it is taken from.
type taken struct {
	JSONText
	relation string
}

// jsonTexts are the calls that take a text out of a column of the catalog; none where the statement has a star, or renames the
// columns of a table.
func (b *Bound) jsonTexts() map[*ast.Call]taken {
	out := map[*ast.Call]taken{}
	plain := true
	ast.Walk(b.c.query, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectItem:
			plain = plain && !n.Star
		case *ast.Table:
			plain = plain && (n.Alias == nil || len(n.Alias.Columns) == 0)
		case *ast.Call:
			if n.Name.Key() != "json_extract_scalar" || len(n.Args) != 2 {
				return true
			}
			path, literal := n.Args[1].(*ast.StringLit)
			if c := b.c.cols[n.Args[0]]; literal && c != nil && c.rel != nil && c.rel.table != "" {
				out[n] = taken{JSONText{c.key, path.Value}, strings.ToLower(c.rel.table)}
			}
		}
		return plain
	})
	if !plain {
		return nil
	}
	return out
}

// from reports whether a column is one of a relation of the catalog, itself or one that USING merged from it.
func from(c *column, relation string) bool {
	if c.rel != nil && strings.EqualFold(c.rel.table, relation) {
		return true
	}
	return slices.ContainsFunc(c.merged, func(m *column) bool { return from(m, relation) })
}
