package workpaper_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/document"
	"trailscribe/internal/engine"
	"trailscribe/internal/query"
	"trailscribe/internal/run"
)

const (
	mb = int64(1_000_000)
	gb = 1000 * mb
)

// costly are the cost section's tiles and rows of a run with such a journal.
func costly(t *testing.T, note func(f *run.Folder)) (tiles []document.Tile, columns []document.Column, rows []string) {
	t.Helper()
	noteMore = note
	d := compose(t, record(), test("a/b", query.High, 1, 0), test("a/c", query.High, 0, 0))
	for i, s := range d.Sections {
		if s.Part != document.Cost {
			continue
		}
		if s.Number != "B" || d.Sections[i+1].Number != "C" {
			t.Errorf("the section is %s, the next %s", s.Number, d.Sections[i+1].Number)
		}
		for _, b := range s.Blocks {
			switch b := b.(type) {
			case document.Tiles:
				tiles = append(tiles, b.Tiles...)
			case document.Table:
				columns = b.Columns
				if !b.Total || b.Shown != b.Rows.Count() {
					t.Errorf("%d of %d rows are shown", b.Shown, b.Rows.Count())
				}
				for row, err := range b.Rows.All() {
					if err != nil {
						t.Fatal(err)
					}
					var cells []string
					for j, v := range row {
						cells = append(cells, d.Cell(b.Columns[j], v))
					}
					rows = append(rows, strings.Join(cells, " | "))
				}
			}
		}
	}
	return tiles, columns, rows
}

func statements(ids ...string) (out []engine.Statement) {
	for _, id := range ids {
		out = append(out, engine.Statement{ID: id})
	}
	return out
}

func TestCost(t *testing.T) {
	estimate := engine.Estimate{Files: 9, Bytes: 100 * gb, Chosen: "staged", Price: engine.Money{Micros: 5_000_000, Currency: "USD"},
		Modes: []engine.Mode{
			{Name: "staged", Bytes: 100*gb + 5*gb + 210*mb + 110*mb, Billed: []int64{210 * mb, 100 * mb, 10 * mb},
				Work: []engine.Work{{Of: engine.Staging, Bytes: 100 * gb}, {Of: engine.Counting, Bytes: 5 * gb}}},
			{Name: "direct", Bytes: 400 * gb, Billed: []int64{100 * gb, 100 * gb, 100 * gb},
				Work: []engine.Work{{Of: engine.Counting, Bytes: 100 * gb}}},
		}}
	planned := statements("a/b", "a/c", "populations")
	tiles, columns, rows := costly(t, func(f *run.Folder) {
		must(t, f.NoteEstimate(statements("a/b"), engine.Estimate{Chosen: "direct"})) // of an attempt before, over other logs
		must(t, f.NoteEstimate(planned, estimate))
		must(t, f.NoteBills([]engine.Bill{{Of: engine.Staging, Execution: "1", Bytes: 98 * gb},
			{Of: engine.Counting, Execution: "2", Bytes: 4 * gb}}))
		must(t, f.NoteBills([]engine.Bill{{Of: "a/b", Execution: "3"}, {Of: "a/b", Execution: "4", Bytes: 252 * mb}}))
		must(t, f.NoteBills([]engine.Bill{{Of: engine.Staging, Execution: "1", Bytes: 98 * gb}})) // found again after a crash
		must(t, f.NoteBills([]engine.Bill{{Of: "a/c", Execution: "5", Bytes: 100 * mb}, {Of: "populations", Execution: "6"},
			{Of: "a/b#population", Execution: "7", Bytes: 20 * mb}}))
	})
	want := []string{
		"F-01 | a/b | 210.0 MB | 0.001050 | 100.0 GB | 0.500000 | 252.0 MB | 0.001260 | 2 | 20%",
		"T-01 | a/c | 100.0 MB | 0.000500 | 100.0 GB | 0.500000 | 100.0 MB | 0.000500 | 1 | 0%",
		" | Populations, counted together | 10.0 MB | 0.000050 | 100.0 GB | 0.500000 | 0 B | 0.000000 | 1 | -100%",
		" | Making the staged copy | 100.0 GB | 0.500000 | – | – | 98.0 GB | 0.490000 | 1 | -2%",
		" | Counting what the rows rest on | 5.0 GB | 0.025000 | 100.0 GB | 0.500000 | 4.0 GB | 0.020000 | 1 | -20%",
		"F-01 | a/b, its population | – | – | – | – | 20.0 MB | 0.000100 | 1 | –",
		" | In all | 105.3 GB | 0.526600 | 400.0 GB | 2.000000 | 102.4 GB | 0.511860 | 7 | -2.8%",
	}
	if !slices.Equal(rows, want) {
		t.Errorf("rows\n%s\nwant\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
	var said []string
	for _, x := range tiles {
		said = append(said, fmt.Sprintf("%s: %s (%s)", x.Label, x.Value, x.Note))
	}
	if want := []string{"Estimate, staged: 0.53 USD (105.3 GB; the run worked so)", "Estimate, direct: 2.00 USD (400.0 GB; the other way)",
		"Billed: 0.51 USD (102.4 GB)", "Difference: -2.8% (of the estimate, staged)"}; !slices.Equal(said, want) {
		t.Errorf("tiles\n%s\nwant\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
	for _, col := range columns {
		if col.Form == document.FormMoney && (col.Digits != 6 || !strings.Contains(col.Label, "USD")) {
			t.Errorf("%+v", col)
		}
	}
}

// Without an estimate the bill stands alone, and nothing is said of a price that nobody noted.
func TestCostWithoutEstimate(t *testing.T) {
	tiles, columns, rows := costly(t, func(f *run.Folder) {
		must(t, f.NoteBills([]engine.Bill{{Of: "a/b", Execution: "1", Bytes: 20 * mb}}))
	})
	if len(tiles) != 1 || tiles[0].Value != "–" || len(columns) != 6 ||
		!slices.Equal(rows, []string{"F-01 | a/b | 20.0 MB | – | 1 | –", " | In all | 20.0 MB | – | 1 | –"}) {
		t.Errorf("%+v\n%+v\n%q", tiles, columns, rows)
	}
}

// A run that cost nothing says nothing of it.
func TestNoCost(t *testing.T) {
	if tiles, columns, _ := costly(t, nil); tiles != nil || columns != nil {
		t.Errorf("%+v %+v", tiles, columns)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
