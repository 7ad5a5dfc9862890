package audit

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/engine"
)

type memoryOutput map[string]*bytes.Buffer

type open struct{ *bytes.Buffer }

func (open) Close() error { return nil }
func (m memoryOutput) Create(name string) (io.WriteCloser, error) {
	m[name] = &bytes.Buffer{}
	return open{m[name]}, nil
}

// Each line of want is account region: one letter a day. L logs, n none, R refused, G gap, o outside.
func TestCoverage(t *testing.T) {
	cell := func(account, region string, d int, files, refused, events int64) engine.Cell {
		return engine.Cell{Account: account, Region: region, Day: day(d), Files: files, Refused: refused, Events: events}
	}
	full := func(account, region string) (cs []engine.Cell) {
		for d := 1; d <= 4; d++ {
			cs = append(cs, cell(account, region, d, 1, 0, 1))
		}
		return cs
	}
	zone := time.FixedZone("east", 2*3600)
	for name, c := range map[string]struct {
		cells []engine.Cell
		s     CoverageScope
		want  string
		gaps  string
	}{
		"all delivered":             {append(full("a", "r1"), full("b", "r1")...), CoverageScope{}, "a r1: LLLL, b r1: LLLL", ""},
		"quiet region is not a gap": {append(full("a", "r1"), cell("a", "r2", 2, 1, 0, 1)), CoverageScope{}, "a r1: LLLL, a r2: nLnn", ""},
		"gap": {append(full("a", "r1")[:2], cell("a", "r2", 4, 1, 0, 1)), CoverageScope{}, "a r1: LLGn, a r2: nnGL",
			"a 2026-10-03"},
		"refused is not a gap": {[]engine.Cell{cell("a", "r1", 1, 0, 1, 0), cell("a", "r1", 2, 5, 1, 9), cell("a", "r1", 3, 1, 0, 1),
			cell("a", "r1", 4, 1, 0, 1)}, CoverageScope{}, "a r1: RRLL", ""},
		"delivered a day later": {append(full("a", "r1")[:3], cell("a", "r1", 4, 0, 0, 7)), CoverageScope{}, "a r1: LLLL", ""},
		"account never seen": {full("a", "r1"), CoverageScope{Accounts: []Account{{ID: "b"}}}, "a r1: LLLL, b : GGGG",
			"b 2026-10-01, b 2026-10-02, b 2026-10-03, b 2026-10-04"},
		"expected region": {full("a", "r1"), CoverageScope{Accounts: []Account{{ID: "a", Expect: []string{"r2"}}}},
			"a r1: LLLL, a r2: nnnn", ""},
		"since and until": {[]engine.Cell{cell("a", "r1", 2, 1, 0, 1)},
			CoverageScope{Accounts: []Account{{ID: "a", Since: day(2), Until: day(4)}}}, "a r1: oLGo", "a 2026-10-03"},
		"not over yet":        {full("a", "r1")[:2], CoverageScope{Now: day(3).Add(5 * time.Hour)}, "a r1: LLoo", ""},
		"over at midnight":    {full("a", "r1")[:2], CoverageScope{Now: day(4)}, "a r1: LLGo", "a 2026-10-03"},
		"limited to accounts": {full("a", "r1"), CoverageScope{Only: []string{"a"}, Accounts: []Account{{ID: "b"}}}, "a r1: LLLL", ""},
		"limited to regions": {full("a", "r1"),
			CoverageScope{Regions: []string{"r1"}, Accounts: []Account{{ID: "a", Expect: []string{"r1", "r2"}}}}, "a r1: LLLL", ""},
		"days of another zone": {full("a", "r1"), CoverageScope{From: time.Date(2026, 10, 2, 0, 0, 0, 0, zone),
			To: time.Date(2026, 10, 4, 0, 0, 0, 0, zone)}, "a r1: LLL", ""},
		"nobody and nothing asked": {[]engine.Cell{}, CoverageScope{}, "", ""},
	} {
		if c.s.From.IsZero() {
			c.s.From, c.s.To = day(1), day(5)
		}
		got := Coverage(engine.Inputs{Cells: c.cells}, c.s)
		var rows, gaps []string
		for _, r := range got.Rows {
			letters := ""
			for _, s := range r.States {
				letters += map[string]string{"logs": "L", "none": "n", "refused": "R", "gap": "G", "outside": "o"}[s]
			}
			if len(r.States) != len(got.Days) || len(r.Files) != len(got.Days) || len(r.Events) != len(got.Days) {
				t.Errorf("%s: row %+v for %d days", name, r, len(got.Days))
			}
			rows = append(rows, r.Account+" "+r.Region+": "+letters)
		}
		for _, g := range got.Gaps {
			gaps = append(gaps, g.Account+" "+g.Day)
		}
		if r, g := strings.Join(rows, ", "), strings.Join(gaps, ", "); r != c.want || g != c.gaps {
			t.Errorf("%s: %s; gaps %s\nwant %s; gaps %s", name, r, g, c.want, c.gaps)
		}
	}
	if c := Coverage(engine.Inputs{},
		CoverageScope{From: day(1), To: day(5), Accounts: []Account{{ID: "a"}}}); len(c.Rows)+len(c.Gaps)+len(c.Days) > 0 {
		t.Error("an engine that sees no deliveries has gaps")
	}
}
