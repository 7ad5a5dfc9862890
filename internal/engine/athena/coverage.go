package athena

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/unread"
)

// mostNamed is how many places a warning names.
const mostNamed = 10

// warnOfListing says before the first query, which is billed, what the listing alone shows: that there is nothing to read, or that the
// table's place is fixed to one account or region and others have log files.
func (e *Engine) warnOfListing(found *scan, w span) {
	name := e.o.Database + "." + e.o.Table
	var beyond []string
	readable := false
	for _, f := range found.files {
		readable = readable || f.state == engine.FileRead
		if f.reason.Kind == unread.TableAccount || f.reason.Kind == unread.TableRegion {
			beyond = append(beyond, f.account+" in "+f.place)
		}
	}
	slices.Sort(beyond)
	if beyond = slices.Compact(beyond); len(beyond) > 0 {
		more := ""
		if len(beyond) > mostNamed {
			beyond, more = beyond[:mostNamed], fmt.Sprintf(" and %d more", len(beyond)-mostNamed)
		}
		e.o.Warn(fmt.Sprintf("the table %s does not read the log files of %s%s: they are counted as not read", name,
			strings.Join(beyond, ", "), more))
	}
	if !readable {
		e.o.Warn(fmt.Sprintf("no log file that the table %s reads was delivered from %s to %s under %s: the answers will be empty; "+
			"'trailscribe infra status' says what the bucket holds", name, w.first.Format(time.DateOnly), w.last.Format(time.DateOnly),
			e.o.Source.Name()))
	}
}
