package sql

import (
	"strings"

	"trailscribe/internal/sql/ast"
)

// windowSpec writes what stands in the parentheses of OVER. The order of NULL is always said, because the engines differ in it.
func (e *emitter) windowSpec(w *ast.Window) string {
	var parts []string
	if w.Base != nil {
		parts = append(parts, duckName(w.Base.Key()))
	}
	if len(w.PartitionBy) > 0 {
		xs := make([]string, len(w.PartitionBy))
		for i, x := range w.PartitionBy {
			xs[i] = e.x(x)
		}
		parts = append(parts, "PARTITION BY "+strings.Join(xs, ", "))
	}
	if len(w.OrderBy) > 0 {
		parts = append(parts, "ORDER BY "+e.sortItems(w.OrderBy))
	}
	if f := w.Frame; f != nil {
		s := [...]string{ast.FrameRows: "ROWS", ast.FrameRange: "RANGE", ast.FrameGroups: "GROUPS"}[f.Unit]
		if f.Stop != nil {
			s += " BETWEEN " + e.bound(f.Start) + " AND " + e.bound(f.Stop)
		} else {
			s += " " + e.bound(f.Start)
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

func (e *emitter) bound(b *ast.FrameBound) string {
	switch b.Kind {
	case ast.UnboundedPreceding:
		return "UNBOUNDED PRECEDING"
	case ast.Preceding:
		return e.x(b.X) + " PRECEDING"
	case ast.Following:
		return e.x(b.X) + " FOLLOWING"
	case ast.UnboundedFollowing:
		return "UNBOUNDED FOLLOWING"
	}
	return "CURRENT ROW"
}

func (e *emitter) sortItems(items []*ast.SortItem) string {
	keys := make([]string, len(items))
	for i, it := range items {
		keys[i] = e.x(it.X) + order(it)
	}
	return strings.Join(keys, ", ")
}

// windowCall writes a window function; those there are mean the same at both engines.
func (e *emitter) windowCall(c *ast.Call, r *resolved) string {
	s := r.fn.name + "(" + e.args(c, r)
	switch c.Nulls {
	case ast.IgnoreNulls:
		s += " IGNORE NULLS"
	}
	s += ")" + e.after(c)
	return s
}
