package workpaper

import (
	"path"
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// mostSpans is how many times of a place a cell names; record.json has all.
const mostSpans = 3

// integrity says what CloudTrail's digests prove of the log files; nothing where they were not checked, which a notice says.
func (c *composer) integrity() []document.Block {
	i := c.s.Coverage.Integrity
	if i == nil {
		return nil
	}
	text := c.say("integrity."+i.State, "proved", i.Proved, "n", i.Proved+i.Failed+i.Open, "digests", i.Digests)
	if i.Result != "" {
		text = c.say("integrity.result."+i.Result) + " " + text
	}
	out := []document.Block{document.Heading{Level: 2, Text: c.say("integrity.title")}, document.Paragraph{Style: document.Body, Text: text}}
	if len(i.Findings) > 0 {
		out = append(out, c.integrityFindings(i))
	}
	if len(i.Places) > 0 {
		out = append(out, c.integrityPlaces(i.Places))
	}
	return out
}

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
	seen := map[string]bool{}
	for _, f := range i.Findings {
		tone := document.Medium
		if f.Result == run.IntegrityFailed {
			tone = document.Critical
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
	t.Shown = min(t.Shown, shownRows)
	t.Note = c.firstOf(t.Shown, t.Rows.Count()+i.More, "")
	return t
}

func (c *composer) integrityPlaces(places []run.IntegrityPlace) document.Table {
	cols := []document.Column{
		column("account", c.say("column.account"), result.Text, document.FormAccount),
		column("region", c.say("column.region"), result.Text, document.FormRegion),
		column("digests", c.say("integrity.digests"), result.Int, document.FormNumber),
		column("logs", c.say("integrity.logs"), result.Int, document.FormNumber),
		column("covered", c.say("integrity.covered"), result.Text, document.FormText),
		column("uncovered", c.say("integrity.uncovered"), result.Text, document.FormText),
	}
	var rows []result.Row
	for _, p := range places {
		rows = append(rows, result.Row{p.Account, p.Region, p.Digests, p.Logs, c.spans(p.Covered), c.spans(p.Uncovered)})
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
