package engine

import (
	"encoding/json"
	"slices"
)

// UnmarshalJSON reads a conflict. Records of runs that were made before log files were told hold the event id alone.
func (c *Conflict) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &c.EventID)
	}
	type plain Conflict
	return json.Unmarshal(b, (*plain)(c))
}

// Conflicts gathers the conflicts of a session. What it is given is ordered by account, event id, content and file, so that
// it holds one event at a time however many there are.
type Conflicts struct {
	Count int64      // of all
	List  []Conflict // the first MostConflicts

	open     bool // an event is being gathered
	event    Conflict
	content  string
	inReport bool
}

// Add takes a record of an event whose copies differ: the digest of what it says and its log file. inReport reports whether it
// is a row of events or history; an event without such a record is none of the session's.
func (c *Conflicts) Add(account, eventID, content, file string, inReport bool) {
	if !c.open || c.event.Account != account || c.event.EventID != eventID {
		c.End()
		c.open, c.event, c.inReport = true, Conflict{Account: account, EventID: eventID}, false
	}
	c.inReport = c.inReport || inReport
	if c.event.Contents > 0 && c.content == content {
		return
	}
	c.content = content
	c.event.Contents++
	if at, there := slices.BinarySearch(c.event.Files, file); !there {
		c.event.Files = slices.Insert(c.event.Files, at, file)
		c.event.Files = c.event.Files[:min(len(c.event.Files), MostConflictFiles)]
	}
}

// End says that the last event has no more records.
func (c *Conflicts) End() {
	if c.open && c.inReport && c.event.Contents > 1 {
		if c.Count++; len(c.List) < MostConflicts {
			c.List = append(c.List, c.event)
		}
	}
	c.open = false
}
