package duckdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	duck "github.com/duckdb/duckdb-go/v2"

	"trailscribe/internal/engine"
	"trailscribe/internal/engine/duckdb/connection"
	"trailscribe/internal/errno"
	"trailscribe/internal/sql/scalar"
)

// fault says why a statement gave no rows, and what to do.
func fault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var known *engine.Fault
	if errors.As(err, &known) {
		return err
	}
	// A cancelled statement ends with an error of the database, so the context is asked first.
	switch cause := ctx.Err(); {
	case errors.Is(cause, context.DeadlineExceeded):
		return &engine.Fault{Reason: engine.TimedOut, Hint: "ask for a shorter period, or allow more time", Err: err}
	case cause != nil:
		return &engine.Fault{Reason: engine.Cancelled, Hint: "run the same command again; what was finished is kept", Err: err}
	}
	if what, is := scalar.OverLimit(err.Error()); is {
		doing, _, _ := strings.Cut(err.Error(), ": ")
		return engine.TooMuch(doing+": "+what, err)
	}
	var d *duck.Error
	if !errors.As(err, &d) {
		return &engine.Fault{Reason: engine.Failed, Hint: cmp.Or(errno.Hint(err), unknownHint), Err: err}
	}
	switch d.Type {
	case duck.ErrorTypeIO:
		err = errno.FromText(err)
		return &engine.Fault{Reason: engine.Failed, Hint: cmp.Or(errno.Hint(err), "see that the cache folder can be read and written"), Err: err}
	case duck.ErrorTypePermission:
		return &engine.Fault{Reason: engine.NoPermission, Hint: "a statement may read events and history only, no files and no settings",
			Err: err}
	case duck.ErrorTypeParser, duck.ErrorTypeSyntax, duck.ErrorTypeBinder, duck.ErrorTypeCatalog:
		return &engine.Fault{Reason: engine.Refused, Hint: "the statement passed our own check and the database refused " +
			"it: report it with the query's text", Err: err}
	case duck.ErrorTypeConversion, duck.ErrorTypeInvalidInput, duck.ErrorTypeOutOfRange, duck.ErrorTypeDivideByZero,
		duck.ErrorTypeMismatchType:
		return &engine.Fault{Reason: engine.Failed, Hint: "a value does not fit the expression: use try_cast or try in the query", Err: err}
	}
	if d.Type == duck.ErrorTypeInterrupt {
		return &engine.Fault{Reason: engine.Cancelled, Hint: "run the same command again", Err: err}
	}
	return &engine.Fault{Reason: engine.Failed, Hint: unknownHint, Err: err}
}

// unknownHint is for what has no better one.
const unknownHint = "run the command again with --verbose and report the message"

// fault is the function fault, and tells a session that ran out of memory how much to give it.
func (b budget) fault(ctx context.Context, err error) error {
	var d *duck.Error
	var known *engine.Fault
	var taken *connection.MemoryError
	counted := errors.As(err, &d) && d.Type == duck.ErrorTypeOutOfMemory
	if ctx.Err() != nil || errors.As(err, &known) || !counted && !errors.As(err, &taken) {
		return fault(ctx, err)
	}
	// The rest of the database's message is advice to change settings that a user of this program cannot reach.
	head, _, _ := strings.Cut(err.Error(), "\n")
	hint := fmt.Sprintf("give more memory with --memory %s, or ask for a shorter period", b.enough())
	if counted && strings.Contains(d.Msg, "max_temp_directory_size") {
		hint = "the disk of the cache folder is full: free some space, or name a folder on another disk with --cache"
	}
	return &engine.Fault{Reason: engine.Failed, Hint: hint, Err: &brief{head, err}}
}

// brief is an error with a shorter text.
type brief struct {
	text string
	err  error
}

func (b *brief) Error() string { return b.text }
func (b *brief) Unwrap() error { return b.err }
