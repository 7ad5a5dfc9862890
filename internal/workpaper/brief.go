package workpaper

import (
	"strings"

	"trailscribe/internal/finding"
	"trailscribe/internal/report"
	"trailscribe/internal/run"
	"trailscribe/internal/style"
)

// Brief is the run in a few lines: terminal, mail, CI summary. The first line is the verdict.
func Brief(s *run.Saved, r *report.Report, l *style.Language) []string {
	c := newComposer(s, r, l)
	v := c.verdict()
	result := v.Title + ": " + v.Text
	if strings.HasSuffix(v.Title, ".") {
		result = v.Title + " " + v.Text
	}
	lines := []string{c.reportText("title", s.Title) + ", " + c.period(), result}
	for i, q := range c.found {
		if i == 8 {
			lines = append(lines, "  "+c.say("summary.more_findings", "n", int64(len(c.found)-i)))
			break
		}
		lines = append(lines, "  "+c.refs[q.ID]+"  "+c.severityPill(q).Text+"  "+c.headline(q))
	}
	for _, q := range s.Queries {
		if q.Verdict.Outcome == finding.NotEvaluated {
			lines = append(lines, "  "+c.outcomePill(q.Verdict.Outcome).Text+"  "+c.queryName(q.ID)+": "+c.reason(&q))
		}
	}
	if n := c.counts().elsewhere; n > 0 {
		lines = append(lines, "  "+c.outcomePill(finding.NotApplicable).Text+"  "+c.say("summary.lead_not_applicable", "n", n))
	}
	for _, n := range s.Notices {
		if n.Incomplete {
			lines = append(lines, "  "+c.say("notice.pill.incomplete")+"  "+c.notice(n.Key, n.Args))
		}
	}
	if text := c.foreignFiles(); text != "" {
		lines = append(lines, "  "+c.say("notice.pill.remark")+"  "+text)
	}
	return lines
}
