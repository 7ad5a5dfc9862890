package query

import (
	"fmt"
	"slices"
	"strings"

	"trailscribe/internal/diag"
	"trailscribe/internal/framework"
	"trailscribe/internal/result"
	"trailscribe/internal/yaml"
)

// ControlRows says which rows of a query contradict a control: those in which every column has one of its values. A control without it is
// contradicted by every row.
type ControlRows struct {
	Framework, Control string
	Where              []ColumnValues // in file order
}

// ColumnValues are the values that a column may have: a text as it is, true or false, a whole number in digits; * in it stands for any
// characters. NULL is none of them.
type ColumnValues struct {
	Column string
	Values []string
	Place  diag.Pos
}

// Matcher finds the rows that contradict a control, among rows of cols. A column that is not there matches no row.
func (r ControlRows) Matcher(cols []result.Column) func(result.Row) bool {
	at := make([]int, len(r.Where))
	for i, w := range r.Where {
		at[i] = slices.IndexFunc(cols, func(c result.Column) bool { return c.Name == w.Column })
	}
	return func(row result.Row) bool {
		for i, w := range r.Where {
			if at[i] < 0 || at[i] >= len(row) || row[at[i]] == nil {
				return false
			}
			text := fmt.Sprint(row[at[i]])
			if !slices.ContainsFunc(w.Values, func(v string) bool { return matches(v, text) }) {
				return false
			}
		}
		return true
	}
}

// matches reports whether text is the pattern, in which * stands for any characters.
func matches(pattern, text string) bool {
	first, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == text
	}
	if !strings.HasPrefix(text, first) {
		return false
	}
	text = text[len(first):]
	parts := strings.Split(rest, "*")
	for _, part := range parts[:len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}

// controls reads framework ids with their controls: an id, or an id with the rows that contradict the control.
func (r *reader) controls(v *yaml.Value, q *Query, frameworks framework.Set) {
	for _, e := range v.Entries() {
		f := frameworks[e.Key.Value]
		if f == nil {
			p := e.Key.Problem("there is no framework %q%s", e.Key.Value, yaml.DidYouMean(e.Key.Value, frameworks.IDs()))
			p.Allowed = frameworks.IDs()
			r.add("control-unknown", "frameworks are the files of reports/frameworks", p)
			continue
		}
		if q.Controls == nil {
			q.Controls = map[string][]string{}
		}
		for _, item := range e.Value.Items() {
			n := item.Scalar()
			if item.IsMap() {
				n = item.Get("id").Scalar()
			}
			if n.Value == "" { // the shape of the file has said so
				continue
			}
			if _, ok := f.Control(n.Value); !ok {
				var ids []string
				for _, c := range f.Controls {
					ids = append(ids, c.ID)
				}
				r.add("control-unknown", "see "+f.File.Path, n.Problem("%s has no control %q%s", f.ID, n.Value, yaml.DidYouMean(n.Value, ids)))
			} else if slices.Contains(q.Controls[f.ID], n.Value) {
				r.add("control-twice", "", n.Problem("the control %q appears twice", n.Value))
			}
			q.Controls[f.ID] = append(q.Controls[f.ID], n.Value)
			rows := item.Get("rows")
			if rows == nil {
				continue
			}
			if q.Kind != KindException {
				r.add("control-rows", "", item.Key("rows").Problem("only rows of an exception query contradict a control"))
			}
			x := ControlRows{Framework: f.ID, Control: n.Value}
			for _, w := range rows.Entries() {
				values := []string{w.Value.Text()}
				if w.Value.IsList() {
					values = w.Value.Texts()
				}
				x.Where = append(x.Where, ColumnValues{Column: w.Key.Value, Values: values, Place: w.Key.At})
			}
			q.ControlRows = append(q.ControlRows, x)
		}
	}
}

// controlItem is a control that every row contradicts, or one with the rows that do.
var controlItem = &yaml.Shape{Kind: yaml.Either, Shapes: []*yaml.Shape{text, {Kind: yaml.Object, Fields: []yaml.Field{
	{Name: "id", Required: true, Shape: text, Help: "the control, quoted"},
	{Name: "rows", Required: true, Help: "which rows contradict the control: column: value, or a list of values; * stands for any characters",
		Shape: &yaml.Shape{Kind: yaml.Map, AtLeast: 1, Item: &yaml.Shape{Kind: yaml.Either, Shapes: []*yaml.Shape{text, yaml.ListOf(text)}}}},
}}}}
