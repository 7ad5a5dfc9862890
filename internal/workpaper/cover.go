package workpaper

import (
	"slices"
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/run"
)

// counts are the numbers that cover and summary speak of.
type counts struct {
	tests, clear, exceptions, waived, unanswered int64 // exception queries by outcome; unanswered: not logged or not evaluated
	figures                                      int64 // evidence and metrics that could not be answered
	elsewhere                                    int64 // tests that do not apply in the partition of the logs: in no other count
	open                                         int64 // open exceptions in all
	silences                                     int64 // findings that are times without logs
	bySeverity                                   map[query.Severity]int64
}

func (c *composer) counts() counts {
	n := counts{bySeverity: map[query.Severity]int64{}}
	for i := range c.s.Queries {
		q := &c.s.Queries[i]
		if q.Kind != query.KindException {
			if q.Verdict.Outcome != finding.Shown && q.Verdict.Outcome != finding.NotApplicable {
				n.figures++
			}
			continue
		}
		if q.Verdict.Outcome == finding.NotApplicable {
			n.elsewhere++
			continue
		}
		n.tests++
		switch q.Verdict.Outcome {
		case finding.Clear:
			n.clear++
		case finding.Exceptions:
			n.exceptions++
			n.open += q.Verdict.Open
			n.bySeverity[severity(q)]++
			if def := c.queries[q.ID]; def != nil && def.Completeness {
				n.silences++
			}
		case finding.Waived:
			n.waived++
		default:
			n.unanswered++
		}
	}
	return n
}

// verdict is the one sentence a reader takes away. Incompleteness is said before anything good is.
func (c *composer) verdict() document.Verdict {
	n := c.counts()
	key, tone := "clear", document.Good
	switch {
	case n.exceptions > 0 && (c.s.Incomplete() || n.unanswered > 0):
		key, tone = "exceptions_incomplete", document.Critical
	case n.exceptions > 0:
		key, tone = "exceptions", document.Critical
		if n.bySeverity[query.Critical]+n.bySeverity[query.High] == 0 {
			tone = document.Medium
		}
	case c.s.Incomplete() || n.unanswered > 0:
		key, tone = "incomplete", document.High
	case n.tests == 0 && n.elsewhere > 0:
		key, tone = "not_applicable", document.Neutral
	case n.tests == 0:
		key, tone = "figures", document.Neutral
	case n.waived > 0:
		key, tone = "waived", document.Accent
	}
	sentence, count := c.conclusion(key, n)
	return document.Verdict{
		Tone:   tone,
		Kicker: c.say("verdict.kicker"),
		Title:  c.verdictTitle(key, n),
		Text: c.say("verdict."+sentence, "n", count, "exceptions", n.exceptions, "tests", n.tests, "open", n.open, "unanswered",
			n.unanswered+n.figures,
			"review", c.say("verdict.review", "n", n.open)),
		Figures: c.figuresOfCover(n),
	}
}

// verdictTitle is the result in a line: how many findings of the worst severities, and whether the logs are whole.
func (c *composer) verdictTitle(key string, n counts) string {
	if n.exceptions == 0 {
		return c.say("verdict." + key + ".title")
	}
	critical, high := n.bySeverity[query.Critical], n.bySeverity[query.High]
	var text string
	switch {
	case critical > 0 && high > 0:
		text = c.say("verdict.found.both", "n", high, "critical", critical, "high", high)
	case critical > 0:
		text = c.say("verdict.found.critical", "n", critical)
	case high > 0:
		text = c.say("verdict.found.high", "n", high)
	default:
		text = c.say("verdict.found.lower", "n", n.exceptions)
	}
	switch {
	case c.s.Incomplete():
		text += " " + c.say("verdict.found.incomplete")
	case n.silences > 0:
		text += " " + c.say("verdict.found.silences", "n", n.silences)
	}
	return text
}

// figuresOfCover are the numbers of the verdict card. They are of tests only, and those of one row add up to all tests.
func (c *composer) figuresOfCover(n counts) (out []document.Figure) {
	if n.tests+n.elsewhere == 0 {
		return nil
	}
	add := func(n int64, label string, tone document.Tone) {
		out = append(out, document.Figure{Value: c.l.Number(n), Label: label, Tone: toneIf(n, tone)})
	}
	if n.exceptions > 0 {
		add(n.bySeverity[query.Critical], c.say("severity_word.critical"), document.Critical)
		add(n.bySeverity[query.High], c.say("severity_word.high"), document.High)
		add(n.bySeverity[query.Medium], c.say("severity_word.medium"), document.Medium)
		lower := n.exceptions - n.bySeverity[query.Critical] - n.bySeverity[query.High] - n.bySeverity[query.Medium]
		label := c.say("severity_word.low")
		if n.bySeverity[query.Low] != lower {
			label = c.say("verdict.figure.lower")
		}
		add(lower, label, document.Low)
	}
	good := document.Good
	label := c.say("verdict.figure.clear", "n", n.tests, "unanswered", n.unanswered)
	if c.limited() {
		good, label = document.Muted, c.say("verdict.figure.clear_limited", "n", n.tests, "unanswered", n.unanswered)
	}
	if n.waived > 0 {
		label += c.say("verdict.figure.waived", "n", n.waived)
	}
	if n.elsewhere > 0 {
		label += c.say("verdict.figure.not_applicable", "n", n.elsewhere)
	}
	add(n.clear, label, good)
	if days, of := c.daysLogged(); of > 0 {
		tone := document.Good
		if days < of || n.silences > 0 {
			tone = document.High
		}
		label := c.say("verdict.figure.days", "n", of)
		if n.silences > 0 {
			label = c.say("verdict.figure.days_silences", "n", n.silences, "refs", c.silenceRefs())
		}
		out = append(out, document.Figure{Value: c.l.Number(days) + "/" + c.l.Number(of), Label: label, Tone: tone})
	}
	return out
}

// silenceRefs are the findings that are times without logs.
func (c *composer) silenceRefs() string {
	var refs []string
	for _, q := range c.found {
		if def := c.queries[q.ID]; def != nil && def.Completeness {
			refs = append(refs, c.refs[q.ID])
		}
	}
	return strings.Join(refs, ", ")
}

// limited reports whether what was found clear is clear only in what was logged and read.
func (c *composer) limited() bool { return c.s.Incomplete() }

// daysLogged is on how many days of the period any log file was read, of how many that were over when the run was made. 0, 0 where the
// engine cannot see it.
func (c *composer) daysLogged() (days, of int64) {
	for i := range c.s.Coverage.Days {
		inside, logs := false, false
		for _, row := range c.s.Coverage.Rows {
			if i < len(row.States) {
				inside = inside || row.States[i] != run.Outside
				logs = logs || row.States[i] == run.Logs || row.States[i] == run.Quiet
			}
		}
		if inside {
			of++
		}
		if logs {
			days++
		}
	}
	return days, of
}

// conclusion is the key of the sentence under a verdict's title, and the number that it speaks of.
func (c *composer) conclusion(verdict string, n counts) (sentence string, count int64) {
	all := n.exceptions == n.tests
	switch verdict {
	case "clear":
		return "clear.text", n.tests
	case "exceptions_incomplete":
		if all {
			return "exceptions_incomplete.all", n.tests
		}
		return "exceptions_incomplete.some", n.exceptions
	case "exceptions":
		if all {
			return "exceptions.all", n.tests
		}
		return "exceptions.some", n.exceptions
	case "incomplete":
		switch answered := n.tests - n.unanswered; {
		case n.tests == 0 && n.elsewhere > 0:
			return "incomplete.not_applicable", n.elsewhere
		case n.tests == 0:
			return "incomplete.figures", 0
		case answered == 0:
			return "incomplete.none", n.tests
		default:
			return "incomplete.some", answered
		}
	case "waived":
		return "waived.text", n.waived
	case "not_applicable":
		return "not_applicable.text", n.elsewhere
	}
	return "figures.text", 0
}

func toneIf(n int64, t document.Tone) document.Tone {
	if n == 0 {
		return document.Muted
	}
	return t
}

func (c *composer) front() (document.Front, error) {
	s := c.s
	facts := []document.Field{
		{Label: c.say("cover.reference"), Text: c.ref(), Mono: true},
		{Label: c.say("cover.accounts"), Text: c.accountsLine()},
		{Label: c.say("cover.events"), Text: c.eventsLine()},
		{Label: c.say("cover.source"), Text: s.Source, Mono: true},
		{Label: c.say("cover.as_of"), Text: c.asOf()},
		{Label: c.say("cover.audience"), Text: orNone(c.reportText("audience", s.Audience))},
	}
	if s.Framework != "" {
		facts = append(facts, document.Field{Label: c.say("cover.framework"), Text: c.frameworkName()})
	}
	f := document.Front{
		Kicker:  c.say("cover.kicker"),
		Verdict: c.verdict(),
		Notices: c.notices(7),
		Facts:   facts,
		Digest:  document.Field{Label: c.say("cover.digest"), Text: s.Digest, Mono: true},
		Note:    c.say("cover.digest_note"),
		Closing: c.say("cover.closing"),
	}
	lines, err := c.happened()
	if err != nil {
		return f, err
	}
	f.Story = document.Story{Title: c.say("story.title"), Lines: lines}
	f.Worst, err = c.worst()
	return f, err
}

// worst are the findings of the highest severity that was found, in order of time: critical ones, else high ones.
func (c *composer) worst() (document.Lines, error) {
	t, err := c.tell()
	if err != nil || len(c.found) == 0 {
		return document.Lines{}, err
	}
	top := severity(c.found[0])
	if top < query.Medium {
		return document.Lines{}, nil
	}
	out := document.Lines{
		Title: c.say("worst.title", "severity", c.say("severity_word."+top.String())),
		Head: [5]string{c.say("column.severity"), c.say("column.ref"), c.say("column.when", "zone", zoneName(c.zone.String())),
			c.say("column.what"), c.say("column.later")},
		More: c.say("worst.more", "n", "{n}"),
	}
	queries := slices.DeleteFunc(slices.Clone(c.found), func(q *run.Query) bool { return severity(q) != top })
	slices.SortStableFunc(queries, func(a, b *run.Query) int { return t.first[a.ID].when.Compare(t.first[b.ID].when) })
	later := false
	for _, q := range queries {
		x := t.first[q.ID]
		line := document.Line{Pill: c.severityPill(q), Refs: []string{c.refs[q.ID]}, Text: x.text, Later: x.later}
		if x.text == "" {
			line.Text = c.headline(q)
		} else if more := q.Verdict.Open + q.Verdict.Waived - 1; more > 0 {
			line.Text += c.say("worst.rows", "n", more)
		}
		if !x.when.IsZero() {
			line.When = c.moment(x.when)
		}
		later = later || line.Later != ""
		out.Lines = append(out.Lines, line)
	}
	if !later {
		out.Head[4] = ""
	}
	return out, nil
}

// eventsLine is what the report rests on: events and files.
func (c *composer) eventsLine() string {
	in := c.s.Inputs
	return c.say("cover.events_line",
		"events", c.say("cover.events_count", "n", deref(in.Events), "events", c.observed(in.Events)),
		"files", c.say("cover.files_count", "n", deref(in.Read), "files", c.observed(in.Read)))
}

// notices are the reasons why the report is incomplete and other remarks; the rest past most is counted, never dropped.
func (c *composer) notices(most int) []document.Point {
	var points []document.Point
	for i, n := range c.s.Notices {
		if most > 0 && i == most && len(c.s.Notices) > most {
			rest := int64(len(c.s.Notices) - i)
			points = append(points, c.moreNotices(rest))
			break
		}
		pill := document.Pill{Text: c.say("notice.pill.remark"), Tone: document.Info}
		if n.Incomplete {
			pill = document.Pill{Text: c.say("notice.pill.incomplete"), Tone: document.High}
		}
		points = append(points, document.Point{Pill: pill, Text: c.notice(n.Key, n.Args)})
	}
	if text := c.foreignFiles(); text != "" {
		points = append(points, document.Point{Pill: document.Pill{Text: c.say("notice.pill.remark"), Tone: document.Info}, Text: text})
	}
	return points
}

// foreignFiles says which files next to the logs were left out because they are of another kind; "" where there are none.
func (c *composer) foreignFiles() string {
	n, files := c.unreadFiles(func(f engine.InputFile) bool { return f.State == engine.FileSkipped && f.Reason.Kind.Foreign() }, false)
	if n == 0 {
		return ""
	}
	return c.say("notice.foreign", "n", n, "files", files)
}

// mostFilesNamed is how many files a sentence of page one names.
const mostFilesNamed = 3

// filesNamed adds the first files that could not be read, and why.
func (c *composer) filesNamed(said string) string {
	n, files := c.unreadFiles(func(f engine.InputFile) bool { return f.State == engine.FileRefused }, true)
	if n == 0 {
		return said
	}
	return c.say("notice.files_named", "n", n, "said", said, "files", files)
}

// unreadFiles counts files of the list and names the first, with the reason if it is wanted.
func (c *composer) unreadFiles(want func(engine.InputFile) bool, why bool) (n int64, files string) {
	var names []string
	for f, err := range c.s.InputFiles() {
		if err != nil { // the tables of files fail with it
			break
		}
		if !want(f) {
			continue
		}
		if n++; n > mostFilesNamed {
			continue
		}
		name := tail(f.Key, 70)
		if why {
			name = c.say("notice.file_named", "file", name, "reason", strings.TrimSuffix(c.fileReason(f.Reason), "."))
		}
		names = append(names, name)
	}
	if n > mostFilesNamed {
		names = append(names, "…")
	}
	return n, strings.Join(names, ", ")
}

// tail is the end of a long text, which of a key says more than its beginning.
func tail(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return "…" + string(r[len(r)-most:])
	}
	return s
}

// notice fills a message whose placeholders the record keeps as text; whole numbers among them choose the plural form.
func (c *composer) notice(key string, args []string) string {
	text := c.say("notice."+key, c.arguments(args)...)
	if key == "files_refused" {
		return c.filesNamed(text)
	}
	return text
}

func (c *composer) arguments(args []string) []any {
	filled := make([]any, len(args))
	for i, a := range args {
		filled[i] = a
		if i%2 == 1 {
			if n, ok := wholeNumber(a); ok && args[i-1] != "account" && args[i-1] != "day" {
				filled[i] = n
			}
			if args[i-1] == "query" {
				filled[i] = c.queryName(a)
			}
			if args[i-1] == "queries" {
				filled[i] = c.queryNames(a)
			}
			if args[i-1] == "account" {
				filled[i] = c.accountName(a)
			}
		}
	}
	return filled
}

// queryName is the reference and title of a query, for sentences.
func (c *composer) queryName(id string) string {
	if q := c.s.Query(id); q != nil {
		return c.refs[id] + " " + c.title(q)
	}
	return id
}

// queryNames are references and titles of a list of ids.
func (c *composer) queryNames(ids string) string {
	names := strings.Split(ids, ", ")
	for i, id := range names {
		names[i] = c.queryName(id)
	}
	return strings.Join(names, ", ")
}

func (c *composer) accountName(id string) string {
	if name := c.names[id]; name != "" {
		return id + " (" + name + ")"
	}
	return id
}

func (c *composer) frameworkName() string {
	if c.s.Framework == "" {
		return none
	}
	name := c.titleOf(c.s.Framework)
	if f := c.r.Frameworks[c.s.Framework]; f != nil && f.Part != "" {
		name += " (" + c.l.Text("reports/frameworks/"+f.ID+".yaml", "part", f.Part) + ")"
	}
	return name
}

// titleOf is the title of a framework with its version; its id where the library does not have it.
func (c *composer) titleOf(id string) string {
	f := c.r.Frameworks[id]
	if f == nil {
		return id
	}
	title := c.l.Text("reports/frameworks/"+f.ID+".yaml", "title", f.Title)
	if !strings.Contains(title, f.Version) {
		title += " " + f.Version
	}
	return title
}

func (c *composer) accountsLine() string {
	if len(c.s.Accounts) == 0 {
		return none
	}
	if len(c.s.Accounts) > 3 {
		return c.say("cover.accounts_text", "n", int64(len(c.s.Accounts)))
	}
	var names []string
	for _, a := range c.s.Accounts {
		names = append(names, c.accountName(a.ID))
	}
	return c.l.List(names)
}

func orNone(s string) string {
	if strings.TrimSpace(s) == "" {
		return none
	}
	return s
}

func deref(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

func wholeNumber(s string) (int64, bool) {
	if s == "" || len(s) > 11 || (len(s) > 1 && s[0] == '0') {
		return 0, false // ids and fractions stay text
	}
	var n int64
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = n*10 + int64(r-'0')
	}
	return n, true
}

// asOf is the time of the report on the clock of its zone, and the engine that answered.
func (c *composer) asOf() string {
	s := c.s
	if zone := c.zone.String(); zone != "UTC" {
		return c.say("cover.as_of_zoned", "time", c.l.Time(c.local(s.As)), "zone", zone, "engine", engineName(s.Engine))
	}
	return c.say("cover.as_of_text", "time", c.l.Time(s.As.UTC()), "engine", engineName(s.Engine))
}

// footer is the line at the foot of each page.
func (c *composer) footer() string {
	if zone := c.zone.String(); zone != "UTC" {
		return c.say("page.footer_zoned", "as", c.l.Time(c.local(c.s.As)), "zone", zone)
	}
	return c.say("page.footer", "as", c.l.Time(c.s.As.UTC()))
}
