package main

import (
	"fmt"
	"strings"

	"trailscribe/internal/engine"
)

// fewConflicts is how many events whose copies differ are named on a terminal.
const fewConflicts = 5

// tellConflicts says on standard error which events have copies that differ and where these lie. Such an answer is incomplete:
// a log file may be damaged or forged.
func (p *program) tellConflicts(in engine.Inputs) {
	if in.Conflicting == nil || *in.Conflicting == 0 {
		return
	}
	p.code = exitIncomplete
	what := "copies of " + count(*in.Conflicting, "event differ", "events differ")
	p.term.Warn(what + ": a log file may be damaged or forged; each different copy is a row")
	for i, c := range in.Conflicts {
		if i == fewConflicts {
			p.term.Message(fmt.Sprintf("… and %d more; a report lists them", *in.Conflicting-fewConflicts))
			break
		}
		id := c.EventID
		if c.Account != "" {
			id = c.Account + " " + id
		}
		p.term.Message(fmt.Sprintf("differ: %s: %d different copies in %s", id, c.Contents, strings.Join(c.Files, " and ")))
	}
}
