package engine

import (
	"errors"
	"fmt"

	"trailscribe/internal/relation"
	"trailscribe/internal/sql"
)

// Sources are what the statement reads in place of each relation at an engine of that dialect. rows says where the engine has the
// rows of a relation. The error is a Fault.
func (s Statement) Sources(d sql.Dialect, scope Scope, rows func(relation string) (relation.Rows, error)) (map[string]string, error) {
	if s.Query == nil {
		return nil, &Fault{Reason: Refused, Hint: "bind its parameters first", Err: fmt.Errorf("the statement %q is not bound", s.ID)}
	}
	out, err := relation.View{Scope: scope.Scope, HistoryDays: s.HistoryDays, LogFiles: s.LogFiles}.Sources(d, rows)
	return out, RefuseScope(err)
}

// RefuseScope is the fault of a scope that has no relations, or of a statement that may not see them. An error that is a fault
// already, and nil, stay as they are.
func RefuseScope(err error) error {
	if err == nil {
		return nil
	}
	var fault *Fault
	if errors.As(err, &fault) {
		return err
	}
	return &Fault{Reason: Refused, Hint: "check period, time zone, history, columns and parameters", Err: err}
}
