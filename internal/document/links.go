package document

import (
	"strings"

	"trailscribe/internal/result"
)

// TargetOf is the link target that a row of the table is, "" for none.
func (t Table) TargetOf(row result.Row) string {
	if t.Target == "" || len(row) == 0 {
		return ""
	}
	first, _ := row[0].(string)
	return strings.ReplaceAll(t.Target, "{row}", first)
}

// LinksOf are the links of a cell of a column: of FormRef the reference that it holds; else what To says of each of its values.
func (c Column) LinksOf(v any, row result.Row) []Link {
	s, ok := v.(string)
	switch {
	case !ok || s == "":
		return nil
	case c.To == "" && c.Form == FormRef:
		return []Link{{Text: s, Ref: s}}
	case c.To == "":
		return nil
	}
	var first string
	if len(row) > 0 {
		first, _ = row[0].(string)
	}
	var all []Link
	for _, part := range strings.Split(s, ", ") {
		all = append(all, Link{Text: part, Ref: strings.NewReplacer("{value}", part, "{row}", first).Replace(c.To)})
	}
	return all
}
