package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/diag"
	"trailscribe/internal/engine"
	"trailscribe/internal/library"
	"trailscribe/internal/query"
	"trailscribe/internal/run"
	"trailscribe/internal/sql"
)

// Plan is a run ready to start; the same request gives the same plan.
type Plan struct {
	Key        run.Key
	Request    Request
	Scope      engine.Scope
	Statements []engine.Statement // in report order, then the population statements
	Files      []library.File     // every definition that shapes the result, sorted by path

	params      map[string][]run.Setting // query id -> its parameters with the values they got
	populations *populations             // those that are counted in one statement; nil: none
}

// relations that queries read; the columns in use are staged for each.
var relations = []string{"events", "history"}

// NewPlan compiles, checks and binds every query of the report. All problems at once; warnings come with a plan.
func NewPlan(r Request) (*Plan, diag.Problems) {
	p := &Plan{Request: r, params: map[string][]run.Setting{}}
	var bad diag.Problems
	if r.Report == nil {
		return nil, diag.Problems{{Text: "there is no report to run"}}
	}
	queries := r.Report.Queries()
	if len(queries) == 0 {
		bad = append(bad, diag.Problem{At: diag.Pos{File: r.Report.File.Path}, Text: fmt.Sprintf("the report %s has no queries", r.Report.ID),
			Hint: "add queries or a select that matches some to its sections"})
	}
	if !r.Period.From.Before(r.Period.To) {
		bad = append(bad, diag.Problem{At: r.Report.PeriodAt, Text: fmt.Sprintf("the period %q is empty: it ends before it begins", r.Period.ID)})
	}
	if r.LateDays < 0 {
		bad = append(bad, diag.Problem{Text: fmt.Sprintf("late days cannot be negative: %d", r.LateDays)})
	}
	given, problems := take(&r, queries)
	bad = append(bad, problems...)
	p.Scope.From, p.Scope.To, p.Scope.LateDays = r.Period.From.UTC(), r.Period.To.UTC(), r.LateDays
	p.Scope.Accounts, p.Scope.Regions, p.Scope.Values = sorted(r.OnlyAccounts), sorted(r.OnlyRegions), r.Relation
	columns := map[string]map[string]bool{}
	use := func(c *sql.Checked) {
		for _, rel := range relations {
			for _, col := range c.Uses(rel) {
				if columns[rel] == nil {
					columns[rel] = map[string]bool{}
				}
				columns[rel][col] = true
			}
		}
	}
	var populations []engine.Statement
	for _, q := range queries {
		checked, problems := q.Compile(r.Catalog)
		bad = append(bad, problems...)
		values, settings, told, problems := valuesOf(&r, q, given)
		bad = append(bad, problems...)
		p.params[q.ID] = settings
		p.Scope.HistoryDays = max(p.Scope.HistoryDays, q.HistoryDays)
		if checked == nil {
			continue
		}
		use(checked)
		if st, ok := bind(q, q.ID, checked, values, told, q.SQL.At, &bad); ok {
			p.Statements = append(p.Statements, st)
		}
		counted, problems := q.CompilePopulation(r.Catalog)
		if counted == nil {
			continue // its problems came with Compile
		}
		bad = append(bad, warnings(problems)...)
		use(counted)
		if st, ok := bind(q, q.ID+run.PopulationSuffix, counted, values, told, q.Population.At, &bad); ok {
			populations = append(populations, st)
		}
	}
	if bad.Err() != nil {
		return nil, unique(bad.Sort())
	}
	p.Statements = append(p.Statements, populations...)
	var err error
	if p.populations, err = combine(populations, r.Catalog); err != nil {
		return nil, append(bad, diag.Problem{Text: err.Error(),
			Hint: "this is a mistake of the program: please report it with the report's file"})
	}
	p.Scope.Columns = map[string][]string{}
	for rel, set := range columns {
		p.Scope.Columns[rel] = slices.Sorted(maps.Keys(set))
	}
	p.Files = files(&r, queries)
	if r.As.IsZero() {
		p.Request.As = r.Period.To
	}
	p.Request.As = p.Request.As.UTC()
	p.Key = run.Key{Report: r.Report.ID, Variant: variant(&r), Period: r.Period.ID}
	p.Key.Plan = p.digest()
	p.Scope.Run = p.Key.Plan[:16]
	p.Scope.Planned = p.Asked() // behind the digest, which has them already
	return p, unique(bad.Sort())
}

// Params are the parameters of a query of the report, with the values they got and where each comes from.
func (p *Plan) Params(id string) []run.Setting { return slices.Clone(p.params[id]) }

// bind fills a statement's parameters in. Of those that were told of already no more is said.
func bind(q *query.Query, id string, c *sql.Checked, v sql.Values, told map[string]bool, at diag.Pos,
	bad *diag.Problems) (engine.Statement, bool) {
	b, err := c.Bind(v)
	if err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			name, _, _ := strings.Cut(strings.TrimPrefix(line, "parameter :"), ":")
			if told[name] && bad.Err() != nil {
				continue
			}
			*bad = append(*bad, diag.Problem{At: at, Text: q.ID + ": " + line, Rule: "param-value",
				Hint: "give it with --param, in the report under params, or as a default in the query"})
		}
		return engine.Statement{}, false
	}
	return engine.Statement{ID: id, Query: b, HistoryDays: q.HistoryDays}, true
}

func warnings(in diag.Problems) (out diag.Problems) {
	for _, p := range in {
		if p.Warning {
			out = append(out, p)
		}
	}
	return out
}

// unique drops problems said twice: a query's population is compiled with it and again on its own.
func unique(in diag.Problems) diag.Problems {
	seen := map[string]bool{}
	return slices.DeleteFunc(in, func(p diag.Problem) bool {
		text := p.Error()
		again := seen[text]
		seen[text] = true
		return again
	})
}

// files are the definitions that shape the result.
func files(r *Request, queries []*query.Query) []library.File {
	all := append([]library.File{r.Report.File}, r.Files...)
	for _, q := range queries {
		all = append(all, q.File)
	}
	for _, f := range r.Report.Criteria() { // the pages name controls by them
		all = append(all, f.File)
	}
	if f := r.framework(); f != nil {
		all = append(all, f.File)
	}
	all = slices.DeleteFunc(all, func(f library.File) bool { return f.Path == "" })
	slices.SortStableFunc(all, func(a, b library.File) int { return cmp.Compare(a.Path, b.Path) })
	return slices.CompactFunc(all, func(a, b library.File) bool { return a.Path == b.Path })
}

// variant tells runs apart whose question is not the report's own: eight characters of the digest of
// parameters, time zone and scope.
func variant(r *Request) string {
	if r.Variant != "" || len(r.Asked)+len(r.OnlyAccounts)+len(r.OnlyRegions) == 0 {
		return r.Variant
	}
	return hash(r.Asked, sorted(r.OnlyAccounts), sorted(r.OnlyRegions))[:8]
}

// digest is over everything that was asked. What only differs from run to run, the present time and the cost limit, is not in it.
func (p *Plan) digest() string {
	r := &p.Request
	type file struct{ Path, Origin, SHA256 string }
	var definitions []file
	for _, f := range p.Files {
		definitions = append(definitions, file{f.Path, string(f.Origin), hex.EncodeToString(f.SHA256[:])})
	}
	type statement struct {
		ID, SQL string
		History int
	}
	var statements []statement
	for _, s := range p.Statements {
		statements = append(statements, statement{s.ID, s.Query.Text(sql.Trino, nil), s.HistoryDays})
	}
	return hash(p.Key, r.Tool, r.Build, r.Period.From.UTC(), r.Period.To.UTC(), r.Period.Zone, p.Scope, statements,
		definitions, p.params, r.Accounts,
		r.Settings, r.Formats, r.Language, r.Theme, r.Entity, r.Source, r.As.UTC())
}

// hash is the SHA-256 of the values as JSON, in which maps are sorted.
func hash(parts ...any) string {
	h := sha256.New()
	e := json.NewEncoder(h)
	for _, x := range parts {
		if err := e.Encode(x); err != nil {
			fmt.Fprintf(h, "%#v\n", x) // a value of the relation that JSON does not know
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func sorted(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

// settled reports whether the log files of the time before t have all arrived, by then if not before.
func (r *Request) settled(t time.Time) bool { return r.over(t.Add(r.Settle)) }

// over reports whether t has passed; without a present time everything has.
func (r *Request) over(t time.Time) bool { return r.Now.IsZero() || !r.Now.Before(t) }
