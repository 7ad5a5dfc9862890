package query

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"trailscribe/internal/diag"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/yaml"
)

// Load reads every query of the library and checks what can be checked without compiling its SQL. frameworks are what controls are held to.
// A query with problems is not among the queries of the set but among its drafts.
func Load(l *library.Library, frameworks framework.Set) (*Set, diag.Problems) {
	s := &Set{lib: l}
	var bad diag.Problems
	for _, f := range l.Glob("queries/*/*.yaml") {
		if strings.HasSuffix(f.Path, "_test.yaml") {
			if _, ok := l.File(strings.TrimSuffix(f.Path, "_test.yaml") + ".yaml"); !ok {
				bad = append(bad, diag.Problem{At: diag.Pos{File: f.Name()}, Text: "test cases without their query", Rule: "case-without-query",
					Hint: "a file of cases stands next to the query and is called as it is, with _test before .yaml"})
			}
			continue
		}
		q, p := read(f, frameworks)
		bad = append(bad, p...)
		if q != nil && p.Err() == nil {
			s.Queries = append(s.Queries, q)
		} else {
			s.Drafts = append(s.Drafts, Draft{ID: strings.TrimSuffix(strings.TrimPrefix(f.Path, "queries/"), ".yaml"), Query: q, Problems: p})
		}
	}
	for _, f := range l.Glob("queries/*.yaml") {
		bad = append(bad, diag.Problem{At: diag.Pos{File: f.Name()}, Text: "a query must stand in a folder named after its topic",
			Rule: "id-is-file-name",
			Hint: "move it to queries/<topic>/"})
	}
	slices.SortFunc(s.Queries, func(a, b *Query) int { return strings.Compare(a.ID, b.ID) })
	return s, bad.Sort()
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

var headlineNames = []string{"rows", "open", "waived", "new", "population", "accounts", "first", "last"}

// reader gathers the problems of one file.
type reader struct{ bad diag.Problems }

func (r *reader) add(rule, hint string, p diag.Problem) {
	p.Rule, p.Hint = rule, hint
	r.bad = append(r.bad, p)
}

func read(f library.File, frameworks framework.Set) (*Query, diag.Problems) {
	v, bad := yaml.Decode(f.Name(), f.Data, queryShape)
	if v == nil {
		return nil, bad
	}
	r := &reader{bad: bad}
	q := &Query{
		ID: v.Get("id").Text(), Title: v.Get("title").Text(), Question: v.Get("question").Text(), Why: v.Get("why").Text(),
		Fix: v.Get("fix").Text(), FalsePositives: v.Get("false_positives").Text(), Kind: v.Get("kind").Text(),
		Partitions: v.Get("partitions").Texts(), LogScope: v.Get("log_scope").Texts(), Attack: v.Get("attack").Texts(), Key: v.Get("key").Texts(),
		Recurs: v.Get("recurs").Texts(),
		SQL:    v.Get("sql").Scalar(), Population: v.Get("population").Scalar(), File: f, place: map[string]diag.Pos{},
	}
	for _, e := range v.Entries() {
		q.place[e.Key.Value] = e.Key.At
	}
	if want := strings.TrimSuffix(strings.TrimPrefix(f.Path, "queries/"), ".yaml"); q.ID != "" && q.ID != want {
		r.add("id-is-file-name", "the id is folder/name of the file", v.Get("id").Problem("the id is %q, but the file is queries/%s.yaml", q.ID,
			want))
	}
	q.Severity, _ = ParseSeverity(v.Get("severity").Text()) // the shape has checked it
	if q.Kind == KindException {
		for _, k := range []struct{ key, why string }{{"severity", "its severity"}, {"fix", "what to do"},
			{"key", "the columns that identify a row"}} {
			if v.Get(k.key) == nil {
				r.add("exception-needs", "", v.Get("kind").Problem("an exception query must say %s: the key %q is missing", k.why, k.key))
			}
		}
	} else if q.Severity == None {
		q.Severity = Info
	}
	q.Headline, q.Refused = r.headline(v.Get("headline")), r.headline(v.Get("refused"))
	r.condition(v, q)
	q.Completeness = v.Get("completeness").Bool()
	r.controls(v.Get("controls"), q, frameworks)
	for _, e := range v.Get("params").Entries() {
		r.param(e, q)
	}
	r.columns(v, q)
	if h := v.Get("history"); h != nil {
		q.HistoryDays, _ = strconv.Atoi(strings.TrimSuffix(h.Text(), "d"))
		if q.HistoryDays > 730 {
			r.add("history-range", "", h.Problem("history is %d days; at most 730 are read", q.HistoryDays))
		}
	}
	if c := v.Get("chart"); c != nil {
		q.Chart = &Chart{Type: c.Get("type").Text(), X: c.Get("x").Text(), Y: c.Get("y").Text(), By: c.Get("by").Text(),
			Unit: c.Get("unit").Text(), Place: c.Where()}
		for _, e := range c.Get("labels").Entries() {
			if q.Chart.Labels == nil {
				q.Chart.Labels = map[string]string{}
			}
			q.Chart.Labels[e.Key.Value] = e.Value.Text()
		}
		if q.Chart.Type == "heat" && q.Chart.By == "" {
			r.add("chart-axis", "name a column as by:", c.Get("type").Problem("a heat chart needs a column for its rows"))
		}
	}
	return q, r.bad.Sort()
}

// headline reads a sentence or its plural forms.
func (r *reader) headline(v *yaml.Value) Headline {
	check := func(n yaml.Node) {
		for _, m := range placeholder.FindAllStringSubmatchIndex(n.Value, -1) {
			name := n.Value[m[2]:m[3]]
			if slices.Contains(headlineNames, name) {
				continue
			}
			char := len([]rune(n.Value[:m[0]]))
			r.bad = append(r.bad, diag.Problem{At: n.Place(char), Width: len([]rune(n.Value[m[0]:m[1]])), Rule: "headline-placeholder",
				Text: fmt.Sprintf("unknown placeholder {%s} in headline%s", name, yaml.DidYouMean(name, headlineNames)), Allowed: headlineNames})
		}
	}
	switch {
	case v == nil:
		return nil
	case v.IsMap():
		h := Headline{}
		for _, e := range v.Entries() {
			check(e.Value.Scalar())
			h[e.Key.Value] = e.Value.Text()
		}
		if v.Get("other") == nil {
			r.add("plural-other", "", diag.Problem{At: v.Where(), Text: `plural forms need the form "other"`})
		}
		return h
	}
	check(v.Scalar())
	return Headline{"other": v.Text()}
}

// condition reads what the rows say one by one.
func (r *reader) condition(v *yaml.Value, q *Query) {
	if c := v.Get("condition"); c != nil {
		if q.Kind != KindException {
			r.add("condition", "", c.Problem("only rows of an exception query have a condition"))
		}
		q.Condition = Condition{Done: c.Get("done").Text(), Refused: c.Get("refused").Text(), Later: c.Get("later").Text()}
		q.sentences = []yaml.Node{c.Get("done").Scalar(), c.Get("refused").Scalar(), c.Get("later").Scalar()}
	}
	if u := v.Get("undecided"); u != nil {
		if q.Kind != KindException {
			r.add("undecided", "", u.Problem("only rows of an exception query are decided"))
		}
		q.Undecided = Undecided{Column: u.Get("column").Text(), Reason: u.Get("reason").Text()}
	}
}

func (r *reader) param(e yaml.Entry, q *Query) {
	v := e.Value
	p := Param{Name: e.Key.Value, Type: v.Get("type").Text(), From: v.Get("from").Text(), Help: v.Get("help").Text(), Place: e.Key.At}
	if Given()[p.Name] != "" {
		r.add("param-reserved", "", e.Key.Problem(":%s is of the report's period and cannot be declared", p.Name))
	}
	if d := v.Get("default"); d != nil && slices.Contains(ParamTypes(), p.Type) {
		var ok bool
		if p.Default, ok = r.value(p.Type, d); !ok {
			p.Default = nil
		}
	}
	if p.From != "" && !slices.Contains(facts[p.From], p.Type) && p.Type != "" {
		x := v.Get("from").Problem("a parameter from %s cannot have the type %s", p.From, p.Type)
		x.Allowed = facts[p.From]
		r.add("param-from", "", x)
	}
	q.Params = append(q.Params, p)
}

// value reads a default or a case's parameter.
func (r *reader) value(typ string, v *yaml.Value) (any, bool) {
	if IsList(typ) != v.IsList() {
		word := "one value"
		if IsList(typ) {
			word = "a list"
		}
		r.add("param-type", "", diag.Problem{At: v.Where(), Width: 1, Text: fmt.Sprintf("a value of type %s is %s", typ, word)})
		return nil, false
	}
	if !v.IsList() {
		got, err := ParseValue(typ, v.Text())
		if err != nil {
			r.add("param-type", "", v.Problem("%v", err))
		}
		return got, err == nil
	}
	ok := true
	for _, n := range v.Nodes() {
		if _, err := parseItem(element(typ), n.Value); err != nil {
			r.add("param-type", "", n.Problem("%v", err))
			ok = false
		}
	}
	if !ok {
		return nil, false
	}
	got, err := ParseValue(typ, ValueText(v))
	if err != nil {
		r.add("param-type", "", v.Problem("%v", err))
	}
	return got, err == nil
}

// ValueText is the text of a parameter's value in a file, as ParseValue reads it: a list becomes a JSON array.
func ValueText(v *yaml.Value) string {
	if !v.IsList() {
		return v.Text()
	}
	return FormatValue("texts", append([]string{}, v.Texts()...))
}

// tones are those of a column's values.
func (r *reader) tones(v *yaml.Value, kind, columnType string) map[string]string {
	if v == nil {
		return nil
	}
	if columnType != "status" {
		r.add("tones", "", v.Problem("only a column of type status has tones, not one of type %s", columnType))
		return nil
	}
	out := map[string]string{}
	for _, e := range v.Entries() {
		out[e.Key.Value] = e.Value.Text()
		if kind == KindException && e.Value.Text() == "good" {
			r.add("tones", "", e.Value.Problem("each row of an exception query needs review, so no value is good; leave %q without a tone",
				e.Key.Value))
		}
	}
	return out
}

func (r *reader) columns(v *yaml.Value, q *Query) {
	for _, x := range v.Get("columns").Items() {
		c := Column{Name: x.Get("name").Text(), Label: x.Get("label").Text(), Type: x.Get("type").Text(), Place: x.Get("name").Where()}
		if _, twice := q.Column(c.Name); twice && c.Name != "" {
			r.add("column-twice", "", x.Get("name").Problem("the column %q appears twice", c.Name))
			continue
		}
		c.Tones = r.tones(x.Get("tones"), q.Kind, c.Type)
		q.Columns = append(q.Columns, c)
	}
	for _, key := range []string{"key", "recurs"} {
		seen := map[string]bool{}
		for _, n := range v.Get(key).Nodes() {
			if seen[n.Value] {
				r.add("column-twice", "", n.Problem("the column %q is named twice in %s", n.Value, key))
			}
			seen[n.Value] = true
		}
	}
}
