// Package terminal prints: tables, progress, problems with caret; the only writer of untrusted text to a screen.
package terminal

import (
	"io"

	"trailscribe/internal/diag"
	"trailscribe/internal/result"
)

type Terminal struct{ Out, Err io.Writer }

func (t *Terminal) Problems(p diag.Problems)               {}
func (t *Terminal) Rows(s result.Set, format string) error { return nil }
func (t *Terminal) Progress(step string, done, of int64)   {}
