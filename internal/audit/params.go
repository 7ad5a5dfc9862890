package audit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"trailscribe/internal/diag"
	"trailscribe/internal/framework"
	"trailscribe/internal/query"
	"trailscribe/internal/report"
	"trailscribe/internal/run"
	"trailscribe/internal/sql"
)

// framework is the one whose controls the report shows: the request's, else the report's own.
func (r *Request) framework() *framework.Framework {
	if r.Framework != nil {
		return r.Framework
	}
	return r.Report.Framework
}

// Given are values of parameters that one place says.
type Given struct {
	Origin string                  // as a report prints it: flag, report, defaults
	Values map[string]report.Value // by name, or topic/query.name for one query
	Any    bool                    // names that no query of the report has are meant for other reports
	Hint   string                  // put before what is wrong with a value that has no place: --param
}

// Where a parameter's value came from if nobody gave it, as a report prints it.
const (
	fromQuery = "query"
	fromFact  = "fact " // and its name
)

// taken are the values of one Given as the parameters' types have them, by "topic/query.name".
type taken struct {
	origin string
	values map[string]any
}

// take reads all values that were given, and finds names that no query has, values of the wrong type, and names with two types.
func take(r *Request, queries []*query.Query) ([]taken, diag.Problems) {
	var all []taken
	var bad diag.Problems
	for _, g := range r.Given {
		values, problems := report.TakeParams(queries, g.Values)
		all = append(all, taken{g.Origin, values})
		for _, p := range problems {
			if g.Any && p.Rule == report.RuleUnknownParam {
				continue
			}
			if p.At == (diag.Pos{}) {
				if p.Text = g.Hint + ": " + p.Text; g.Hint == "" {
					p.At.File, p.Text = r.Report.File.Path, p.Text[2:]
				}
			}
			bad = append(bad, p)
		}
	}
	return all, append(bad, report.CheckTypes(r.Report.ID, queries)...)
}

// valuesOf finds the value of each parameter of a query: what was given, the first that says it counts; then a fact of the
// configuration, then the default of the query. A list without any value is empty; what else has no value is left to Bind, which
// names it.
//
// told are parameters whose value was found to be wrong: they have none, and nothing more need be said of that.
func valuesOf(r *Request, q *query.Query, given []taken) (_ sql.Values, _ []run.Setting, told map[string]bool, _ diag.Problems) {
	v := sql.Values{"period_from": r.Period.From.UTC(), "period_to": r.Period.To.UTC(), "period_over": r.settled(r.Period.To)}
	var settings []run.Setting
	var bad diag.Problems
	told = map[string]bool{}
	for _, p := range q.Params {
		value, origin, err := valueOf(r, q, p, given)
		if err != nil {
			told[p.Name] = true
			bad = append(bad, diag.Problem{At: p.Place, Width: len(p.Name), Rule: "param-type",
				Text: fmt.Sprintf("%s: the parameter %q from %s: %v", q.ID, p.Name, origin, err)})
			continue
		}
		if _, wrong := value.(error); wrong {
			told[p.Name] = true
			continue
		}
		if value == nil {
			continue
		}
		v[p.Name] = value
		settings = append(settings, run.Setting{Name: p.Name, Value: query.FormatValue(p.Type, value), Origin: origin})
	}
	return v, settings, told, bad
}

// valueOf is the value of one parameter and where it comes from; nil where it has none.
func valueOf(r *Request, q *query.Query, p query.Param, given []taken) (value any, origin string, err error) {
	for _, g := range given {
		if value, ok := g.values[q.ID+"."+p.Name]; ok {
			return value, g.origin, nil
		}
	}
	if facts, known := factOf(r.Facts, p.From); known {
		text := strings.Join(facts, ",")
		if query.IsList(p.Type) {
			text = listText(facts)
		}
		value, err = query.ParseValue(p.Type, text)
		return value, fromFact + p.From, err
	}
	if p.Default == nil && query.IsList(p.Type) {
		value, err = query.ParseValue(p.Type, "[]")
		return value, fromQuery, err
	}
	return p.Default, fromQuery, nil
}

// factOf is a fact of the configuration; automation is its roles and sessions together.
func factOf(facts map[string][]string, name string) (values []string, known bool) {
	if name == "" {
		return nil, false
	}
	values, known = facts[name]
	if name == "automation" && !known {
		values = slices.Concat(facts["automation.roles"], facts["automation.sessions"])
		known = len(values) > 0
	}
	return values, known
}

// listText is texts as ParseValue reads them back, commas and all.
func listText(texts []string) string {
	b, err := json.Marshal(slices.Concat([]string{}, texts))
	if err != nil { // texts always encode
		return "[]"
	}
	return string(b)
}
