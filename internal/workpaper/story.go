package workpaper

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/document"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// Bounds of what is read and printed of the rows of findings to tell what happened. A report over more says so.
const (
	mostTold      = 100_000 // rows of one finding that are read for the story
	mostNamed     = 20_000  // actors, addresses and events that are told apart
	mostLines     = 36      // lines of the timeline
	mostActors    = 12
	mostAddresses = 8
)

// sighting is one exception of a critical or high finding, in words.
type sighting struct {
	refs      []string
	severity  query.Severity
	when      time.Time // in the report's zone
	account   string
	actor, ip string
	event     string // account and event id, "" where the row has none
	text      string
	later     string
	named     bool // the text names the account already
}

// trace is what all rows of findings say about one actor or one address.
type trace struct {
	name        string
	severities  map[query.Severity]int64
	refs        map[string]bool
	others      map[string]bool // addresses of an actor, actors of an address
	first, last time.Time
}

// story is what the rows of all findings say together.
type story struct {
	events    []sighting // of critical and high findings, by time; one event in several findings is one
	actors    map[string]*trace
	addresses map[string]*trace
	days      map[query.Severity]map[string]int64 // rows by day of the report's zone
	first     map[string]sighting                 // query id -> its first row
	also      map[string][]string                 // query id -> references of other findings that show the same events
	rows      int64                               // exceptions with a row
	single    int64                               // rows that show one event
	distinct  int64                               // events that they show
	cut       bool                                // some rows were not read, so nothing is said of how often
}

// tell reads the exceptions of all findings once.
func (c *composer) tell() (*story, error) {
	if c.told != nil {
		return c.told, nil
	}
	s := &story{actors: map[string]*trace{}, addresses: map[string]*trace{}, days: map[query.Severity]map[string]int64{},
		first: map[string]sighting{}, also: map[string][]string{}}
	shows := map[string][]string{} // event -> ids of the queries that show it
	at := map[string]int{}         // event -> index in s.events
	for _, q := range c.found {
		rows, err := c.s.Judged(q.ID)
		if err != nil {
			return nil, err
		}
		r := c.reader(q, rows.Columns())
		var n int64
		for row, err := range rows.All() {
			if err != nil {
				return nil, err
			}
			if r.undecided(row) {
				continue
			}
			if n++; n > mostTold {
				s.cut = true
				break
			}
			s.rows++
			x := r.sighting(row)
			if _, known := s.first[q.ID]; !known {
				s.first[q.ID] = x
			}
			s.count(q, c.refs[q.ID], x)
			if x.event != "" {
				s.single++
				if ids := shows[x.event]; ids == nil && len(shows) >= mostNamed {
					s.cut = true
				} else if !slices.Contains(ids, q.ID) {
					shows[x.event] = append(ids, q.ID)
				}
			}
			if x.severity < query.High || x.text == "" {
				continue
			}
			if i, again := at[x.event]; again && x.event != "" {
				if !slices.Contains(s.events[i].refs, c.refs[q.ID]) {
					s.events[i].refs = append(s.events[i].refs, c.refs[q.ID])
				}
				continue
			}
			if len(s.events) >= mostNamed {
				s.cut = true
				continue
			}
			at[x.event] = len(s.events)
			s.events = append(s.events, x)
		}
	}
	s.distinct = int64(len(shows))
	for _, ids := range shows {
		for _, id := range ids {
			for _, other := range ids {
				if ref := c.refs[other]; other != id && !slices.Contains(s.also[id], ref) {
					s.also[id] = append(s.also[id], ref)
				}
			}
		}
	}
	for _, refs := range s.also {
		slices.Sort(refs)
	}
	slices.SortStableFunc(s.events, func(a, b sighting) int { return a.when.Compare(b.when) })
	c.told = s
	return s, nil
}

func (s *story) count(q *run.Query, ref string, x sighting) {
	severity := severity(q)
	if !x.when.IsZero() {
		if s.days[severity] == nil {
			s.days[severity] = map[string]int64{}
		}
		s.days[severity][x.when.Format(time.DateOnly)]++
	}
	add := func(all map[string]*trace, name, other string) {
		if name == "" {
			return
		}
		t := all[name]
		if t == nil {
			if len(all) >= mostNamed {
				s.cut = true
				return
			}
			t = &trace{name: name, severities: map[query.Severity]int64{}, refs: map[string]bool{}, others: map[string]bool{}}
			all[name] = t
		}
		t.severities[severity]++
		t.refs[ref] = true
		if other != "" && len(t.others) < mostNamed {
			t.others[other] = true
		}
		if !x.when.IsZero() {
			if t.first.IsZero() || x.when.Before(t.first) {
				t.first = x.when
			}
			if x.when.After(t.last) {
				t.last = x.when
			}
		}
	}
	add(s.actors, x.actor, x.ip)
	add(s.addresses, x.ip, x.actor)
}

// rowReader knows which columns of a finding's rows say who, when, where and from where: the first of each type.
type rowReader struct {
	c                                 *composer
	q                                 *run.Query
	def                               *query.Query
	cols                              []result.Column
	time, actor, ip, account, id, und int
}

func (c *composer) reader(q *run.Query, cols []result.Column) rowReader {
	r := rowReader{c: c, q: q, def: c.queries[q.ID], cols: cols, time: -1, actor: -1, ip: -1, account: -1, id: -1, und: -1}
	index := func(name string) int {
		return slices.IndexFunc(cols, func(k result.Column) bool { return k.Name == name })
	}
	r.id = index("eventid")
	if r.def == nil {
		return r
	}
	for _, k := range r.def.Columns {
		i := index(k.Name)
		switch {
		case i < 0:
		case (k.Type == "time" || k.Type == "local-time") && r.time < 0:
			r.time = i
		case k.Type == "actor" && r.actor < 0:
			r.actor = i
		case k.Type == "ip" && r.ip < 0:
			r.ip = i
		case k.Type == "account" && r.account < 0:
			r.account = i
		}
	}
	if r.time < 0 { // a query that counts has the time at the end
		r.time = index("first_time")
	}
	r.und = index(r.def.Undecided.Column)
	return r
}

func (r rowReader) undecided(row result.Row) bool {
	if r.und < 0 {
		return false
	}
	yes, ok := row[r.und].(bool)
	return ok && yes
}

func (r rowReader) text(row result.Row, i int) string {
	if i < 0 || i >= len(row) {
		return ""
	}
	s, _ := row[i].(string)
	return s
}

// sighting is a row in words.
func (r rowReader) sighting(row result.Row) sighting {
	x := sighting{refs: []string{r.c.refs[r.q.ID]}, severity: severity(r.q)}
	x.account, x.actor, x.ip = r.text(row, r.account), r.text(row, r.actor), r.text(row, r.ip)
	if id := r.text(row, r.id); id != "" {
		x.event = x.account + " " + id
	}
	if r.time >= 0 && r.time < len(row) {
		if t, ok := row[r.time].(time.Time); ok {
			x.when = t
			if r.cols[r.time].Kind == result.Instant {
				x.when = r.c.local(t)
			}
		}
	}
	if r.def == nil {
		return x
	}
	k := r.def.Condition
	template, field := k.Done, "condition.done"
	if finding.Attempted(r.cols, row) && k.Refused != "" {
		template, field = k.Refused, "condition.refused"
	}
	if template != "" {
		if text, ok := query.Sentence(r.c.queryText(r.q.ID, field, template), r.value(row)); ok {
			x.text, x.named = text, strings.Contains(template, "{account_id}")
		}
	}
	if k.Later != "" {
		x.later = r.c.say("story.open")
		if text, ok := query.Sentence(r.c.queryText(r.q.ID, "condition.later", k.Later), r.value(row)); ok {
			x.later = text
		}
	}
	return x
}

// value gives the words of a row's column for a sentence.
func (r rowReader) value(row result.Row) func(string) (string, bool) {
	return func(name string) (string, bool) {
		i := slices.IndexFunc(r.cols, func(k result.Column) bool { return k.Name == name })
		if i < 0 || i >= len(row) || row[i] == nil || row[i] == "" {
			return "", false
		}
		form := formOf(r.cols[i])
		if k, ok := r.def.Column(name); ok {
			form = document.Form(k.Type)
		}
		switch v := row[i].(type) {
		case time.Time:
			if r.cols[i].Kind == result.Instant {
				v = r.c.local(v)
			}
			if r.cols[i].Kind == result.Date {
				return r.c.l.DayMonth(v), true
			}
			return r.c.moment(v), true
		case string:
			if form == document.FormAccount {
				return r.c.accountWord(v), true
			}
			return word(v), true
		}
		return r.c.cell(document.Column{Name: name, Kind: r.cols[i].Kind, Form: form}, row[i]), true
	}
}

// Words longer than this are shortened in a sentence; the tables hold them whole.
const (
	longWord = 36
	longHex  = 20
)

// hiddenName is what CloudTrail writes in place of the name of a user who failed to sign in and may have typed a password.
const hiddenName = "HIDDEN_DUE_TO_SECURITY_REASONS"

var hexWord = regexp.MustCompile(`^[0-9a-f-]+$`)

// word is a value as a sentence names it: of an ARN what it names, a service without its domain, a long id by its beginning and its end,
// a path by its end.
func word(s string) string {
	if s == hiddenName {
		return "(name hidden by AWS)"
	}
	if strings.HasPrefix(s, "arn:") {
		if i := strings.LastIndexAny(s, "/:"); i >= 0 && i+1 < len(s) {
			s = s[i+1:]
		}
	}
	s = strings.TrimSuffix(s, ".amazonaws.com")
	switch r := []rune(s); {
	case len(r) > longHex && hexWord.MatchString(s):
		return s[:8] + "…" + s[len(s)-4:]
	case len(r) > longWord && strings.Contains(s, "/") && !strings.ContainsAny(s, " \t\n"):
		if at := strings.LastIndex(s, "/"); len([]rune(s[at:])) > 4 && len([]rune(s[at:])) < len(r) {
			return "…" + s[at:]
		}
	}
	return s
}

// moment is a time of the period for a sentence, in the report's zone: "13 October 10:22".
func (c *composer) moment(t time.Time) string { return c.l.DayMonth(t) + " " + t.Format("15:04") }

// accountWord is an account's name, or its number where it has none.
func (c *composer) accountWord(id string) string { return cmp.Or(c.names[id], id) }

// condition is what a finding's first row says, with when, where and from where, and how many rows say more.
func (c *composer) condition(q *run.Query) (string, error) {
	s, err := c.tell()
	if err != nil {
		return "", err
	}
	x, known := s.first[q.ID]
	if !known || x.text == "" {
		return c.headline(q), nil
	}
	text := x.text
	if !x.when.IsZero() {
		text = c.say("story.when", "text", text, "time", c.moment(x.when), "zone", zoneName(c.zone.String()))
	}
	if x.account != "" && !x.named {
		text = c.say("story.where", "text", text, "account", c.accountWord(x.account))
	}
	if x.ip != "" {
		text = c.say("story.from", "text", text, "ip", x.ip)
	}
	text = c.say("story.sentence", "text", text)
	if x.later != "" {
		text += " " + c.say("story.later", "text", x.later)
	}
	if more := q.Verdict.Open + q.Verdict.Waived - 1; more > 0 {
		text += " " + c.say("story.more", "n", more)
	}
	return text, nil
}

// lead is what stands out: the address, else the actor, that is in most findings. It is said only of what the rows show: one that is
// in at least two findings and in half of the critical and high ones.
func (s *story) leader(c *composer) (t *trace, address bool) {
	urgent := map[string]bool{}
	for _, q := range c.found {
		if severity(q) >= query.High {
			urgent[c.refs[q.ID]] = true
		}
	}
	best := func(all map[string]*trace) *trace {
		var out *trace
		for _, name := range slices.Sorted(maps.Keys(all)) {
			x := all[name]
			if out == nil || cmp.Or(cmp.Compare(x.weight(urgent), out.weight(urgent)), cmp.Compare(len(x.refs), len(out.refs))) > 0 {
				out = x
			}
		}
		return out
	}
	if s.cut {
		return nil, false
	}
	for _, all := range []map[string]*trace{s.addresses, s.actors} {
		if x := best(all); x != nil && len(x.refs) > 1 && len(urgent) > 0 && 2*x.weight(urgent) >= len(urgent) {
			return x, len(s.addresses) > 0 && all[x.name] == s.addresses[x.name]
		}
	}
	return nil, false
}

// weight is how many of these findings it is in.
func (t *trace) weight(refs map[string]bool) (n int) {
	for ref := range t.refs {
		if refs[ref] {
			n++
		}
	}
	return n
}

// count of findings of a severity that it is in.
func (c *composer) in(t *trace, s query.Severity) (n, of int64) {
	for _, q := range c.found {
		if severity(q) != s {
			continue
		}
		of++
		if t.refs[c.refs[q.ID]] {
			n++
		}
	}
	return n, of
}

// happened is the story in sentences; empty where nothing stands out.
func (c *composer) happened() ([]string, error) {
	s, err := c.tell()
	if err != nil {
		return nil, err
	}
	t, address := s.leader(c)
	if t == nil {
		return nil, nil
	}
	args := []any{"name", t.name, "n", int64(len(t.refs)), "findings", int64(len(c.found))}
	text := c.say("story.actor", args...)
	if address {
		text = c.say("story.address", args...)
	}
	critical, all := c.in(t, query.Critical)
	switch {
	case all == 1 && critical == 1:
		text += c.say("story.the_critical")
	case all > 0 && critical == all:
		text += c.say("story.all_critical", "n", all)
	case critical > 0:
		text += c.say("story.some_critical", "n", critical, "all", all)
	}
	if !t.first.IsZero() {
		text += c.say("story.between", "span", c.between(t.first, t.last))
	}
	lines := []string{c.say("story.sentence", "text", text)}
	if others := slices.Sorted(maps.Keys(t.others)); len(others) > 0 && len(others) <= 5 {
		args := []any{"n", int64(len(others)), "names", c.l.List(others)}
		if address {
			lines = append(lines, c.say("story.actors", args...))
		} else {
			lines = append(lines, c.say("story.addresses", args...))
		}
	}
	return lines, nil
}

// between is a span of time for a sentence: on one day, from one minute to another; else from one moment to another.
func (c *composer) between(first, last time.Time) string {
	zone := zoneName(c.zone.String())
	switch {
	case first.Truncate(time.Minute).Equal(last.Truncate(time.Minute)):
		return c.say("story.span_moment", "day", c.l.DayMonth(first), "time", first.Format("15:04"), "zone", zone)
	case first.Format(time.DateOnly) == last.Format(time.DateOnly):
		return c.say("story.span_day", "day", c.l.DayMonth(first), "from", first.Format("15:04"), "to", last.Format("15:04"), "zone", zone)
	}
	return c.say("story.span", "from", c.moment(first), "to", c.moment(last), "zone", zone)
}
