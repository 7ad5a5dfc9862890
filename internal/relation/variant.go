package relation

import (
	"fmt"
	"slices"

	"trailscribe/internal/diag"
	"trailscribe/internal/sql"
)

// Parameters of events.sql that are known when a statement is made. The file says what they mean.
const (
	staged = "staged"
	apart  = "apart"
	unique = "unique"
	equal  = "equal"
)

// variant is which of them are true.
type variant []string

func (v variant) values() map[string]bool {
	out := map[string]bool{}
	for _, name := range []string{staged, apart, unique, equal} {
		out[name] = slices.Contains(v, name)
	}
	return out
}

// Apart is the same relation with one difference: records in different top folders of the source are never copies of
// each other. Test cases are stored in a folder each, so that many can share a session although they use the same event ids.
func (d *Definition) Apart() *Definition { return d.apart }

// Unique is the same relation for records of which no two have the same event id: it does not look for copies. A driver
// that can tell such records from the others saves sorting them.
func (d *Definition) Unique() *Definition { return d.unique }

// Equal is the same relation for records of which those with the same event id are equal in all columns: it does not compare
// them. A driver that knows that saves taking a digest of each.
func (d *Definition) Equal() *Definition { return d.equal }

// vary makes the variants of the relation.
func (d *Definition) vary(texts []part, dated string) (problems diag.Problems) {
	parsed, bad := sql.Parse(texts[0].text, nil)
	if bad.Err() != nil {
		return bad
	}
	minds := slices.Contains(parsed.Params(), apart)
	with := func(v ...string) *Definition {
		one := &Definition{files: d.files}
		var more diag.Problems
		one.statements, more = check(texts, dated, v)
		problems = append(problems, more...)
		if slices.Contains(v, apart) && !minds {
			one.refused = fmt.Errorf("%s has no parameter :%s, so test cases would take their events for copies of each other; "+
				"partition what looks for copies by %s too",
				texts[0].file, apart, folder)
		}
		return one
	}
	d.apart, d.unique, d.equal = with(apart), with(unique), with(equal)
	both := with(apart, equal)
	d.apart.apart, d.apart.equal, d.apart.unique = d.apart, both, d.unique
	d.equal.apart, d.equal.equal, d.equal.unique = both, d.equal, d.unique
	both.apart, both.equal, both.unique = both, both, d.unique
	d.unique.apart, d.unique.equal, d.unique.unique = d.unique, d.unique, d.unique
	return problems
}

// incomplete warns of an events.sql that does not mind some parameter: the library of a user may hold one.
func incomplete(p *sql.Parsed, file string) (problems diag.Problems) {
	for _, x := range []struct{ name, means, hint string }{
		{staged, "an engine that makes a copy of the records first cannot use it",
			"take over what the program's own file has, or ask Athena with mode direct"},
		{apart, "test cases cannot be run with it", "partition what looks for copies of an event by " + folder + " too"},
	} {
		if !slices.Contains(p.Params(), x.name) {
			problems = append(problems, diag.Problem{At: diag.Pos{File: file}, Warning: true, Rule: "relation-parameter",
				Text: fmt.Sprintf("the parameter :%s is missing: %s", x.name, x.means), Hint: x.hint})
		}
	}
	return problems
}

// folder is the partition key that keeps records of different top folders apart.
const folder = "CASE WHEN :" + apart + " THEN split_part(file, '/', 1) END"
