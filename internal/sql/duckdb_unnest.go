package sql

import (
	"strings"

	"trailscribe/internal/sql/ast"
)

// unnest writes left CROSS JOIN UNNEST(…) as a sub-select with unnest() in its list, which pads with NULL as Trino does.
// It is never written as a join: a filter on an unnested element is then pushed below DuckDB's own join, 25 times slower.
func (e *emitter) unnest(left string, rels []ast.Relation, u *ast.Unnest, outer bool) string {
	src := e.c.sources[u]
	wrap := src.label + ".w"
	var items, lens []string
	found := map[*column]string{}
	for _, r := range rels {
		for _, s := range e.sourcesOf(r) {
			for _, c := range s.cols {
				if !c.used {
					continue
				}
				name := duckName(s.label + "." + c.label)
				items = append(items, e.col(c)+" AS "+name)
				found[c] = duckName(wrap) + "." + name
			}
		}
	}
	type list struct{ sql, of string }
	var lists []list
	for _, a := range u.Args {
		s := e.x(a)
		if e.c.types[a].Kind == MapType {
			lists = append(lists, list{"map_keys(" + s + ")", s}, list{"map_values(" + s + ")", s})
			lens = append(lens, "cardinality("+s+")")
			continue
		}
		lists = append(lists, list{s, s})
		lens = append(lens, "len("+s+")")
	}
	longest := "coalesce(" + lens[0] + ", 0)"
	if len(lens) > 1 {
		longest = "greatest(" + strings.Join(lens, ", ") + ", 0)"
	}
	if u.Ordinality {
		lists = append(lists, list{"range(1, CAST(" + longest + " AS BIGINT) + 1)", ""})
	}
	for i, l := range lists {
		c := src.cols[i]
		name := duckName(src.label + "." + c.label)
		s := l.sql
		if outer {
			s = "CASE WHEN " + longest + " > 0 THEN " + s + " ELSE [NULL] END"
		}
		items = append(items, "unnest("+s+") AS "+name)
		found[c] = duckName(wrap) + "." + name
	}
	for c, s := range found {
		e.at[c] = s
	}
	if left != "" {
		left = " FROM " + left
	}
	return "(SELECT " + strings.Join(items, ", ") + left + ") AS " + duckName(wrap)
}
