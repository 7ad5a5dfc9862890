package relation

import (
	"fmt"
	"slices"
	"strings"

	"trailscribe/internal/sql"
)

// Staged is the relation that an engine makes once where each reading of the log files costs money: every record that was
// read, with the columns of events and two more. Part is the name of the relation whose row it is, copies removed; without a
// part are the records that belong to neither, so that they can be counted without reading again. Conflict is NULL but where
// copies of the event differ; there it says which, see ConflictOf.
const (
	Staged   = staged
	Part     = "part"
	Conflict = "conflict"
)

// ConflictOf takes a value of the column Conflict apart: the digest of what the record says, and the id of its event.
func ConflictOf(value string) (content, eventID string) {
	content, eventID, _ = strings.Cut(value, " ")
	return content, eventID
}

// checkStaged checks events.sql with :staged true. A library may write the file in another way; then the error says what it
// lacks, and only an engine that stages cannot be used.
func checkStaged(p part, v variant) (*sql.Checked, error) {
	parsed, bad := sql.Parse(p.text, script{p}.at)
	if bad.Err() != nil {
		return nil, bad
	}
	if !slices.Contains(parsed.Params(), staged) {
		return nil, fmt.Errorf("%s has no parameter :%s: it marks the records that belong to no relation, instead of leaving them out", p.file,
			staged)
	}
	var checked *sql.Checked
	if bad = parsed.Decide(append(v, staged).values()); bad.Err() == nil {
		checked, bad = parsed.Check(sql.Catalog{Records: RecordColumns()}, types())
	}
	if bad.Err() != nil {
		return nil, bad
	}
	has := map[string]bool{}
	for _, c := range checked.Columns() {
		has[strings.ToLower(c.Name)] = true
	}
	for _, name := range []string{Part, Conflict} {
		if !has[name] {
			return nil, fmt.Errorf("%s has no column %s where :%s is true", p.file, name, staged)
		}
	}
	return checked, nil
}
