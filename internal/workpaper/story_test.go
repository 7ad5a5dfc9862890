package workpaper_test

import (
	"strings"
	"testing"
	"time"

	"trailscribe/internal/document"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// told is an exception query whose rows say who did what to what, from where and with what outcome.
func told(id string, severity query.Severity, rows ...result.Row) asked {
	a := test(id, severity, 0, 0)
	a.columns = []result.Column{{Name: "event_time", Kind: result.Instant}, {Name: "account_id", Kind: result.Text},
		{Name: "actor", Kind: result.Text}, {Name: "target", Kind: result.Text},
		{Name: "outcome", Kind: result.Text}, {Name: "sourceipaddress", Kind: result.Text}, {Name: "undone_at", Kind: result.Instant},
		{Name: "eventid", Kind: result.Text}}
	a.Query.Columns = append(a.Query.Columns, query.Column{Name: "actor", Label: "Who", Type: "actor"},
		query.Column{Name: "outcome", Label: "Result", Type: "status"},
		query.Column{Name: "sourceipaddress", Label: "From", Type: "ip"}, query.Column{Name: "eventid", Label: "Event id", Type: "id"})
	a.Condition = query.Condition{Done: "{actor} removed {target}", Refused: "{actor} tried to remove {target} and was refused",
		Later: "restored {undone_at}"}
	a.rows = rows
	n := int64(len(rows))
	a.verdict = finding.Verdict{Outcome: finding.Exceptions, Rows: n, Open: n}
	for _, r := range rows {
		if finding.Attempted(a.columns, r) {
			a.verdict.Attempts++
		}
	}
	return a
}

func did(minute int, actor, target, outcome, ip string, undone any, id string) result.Row {
	return result.Row{day(13).Add(10*time.Hour + time.Duration(minute)*time.Minute), prod, actor, target, outcome, ip, undone, id}
}

// A report says who did what, when, where, from where, what came of it, and where else the same event is; and nothing that rows do not
// show.
func TestStory(t *testing.T) {
	d := compose(t, record(),
		told("a/critical", query.Critical, did(22, "emma", "arn:aws:iam::aws:policy/Audit", "success", "203.0.113.66", day(13).Add(12*time.Hour),
			"e1")),
		told("a/high", query.High, did(2, "svc", "AWSLogs/111122223333/CloudTrail/eu-central-1/x.json.gz", "success", "203.0.113.66", nil, "e2"),
			did(30, "svc", "b", "denied", "203.0.113.66", nil, "e1")),
		told("a/tried", query.Medium, did(40, "max", "c", "denied", "198.51.100.7", nil, "e3")))
	front := of[document.Front](d)[0]
	want := "One address, 203.0.113.66, is in 2 of 3 findings and in the critical one, between 10:02 and 10:30 on 13 Oct (UTC)."
	if len(front.Story.Lines) != 2 || front.Story.Lines[0] != want || front.Story.Lines[1] != "The rows name 2 principals: emma and svc." {
		t.Errorf("%q", front.Story.Lines)
	}
	if x := front.Worst; len(x.Lines) != 1 || x.Lines[0].Text != "emma removed Audit" || x.Lines[0].When != "13 Oct 10:22" ||
		x.Lines[0].Later != "restored 13 Oct 12:00" || x.Head[4] == "" {
		t.Errorf("%+v", x)
	}
	conditions := map[string]string{
		"F-01": "emma removed Audit on 13 Oct 10:22 (UTC) in prod, from 203.0.113.66. Later in the log: restored 13 Oct 12:00.",
		"F-02": "svc removed …/x.json.gz on 13 Oct 10:02 (UTC) in prod, from 203.0.113.66. Later in the log: open at the end of the period. " +
			"One more row is listed below.",
		"F-03": "max tried to remove c and was refused on 13 Oct 10:40 (UTC) in prod, from 198.51.100.7. Later in the log: open at the end " +
			"of the period.",
	}
	also := map[string]string{"F-01": "F-02", "F-02": "F-01"}
	for _, k := range of[document.Card](d) {
		fields := map[string]string{}
		for _, f := range k.Fields {
			fields[f.Label] = f.Text
		}
		if fields["Condition"] != conditions[k.Ref] || fields["Same events in"] != also[k.Ref] {
			t.Errorf("%s: %q, also %q", k.Ref, fields["Condition"], fields["Same events in"])
		}
		if refused := fields["Severity"] != ""; refused != (k.Ref == "F-03") {
			t.Errorf("%s: refused %t", k.Ref, refused)
		}
		if k.Ref == "F-03" && !strings.HasPrefix(k.Title, "One call was attempted") {
			t.Errorf("the headline of attempts: %q", k.Title)
		}
	}
	lines := of[document.Lines](d)[0]
	var said []string
	for _, x := range lines.Lines {
		said = append(said, x.When+" "+x.Text+" "+strings.Join(x.Refs, "+"))
	}
	if got := strings.Join(said, "; "); got != "10:02 svc removed …/x.json.gz F-02; 10:22 emma removed Audit F-01+F-02" {
		t.Error(got)
	}
}

// Where no address and no principal is in several findings, nothing is said of what happened.
func TestNothingStandsOut(t *testing.T) {
	d := compose(t, record(), told("a/b", query.Critical, did(1, "a", "x", "success", "198.51.100.7", nil, "e1")),
		told("a/c", query.High, did(2, "b", "y", "success", "198.51.100.8", nil, "e2")))
	if s := of[document.Front](d)[0].Story; len(s.Lines) != 0 {
		t.Errorf("%q", s.Lines)
	}
}

// What a status means is for the query's file to say; without a word of it no status of an exception is good news or bad.
func TestTonesBelongToTheColumn(t *testing.T) {
	q := told("a/b", query.High, did(1, "a", "x", "success", "198.51.100.7", nil, "e1"))
	for _, tones := range []map[string]string{nil, {"success": "critical", "odd": "high"}} {
		q.Query.Columns[3].Tones = tones
		d := compose(t, record(), q)
		for _, k := range titled(t, d, "Title of a/b").Columns {
			if k.Name != "outcome" {
				continue
			}
			for _, v := range k.Values {
				want := document.Tone("neutral")
				if tones[v.Code] != "" {
					want = document.Tone(tones[v.Code])
				}
				if v.Tone != want {
					t.Errorf("%s is %s, want %s", v.Code, v.Tone, want)
				}
			}
		}
	}
}

// Where logs are missing, clear is said only of what was logged, and it is not good news.
func TestClearIsLimited(t *testing.T) {
	r := record()
	r.Coverage.Gaps = []run.AccountDay{{Account: prod, Day: "2026-10-02"}}
	r.Notices = append(r.Notices, run.Notice{Key: "gaps", Args: []string{"n", "1", "account", prod, "day", "2026-10-02"}, Incomplete: true})
	d := compose(t, r, test("a/b", query.High, 0, 0))
	for _, f := range of[document.Front](d)[0].Verdict.Figures {
		if f.Tone == document.Good && strings.Contains(f.Label, "clear") || strings.Contains(f.Label, "clear") &&
			!strings.Contains(f.Label, "in what was logged") {
			t.Errorf("%+v", f)
		}
	}
	for _, table := range of[document.Table](d) {
		for _, k := range table.Columns {
			for _, v := range k.Values {
				if v.Code == "clear" && (v.Label != "Clear in what was logged" || v.Tone != document.Muted) {
					t.Errorf("%s: %+v", table.Title, v)
				}
			}
		}
	}
}
