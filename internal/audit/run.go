package audit

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/run"
	"trailscribe/internal/sql"
)

// ErrCost says that the cost guard refused the run: the engine estimates more than Request.MaxCost.
var ErrCost = errors.New("the run would cost more than allowed")

// Run does the whole run and seals it. A failed query never stops it: it is in the report as not evaluated. Results that
// an interrupted run of the same plan kept are not asked again, unless the log files are no longer the same.
//
// An error means that nothing was sealed: run.ErrLocked, ErrCost, what ctx was cancelled with, a disk that is full, an
// engine that cannot open the scope, a format that did not write what the document asked for. What was kept stays for
// the same plan to go on with.
func Run(ctx context.Context, p *Plan, base string, parts Parts) (*run.Saved, error) {
	history := parts.History
	if history == nil {
		history = run.NewLocal(base)
	}
	f, resumed, err := run.Create(ctx, base, p.Key, history)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	w := &work{plan: p, parts: parts, folder: f, started: time.Now()}
	f.Waiting = func(sentence string) { w.tell(Event{Step: StepWait, Note: sentence}) }
	s, err := w.run(ctx, resumed)
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("the run was interrupted; the same command goes on from here: %w", context.Cause(ctx))
	}
	return s, err
}

// work is one run in progress.
type work struct {
	plan    *Plan
	parts   Parts
	folder  *run.Folder
	engine  engine.Description
	session engine.Session // nil: nothing was left to ask
	changes engine.Changes // of the log files while they were asked
	started time.Time
	texts   []run.Statement // that are of no single query

	integrity *run.Integrity // nil: CloudTrail's digests were not checked

	mu   sync.Mutex
	done int64

	billsMu sync.Mutex
	bills   int // of the session's bills are in the journal
}

func (w *work) tell(e Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.parts.Progress != nil {
		w.parts.Progress(e)
	}
}

// run is the straight line. Whoever has read it knows what the program does.
func (w *work) run(ctx context.Context, resumed bool) (*run.Saved, error) {
	if err := w.noteStart(resumed); err != nil {
		return nil, err
	}
	if err := w.prune(); err != nil {
		return nil, err
	}
	var err error
	if w.engine, err = w.parts.Engine.Describe(ctx); err != nil {
		return nil, fmt.Errorf("asking the engine for its name: %w", err)
	}
	in, err := w.open(ctx)
	if w.session != nil {
		defer w.close()
	}
	if err != nil {
		return nil, err
	}
	if err := w.keepDefinitions(); err != nil {
		return nil, err
	}
	answers, err := w.ask(ctx)
	if err != nil {
		return nil, err
	}
	if err := w.compare(ctx); err != nil {
		return nil, err
	}
	if err := w.prove(ctx); err != nil {
		return nil, err
	}
	queries, err := w.judge(ctx, in, answers)
	if err != nil {
		return nil, err
	}
	r := w.record(in, queries, answers)
	for {
		saved, err := w.finish(ctx, r)
		if !errors.Is(err, run.ErrTaken) {
			return saved, err
		}
		w.tell(Event{Step: StepTaken, Note: err.Error()})
	}
}

// finish writes the record under the next revision, the formats, and seals. run.ErrTaken: another machine was sealed with that revision
// in the meantime, which the record and all formats name.
func (w *work) finish(ctx context.Context, r *run.Record) (*run.Saved, error) {
	w.tell(Event{Step: StepRecord})
	saved, err := w.folder.WriteRecord(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := produce(ctx, saved, w.plan.Request.Report, w.folder, w.parts, w.tell); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w.tell(Event{Step: StepSeal})
	return w.folder.Seal(ctx, r, w.facts(), w.parts.Signer)
}

// close ends the session and says what it was billed, where its engine costs money: dropping what it made may cost too.
func (w *work) close() {
	_ = w.session.Close() // what could not be dropped is told by the engine and found by the next run
	if m, ok := w.session.(engine.Metered); ok {
		spent := m.Spent()
		w.tell(Event{Step: StepBilled, Spent: &spent})
	}
}

// prune removes what runs of other plans of this report left behind long ago. That it could not is not a reason not to run.
func (w *work) prune() error {
	removed, err := w.folder.Prune(w.started.Add(-run.KeepUnfinished))
	days := int(run.KeepUnfinished.Hours() / 24)
	for _, name := range removed {
		w.tell(Event{Step: StepPrune, Note: fmt.Sprintf("removed the work of a run that was never finished and is older than %d days: %s", days,
			name)})
		if err := w.folder.Note(run.Fact{Step: StepPrune, Name: "removed", Value: name}); err != nil {
			return err
		}
	}
	if err != nil {
		w.tell(Event{Step: StepPrune, Note: err.Error()})
	}
	return nil
}

// guard is the cost guard. An engine that costs nothing is never asked.
func (w *work) guard(ctx context.Context) error {
	most := w.plan.Request.MaxCost
	if most.Micros <= 0 {
		return nil
	}
	e, err := w.estimate(ctx)
	if err != nil {
		return err
	}
	return CheckCost(*e, most)
}

// CheckCost is the cost guard: an ErrCost where the way in which the engine would run is estimated above most. No limit is
// set where most is zero.
func CheckCost(e engine.Estimate, most engine.Money) error {
	if most.Micros <= 0 {
		return nil
	}
	for _, m := range e.Modes {
		if m.Name != e.Chosen {
			continue
		}
		if m.Cost.Micros > most.Micros {
			return fmt.Errorf("%w: the estimate is %s for %d bytes, the limit is %s; raise --max-cost or cost.max_per_run, or shorten the period",
				ErrCost, m.Cost, m.Bytes, most)
		}
		return nil
	}
	return fmt.Errorf("%w: the engine gave no figure for the mode %q in which it would run", ErrCost, e.Chosen) // unknown is not free
}

// estimate is the engine's, asked once.
func (w *work) estimate(ctx context.Context) (*engine.Estimate, error) {
	if w.parts.Estimate == nil {
		e, err := w.parts.Engine.Estimate(ctx, w.plan.Scope, w.plan.Asked())
		if err != nil {
			return nil, fmt.Errorf("estimating the cost: %w", err)
		}
		w.parts.Estimate = &e
	}
	return w.parts.Estimate, nil
}

// noteEstimate puts the estimate into the journal where the engine costs money: the report sets it next to what was billed.
func (w *work) noteEstimate(ctx context.Context) error {
	if _, ok := w.session.(engine.Metered); !ok {
		return nil
	}
	e, err := w.estimate(ctx)
	if err != nil {
		return err
	}
	return w.folder.NoteEstimate(w.plan.Asked(), *e)
}

// noteBills puts what the session was billed since the last call into the journal. It is called after each statement and
// before its rows are kept: a run that goes on after a crash asks a statement without kept rows again, and the engine then
// finds the execution that was paid for. So each execution is noted at least once, and read once.
func (w *work) noteBills() error {
	m, ok := w.session.(engine.Metered)
	if !ok {
		return nil
	}
	w.billsMu.Lock()
	defer w.billsMu.Unlock()
	bills := m.Bills()
	if err := w.folder.NoteBills(bills[min(w.bills, len(bills)):]); err != nil {
		return err
	}
	w.bills = len(bills)
	return nil
}

// keepDefinitions writes the definitions and the statements, and notes the digests of those that are of no single query for the record.
func (w *work) keepDefinitions() error {
	if err := w.folder.Keep(w.plan.Files); err != nil {
		return err
	}
	for _, st := range w.plan.Statements {
		if err := w.folder.KeepStatement(st.ID, st.Query.Text(sql.Trino, nil)); err != nil {
			return err
		}
	}
	shared := func(name, text string) error {
		w.texts = append(w.texts, run.Statement{Name: name, SHA256: digest(text)})
		return w.folder.KeepStatement(name, text)
	}
	if p := w.plan.populations; p != nil {
		if err := shared(p.statement.ID, p.statement.Query.Text(sql.Trino, nil)); err != nil {
			return err
		}
	}
	if w.plan.Request.RelationText == nil {
		return nil
	}
	for _, name := range relations {
		if name == "history" && w.plan.Scope.HistoryDays == 0 {
			continue
		}
		text, err := w.plan.Request.RelationText(name, w.plan.Scope)
		if err != nil {
			return fmt.Errorf("writing down the relation %s: %w", name, err)
		}
		if err := shared(name, text); err != nil {
			return err
		}
	}
	return nil
}

// noteStart writes who runs this, once per process.
func (w *work) noteStart(resumed bool) error {
	step := run.StepStart
	if resumed {
		step = run.StepResume
	}
	facts := []run.Fact{{Step: step, Name: "plan", Value: w.plan.Key.Plan}, {Step: step, Name: "tool", Value: w.plan.Request.Tool}}
	for _, name := range slices.Sorted(maps.Keys(w.parts.Facts)) {
		facts = append(facts, run.Fact{Step: step, Name: name, Value: w.parts.Facts[name]})
	}
	for _, x := range facts {
		if err := w.folder.Note(x); err != nil {
			return err
		}
	}
	return nil
}

// facts are those of the manifest: what differs from run to run.
func (w *work) facts() map[string]string {
	m := map[string]string{
		"tool": w.plan.Request.Tool, "platform": runtime.GOOS + "/" + runtime.GOARCH, "plan": w.plan.Key.Plan,
		"started": w.started.UTC().Format(time.RFC3339), "finished": time.Now().UTC().Format(time.RFC3339),
	}
	for name, v := range w.parts.Facts {
		m[name] = v
	}
	return m
}

// record puts together what was asked and what came out.
func (w *work) record(in engine.Inputs, queries []run.Query, answers []answer) *run.Record {
	q := &w.plan.Request
	r := &run.Record{
		Tool: q.Tool, Report: q.Report.ID, Title: q.Report.Title, Audience: q.Report.Audience, Entity: q.Entity, Variant: w.plan.Key.Variant,
		Period: run.Period{ID: q.Period.ID, From: q.Period.From.UTC(), To: q.Period.To.UTC(), Zone: q.Period.Zone},
		As:     q.As, Language: q.Language, Theme: q.Theme, Settings: slices.Clone(q.Settings), Regions: w.plan.Scope.Regions,
		Engine: w.engine, Source: q.Source, Inputs: in, Files: w.folder.Files(), Queries: queries,
	}
	slices.SortStableFunc(r.Settings, func(a, b run.Setting) int { return strings.Compare(a.Name, b.Name) })
	r.Accounts, r.Partition = accounts(in, q), partition(in, q)
	r.Coverage = Coverage(in, CoverageScope{From: r.Period.From, To: r.Period.To, Now: q.Now, Accounts: q.Accounts, Only: q.OnlyAccounts,
		Regions: q.OnlyRegions})
	r.Coverage.Integrity = w.integrity
	for _, s := range q.Report.Sections {
		r.Sections = append(r.Sections, run.Section{Title: s.Title, Queries: ids(s.Queries)})
	}
	r.Summary = ids(q.Report.Summary)
	if f := q.framework(); f != nil {
		r.Framework = f.ID
		r.Controls = controls(f, q.Report.Queries(), queries)
	}
	for _, f := range w.plan.Files {
		r.Definitions = append(r.Definitions, run.Definition{Path: f.Path, Origin: string(f.Origin), SHA256: fmt.Sprintf("%x", f.SHA256)})
	}
	r.Statements = slices.SortedFunc(slices.Values(w.texts), func(a, b run.Statement) int { return strings.Compare(a.Name, b.Name) })
	r.Checks = w.checks(r, answers)
	r.Notices = w.notices(r, answers)
	return r
}

// accounts are all accounts seen or configured within the scope, sorted by id.
func accounts(in engine.Inputs, q *Request) []run.Account {
	names := map[string]string{}
	for _, c := range in.Cells {
		names[c.Account] = ""
	}
	for _, c := range in.Categories {
		names[c.Account] = ""
	}
	for _, a := range q.Accounts {
		if _, seen := names[a.ID]; seen || len(q.OnlyAccounts) == 0 || slices.Contains(q.OnlyAccounts, a.ID) {
			names[a.ID] = a.Name
		}
	}
	var out []run.Account
	for _, id := range slices.Sorted(maps.Keys(names)) {
		out = append(out, run.Account{ID: id, Name: names[id]})
	}
	return out
}

// expected are the accounts whose logs a verdict speaks of: seen, or configured and not outside their own time.
func expected(in engine.Inputs, q *Request) (out []string) {
	for _, a := range accounts(in, q) {
		i := slices.IndexFunc(q.Accounts, func(x Account) bool { return x.ID == a.ID })
		if i >= 0 {
			x := q.Accounts[i]
			if !x.Since.IsZero() && !x.Since.Before(q.Period.To) || !x.Until.IsZero() && !x.Until.After(q.Period.From) {
				continue
			}
		}
		out = append(out, a.ID)
	}
	return out
}

func ids(queries []*query.Query) (out []string) {
	for _, q := range queries {
		out = append(out, q.ID)
	}
	return out
}

// findingContext is what judging knows besides the rows.
func (w *work) findingContext(in engine.Inputs) finding.Context {
	c := w.parts.Finding
	if c.At.IsZero() {
		c.At = w.plan.Request.Period.To.UTC()
	}
	c.Conflicts = run.Conflicts(in)
	return c
}
