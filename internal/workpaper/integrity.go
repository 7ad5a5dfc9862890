package workpaper

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// mostSpans is how many times of a place a cell names; record.json has all.
const mostSpans = 3

// integrity says what CloudTrail's digests prove of the log files; nothing where they were not checked, which a notice says. What a
// sentence can say has no table: one time that is covered everywhere, and files that the notice on page one names.
func (c *composer) integrity() []document.Block {
	i := c.s.Coverage.Integrity
	if i == nil {
		return nil
	}
	text := c.say("integrity."+i.State, "proved", i.Proved, "n", i.Proved+i.Failed+i.Open, "digests", i.Digests)
	if i.Result != "" {
		text = c.say("integrity.result."+i.Result) + " " + text
	}
	everywhere := len(i.Places) > 0
	for _, p := range i.Places {
		everywhere = everywhere && len(p.Uncovered) == 0 && len(p.Covered) == 1 && p.Covered[0] == i.Places[0].Covered[0]
	}
	if everywhere {
		text += " " + c.say("integrity.everywhere", "span", c.spans(i.Places[0].Covered))
	}
	few := len(i.Findings) <= namedFiles && !slices.ContainsFunc(i.Findings, func(f run.IntegrityFinding) bool {
		return f.Result != run.IntegrityFailed
	})
	out := []document.Block{document.Paragraph{Style: document.Body, Text: text}}
	if !few {
		out = append(out, c.integrityFindings(i))
	}
	if len(i.Places) > 0 && !everywhere {
		out = append(out, c.integrityPlaces(i.Places))
	}
	if len(out) > 1 {
		out = slices.Insert(out, 0, document.Block(document.Heading{Level: 2, Text: c.say("integrity.title")}))
	}
	return out
}

// namedFiles is how many files the notice names.
const namedFiles = 2

// fewOpen is how many findings are printed where none failed: without a public key no digest can be checked, which one line says too.
const fewOpen = 3

func (c *composer) integrityFindings(i *run.Integrity) document.Table {
	cols := []document.Column{
		column("state", c.say("column.state"), result.Text, document.FormStatus),
		column("file", c.say("column.file"), result.Text, document.FormCode),
		column("account", c.say("column.account"), result.Text, document.FormAccount),
		column("region", c.say("column.region"), result.Text, document.FormRegion),
		column("from", c.say("column.from"), result.Text, document.FormText),
		column("to", c.say("column.to"), result.Text, document.FormText),
	}
	var rows []result.Row
	var failed int64
	seen := map[string]bool{}
	for _, f := range i.Findings {
		tone := document.Medium
		if f.Result == run.IntegrityFailed {
			tone = document.Critical
			failed++
		}
		if !seen[f.Class] {
			seen[f.Class] = true
			cols[0].Values = append(cols[0].Values, document.Choice{Code: f.Class, Label: c.say("integrity.class." + f.Class), Tone: tone})
		}
		row := result.Row{f.Class, nil, nil, nil, nil, nil}
		if f.File != "" {
			row[1] = path.Base(f.File)
		}
		if f.Account != "" {
			row[2], row[3] = f.Account, f.Region
		}
		if !f.From.IsZero() {
			row[4] = c.l.Time(f.From.UTC())
		}
		if !f.To.IsZero() {
			row[5] = c.l.Time(f.To.UTC())
		}
		rows = append(rows, row)
	}
	t := c.table(c.say("integrity.findings"), cols, rows)
	t.Shown = min(t.Shown, max(failed, fewOpen), shownRows)
	t.Note = c.firstOf(t.Shown, t.Rows.Count()+i.More, "")
	return t
}

// integrityPlaces are a line for the regions of an account that valid digests cover at the same times.
func (c *composer) integrityPlaces(places []run.IntegrityPlace) document.Table {
	cols := []document.Column{
		column("account", c.say("column.account"), result.Text, document.FormAccount),
		column("regions", c.say("integrity.regions"), result.Text, document.FormText),
		column("digests", c.say("integrity.digests"), result.Int, document.FormNumber),
		column("logs", c.say("integrity.logs"), result.Int, document.FormNumber),
		column("covered", c.say("integrity.covered"), result.Text, document.FormText),
		column("uncovered", c.say("integrity.uncovered"), result.Text, document.FormText),
	}
	var rows []result.Row
	at := map[string]int{}
	for _, p := range places {
		covered, uncovered := c.spans(p.Covered), c.spans(p.Uncovered)
		key := fmt.Sprint(p.Account, p.Covered, p.Uncovered)
		if i, ok := at[key]; ok {
			row := rows[i]
			row[1] = row[1].(string) + ", " + p.Region
			row[2], row[3] = row[2].(int64)+p.Digests, row[3].(int64)+p.Logs
			continue
		}
		at[key] = len(rows)
		rows = append(rows, result.Row{p.Account, p.Region, p.Digests, p.Logs, covered, uncovered})
	}
	t := c.table(c.say("integrity.places"), cols, rows)
	t.Shown = min(t.Shown, shownRows)
	t.Note = c.firstOf(t.Shown, t.Rows.Count(), "")
	return t
}

// spans are times in words; the first ones where there are many.
func (c *composer) spans(list []run.Span) string {
	if len(list) == 0 {
		return c.say("integrity.no_time")
	}
	var out []string
	for n, s := range list {
		if n == mostSpans {
			out = append(out, c.say("integrity.more_times", "n", int64(len(list)-n)))
			break
		}
		out = append(out, c.say("integrity.span", "from", c.l.Time(s.From.UTC()), "to", c.l.Time(s.To.UTC())))
	}
	return strings.Join(out, "; ")
}
