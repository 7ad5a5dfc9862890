package workpaper

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/document"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// findings are a card and its evidence for each query with exceptions, under the titles of the report's sections: the section with
// the worst comes first, and in each the worst.
func (c *composer) findings() ([]document.Block, error) {
	var blocks []document.Block
	for _, g := range c.foundBySection() {
		blocks = append(blocks, document.Heading{Level: 2, Text: g.title})
		for _, q := range g.queries {
			t, marked, err := c.evidence(q)
			if err != nil {
				return nil, err
			}
			card, err := c.findingCard(q, marked)
			if err != nil {
				return nil, err
			}
			c.pointTo(&card, &t, q)
			blocks = append(blocks, card, t)
		}
	}
	return blocks, nil
}

// group is the queries with exceptions of a section.
type group struct {
	title   string
	queries []*run.Query
}

// foundBySection is what was found, by the first section of the report that has the query, in the order of the first of each.
func (c *composer) foundBySection() (groups []*group) {
	titles := map[string]string{}
	for i, sec := range slices.Backward(c.s.Sections) {
		for _, id := range sec.Queries {
			titles[id] = c.sectionTitle(i)
		}
	}
	for _, id := range c.s.Summary {
		if titles[id] == "" {
			titles[id] = c.say("figures.summary")
		}
	}
	by := map[string]*group{}
	for _, q := range c.found {
		title := titles[q.ID]
		if by[title] == nil {
			by[title] = &group{title: title}
			groups = append(groups, by[title])
		}
		by[title].queries = append(by[title].queries, q)
	}
	return groups
}

// figures are evidence and metrics in the report's own order, under its section titles.
func (c *composer) figures() ([]document.Block, error) {
	var blocks []document.Block
	marks, err := c.exceptionDays()
	if err != nil {
		return nil, err
	}
	done := map[string]bool{}
	group := func(title string, ids []string) error {
		var part []document.Block
		for _, id := range ids {
			q := c.s.Query(id)
			if q == nil || q.Kind == query.KindException || done[id] {
				continue
			}
			done[id] = true
			var rows []document.Block
			var marked int64
			if q.Verdict.Outcome == finding.Shown {
				t, n, err := c.evidence(q)
				if err != nil {
					return err
				}
				rows, marked = []document.Block{t}, n
			}
			card, at := c.card(q, marked), len(part)
			part = append(part, card)
			drawn := false
			if chart, ok, err := c.chart(id, marks); err != nil {
				return err
			} else if ok && q.Verdict.Outcome == finding.Shown && (len(c.found) > 0 || !slices.Contains(c.onSummary(), id)) {
				part = append(part, chart)
				drawn = chart.Empty == "" && len(chart.Series) > 0
			}
			if drawn && q.Kind == query.KindMetric { // the chart shows them all; the workbook has the figures
				t := rows[0].(document.Table)
				t.Shown, t.Paper, t.Note = 0, nil, c.say("table.charted", "n", q.Rows, "ref", t.Ref)
				rows = []document.Block{t}
			}
			if len(rows) > 0 {
				t := rows[0].(document.Table)
				c.pointTo(&card, &t, q)
				rows[0] = t
			} else {
				c.pointTo(&card, nil, q)
			}
			part[at] = card
			part = append(part, rows...)
		}
		if len(part) > 0 {
			blocks = append(append(blocks, document.Heading{Level: 2, Text: title}), part...)
		}
		return nil
	}
	if err := group(c.say("figures.summary"), c.s.Summary); err != nil {
		return nil, err
	}
	for i, sec := range c.s.Sections {
		if err := group(c.sectionTitle(i), sec.Queries); err != nil {
			return nil, err
		}
	}
	return blocks, nil
}

// hasSheet reports whether a query's rows stand on a sheet of their own.
func (c *composer) hasSheet(q *run.Query) bool {
	return hasExceptions(q) || (q.Kind != query.KindException && q.Verdict.Outcome == finding.Shown)
}

// card says what a query asked and found; marked of its rows rest on events whose copies differ.
func (c *composer) card(q *run.Query, marked int64) document.Card {
	k := document.Card{Ref: c.refs[q.ID], Title: c.title(q)}
	def := c.queries[q.ID]
	text := func(field, english string) string { return c.queryText(q.ID, field, english) }
	add := func(label, value string) {
		if value != "" {
			k.Fields = append(k.Fields, document.Field{Label: c.say("card." + label), Text: value})
		}
	}
	if q.Kind != query.KindException {
		if q.Verdict.Outcome != finding.Shown {
			k.Pills = append(k.Pills, c.outcomePill(q.Verdict.Outcome))
			add("reason", c.reason(q))
		} else {
			k.Pills = append(k.Pills, document.Pill{Text: c.say("kind." + q.Kind), Tone: document.Accent})
		}
		if def != nil {
			add("question", text("question", def.Question))
			if q.Kind == query.KindEvidence {
				if text, links := c.controlLinks(q.ID); text != "" {
					k.Fields = append(k.Fields, document.Field{Label: c.say("card.criteria"), Text: text, Links: links})
				}
			}
		}
		add("limits", c.limits(q))
		if marked > 0 {
			add("copies", c.say("card.copies_text", "n", marked))
		}
		return k
	}
	return k
}

// findingCard is the card of a query with exceptions: what was found, against what, why it matters, what to do.
func (c *composer) findingCard(q *run.Query, marked int64) (document.Card, error) {
	k := document.Card{Ref: c.refs[q.ID], Title: c.headline(q)}
	def := c.queries[q.ID]
	text := func(field, english string) string { return c.queryText(q.ID, field, english) }
	add := func(label, value string) {
		if value != "" {
			k.Fields = append(k.Fields, document.Field{Label: c.say("card." + label), Text: value})
		}
	}
	story, err := c.tell()
	if err != nil {
		return k, err
	}
	condition, err := c.condition(q)
	if err != nil {
		return k, err
	}
	k.Pills = append(k.Pills, c.severityPill(q))
	switch {
	case q.Verdict.Outcome == finding.Waived:
		k.Pills = append(k.Pills, c.outcomePill(finding.Waived))
	default:
		k.Pills = append(k.Pills, document.Pill{Text: c.say("card.open", "n", q.Verdict.Open), Tone: severityTone(severity(q))})
	}
	if q.Verdict.OnlyAttempts() {
		k.Pills = append(k.Pills, document.Pill{Text: c.say("card.attempts"), Tone: document.Muted})
	}
	if q.Verdict.New > 0 {
		k.Pills = append(k.Pills, document.Pill{Text: c.say("card.new", "n", q.Verdict.New), Tone: document.High})
	}
	add("condition", condition)
	if text, links := c.criteria(q.ID); text != "" {
		k.Fields = append(k.Fields, document.Field{Label: c.say("card.criteria"), Text: text, Links: links})
	}
	if def != nil {
		add("effect", text("why", def.Why))
		add("recommendation", text("fix", def.Fix))
		add("benign", text("false_positives", def.FalsePositives))
	}
	if also := story.also[q.ID]; len(also) > 0 {
		k.Fields = append(k.Fields, document.Field{Label: c.say("card.also"), Text: strings.Join(also, ", "), Links: refLinks(also...)})
	}
	if q.Verdict.OnlyAttempts() {
		add("severity", c.say("card.severity_text"))
	}
	add("limits", c.limits(q))
	if marked > 0 {
		add("copies", c.say("card.copies_text", "n", marked))
	}
	return k, nil
}

func (c *composer) limits(q *run.Query) string {
	if len(q.Verdict.Limits) == 0 || q.Verdict.Outcome == finding.NotLogged || q.Verdict.Outcome == finding.NotEvaluated {
		return ""
	}
	return c.reason(q)
}

// headline is the query's own sentence about its result.
func (c *composer) headline(q *run.Query) string {
	def := c.queries[q.ID]
	n := q.Verdict.Open + q.Verdict.Waived
	if q.Kind != query.KindException {
		n = q.Rows
	}
	args := []any{
		"n", n, "rows", q.Rows, "open", q.Verdict.Open, "waived", q.Verdict.Waived, "new", q.Verdict.New,
		"accounts", q.Accounts, "population", c.say("value.not_counted"), "first", none, "last", none,
	}
	set := func(name string, v any) {
		for i := 0; i < len(args); i += 2 {
			if args[i] == name {
				args[i+1] = v
			}
		}
	}
	if q.Population != nil {
		set("population", *q.Population)
	}
	if !q.First.IsZero() {
		set("first", c.l.Time(q.First.UTC()))
		set("last", c.l.Time(q.Last.UTC()))
	}
	field, headline := "headline", query.Headline(nil)
	if def != nil {
		headline = def.Headline
	}
	if q.Verdict.OnlyAttempts() {
		if def == nil || len(def.Refused) == 0 {
			return c.say("card.attempted", "n", n, "title", c.title(q))
		}
		field, headline = "refused", def.Refused
	}
	if len(headline) == 0 {
		return c.say("card.headline", "n", q.Verdict.Open, "title", c.title(q)) // what is waived needs none
	}
	return strings.TrimSpace(c.l.Forms("queries/"+q.ID+".yaml", field, headline, args...))
}

// evidence is a query's rows as a table: the columns its file names, then the status columns; the rest is hidden detail. marked
// is how many of the rows rest on events whose copies differ.
func (c *composer) evidence(q *run.Query) (t document.Table, marked int64, err error) {
	rows, err := c.s.Judged(q.ID)
	if err != nil {
		return t, 0, err
	}
	ref := c.refs[q.ID]
	t = document.Table{Ref: ref, Query: q.ID, Sheet: ref, Title: c.title(q), Zebra: true, Empty: c.say("table.empty")}
	var order []int // position among the rows' columns of each column shown
	add := func(at int, k document.Column) {
		order, t.Columns = append(order, at), append(t.Columns, k)
	}
	shown := map[string]bool{}
	if def := c.queries[q.ID]; def != nil {
		for _, k := range def.Columns {
			i := slices.IndexFunc(q.Columns, func(rc result.Column) bool { return rc.Name == k.Name })
			if i < 0 {
				continue
			}
			shown[k.Name] = true
			add(i, c.dataColumn(q, i, c.queryText(q.ID, "labels."+k.Name, k.Label), document.Form(k.Type), false))
		}
	}
	for i, k := range q.Columns {
		if !shown[k.Name] {
			add(i, c.dataColumn(q, i, k.Name, formOf(k), len(shown) > 0))
		}
	}
	judged := len(q.Columns) // behind the rows' own columns stand those of the exception: id, status, …
	if i := slices.IndexFunc(t.Columns, func(k document.Column) bool { return k.Form == document.FormAccount }); i >= 0 && len(c.names) > 0 {
		k := column("account_name", c.say("column.account_name"), result.Text, document.FormText)
		k.Sheet, k.Width = true, 24
		account := order[i]
		add(len(rows.Columns()), k)
		rows = result.With(rows, []result.Column{{Name: k.Name, Kind: k.Kind}}, func(_ int64, r result.Row) (result.Row, error) {
			if id, ok := r[account].(string); ok && c.names[id] != "" {
				return result.Row{c.names[id]}, nil
			}
			return result.Row{nil}, nil
		})
	}
	at := len(rows.Columns())
	if rows, marked, err = c.marked(rows, q); err != nil {
		return t, 0, err
	}
	if marked > 0 {
		k := column("copies_differ", c.say("column.copies"), result.Text, document.FormStatus)
		k.Values = []document.Choice{{Code: "differ", Label: c.say("code.differ"), Tone: document.High}}
		add(at, k)
	}
	if q.Kind == query.KindException {
		if q.ExceptionsSHA256 == "" {
			return t, 0, fmt.Errorf("the run keeps no exceptions of %s", q.ID)
		}
		status := c.statusColumn()
		status.Hidden = q.Verdict.Waived+q.Verdict.Undecided == 0 // the same word on every row says nothing
		id := column("exception", c.say("column.exception"), result.Text, document.FormID)
		id.Hidden, id.Width = true, 18
		add(judged+1, status)
		add(judged, id)
	}
	for i := range t.Columns {
		c.clock(&t.Columns[i])
	}
	all := picked{Set: rows, columns: t.Columns, order: order, zone: c.zone}
	t.Rows, t.Shown = all, min(q.Rows, shownRows)
	if q.Rows > fewRows {
		if t.Paper, err = c.firstOfEach(q, all, &t); err != nil {
			return t, 0, err
		}
	}
	return t, marked, nil
}

// Rows of a finding on paper: all of them up to fewRows; else the first of each principal, and so many in all.
const (
	fewRows = 12
	ofEach  = 3
)

// firstOfEach are the rows that are printed of many: the first of each principal, in the order of the query. It says so in the note.
func (c *composer) firstOfEach(q *run.Query, all picked, t *document.Table) (result.Set, error) {
	actor := slices.IndexFunc(t.Columns, func(k document.Column) bool { return k.Form == document.FormActor && !k.Hidden })
	seen := map[string]int{}
	var rows []result.Row
	var n int
	for row, err := range all.All() {
		if err != nil {
			return nil, err
		}
		if n++; n > mostTold {
			break
		}
		if actor >= 0 {
			name, _ := row[actor].(string)
			if seen[name]++; seen[name] > ofEach {
				continue
			}
		}
		if rows = append(rows, slices.Clone(row)); len(rows) == fewRows {
			break
		}
	}
	shown := int64(len(rows))
	t.Note = c.say("table.first_of_sheet", "shown", shown, "n", q.Rows, "all", q.Rows, "ref", t.Ref)
	if actor >= 0 {
		t.Note = c.say("table.of_each_sheet", "shown", shown, "n", q.Rows, "all", q.Rows, "each", int64(ofEach), "ref", t.Ref)
	}
	return result.Of(all.Columns(), rows), nil
}

// clock has a column of times shown on the report's clock, and its header say which that is.
func (c *composer) clock(k *document.Column) {
	switch k.Kind {
	case result.Instant:
		if c.zone != time.UTC {
			k.Kind = result.Local
			if k.Form == document.FormTime {
				k.Form = document.FormLocalTime
			}
		}
	case result.Local:
	default:
		return
	}
	k.Label = c.say("column.zoned", "label", k.Label, "zone", zoneName(c.s.Period.Zone))
}

func (c *composer) dataColumn(q *run.Query, i int, label string, form document.Form, hidden bool) document.Column {
	k := document.Column{Name: q.Columns[i].Name, Label: label, Kind: q.Columns[i].Kind, Form: form, Hidden: hidden, Short: true,
		Width: len([]rune(label))}
	if i < len(q.Profile) {
		k.Width = max(k.Width, q.Profile[i].Longest)
	}
	if form == document.FormStatus {
		k.Values = c.statusWords(q.ID, k.Name)
	}
	return k
}

// statusWords name the codes of a status column. What a code means to a reader is for the query to say: "yes" is good news in one column
// and bad in the next. A code that the query says nothing of is neutral.
func (c *composer) statusWords(id, name string) []document.Choice {
	tones := map[string]string{}
	if def := c.queries[id]; def != nil {
		if col, ok := def.Column(name); ok {
			tones = col.Tones
		}
	}
	var all []document.Choice
	known := map[string]bool{}
	for _, code := range statusCodes {
		known[code] = true
		all = append(all, document.Choice{Code: code, Label: c.say("code." + code), Tone: cmp.Or(document.Tone(tones[code]), document.Neutral)})
	}
	for _, code := range slices.Sorted(maps.Keys(tones)) {
		if !known[code] {
			all = append(all, document.Choice{Code: code, Label: code, Tone: document.Tone(tones[code])})
		}
	}
	return all
}

// statusCodes are the codes that derived columns hold: outcome, mfa, day kind.
var statusCodes = []string{"success", "denied", "failed", "throttled", "dry-run", "yes", "no", "not-applicable", "workday", "weekend",
	"holiday"}

func formOf(k result.Column) document.Form {
	switch k.Kind {
	case result.Instant:
		return document.FormTime
	case result.Local:
		return document.FormLocalTime
	case result.Date:
		return document.FormDate
	case result.Int, result.Float, result.Decimal:
		return document.FormNumber
	}
	return document.FormText
}

// picked is a set's rows as the columns of a table: some of them, in another order.
type picked struct {
	result.Set
	columns []document.Column
	order   []int
	zone    *time.Location // whose clock instants are shown on, in columns of the kind Local
}

func (p picked) Columns() []result.Column {
	cols := make([]result.Column, len(p.columns))
	for i, k := range p.columns {
		cols[i] = result.Column{Name: k.Name, Kind: k.Kind}
	}
	return cols
}

func (p picked) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		row := make(result.Row, len(p.order))
		local := make([]bool, len(p.order))
		for i, j := range p.order {
			local[i] = p.columns[i].Kind == result.Local && p.Set.Columns()[j].Kind == result.Instant
		}
		for r, err := range p.Set.All() {
			if err != nil {
				yield(nil, err)
				return
			}
			for i, j := range p.order {
				row[i] = r[j]
				if at, ok := r[j].(time.Time); ok && local[i] {
					at = at.In(p.zone)
					row[i] = time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
				}
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}
