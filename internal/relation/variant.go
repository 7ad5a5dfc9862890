package relation

import (
	"fmt"
	"slices"
	"strings"

	"trailscribe/internal/diag"
)

// What events.sql says of copies. Variants of the relation have something else there.
const (
	identity = "PARTITION BY account_id, eventid" // what makes two records copies of one event
	number   = "row_number() OVER (" + identity + ", h_content ORDER BY file, seq)"
	count    = "count(*) OVER (" + identity + ", h_content)"
	differ   = "min(h_content) OVER (" + identity + ") <> max(h_content) OVER (" + identity + ")"
)

// Apart is the same relation with one difference: records in different top folders of the source are never copies of
// each other. Test cases lie in a folder each, so that many can share a session although they use the same event ids.
func (d *Definition) Apart() *Definition { return d.apart }

// Unique is the same relation for records of which no two have the same event id: it does not look for copies. A driver
// that can tell such records from the others saves sorting them.
func (d *Definition) Unique() *Definition { return d.unique }

// Equal is the same relation for records of which those with the same event id are equal in all columns: it does not compare
// them. A driver that knows that saves taking a digest of each.
func (d *Definition) Equal() *Definition { return d.equal }

// vary makes the variants of the relation from its text.
func (d *Definition) vary(texts []part, dated string) (problems diag.Problems) {
	text := texts[0].text
	// The columns differ and content hold no partition of their own beside these.
	if strings.Count(text, number) != 1 || strings.Count(text, count) != 1 || strings.Count(text, differ) != 1 || strings.Count(text, identity) != 4 {
		return diag.Problems{{At: diag.Pos{File: texts[0].file}, Text: fmt.Sprintf("%q, %q and %q must stand there once each", number, count, differ),
			Hint: "the number and the count of an event's copies are taken over the same rows, and all records of an event are compared"}}
	}
	variant := func(text string) *Definition {
		changed := slices.Clone(texts)
		changed[0].text = text
		v := &Definition{files: d.files}
		var more diag.Problems
		v.statements, more = check(changed, dated)
		problems = append(problems, more...)
		return v
	}
	apart := strings.NewReplacer(identity, identity+", split_part(file, '/', 1)")
	equal := strings.NewReplacer(number, strings.Replace(number, ", h_content", "", 1), count, strings.Replace(count, ", h_content", "", 1), differ, "false")
	d.unique = variant(strings.NewReplacer(number, "1", count, "1", differ, "false").Replace(text))
	d.equal = variant(equal.Replace(text))
	d.apart = variant(apart.Replace(text))
	both := variant(apart.Replace(equal.Replace(text)))
	d.apart.apart, d.apart.equal, d.apart.unique = d.apart, both, d.unique
	d.equal.apart, d.equal.equal, d.equal.unique = both, d.equal, d.unique
	both.apart, both.equal, both.unique = both, both, d.unique
	d.unique.apart, d.unique.equal, d.unique.unique = d.unique, d.unique, d.unique
	return problems
}
