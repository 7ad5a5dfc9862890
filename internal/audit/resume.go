package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"trailscribe/internal/engine"
	"trailscribe/internal/run"
)

// open gives what the rows rest on. Results that an interrupted run kept count only if the log files are still those that
// they rest on: it looks at the log files in any case, and drops the results where these have changed, so that a report
// never rests on an earlier state of the logs, nor on two. Only if something is to be asked is a session opened.
func (w *work) open(ctx context.Context) (engine.Inputs, error) {
	kept, basis, known := w.folder.Inputs()
	if known && w.complete() {
		state, err := w.parts.Engine.State(ctx, w.plan.Scope)
		if err != nil {
			return engine.Inputs{}, fmt.Errorf("looking at the log files of %s again: %w", w.plan.Request.Period.ID, err)
		}
		if w.basis(state) == basis {
			return kept, nil
		}
	}
	if err := w.guard(ctx); err != nil {
		return engine.Inputs{}, err
	}
	w.tell(Event{Step: StepOpen})
	var err error
	scope := w.plan.Scope
	if scope.Owner, err = w.folder.Owner(); err != nil {
		return engine.Inputs{}, err
	}
	if w.session, err = w.parts.Engine.Open(ctx, scope); err != nil {
		return engine.Inputs{}, fmt.Errorf("opening the log files of %s: %w", w.plan.Request.Period.ID, err)
	}
	if err := w.noteEstimate(ctx); err != nil {
		return engine.Inputs{}, err
	}
	in, err := w.session.Inputs(ctx)
	err = errors.Join(err, w.noteBills())
	if err != nil {
		return engine.Inputs{}, fmt.Errorf("counting the log files: %w", err)
	}
	now := w.basis(w.session.State())
	same := known && now == basis && sameInputs(in, kept)
	if !same { // results without a list of log files rest on nobody knows what
		if err := w.folder.Forget(); err != nil {
			return engine.Inputs{}, err
		}
	}
	if known && !same {
		if err := w.folder.Note(run.Fact{Step: StepInputs, Name: "changed", Value: "results of an interrupted run were dropped"}); err != nil {
			return engine.Inputs{}, err
		}
	}
	w.tell(Event{Step: StepInputs})
	if err := w.folder.KeepInputs(in, now, w.session.Files(ctx)); err != nil {
		return engine.Inputs{}, err
	}
	return in, nil
}

// complete reports whether every statement has a kept result.
func (w *work) complete() bool {
	for _, st := range w.plan.Statements {
		if _, _, ok := w.folder.Result(st.ID); !ok {
			return false
		}
	}
	return true
}

// basis names what rows rest on: the engine that gives them, and the state of the log files.
func (w *work) basis(state string) string { return hash(w.engine, state) }

func sameInputs(a, b engine.Inputs) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// compare asks the session whether all rows rest on one state of the log files. Kept rows need no such look: they were
// believed because the log files are still those that they rest on.
func (w *work) compare(ctx context.Context) (err error) {
	if w.session == nil {
		return nil
	}
	if w.changes, err = w.session.Changes(ctx); err != nil {
		return fmt.Errorf("looking at the log files of %s again: %w", w.plan.Request.Period.ID, err)
	}
	return nil
}
