package athena

import (
	"fmt"
	"strings"

	"trailscribe/internal/sql"
)

// adapter writes a column of a table as the relation wants it. Tables made by others, or long ago, lack fields or have them
// in another order; what a table lacks is NULL, and said once.
type adapter struct {
	lacks []string
	names int
}

// expr is x, which has the type from, as a value of the type to. path names it in messages.
func (a *adapter) expr(x, path string, from, to *sql.Type) string {
	if from == nil {
		return a.none(path, to)
	}
	if from.String() == to.String() {
		return x
	}
	switch {
	case to.Kind == sql.VarcharType:
		switch from.Kind {
		case sql.RowType, sql.ArrayType, sql.MapType:
			return "json_format(CAST(" + x + " AS json))"
		case sql.VarbinaryType:
			return a.none(path, to)
		}
		return "CAST(" + x + " AS varchar)"
	case to.Kind == sql.RowType && from.Kind == sql.RowType:
		fields := make([]string, len(to.Fields))
		for i, f := range to.Fields {
			var have *sql.Type
			for _, g := range from.Fields {
				if strings.EqualFold(g.Name, f.Name) {
					have = g.Type
				}
			}
			fields[i] = a.expr(x+"."+sql.Name(f.Name), path+"."+f.Name, have, f.Type)
		}
		return "CASE WHEN " + x + " IS NOT NULL THEN CAST(ROW(" + strings.Join(fields, ", ") + ") AS " + to.String() + ") END"
	case to.Kind == sql.ArrayType && from.Kind == sql.ArrayType:
		a.names++
		v := fmt.Sprintf("x%d", a.names)
		return "transform(" + x + ", " + v + " -> " + a.expr(v, path+"[]", from.Elem, to.Elem) + ")"
	case to.Kind == sql.MapType && from.Kind == sql.MapType:
		return "CAST(" + x + " AS " + to.String() + ")"
	}
	return a.none(path, to)
}

func (a *adapter) none(path string, to *sql.Type) string {
	a.lacks = append(a.lacks, path)
	return "CAST(NULL AS " + to.String() + ")"
}
