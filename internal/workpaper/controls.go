package workpaper

import (
	"slices"
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

var controlStates = []struct {
	state string
	tone  document.Tone
}{
	{run.ControlMet, document.Good}, {run.ControlExceptions, document.Critical}, {run.ControlFollowUp, document.Medium},
	{run.ControlNoEvents, document.Neutral}, {run.ControlWaived, document.Accent}, {run.ControlShown, document.Info},
	{run.ControlNotLogged, document.Muted}, {run.ControlNotEvaluated, document.High}, {run.ControlNotApplicable, document.Neutral},
	{run.ControlNotCovered, document.Muted},
}

// strengthNone is the framework file's word for a control that no log can show.
const strengthNone = "none"

// controls is the matrix of the report's framework: every control, also those no log can show.
func (c *composer) controls() []document.Block {
	if len(c.s.Controls) == 0 {
		return nil
	}
	count := map[string]int64{}
	cols := []document.Column{
		column("control", c.say("column.control"), result.Text, document.FormCode),
		column("name", c.say("column.requirement"), result.Text, document.FormText),
		column("state", c.say("column.state"), result.Text, document.FormStatus),
		column("tests", c.say("column.tests"), result.Text, document.FormText),
		column("exceptions", c.say("column.control_rows"), result.Int, document.FormNumber),
		column("lacks", c.say("column.lacks"), result.Text, document.FormText),
	}
	cols[3].To = "{value}"
	for _, x := range controlStates {
		cols[2].Values = append(cols[2].Values, document.Choice{Code: x.state, Label: c.say("control." + x.state), Tone: x.tone})
	}
	blocks := []document.Block{nil, nil}
	path := "reports/frameworks/" + c.s.Framework + ".yaml"
	var family string
	var rows []result.Row
	flush := func() {
		if len(rows) > 0 {
			note := saidOnce(rows, 5)
			kept := append([]document.Column(nil), cols...)
			if !slices.ContainsFunc(rows, func(r result.Row) bool { return r[5] != nil }) {
				kept = kept[:5]
				for i := range rows {
					rows[i] = rows[i][:5]
				}
			}
			t := c.table(family, kept, rows)
			t.Zebra, t.Note, t.Target = true, note, toControl+"{row}"
			blocks = append(blocks, document.Heading{Level: 2, Text: family}, t)
		}
		rows = nil
	}
	for _, k := range c.s.Controls {
		if name := c.family(k); name != family {
			flush()
			family = name
		}
		count[k.State]++
		var tests []string
		for _, id := range k.Queries {
			tests = append(tests, c.refs[id])
		}
		row := result.Row{k.ID, c.l.Text(path, "controls."+k.ID+".name", k.Name), k.State, nil, nil, nil}
		if len(tests) > 0 {
			row[3], row[4] = strings.Join(tests, ", "), k.Exceptions
		}
		lacks := c.l.Text(path, "controls."+k.ID+".lacks", k.Lacks)
		if lacks == "" && k.Strength == strengthNone {
			lacks = c.say("control.no_log")
		}
		if lacks != "" {
			row[5] = lacks
		}
		rows = append(rows, row)
	}
	flush()
	blocks[0] = document.Paragraph{Style: document.Body, Text: c.say("controls.intro", "framework", c.frameworkName())}
	tiles := document.Tiles{}
	for _, x := range controlStates {
		if n := count[x.state]; n > 0 {
			tiles.Tiles = append(tiles.Tiles, document.Tile{Label: c.say("control." + x.state), Value: c.l.Number(n),
				Note: c.say("controls.of", "n", int64(len(c.s.Controls))), Tone: x.tone})
		}
	}
	blocks[1] = tiles
	return blocks
}

// saidOnce takes a text that most of these rows have in a column out of them, and gives it back to be said above them; "" where there
// is none.
func saidOnce(rows []result.Row, column int) string {
	count := map[string]int{}
	for _, r := range rows {
		if s, ok := r[column].(string); ok {
			count[s]++
		}
	}
	for s, n := range count {
		if n < 3 || n*2 <= len(rows) {
			continue
		}
		for _, r := range rows {
			if r[column] == s {
				r[column] = nil
			}
		}
		return s
	}
	return ""
}

func (c *composer) signOff() []document.Block {
	fields := []string{c.say("signoff.name"), c.say("signoff.role"), c.say("signoff.conclusion"), c.say("signoff.signature"),
		c.say("signoff.date")}
	return []document.Block{
		document.Paragraph{Style: document.Body, Text: c.say("signoff.intro", "digest", c.s.Digest)},
		document.Signatures{Roles: []document.Role{
			{Title: c.say("signoff.prepared"), Fields: fields, Given: []string{c.s.Preparer()}},
			{Title: c.say("signoff.reviewed"), Fields: fields},
			{Title: c.say("signoff.approved"), Fields: fields},
		}},
	}
}

// family is the name of a control's family in the report's language.
func (c *composer) family(k run.Control) string {
	return c.l.Text("reports/frameworks/"+c.s.Framework+".yaml", "controls."+k.ID+".family", k.Family)
}
