package query

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/diag"
	"trailscribe/internal/result"
	"trailscribe/internal/sql"
	"trailscribe/internal/yaml"
)

// Compile parses and checks the SQL, and holds it to what the rest of the file says: declared columns, key and chart are selected, column
// types fit what the SQL gives, parameters are used, history is declared where it is read. Problems point into the YAML. The lint that both
// engines need to give the same rows is part of it, so a query that compiles can be run. Warnings come with a Checked that can be used.
func (q *Query) Compile(c sql.Catalog) (*sql.Checked, diag.Problems) {
	checked, bad := compile(q.SQL, c, q.Types())
	if checked == nil {
		return nil, bad.Sort()
	}
	if l, ok := any(checked).(interface {
		Lint(key []string) diag.Problems
	}); ok {
		bad = append(bad, l.Lint(q.Key)...)
	}
	bad = append(bad, q.checkColumns(checked)...)
	used := checked.Params()
	if q.Population.Value != "" {
		p, more := q.CompilePopulation(c)
		bad = append(bad, more...)
		if p != nil {
			used = append(used, p.Params()...)
		}
	}
	for _, p := range q.Params {
		if !slices.Contains(used, p.Name) {
			bad = append(bad, diag.Problem{At: p.Place, Width: len(p.Name), Rule: "param-unused",
				Text: fmt.Sprintf("the parameter %q is not used in the SQL", p.Name), Hint: "use it as :" + p.Name + " or remove it"})
		}
	}
	if reads := len(checked.Uses("history")) > 0; reads && q.HistoryDays == 0 {
		bad = append(bad, diag.Problem{At: q.SQL.At, Rule: "history-length",
			Text: "the SQL reads history, but the file does not say for how many days", Hint: "add history: 90d"})
	} else if !reads && q.HistoryDays > 0 {
		bad = append(bad, diag.Problem{At: q.place["history"], Width: len("history"), Rule: "history-length",
			Text: "the SQL does not read history", Hint: "remove the key history, which makes every report read more logs"})
	}
	if bad.Err() != nil {
		return nil, bad.Sort()
	}
	return checked, bad.Sort()
}

// CompilePopulation parses and checks the population; nil without problems where the query has none.
func (q *Query) CompilePopulation(c sql.Catalog) (*sql.Checked, diag.Problems) {
	if q.Population.Value == "" {
		return nil, nil
	}
	checked, bad := compile(q.Population, c, q.Types())
	if checked == nil {
		return nil, bad
	}
	if cols, err := q.resultColumns(checked); err == nil && len(cols) > 0 && (len(cols) != 1 || cols[0].Kind != result.Int) {
		bad = append(bad, diag.Problem{At: q.Population.At, Rule: "population-number", Text: "the population must give one whole number",
			Hint: "SELECT count(*) FROM events WHERE …"})
	}
	if bad.Err() != nil {
		return nil, bad
	}
	return checked, bad
}

func compile(n yaml.Node, c sql.Catalog, t sql.Types) (*sql.Checked, diag.Problems) {
	p, bad := sql.Parse(n.Value, n.Place)
	if bad.Err() != nil || p == nil {
		return nil, bad
	}
	checked, more := p.Check(c, t)
	bad = append(bad, more...)
	if bad.Err() != nil {
		return nil, bad
	}
	return checked, bad
}

// resultColumns are the columns the statement gives. They do not depend on the values of parameters, so any will do.
func (q *Query) resultColumns(c *sql.Checked) ([]result.Column, error) {
	if x, ok := any(c).(interface{ Columns() []result.Column }); ok {
		return x.Columns(), nil
	}
	v := sql.Values{}
	for name, typ := range q.Types() {
		v[name] = sample(typ)
	}
	for name := range v {
		if !slices.Contains(c.Params(), name) {
			delete(v, name)
		}
	}
	b, err := c.Bind(v)
	if err != nil {
		return nil, err
	}
	return b.Columns(), nil
}

// sample is some value of a parameter type.
func sample(typ string) any {
	text := map[string]string{"text": "a", "id": "a", "int": "1", "number": "1", "bool": "true", "date": "2026-10-01",
		"instant": "2026-10-01T00:00:00Z",
		"clock":   "09:00", "duration": "1h", "zone": "UTC", "texts": "a", "ids": "a", "dates": "2026-10-01", "cidrs": "192.0.2.0/24"}[typ]
	v, err := ParseValue(typ, text)
	if err != nil {
		return time.Time{}
	}
	return v
}

func (q *Query) checkColumns(c *sql.Checked) diag.Problems {
	cols, err := q.resultColumns(c)
	if err != nil {
		return diag.Problems{{At: q.SQL.At, Text: fmt.Sprintf("finding the columns of the SQL: %v", err), Rule: "sql-columns"}}
	}
	if len(cols) == 0 {
		return nil
	}
	kinds, names := map[string]result.Kind{}, []string{}
	for _, c := range cols {
		kinds[c.Name] = c.Kind
		names = append(names, c.Name)
	}
	var bad diag.Problems
	missing := func(what, name string, at diag.Pos, width int) {
		if _, ok := kinds[name]; !ok && name != "" {
			bad = append(bad, diag.Problem{At: at, Width: width, Rule: "column-selected", Allowed: names,
				Text: fmt.Sprintf("%s %q is not selected by the SQL%s", what, name, yaml.DidYouMean(name, names))})
		}
	}
	for _, c := range q.Columns {
		missing("the column", c.Name, c.Place, len(c.Name))
		if k, ok := kinds[c.Name]; ok && len(c.Kinds()) > 0 && !slices.Contains(c.Kinds(), k) {
			bad = append(bad, diag.Problem{At: c.Place, Width: len(c.Name), Rule: "column-type",
				Text: fmt.Sprintf("the column %q has the type %s, but the SQL gives %s", c.Name, c.Type, kindWord(k)), Allowed: typesFor(k)})
		}
	}
	for _, k := range q.Key {
		missing("the key column", k, q.place["key"], len("key"))
	}
	for _, k := range q.Recurs {
		missing("the column of recurs", k, q.place["recurs"], len("recurs"))
		if single(k, kinds[k]) {
			bad = append(bad, diag.Problem{At: q.place["recurs"], Width: len("recurs"), Rule: "recurs",
				Text: fmt.Sprintf("the column %q of recurs is another one each time: nothing would ever recur", k),
				Hint: "name what stays the same: the account, the principal, the resource"})
		}
	}
	for _, x := range q.ControlRows {
		for _, w := range x.Where {
			missing("the column of "+x.Framework+" "+x.Control, w.Column, w.Place, len(w.Column))
			if k, ok := kinds[w.Column]; ok && !slices.Contains([]result.Kind{result.Text, result.Bool, result.Int}, k) {
				bad = append(bad, diag.Problem{At: w.Place, Width: len(w.Column), Rule: "control-rows",
					Text: fmt.Sprintf("the column %q is %s; rows of a control are told by texts, whole numbers, true and false", w.Column, kindWord(k))})
			}
		}
	}
	bad = append(bad, q.checkCondition(cols, names)...)
	if q.Chart != nil {
		for _, x := range []string{q.Chart.X, q.Chart.Y, q.Chart.By} {
			missing("the chart's column", x, q.place["chart"], len("chart"))
		}
		if k := kinds[q.Chart.Y]; q.Chart.Y != "" && k != 0 && !slices.Contains(columnTypes["number"], k) {
			bad = append(bad, diag.Problem{At: q.place["chart"], Width: len("chart"), Rule: "column-type",
				Text: fmt.Sprintf("the chart's values %q are %s, not a number", q.Chart.Y, kindWord(k))})
		}
	}
	return bad
}

func typesFor(k result.Kind) []string {
	var out []string
	for t, ks := range columnTypes {
		if slices.Contains(ks, k) {
			out = append(out, t)
		}
	}
	slices.Sort(out)
	return out
}

func kindWord(k result.Kind) string {
	words := map[result.Kind]string{result.Text: "a text", result.Int: "a whole number", result.Decimal: "a decimal number",
		result.Float: "a number",
		result.Bool:  "a truth value", result.Instant: "a point in time", result.Local: "a wall clock time", result.Date: "a date"}
	if w := words[k]; w != "" {
		return w
	}
	return strings.ToLower(fmt.Sprint(k))
}
