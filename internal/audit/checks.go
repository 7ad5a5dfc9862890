package audit

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/report"
	"trailscribe/internal/run"
)

// checks are the tie-outs of the record: figures that were gathered on different ways and must agree. Their names are
// keys of the language. Those of structural hold whenever the program and the engine work; one that does not makes the report incomplete.
func (w *work) checks(r *run.Record, answers []answer) (out []run.Check) {
	in := r.Inputs
	// of is what there was to be checked: of nothing, nothing can be said.
	add := func(name string, want, got, of *int64) {
		c := run.Check{Name: name, Expected: number(want), Observed: number(got), State: run.CheckPass}
		switch {
		case want == nil || got == nil:
			c.State = run.CheckNotObservable
		case *want != *got:
			c.State = run.CheckFail
		case of != nil && *of == 0:
			c.State = run.CheckNothing
		}
		out = append(out, c)
	}
	zero := new(int64)
	add("files", in.Listed, sum(in.Read, in.Refused, in.Skipped), in.Listed)
	if r.Files.SHA256 != "" && in.Listed != nil {
		add("input_list", in.Listed, &r.Files.Count, in.Listed)
	}
	add("refused", zero, in.Refused, in.Listed)
	records := sum(in.Records, in.LeftOut, in.Outside, in.Undated)
	add("records", w.recordsOfFiles(), records, records)
	add("undated", zero, in.Undated, records)
	out = append(out, duplicates(in.Records, in.Events))
	add("conflicting", zero, in.Conflicting, in.Records)
	var byDay, byCategory *int64
	if in.Cells != nil || in.Listed != nil { // an engine that lists files and saw no delivery gives no cells
		byDay = new(int64)
		for _, c := range in.Cells {
			*byDay += c.Events
		}
	}
	if in.Categories != nil || in.Events != nil && *in.Events == 0 {
		byCategory = new(int64)
		for _, c := range in.Categories {
			if c.Name == "management" || strings.HasPrefix(c.Name, "data:") {
				*byCategory += c.Events
			}
		}
	}
	add("events_by_day", in.Events, byDay, in.Events)
	add("events_by_category", in.Events, byCategory, in.Events)
	out = append(out, inside(r))
	if len(r.Coverage.Rows) > 0 {
		gaps := int64(len(r.Coverage.Gaps))
		add("gaps", zero, &gaps, nil)
	}
	out = append(out, w.accounts(r))
	out = append(out, integrityChecks(r.Coverage.Integrity)...)
	over := run.Check{Name: "period", Expected: "=over", Observed: "=over", State: run.CheckPass}
	switch q := &w.plan.Request; {
	case !q.over(r.Period.To):
		over.Observed, over.State = "=not_over", run.CheckFail
	case !q.settled(r.Period.To):
		over.Observed, over.State = "=settling", run.CheckFail
	}
	out = append(out, over)
	var asked, answered, logged, whole, equal int64
	for i, q := range r.Queries {
		asked++
		if q.Verdict.Outcome != finding.NotEvaluated {
			answered++
		}
		if q.Verdict.Outcome != finding.NotLogged {
			logged++
		}
		if a := answers[i]; q.SHA256 != "" {
			whole++
			if a.rehashed == q.SHA256 {
				equal++
			}
		}
	}
	add("queries", &asked, &answered, &asked)
	add("logged", &asked, &logged, &asked)
	for _, q := range r.Queries { // an exception of these is a time without logs
		if holdsLog(w.plan.Request.Report, q.ID) && q.Verdict.Outcome != finding.NotLogged {
			add("silence", zero, &q.Verdict.Open, nil)
			if c := &out[len(out)-1]; q.Verdict.Outcome == finding.NotEvaluated {
				c.Observed, c.State = "=not_checked", run.CheckNotChecked
			}
			out[len(out)-1].Query = q.ID
		}
	}
	add("results", &whole, &equal, &whole)
	for i, q := range r.Queries {
		if q.SHA256 == "" {
			continue
		}
		judged := answers[i].recounted
		if q.Verdict.Outcome == finding.Exceptions || q.Verdict.Outcome == finding.Waived {
			judged = q.Verdict.Listed()
		}
		add("rows", &q.Rows, &judged, nil)
		out[len(out)-1].Query = q.ID
	}
	return out
}

// structural are the checks that fail only when the program or the engine is wrong. The others have a notice of their own.
var structural = []string{"files", "input_list", "records", "duplicates", "events_by_day", "events_by_category", "inside", "results",
	"rows"}

// recordsOfFiles is the number of records in all files that were read, as the list of inputs has them; nil where the engine did not
// read files itself.
func (w *work) recordsOfFiles() *int64 {
	n, ok := w.folder.RecordsRead()
	if !ok {
		return nil
	}
	return &n
}

// holdsLog reports whether an exception of a query is a time without logs.
func holdsLog(r *report.Report, id string) bool {
	return slices.ContainsFunc(r.Queries(), func(q *query.Query) bool { return q.ID == id && q.Completeness })
}

// accounts holds the accounts that the configuration names against those that delivered anything. Where it names none, an account that
// delivered nothing at all cannot be seen.
func (w *work) accounts(r *run.Record) run.Check {
	named := w.plan.Request.Accounts
	c := run.Check{Name: "accounts", Expected: "=not_told", Observed: number(nil), State: run.CheckNotChecked}
	if len(r.Coverage.Rows) == 0 && r.Inputs.Listed == nil {
		return c
	}
	delivered := map[string]bool{}
	for _, row := range r.Coverage.Rows {
		if slices.ContainsFunc(row.States, func(s string) bool { return s == run.Logs || s == run.Quiet || s == run.Broken }) {
			delivered[row.Account] = true
		}
	}
	n := int64(len(delivered))
	c.Observed = number(&n)
	if len(named) == 0 {
		return c
	}
	want, got := int64(0), int64(0)
	for _, id := range expected(r.Inputs, &w.plan.Request) {
		if !slices.ContainsFunc(named, func(a Account) bool { return a.ID == id }) {
			continue
		}
		if want++; delivered[id] {
			got++
		}
	}
	c.Expected, c.Observed, c.State = number(&want), number(&got), run.CheckPass
	if got != want {
		c.State = run.CheckFail
	}
	return c
}

// inside holds first and last event against the period.
func inside(r *run.Record) run.Check {
	in := r.Inputs
	c := run.Check{Name: "inside", Expected: "=inside", Observed: "=inside", State: run.CheckPass}
	switch {
	case in.First.IsZero() && (in.Events == nil || *in.Events > 0):
		c.Observed, c.State = "=not_observable", run.CheckNotObservable
	case in.First.IsZero():
		c.Observed, c.State = "=no_events", run.CheckNothing
	case in.First.Before(r.Period.From):
		c.Observed, c.State = in.First.UTC().Format(time.RFC3339), run.CheckFail
	case !in.Last.Before(r.Period.To):
		c.Observed, c.State = in.Last.UTC().Format(time.RFC3339), run.CheckFail
	}
	return c
}

func number(n *int64) string {
	if n == nil {
		return "=not_observable"
	}
	return strconv.FormatInt(*n, 10)
}

// sum is nil where a part cannot be observed.
func sum(parts ...*int64) *int64 {
	total := new(int64)
	for _, p := range parts {
		if p == nil {
			return nil
		}
		*total += *p
	}
	return total
}

// duplicates is how many records were second deliveries of an event; any number is right, a negative one cannot be.
func duplicates(records, events *int64) run.Check {
	c := run.Check{Name: "duplicates", Expected: "=any", Observed: number(nil), State: run.CheckNotObservable}
	if records != nil && events != nil {
		d := *records - *events
		c.Observed, c.State = number(&d), run.CheckPass
		switch {
		case d < 0:
			c.State = run.CheckFail
		case *records == 0:
			c.State = run.CheckNothing
		}
	}
	return c
}

// notices are what a reader must know first: reasons why the report is incomplete, then remarks. Keys are keys of the language.
func (w *work) notices(r *run.Record, answers []answer) (out []run.Notice) {
	in, q := r.Inputs, &w.plan.Request
	incomplete := func(key string, args ...string) {
		out = append(out, run.Notice{Key: key, Args: args, Incomplete: true})
	}
	count := func(n int) string { return strconv.Itoa(n) }
	if in.Read != nil && *in.Read == 0 || in.Events != nil && *in.Events == 0 {
		incomplete("no_logs")
	}
	if in.Conflicting != nil && *in.Conflicting > 0 { // somebody altered a log: that comes before what is only missing
		ids, files := conflicts(in.Conflicts)
		incomplete("conflicting", "n", number(in.Conflicting), "ids", ids, "files", files)
	}
	if i := r.Coverage.Integrity; i != nil && i.Result == run.IntegrityFailed {
		n, files := notAsSigned(i)
		incomplete("logs_altered", "n", count(n), "files", files)
	}
	for _, x := range r.Queries {
		if x.Verdict.Outcome == finding.NotEvaluated {
			incomplete("query_failed", "query", x.ID)
		}
	}
	for i, st := range w.plan.Statements {
		if id, ok := strings.CutSuffix(st.ID, run.PopulationSuffix); ok && answers[i].population == nil {
			incomplete("population_failed", "query", id)
		}
	}
	if n := count(len(r.Coverage.Gaps)); len(r.Coverage.Gaps) > 0 {
		incomplete("gaps", "n", n, "account", r.Coverage.Gaps[0].Account, "day", r.Coverage.Gaps[0].Day)
	}
	if in.Refused != nil && *in.Refused > 0 {
		incomplete("files_refused", "n", number(in.Refused))
	}
	if in.Undated != nil && *in.Undated > 0 {
		incomplete("records_undated", "n", number(in.Undated))
	}
	if places := silentRegions(r.Coverage, q.Accounts); len(places) > 0 {
		incomplete("regions_silent", "n", count(len(places)), "places", some(places))
	}
	var unlogged []string
	for _, x := range r.Queries {
		if x.Verdict.Outcome == finding.NotLogged {
			unlogged = append(unlogged, x.ID)
		}
	}
	if len(unlogged) > 0 {
		incomplete("not_logged", "n", count(len(unlogged)), "queries", some(unlogged))
	}
	switch to := r.Period.To.UTC(); {
	case !q.over(to):
		incomplete("period_open", "to", to.Format(time.RFC3339))
	case !q.settled(to):
		incomplete("period_settling", "to", to.Format(time.RFC3339), "until", to.Add(q.Settle).Format(time.RFC3339))
	}
	if c := w.changes; c.Any() {
		figure := func(n int64) string { return strconv.FormatInt(n, 10) }
		incomplete("logs_changed", "came", figure(c.Came), "gone", figure(c.Gone), "replaced", figure(c.Replaced))
	}
	for _, c := range r.Checks {
		if c.State == run.CheckFail && slices.Contains(structural, c.Name) {
			incomplete("check_failed", "check", c.Name, "expected", c.Expected, "observed", c.Observed)
		}
	}
	remark := func(key string, args ...string) { out = append(out, run.Notice{Key: key, Args: args}) }
	limited := 0
	var altered int64
	for _, x := range r.Queries {
		if len(x.Verdict.Limits) > 0 {
			limited++
		}
		for _, p := range x.Profile {
			altered += p.Altered
		}
	}
	if limited > 0 {
		remark("limited", "n", count(limited))
	}
	var elsewhere []string
	for _, x := range r.Queries {
		if x.Verdict.Outcome == finding.NotApplicable {
			elsewhere = append(elsewhere, x.ID)
		}
	}
	if len(elsewhere) > 0 {
		remark("not_applicable", "n", count(len(elsewhere)), "partition", r.Partition, "queries", some(elsewhere))
	}
	if len(q.Accounts) == 0 {
		remark("accounts_unnamed")
	}
	var silences []string
	for _, c := range r.Checks {
		if c.Name == "silence" && c.State == run.CheckFail {
			silences = append(silences, c.Query)
		}
	}
	if len(silences) > 0 {
		remark("silences", "n", count(len(silences)), "queries", some(silences))
	}
	if len(q.OnlyAccounts) > 0 {
		remark("only_accounts", "n", count(len(q.OnlyAccounts)), "accounts", some(sorted(q.OnlyAccounts)))
	}
	if len(q.OnlyRegions) > 0 {
		remark("only_regions", "n", count(len(q.OnlyRegions)), "regions", some(sorted(q.OnlyRegions)))
	}
	if n := q.ReuseMinutes; n > 0 {
		remark("results_reused", "n", count(n))
	}
	if in.Cells == nil && in.Listed == nil {
		remark("deliveries_unseen")
	}
	if altered > 0 {
		remark("altered", "n", strconv.FormatInt(altered, 10))
	}
	if i := r.Coverage.Integrity; i == nil {
		remark("digests_unchecked")
	} else {
		if i.Open > 0 {
			remark("digests_open", "n", strconv.FormatInt(i.Open, 10))
		}
		if places := uncovered(i); len(places) > 0 {
			remark("digests_uncovered", "n", count(len(places)), "places", some(places))
		}
	}
	return out
}

// What a sentence says of events whose copies differ: so many ids and log files; the completeness section lists more.
const (
	fewEvents = 3
	fewFiles  = 2
)

// conflicts is the first events whose copies differ, and the log files that hold most of them: one that was forged is among
// the copies of every event in it.
func conflicts(list []engine.Conflict) (ids, files string) {
	var events []string
	held := map[string]int{}
	for _, c := range list {
		events = append(events, c.EventID)
		for _, f := range c.Files {
			held[f]++
		}
	}
	names := slices.SortedFunc(maps.Keys(held), func(a, b string) int { return cmp.Or(held[b]-held[a], strings.Compare(a, b)) })
	return first(events, fewEvents), first(names, fewFiles)
}

// some is a list for a sentence; what does not fit is counted there by n.
func some(list []string) string { return first(list, 5) }

func first(list []string, n int) string {
	if len(list) > n {
		list = append(slices.Clone(list[:n]), "…")
	}
	return strings.Join(list, ", ")
}
