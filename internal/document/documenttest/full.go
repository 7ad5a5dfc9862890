package documenttest

import (
	"fmt"
	"math"
	"strings"
	"time"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
)

// Full is a realistic monthly report with every type of block.
func Full() *document.Document {
	return &document.Document{
		Ref: "monthly-security 2026-10 r1", Title: "Privileged access and logging integrity", Entity: "Meridian Holdings plc",
		Period: "1 – 31 October 2026", Language: "en-GB", As: As,
		Footer: "Confidential  ·  as of 2026-11-02 07:14:36 UTC", Words: Words(), Cell: Cell,
		Sections: []document.Section{
			{Part: document.Cover, Title: "Cover", Sheet: "Summary", Blocks: []document.Block{front()}},
			{Part: document.Summary, Number: "1", Title: "Executive summary", Sheet: "Summary", NewPage: true, Blocks: summary()},
			{Part: document.Scope, Ref: "section/scope", Number: "2", Title: "Scope, population and completeness", Sheet: "Completeness",
				NewPage: true, Blocks: scope()},
			{Part: document.Register, Number: "3", Title: "Findings register", Sheet: "Findings", Blocks: register()},
			{Part: document.Findings, Ref: "section/findings", Number: "4", Title: "Findings in detail", NewPage: true, Blocks: findings()},
			{Part: document.Controls, Number: "5", Title: "Control matrix", Sheet: "Controls", Blocks: controls()},
			{Part: document.SignOff, Number: "6", Title: "Review and sign-off", Sheet: "Sign-off", Blocks: []document.Block{
				document.Paragraph{Style: document.Body,
					Text: "Signing records that the reviewer has read the completeness checks in section 2, agreed or changed the disposition of " +
						"every finding in section 4, and kept the workbook and the evidence with this report.",
					Links: []document.Link{{Text: "section 2", Ref: "section/scope"}, {Text: "section 4", Ref: "section/findings"}}},
				document.Signatures{Roles: []document.Role{
					{Title: "Prepared by", Fields: []string{"Name", "Role", "Signature", "Date"}},
					{Title: "Reviewed by", Fields: []string{"Name", "Role", "Signature", "Date"}},
					{Title: "Approved by", Fields: []string{"Name", "Role", "Signature", "Date"}},
				}},
			}},
			{Part: document.Provenance, Number: "A", Title: "Query provenance", Sheet: "Provenance", NewPage: true, Blocks: provenance()},
			{Part: document.Cost, Number: "B", Title: "Cost of the run", Sheet: "Cost", NewPage: true, Blocks: cost()},
			{Part: document.Method, Number: "C", Title: "Method and glossary", Sheet: "Method", Blocks: method()},
		},
	}
}

const digest = "7f3c9d12a06be41b5d1f0a7733c2e9484be15f6c0d27a9920c11e8be5d40f3a6"

func front() document.Front {
	return document.Front{
		Kicker: "CloudTrail assurance report",
		Verdict: document.Verdict{
			Tone: document.Critical, Kicker: "Overall result", Title: "Exceptions noted",
			Text: "3 of 12 controls; action needed on F-01 before sign-off",
			Figures: []document.Figure{
				{Value: "8", Label: "clear", Tone: document.Good},
				{Value: "3", Label: "exceptions", Tone: document.Critical},
				{Value: "1", Label: "not evaluated", Tone: document.Muted},
			},
		},
		Facts: []document.Field{
			{Label: "Report reference", Text: "monthly-security 2026-10 r1"},
			{Label: "Framework", Text: "SOX ITGC · ISO/IEC 27001:2022 A.8.15, A.5.15"},
			{Label: "Prepared for", Text: "Cloud Assurance, Meridian Group Technology"},
			{Label: "As of", Text: "2026-11-02 07:14:36 UTC"},
			{Label: "Source", Text: "s3://meridian-org-trail/AWSLogs/o-4f8kq2/, 4 accounts, 3 regions, 8,464 files"},
			{Label: "Companion workbook", Text: "report.xlsx · 1,284,117 rows"},
		},
		Story: document.Story{Title: "What happened", Lines: []string{
			"One address, 203.0.113.66, is in 2 of 3 findings and in the critical one, between 10:02 and 12:00 on 13 Oct (UTC).",
			"The rows name 2 principals: emma.nilsson and svc-backup2."}},
		Worst: document.Lines{Title: "Every critical finding", Head: [5]string{"Severity", "Ref", "When (UTC)", "What", "Later in the log"},
			More: "{n} more on the next page",
			Lines: []document.Line{
				{Pill: document.Pill{Text: "Critical", Tone: document.Critical}, Refs: []string{"F-01"}, When: "13 Oct 10:22",
					Text: "emma.nilsson granted AdministratorAccess to svc-backup2 and 2 more", Later: "open at the end of the period"},
			}},
		Digest: document.Field{Label: "Evidence digest (SHA-256 of record.json)", Text: digest, Mono: true},
		Note:   "The digest covers every query, parameter, input file and result. Check it with: trailscribe verify report-folder",
		Notices: []document.Point{{Pill: document.Pill{Text: "Gap", Tone: document.Muted},
			Text: "No file was delivered for account 902215577310, eu-central-1, from 14 to 16 October: no statement is made about these days.",
			Ref:  "C-1"}},
		Closing: "Confidential. For the audit committee, internal audit and the external auditor.",
	}
}

func summary() []document.Block {
	weeks := []string{"29 Sep", "6 Oct", "13 Oct", "20 Oct", "27 Oct"}
	hours := make([]string, 24)
	for h := range hours {
		hours[h] = fmt.Sprintf("%02d", h)
	}
	var heat []document.Series
	for i, day := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
		s := document.Series{Name: day, Tone: document.Accent, Points: make([]float64, 24)}
		for h := range s.Points {
			v := math.Exp(-math.Pow(float64(h)-13.2, 2)/18) * (1 - 0.05*float64((i*7+h*3)%5)) * 96
			if i >= 5 {
				v *= 0.12
			}
			s.Points[h] = math.Round(v)
		}
		if i == 4 {
			s.Marks = []int{2}
			s.Points[2] = 3
		}
		heat = append(heat, s)
	}
	return []document.Block{
		document.Paragraph{Style: document.Lead,
			Text: "Privileged access was controlled in eight of twelve tests. Three controls had exceptions; one of them, a trail switched off " +
				"for 47 minutes in a production account, needs action before sign-off."},
		document.Tiles{Tiles: []document.Tile{
			{Label: "Controls tested", Value: "12", Note: "all automated, full population", Tone: document.Neutral},
			{Label: "Clear", Value: "8", Note: "67% of controls tested", Tone: document.Good},
			{Label: "With exceptions", Value: "3", Note: "1 critical · 1 high · 1 medium", Tone: document.Critical},
			{Label: "Events in population", Value: "1,284,117", Note: "0 rows lost on the way", Tone: document.Accent},
		}},
		document.Chart{Kind: document.DotChart, Title: "Exceptions by day and severity", Unit: "the area of a dot is the number of rows",
			Categories: weeks, Series: []document.Series{
				{Name: "Critical", Tone: document.Critical, Points: []float64{0, 0, 8, 0, 0}},
				{Name: "Medium", Tone: document.Medium, Points: []float64{9, 1, 8, 0, 3}}}},
		document.Lines{Title: "13 Oct, in order of time", Two: true, Lines: []document.Line{
			{Pill: document.Pill{Text: "High", Tone: document.High}, Refs: []string{"F-02"}, When: "10:02",
				Text: "12 failed sign-ins of emma.nilsson"},
			{Pill: document.Pill{Text: "Critical", Tone: document.Critical}, Refs: []string{"F-01", "F-03"}, When: "10:22",
				Text: "emma.nilsson granted AdministratorAccess to svc-backup2"},
			{Pill: document.Pill{Text: "Critical", Tone: document.Critical}, Refs: []string{"F-01"}, When: "11:02",
				Text: "svc-backup2 called StopLogging on example-org-trail (logging stopped)"},
		}},
		document.Chart{Kind: document.BarChart, Half: true, Title: "Result by control family", Unit: "number of controls",
			Categories: []string{"Identity and access", "Logging", "Key management", "Network change", "Data access"},
			Series: []document.Series{
				{Name: "clear", Tone: document.Good, Points: []float64{3, 1, 1, 2, 1}},
				{Name: "with exceptions", Tone: document.Critical, Points: []float64{1, 1, 1, 0, 0}},
				{Name: "not evaluated", Tone: document.Muted, Points: []float64{0, 1, 0, 0, 0}},
			}},
		document.Chart{Kind: document.ColumnChart, Half: true, Title: "Privileged events per week", Unit: "marked weeks contain exceptions",
			Categories: weeks,
			Series: []document.Series{{Name: "events", Tone: document.Neutral, Points: []float64{2911, 3980, 5840, 4122, 3705},
				Marks: []int{2}}}},
		document.Chart{Kind: document.HeatChart, Title: "When people signed in to the console",
			Unit:       "sessions by weekday and hour, UTC; the outlined cell holds F-01",
			Categories: hours, Series: heat},
		document.Points{Title: "What the reader should take away", Points: []document.Point{
			{Pill: document.Pill{Text: "Critical", Tone: document.Critical}, Ref: "F-01",
				Text: "StopLogging was called on org-trail in account 447100932218 on 14 October at 02:11 UTC. Logging resumed at 02:58. The gap " +
					"is visible in the digest chain and is not explained by an approved change."},
			{Pill: document.Pill{Text: "High", Tone: document.High}, Ref: "F-02",
				Text: "214 console sessions by five people used long-lived IAM users without MFA. Policy ISM-07 requires federated access with MFA."},
			{Pill: document.Pill{Text: "Medium", Tone: document.Medium}, Ref: "F-03",
				Text: "Nine KMS key policies were changed by a role outside the key-administrator group; all nine match change tickets raised " +
					"afterwards."},
		}},
	}
}

func scope() []document.Block {
	pass := document.Pill{Text: "Pass", Tone: document.Good}
	n := func(v int64) *int64 { return &v }
	accounts := []document.Column{
		{Name: "account", Label: "Account", Kind: result.Text, Form: document.FormAccount},
		{Name: "name", Label: "Name", Kind: result.Text, Form: document.FormText},
		{Name: "environment", Label: "Environment", Kind: result.Text, Form: document.FormText},
		{Name: "events", Label: "Events", Kind: result.Int, Form: document.FormNumber},
		{Name: "share", Label: "Share", Kind: result.Float, Form: document.FormPercent},
		{Name: "exceptions", Label: "Exceptions", Kind: result.Int, Form: document.FormNumber},
	}
	rows := of(accounts,
		result.Row{"447100932218", "meridian-prod-core", "Production", int64(612904), 47.7, int64(1)},
		result.Row{"018833904417", "meridian-prod-data", "Production", int64(401220), 31.2, int64(223)},
		result.Row{"902215577310", "生产-财务系统 (prod-finance)", "Production", int64(188430), 14.7, int64(0)},
		result.Row{"330194420087", "meridian-shared-security", "Shared services", int64(81563), 6.4, nil},
	)
	return []document.Block{
		document.Paragraph{Style: document.Body,
			Text: "The tests read every management event that AWS CloudTrail delivered to the organisation trail for the period. Nothing was " +
				"sampled unless a table says so. The checks below show that the rows in this report are all of the rows, and that they were not " +
				"altered on the way."},
		coverage(31, 4),
		document.Checks{Title: "Completeness and accuracy checks",
			Head: [6]string{"Ref", "Check", "Expected", "Observed", "Result", "How checked"},
			Rows: []document.CheckRow{
				{Ref: "C-1", Name: "Log files present for every account, region and day in scope", Expected: "372", Observed: "369",
					Result: document.Pill{Text: "Exception", Tone: document.Critical}, How: "listing of the source against the calendar"},
				{Ref: "C-2", Name: "Hourly digest files: signature and hash chain verified", Expected: "8,928", Observed: "8,927",
					Result: document.Pill{Text: "Exception", Tone: document.Critical}, How: "RSA signature and previous hash of each digest"},
				{Ref: "C-3", Name: "Events counted by file equal events staged", Expected: "1,284,117", Observed: "1,284,117", Result: pass,
					How: "count per file against count of the relation"},
				{Ref: "C-4", Name: "Exceptions of F-02 written to the workbook", Expected: "214", Observed: "214", Result: pass,
					How: "rows counted in the finished sheet", Count: "F-02", Number: n(26)},
				{Ref: "C-5", Name: "Duplicate event ids after de-duplication", Expected: "0", Observed: "0", Result: pass,
					How: "distinct count of eventid"},
				{Ref: "C-6", Name: "Earliest and latest event inside the period", Expected: "1 – 31 Oct", Observed: "1 Oct 00:00:04 – 31 Oct 23:59:57",
					Result: pass, How: "minimum and maximum of eventtime"},
				{Ref: "C-7", Name: "Data events of the finance buckets", Expected: "–", Observed: "–", Result: document.Pill{Text: "Not logged",
					Tone: document.Muted}, How: "event selectors of the trail"},
			}},
		document.Paragraph{Style: document.Note,
			Text: "C-2: the missing digest covers 14 October 2026, 02:00–03:00 UTC in account 447100932218, eu-west-1. It is finding F-01. No " +
				"other digest is missing."},
		document.Table{Title: "Population by account", Columns: widths(accounts, rows), Rows: rows, Shown: 4},
	}
}

// coverage is a matrix of days over accounts with three regions each.
func coverage(days, accounts int) document.Matrix {
	m := document.Matrix{
		Title: "Coverage by account, region and day",
		Note:  "One cell per day, UTC. A day counts as covered when at least one complete log file was delivered for it.",
		Legend: []document.Legend{
			{Tone: document.Good, Mark: "·", Text: "covered"},
			{Tone: document.Medium, Mark: "~", Text: "partly: a file failed"},
			{Tone: document.Muted, Mark: "–", Text: "no file"},
			{Tone: document.Critical, Mark: "×", Text: "logging stopped"},
		},
	}
	first := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for d := range days {
		label := ""
		if day := first.AddDate(0, 0, d); d == 0 || day.Weekday() == time.Monday || day.Day() == 1 {
			label = day.Format("2 Jan")
		}
		m.Columns = append(m.Columns, label)
	}
	names := []string{"447100932218", "018833904417", "902215577310", "330194420087"}
	for a := range accounts {
		account := names[a%len(names)]
		if a >= len(names) {
			account = fmt.Sprintf("%012d", 100000000000+int64(a)*7919)
		}
		for r, region := range []string{"eu-west-1", "eu-central-1", "us-east-1"} {
			row := document.MatrixRow{Group: account, Label: region}
			gaps := 0
			for d := range days {
				c := document.MatrixCell{Tone: document.Good, Mark: "·", Text: "covered"}
				switch {
				case a%4 == 2 && r == 1 && d%31 >= 13 && d%31 <= 15:
					c = document.MatrixCell{Tone: document.Muted, Mark: "–", Text: "no file"}
					gaps++
				case a%4 == 0 && r == 0 && d%31 == 13:
					c = document.MatrixCell{Tone: document.Critical, Mark: "×", Text: "logging stopped"}
					gaps++
				case a%4 == 1 && r == 2 && d%31 == 22:
					c = document.MatrixCell{Tone: document.Medium, Mark: "~", Text: "partly"}
					gaps++
				}
				row.Cells = append(row.Cells, c)
			}
			row.Note = fmt.Sprintf("%d / %d", days-gaps, days)
			m.Rows = append(m.Rows, row)
		}
	}
	return m
}

func register() []document.Block {
	cols := []document.Column{
		{Name: "ref", Label: "Ref", Kind: result.Text, Form: document.FormRef},
		{Name: "control", Label: "Control", Kind: result.Text, Form: document.FormCode},
		{Name: "title", Label: "Finding", Kind: result.Text, Form: document.FormText},
		{Name: "severity", Label: "Severity", Kind: result.Text, Form: document.FormStatus, Values: Severities()},
		{Name: "outcome", Label: "Outcome", Kind: result.Text, Form: document.FormStatus, Values: Outcomes()},
		{Name: "exceptions", Label: "Exceptions", Kind: result.Int, Form: document.FormNumber},
		{Name: "population", Label: "Population", Kind: result.Int, Form: document.FormNumber},
		{Name: "key", Label: "Key", Kind: result.Text, Form: document.FormID, Hidden: true},
	}
	rows := of(cols,
		result.Row{"F-01", "LOG-02", "Organisation trail stopped for 47 minutes in a production account", "critical", "exceptions", int64(1),
			int64(18), "k1"},
		result.Row{"F-02", "IAM-04", "Console sign-in without MFA by long-lived IAM users", "high", "exceptions", int64(214), int64(9870), "k2"},
		result.Row{"F-03", "KMS-01", "Key policy changed by a role outside the key-administrator group", "medium", "exceptions", int64(9),
			int64(131), "k3"},
		result.Row{"E-01", "IAM-01", "Use of the root user", "critical", "clear", int64(0), int64(1284117), "k4"},
		result.Row{"E-02", "NET-01", "Security group opened to the internet", "high", "waived", int64(2), int64(377), "k5"},
		result.Row{"E-03", "S3-03", "Objects read from outside the organisation", "medium", "not-logged", nil, nil, "k6"},
		result.Row{"E-04", "IAM-09", "Access key used from a new network", "low", "not-evaluated", nil, nil, "k7"},
	)
	return []document.Block{
		document.Paragraph{Style: document.Body,
			Text: "Every control that was asked, with or without exceptions. A control that could not be evaluated is never counted as clear."},
		document.Table{Title: "All controls", Columns: widths(cols, rows), Rows: rows, Shown: 7, Target: "register/{row}"},
	}
}

// cost has sizes in several units, money with many digits, figures that are not there, and a row of totals.
func cost() []document.Block {
	cols := []document.Column{
		{Name: "ref", Label: "Ref", Kind: result.Text, Form: document.FormCode},
		{Name: "of", Label: "Statement", Kind: result.Text, Form: document.FormText},
	}
	for _, name := range []string{"Estimate, staged", "Estimate, direct", "Billed"} {
		cols = append(cols, document.Column{Name: name, Label: name, Kind: result.Int, Form: document.FormSize},
			document.Column{Name: name + " cost", Label: name + ", USD", Kind: result.Decimal, Form: document.FormMoney, Digits: 4})
	}
	cols = append(cols, document.Column{Name: "executions", Label: "Executions", Kind: result.Int, Form: document.FormNumber},
		document.Column{Name: "difference", Label: "Difference", Kind: result.Float, Form: document.FormPercent})
	rows := of(cols,
		result.Row{"F-01", "logging/trail-stopped-or-weakened", int64(214_958_080), "0.0011", int64(98_412_199_936), "0.4921", int64(262_144_000),
			"0.0013", int64(1), 22.0},
		result.Row{"F-02", "iam/console-login-without-mfa", int64(11_534_336), "0.0001", int64(98_412_199_936), "0.4921", int64(10_485_760),
			"0.0001", int64(3), -9.1},
		result.Row{"F-03", "kms/policy-changes", int64(1_048_576_000), "0.0052", int64(98_412_199_936), "0.4921", int64(999_999), "0.0000",
			int64(1), -99.9},
		result.Row{"", "Populations, counted together", nil, nil, nil, nil, int64(0), "0.0000", int64(1), nil},
		result.Row{"", "Making the staged copy", int64(98_412_199_936), "0.4921", nil, nil, int64(98_412_199_936), "0.4921", int64(1), 0.0},
		result.Row{"", "In all", int64(99_687_268_352), "0.4984", int64(295_236_599_808), "1.4762", int64(98_685_829_695), "0.4934", int64(7),
			-1.0},
	)
	return []document.Block{
		document.Tiles{Tiles: []document.Tile{
			{Label: "Estimate, staged", Value: "0.50 USD", Note: "99.7 GB; the run worked so", Tone: document.Neutral},
			{Label: "Estimate, direct", Value: "1.48 USD", Note: "295.2 GB; the other way", Tone: document.Muted},
			{Label: "Billed", Value: "0.49 USD", Note: "98.7 GB", Tone: document.Accent},
		}},
		document.Table{Title: "Estimated and billed by statement", Columns: widths(cols, rows), Rows: rows, Shown: 6, Total: true,
			Note: "The price is 5.00 USD for 1 TB billed."},
	}
}

func events(n int) ([]document.Column, result.Set) {
	cols := []document.Column{
		{Name: "eventtime", Label: "Event time (UTC)", Kind: result.Instant, Form: document.FormTime},
		{Name: "account", Label: "Account", Kind: result.Text, Form: document.FormAccount},
		{Name: "actor", Label: "User", Kind: result.Text, Form: document.FormActor},
		{Name: "ip", Label: "Source IP", Kind: result.Text, Form: document.FormIP},
		{Name: "agent", Label: "User agent", Kind: result.Text, Form: document.FormText},
		{Name: "eventid", Label: "Event ID", Kind: result.Text, Form: document.FormID},
		{Name: "status", Label: "Status", Kind: result.Text, Form: document.FormStatus, Values: Statuses()},
		{Name: "key", Label: "Key", Kind: result.Text, Form: document.FormID, Hidden: true},
	}
	var rows []result.Row
	for i := range n {
		rows = append(rows, result.Row{
			time.Date(2026, 10, 1+i*28/max(n, 1), 7+i%11, i*13%60, i*7%60, 0, time.UTC), "018833904417",
			[]string{"svc-etl-legacy", "j.moreau", "ops-breakglass", "l.brandt"}[i%4],
			fmt.Sprintf("10.%d.%d.%d", 20+i%9, 14, 7*i%250),
			[]string{"AWS console", "Firefox 141, Windows", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15"}[i%3],
			fmt.Sprintf("365a8581-49c6-4e2d-97e9-%012x", 0xd1860d1d68d8+int64(i)*7919),
			[]string{"new", "open", "open", "waived", ""}[i%5], fmt.Sprintf("key-%d", i),
		})
	}
	set := of(cols, rows...)
	return widths(cols, set), set
}

// wide are the rows of a finding with more than eight columns.
func wide(n int) ([]document.Column, result.Set) {
	cols := []document.Column{
		{Name: "eventtime", Label: "Event time (UTC)", Kind: result.Instant, Form: document.FormTime},
		{Name: "account", Label: "Account", Kind: result.Text, Form: document.FormAccount},
		{Name: "region", Label: "Region", Kind: result.Text, Form: document.FormRegion},
		{Name: "actor", Label: "Actor", Kind: result.Text, Form: document.FormActor},
		{Name: "eventname", Label: "Event", Kind: result.Text, Form: document.FormCode},
		{Name: "key_arn", Label: "Key", Kind: result.Text, Form: document.FormARN},
		{Name: "ip", Label: "Source IP", Kind: result.Text, Form: document.FormIP},
		{Name: "ticket", Label: "Change ticket", Kind: result.Text, Form: document.FormText},
		{Name: "eventid", Label: "Event ID", Kind: result.Text, Form: document.FormID},
		{Name: "status", Label: "Status", Kind: result.Text, Form: document.FormStatus, Values: Statuses()},
	}
	var rows []result.Row
	for i := range n {
		rows = append(rows, result.Row{
			time.Date(2026, 10, 3+i%28, 9, i*13%60, 11, 0, time.UTC), "447100932218", []string{"eu-west-1", "eu-central-1"}[i%2],
			"assumed-role/PlatformDeploy/ci-runner-" + fmt.Sprint(i%3), "PutKeyPolicy",
			fmt.Sprintf("arn:aws:kms:eu-west-1:447100932218:key/8f2c11d0-5a7e-4f0b-9d52-%012x", 0xa1b2c3d4e5f6+int64(i)*104729),
			"10.24.14.31", fmt.Sprintf("CHG-%d", 20418+i),
			fmt.Sprintf("5d8a3f0c-7c11-4d0e-9b52-%012x", 0x2a1f9e0c7d41+int64(i)*15485863), []string{"new", "waived"}[i%2],
		})
	}
	set := of(cols, rows...)
	return widths(cols, set), set
}

func findings() []document.Block {
	one, oneRows := events(1)
	ev, evRows := events(26)
	wideCols, wideRows := wide(9)
	return []document.Block{
		document.Card{Ref: "F-01", Title: "Organisation trail stopped for 47 minutes in a production account",
			Pills: []document.Pill{{Text: "Critical", Tone: document.Critical}, {Text: "Exceptions", Tone: document.Critical}},
			Fields: []document.Field{
				{Label: "Condition", Text: "StopLogging was called on org-trail in account 447100932218 on 14 October at 02:11 UTC; StartLogging " +
					"followed at 02:58."},
				{Label: "Criteria", Text: "LOG-02: the organisation trail is never stopped. ISO/IEC 27001:2022 A.8.15.",
					Links: []document.Link{{Text: "A.8.15", Ref: "control/A.8.15"}}},
				{Label: "Effect", Text: "Management events of 47 minutes are not in the evidence. Nothing can be said about them."},
				{Label: "Recommendation", Text: "Ask the role's owner for the reason; deny cloudtrail:StopLogging by a service control policy."},
				{Label: "Actor", Text: "arn:aws:sts::447100932218:assumed-role/OrganizationAccountAccessRole/a.okafor@meridian.example", Mono: true},
				{Label: "See also", Text: "Findings register; sheet F-01", Only: "page",
					Links: []document.Link{{Text: "Findings register", Ref: "register/F-01"}}},
			}},
		document.Table{Ref: "F-01", Title: "Evidence", Sheet: "F-01", Columns: one, Rows: oneRows, Shown: 1, Note: "all 1 rows",
			Review: Review("open"), Zebra: true},
		document.Card{Ref: "F-02", Title: "Console sign-in without MFA by long-lived IAM users",
			Pills: []document.Pill{{Text: "High", Tone: document.High}, {Text: "Exceptions", Tone: document.Critical}},
			Fields: []document.Field{
				{Label: "Condition", Text: "214 of 9,870 console sign-ins in the period were made by five IAM users with a password and no MFA " +
					"device, all in meridian-prod-data."},
				{Label: "Criteria", Text: "ISM-07 §4.2: interactive access to production is federated and uses phishing-resistant MFA. ISO/IEC " +
					"27001:2022 A.5.17, A.8.5.", Links: []document.Link{{Text: "ISO/IEC 27001:2022 A.5.17", Ref: "control/A.5.17"}}},
				{Label: "Cause", Text: "The users pre-date the move to IAM Identity Center and were left out of the deny policy by an " +
					"account-level exception."},
				{Label: "Effect", Text: "A stolen password is enough to reach customer data. No sign-in came from an address outside the " +
					"corporate ranges."},
				{Label: "Recommendation", Text: "Delete the five users, or attach DenyWithoutMFA; then close the exception for account 018833904417."},
				{Label: "Query", Text: "iam/console-login-without-mfa", Mono: true, Ref: "Q-02"},
			}},
		document.Table{Ref: "F-02", Title: "Evidence", Sheet: "F-02", Columns: ev, Rows: evRows, Shown: 12,
			Note: "first 12 of 26 rows by event time; all are in the workbook, sheet F-02", Review: Review("open"), Zebra: true},
		document.Card{Ref: "F-03", Title: "Key policy changed by a role outside the key-administrator group",
			Pills: []document.Pill{{Text: "Medium", Tone: document.Medium}, {Text: "Exceptions", Tone: document.Critical}},
			Fields: []document.Field{
				{Label: "Condition", Text: "Nine of 131 key policy changes were made by PlatformDeploy."},
				{Label: "Criteria", Text: "KMS-01: key policies are changed by the key-administrator group only."},
			}},
		document.Table{Ref: "F-03", Title: "Evidence", Sheet: "F-03", Columns: wideCols, Rows: wideRows, Shown: 9, Note: "all 9 rows",
			Review: Review("open"), Zebra: true},
		document.Card{Ref: "E-01", Title: "Use of the root user", Pills: []document.Pill{{Text: "Critical", Tone: document.Critical},
			{Text: "Clear", Tone: document.Good}},
			Fields: []document.Field{{Label: "Condition", Text: "No event of the root user among 1,284,117 events."}}},
		document.Table{Ref: "E-01", Title: "Evidence", Sheet: "E-01", Columns: one, Rows: of(one),
			Empty: "No rows: nothing of this kind happened in the period.", Zebra: true},
	}
}

func controls() []document.Block {
	weeks := []string{"29 Sep", "6 Oct", "13 Oct", "20 Oct", "27 Oct"}
	days := make([]string, 31)
	calls := make([]float64, 31)
	denied := make([]float64, 31)
	for i := range days {
		days[i] = fmt.Sprintf("%d Oct", i+1)
		calls[i] = 820 + 260*math.Sin(float64(i)*math.Pi/3.5) + float64(i*7%13)*9
		denied[i] = 60 + float64(i*i%17)*6
	}
	calls[18] = math.NaN()
	cols := []document.Column{
		{Name: "control", Label: "Control", Kind: result.Text, Form: document.FormCode},
		{Name: "title", Label: "What it asks", Kind: result.Text, Form: document.FormText},
		{Name: "ref", Label: "Ref", Kind: result.Text, Form: document.FormText, To: "{value}"},
		{Name: "outcome", Label: "Outcome", Kind: result.Text, Form: document.FormStatus, Values: Outcomes()},
		{Name: "why", Label: "What a log can show", Kind: result.Text, Form: document.FormText},
	}
	rows := of(cols,
		result.Row{"A.5.15", "Access control", "E-01", "clear", "Use of identities, not the rules themselves"},
		result.Row{"A.5.17", "Authentication information", "F-02, E-01, F-03", "exceptions", "MFA at sign-in to the console"},
		result.Row{"A.8.15", "Logging", "F-01", "exceptions", "Stops, changes and gaps of the trail"},
		result.Row{"A.8.24", "Use of cryptography", "F-03", "exceptions", "Changes of keys and key policies"},
		result.Row{"A.7.4", "Physical security monitoring", nil, "not-evaluated", "Nothing: the provider's duty"},
	)
	return []document.Block{
		document.Heading{Level: 2, Text: "ISO/IEC 27001:2022"},
		document.Table{Columns: widths(cols, rows), Rows: rows, Shown: 5, Target: "control/{row}"},
		document.Heading{Level: 2, Text: "What the trail shows of the controls"},
		document.Chart{Kind: document.LineChart, Half: true, Title: "Calls by people and denied calls",
			Unit:       "events per day; 19 October has no complete data",
			Categories: days,
			Series: []document.Series{
				{Name: "calls", Tone: document.Accent, Points: calls, Marks: []int{13}},
				{Name: "denied", Tone: document.High, Points: denied},
			}},
		document.Chart{Kind: document.ColumnChart, Half: true, Title: "Sign-ins by root", Unit: "per week", Categories: weeks,
			Empty: "No event of this kind in the period."},
	}
}

// SQL is a query text as the appendix shows it.
const SQL = `SELECT eventtime, eventid, recipientaccountid, awsregion, eventsource, eventname,
       useridentity.type AS identity_type, useridentity.arn AS principal_arn,
       sourceipaddress, useragent, errorcode,
       json_extract_scalar(additionaleventdata, '$.MFAUsed') AS mfa_used
FROM   events
WHERE  eventname = 'ConsoleLogin'
  AND  recipientaccountid IN ('447100932218', '018833904417', '902215577310', '330194420087', '100000007919', '100000015838')
  AND  useridentity.type = 'IAMUser'
  AND  coalesce(json_extract_scalar(additionaleventdata, '$.MFAUsed'), 'No') <> 'Yes'
ORDER  BY eventtime, eventid`

func provenance() []document.Block {
	blocks := []document.Block{
		document.Paragraph{Style: document.Body,
			Text: "One record per query. With these pages, another person can run the same statement against " +
				"the same files and compare the result."},
	}
	for i, name := range []string{"trail/stopped", "iam/console-login-without-mfa", "kms/policy-changed"} {
		ref := fmt.Sprintf("Q-%02d", i+1)
		blocks = append(blocks,
			document.Heading{Level: 2, Ref: ref, Text: ref + "  " + name},
			document.Facts{Fields: []document.Field{
				{Label: "Query", Text: name + ", version 3", Ref: fmt.Sprintf("F-%02d", i+1)},
				{Label: "Definition SHA-256", Text: digest, Mono: true},
				{Label: "Parameters", Text: "period = 2026-10-01/2026-11-01, accounts = 4 (listed in section 2), zone = UTC"},
				{Label: "Engine", Text: "DuckDB 1.4.0, local"},
				{Label: "Rows returned", Text: []string{"1", "214", "9"}[i]},
				{Label: "Result SHA-256", Text: strings.Repeat("b1946ac92492d234", 4), Mono: true},
			}},
			document.Code{Title: "Query text", Text: SQL},
		)
	}
	return blocks
}

func method() []document.Block {
	return []document.Block{
		document.Heading{Level: 2, Text: "How the figures were made"},
		document.Paragraph{Style: document.Body,
			Text: "Each file was read once; its events were typed, de-duplicated by event id and placed into one relation. Every query reads " +
				"that relation and nothing else. Rows of a query are kept as they came and hashed in the same pass."},
		document.Heading{Level: 3, Text: "Order of rows"},
		document.Paragraph{Style: document.Body,
			Text: "Rows are ordered by event time, then by event id. The order is total, so two runs give the same order."},
		document.Facts{Title: "Glossary", Fields: []document.Field{
			{Label: "Exception", Text: "A row that a query returned and no waiver covers."},
			{Label: "Waived", Text: "A row that an accepted exception with an end date covers."},
			{Label: "Not logged", Text: "The trail does not record what the control asks for."},
			{Label: "Not evaluated", Text: "The query could not be run, or the control is not one that a log can show."},
		}},
	}
}
