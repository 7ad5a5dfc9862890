package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"trailscribe/internal/diag"
	"trailscribe/internal/query"
	"trailscribe/internal/yaml"
)

// Value is the value of a parameter as somebody wrote it, with its place where it is in a file.
type Value = yaml.Node

// TakeParams reads values of parameters for the queries they are for. values is keyed as Report.Params; what it gives is keyed
// "topic/query.name". A value for one query goes before one for all. A value that no query takes, or that cannot be read, is a
// problem, without a place where the value has none; what cannot be read is an error among the values.
func TakeParams(queries []*query.Query, values map[string]Value) (map[string]any, diag.Problems) {
	var bad diag.Problems
	taken := map[string]any{}
	byWidth := func(a, b string) int { // names first, then those of one query
		if x, y := strings.Contains(a, "/"), strings.Contains(b, "/"); x != y {
			return map[bool]int{true: 1, false: -1}[x]
		}
		return strings.Compare(a, b)
	}
	for _, key := range slices.SortedFunc(maps.Keys(values), byWidth) {
		id, name := "", key
		if i := strings.LastIndex(key, "."); i >= 0 && strings.Contains(key, "/") {
			id, name = key[:i], key[i+1:]
		}
		var known []string
		found := false
		for _, q := range queries {
			if id != "" && q.ID != id {
				continue
			}
			for _, p := range q.Params {
				known = append(known, p.Name)
				if p.Name != name {
					continue
				}
				value, err := query.ParseValue(p.Type, values[key].Value)
				taken[q.ID+"."+p.Name] = value
				if err != nil {
					taken[q.ID+"."+p.Name] = err
				}
				if err != nil && !found {
					x := values[key].Problem("the parameter %q: %v", key, err)
					x.Rule = "param-type"
					bad = append(bad, x)
				}
				found = true
			}
		}
		if !found {
			slices.Sort(known)
			known = slices.Compact(known)
			text := fmt.Sprintf("no query of the report has the parameter %q%s", key, yaml.DidYouMean(name, known))
			if id != "" {
				text = fmt.Sprintf("%s has no parameter, or is not in the report: %q%s", id, key, yaml.DidYouMean(name, known))
			}
			bad = append(bad, diag.Problem{Text: text, Allowed: known, Rule: RuleUnknownParam})
		}
	}
	return taken, bad
}

// RuleUnknownParam is the rule of a problem about a value that no query takes.
const RuleUnknownParam = "param-unknown"

// CheckTypes finds parameters that have one name and two types in the queries of one report: a value for all of them could not
// be read.
func CheckTypes(id string, queries []*query.Query) diag.Problems {
	var bad diag.Problems
	first := map[string]*query.Query{}
	for _, q := range queries {
		for _, p := range q.Params {
			if first[p.Name] == nil {
				first[p.Name] = q
			} else if o, _ := first[p.Name].Param(p.Name); o.Type != p.Type {
				bad = append(bad, diag.Problem{At: p.Place, Width: len(p.Name), Rule: "param-types",
					Hint: "give the two parameters different names, or leave one query out of the report " + id,
					Text: fmt.Sprintf("the parameter %q has the type %s here and %s in %s; in one report a name has one type", p.Name, p.Type, o.Type,
						first[p.Name].ID)})
			}
		}
	}
	return bad
}
