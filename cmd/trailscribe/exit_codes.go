package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// meanings of the exit codes, in their order.
var meanings = []struct {
	code int
	text string
}{
	{exitDone, "done; findings alone do not fail a run"},
	{exitError, "error"},
	{exitUsage, "wrong arguments, flags, configuration, query or report file; nothing was asked"},
	{exitFindings, "findings at or above --fail-on"},
	{exitIncomplete, "incomplete: logs are missing, unreadable or not as signed, copies of an event differ, or a query failed; outranks 3"},
	{exitCost, "refused by the cost guard: above --max-cost, cost.max_per_run or cost.confirm_over"},
	{exitChanges, "infra plan --detailed-exitcode: there are changes"},
	{exitMismatch, "verification failed: something is missing, altered or added"},
	{exitLocked, "another run is writing the same report"},
	{exitStopped, "stopped; the same command goes on where it was"},
}

// ends are the exit codes of a command besides those that every command has (0, 1, 2, 130), and what they mean where the common
// words do not say enough.
var ends = map[string]map[int]string{
	"trailscribe report run":    {exitFindings: "", exitIncomplete: "", exitCost: "", exitLocked: ""},
	"trailscribe report render": {exitMismatch: "the run is not as it was sealed"},
	"trailscribe query run": {exitIncomplete: "a log file could not be read, there are no logs of the period, or copies of an event differ",
		exitCost: ""},
	"trailscribe query test": {exitError: "a case fails, or a query has none",
		exitUsage: "wrong arguments or flags, or a query that cannot be read"},
	"trailscribe query lint": {exitDone: "no problems; warnings alone do not fail", exitUsage: "problems"},
	"trailscribe logs stats": {exitIncomplete: "a log file could not be read, or copies of an event differ"},
	"trailscribe logs show": {exitError: "error, or an event is not in the log files",
		exitIncomplete: "an event was not found and a log file could not be read"},
	"trailscribe logs verify": {exitDone: "all is covered by valid digests, and every log file in them is as it was delivered",
		exitIncomplete: "nothing wrong was found, but not everything could be checked",
		exitMismatch:   "a log file or a digest is missing, altered or added"},
	"trailscribe infra plan":   {exitError: "error, or a change is not possible", exitChanges: "with --detailed-exitcode: there are changes"},
	"trailscribe infra apply":  {exitError: "error, or a change is not possible", exitMismatch: "the table does not see the log files"},
	"trailscribe infra status": {exitMismatch: "something is missing or wrong: reports would fail or be incomplete"},
	"trailscribe verify": {exitIncomplete: "something could not be checked, such as the report of another version of the program",
		exitMismatch: "something is missing, altered or added"},
}

// exitCodes are the lines about the exit codes of a command; all codes for the program itself.
func exitCodes(c *cobra.Command) string {
	var b strings.Builder
	of, some := ends[c.CommandPath()]
	for _, m := range meanings {
		own, has := of[m.code]
		common := slices.Contains([]int{exitDone, exitError, exitUsage, exitStopped}, m.code)
		if c.HasParent() && !common && !has {
			continue
		}
		text := m.text
		switch {
		case own != "":
			text = own
		case m.code == exitDone && c.HasParent() && !some:
			text = "done"
		case m.code == exitStopped && c.CommandPath() != "trailscribe report run" && c.HasParent():
			text = "stopped"
		}
		for i, line := range wrap(text, 84) {
			if i == 0 {
				fmt.Fprintf(&b, "  %3d  %s\n", m.code, line)
			} else {
				fmt.Fprintf(&b, "       %s\n", line)
			}
		}
	}
	return b.String()
}
