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

// checkParams finds parameters that no query has, values of the wrong type, and names with two types.
func checkParams(r *Request, queries []*query.Query) diag.Problems {
	bad := report.CheckParams(queries, r.Report.Params)
	for i := range bad {
		if bad[i].At == (diag.Pos{}) {
			bad[i].At.File = r.Report.File.Path
		}
	}
	given := report.CheckTexts(queries, r.Params)
	for i := range given {
		given[i].Text = "--param: " + given[i].Text
	}
	bad = append(bad, given...)
	for _, p := range report.CheckTexts(queries, r.Defaults) {
		if p.Rule != "param-unknown" { // the configuration's defaults are for all reports
			p.Text = "defaults of the configuration: " + p.Text
			bad = append(bad, p)
		}
	}
	first := map[string]*query.Query{}
	for _, q := range queries {
		for _, p := range q.Params {
			if first[p.Name] == nil {
				first[p.Name] = q
			} else if o, _ := first[p.Name].Param(p.Name); o.Type != p.Type {
				bad = append(bad, diag.Problem{At: p.Place, Width: len(p.Name), Rule: "param-types", Hint: "give the two parameters different names, or leave one query out of the report " + r.Report.ID,
					Text: fmt.Sprintf("the parameter %q has the type %s here and %s in %s; in one report a name has one type", p.Name, p.Type, o.Type, first[p.Name].ID)})
			}
		}
	}
	return bad
}

// Where a parameter's value came from, as a report prints it.
const (
	fromFlag     = "flag"
	fromReport   = "report"
	fromDefaults = "defaults"
	fromQuery    = "query"
	fromFact     = "fact " // and its name
)

// valuesOf finds the value of each parameter: flag, report, defaults of the configuration, fact of the configuration,
// default of the query. A value for one query goes before one for all. A list without any value is empty; what else has
// no value is left to Bind, which names it.
//
// told are parameters whose value was found to be wrong: they have none, and nothing more need be said of that.
func valuesOf(r *Request, q *query.Query) (_ sql.Values, _ []run.Setting, told map[string]bool, _ diag.Problems) {
	v := sql.Values{"period_from": r.Period.From.UTC(), "period_to": r.Period.To.UTC()}
	var settings []run.Setting
	var bad diag.Problems
	told = map[string]bool{}
	inReport := map[string]string{}
	for name, n := range r.Report.Params {
		inReport[name] = n.Value
	}
	for _, p := range q.Params {
		text, origin, ok := "", "", false
		for _, level := range []struct {
			origin string
			values map[string]string
		}{{fromFlag, r.Params}, {fromReport, inReport}, {fromDefaults, r.Defaults}} {
			if text, ok = level.values[q.ID+"."+p.Name]; !ok {
				text, ok = level.values[p.Name]
			}
			if ok {
				origin = level.origin
				break
			}
		}
		if facts, known := factOf(r.Facts, p.From); !ok && known {
			ok, origin = true, fromFact+p.From
			if query.IsList(p.Type) {
				text = listText(facts)
			} else {
				text = strings.Join(facts, ",")
			}
		}
		var value any
		var err error
		switch {
		case ok:
			value, err = query.ParseValue(p.Type, text)
		case p.Default != nil:
			value, origin = p.Default, fromQuery
		case query.IsList(p.Type):
			value, err = query.ParseValue(p.Type, "[]")
			origin = fromQuery
		default:
			continue
		}
		if err != nil {
			told[p.Name] = true
			if strings.HasPrefix(origin, fromFact) { // those of flags, report and configuration are known already
				bad = append(bad, diag.Problem{At: p.Place, Width: len(p.Name), Rule: "param-type", Text: fmt.Sprintf("%s: the parameter %q from %s: %v", q.ID, p.Name, origin, err)})
			}
			continue
		}
		v[p.Name] = value
		settings = append(settings, run.Setting{Name: p.Name, Value: query.FormatValue(p.Type, value), Origin: origin})
	}
	return v, settings, told, bad
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
