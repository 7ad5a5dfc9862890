package documenttest

import (
	"trailscribe/internal/document"
	"trailscribe/internal/result"
)

// EveryPlace is a document with s in every place that a document has for a text.
func EveryPlace(s string) *document.Document {
	cols := []document.Column{
		{Name: "a", Label: s, Kind: result.Text, Form: document.FormID, Width: len(s)},
		{Name: "b", Label: "b", Kind: result.Text, Form: document.FormRef},
	}
	set := result.Of([]result.Column{{Name: "a", Kind: result.Text}, {Name: "b", Kind: result.Text}}, []result.Row{{s, s}, {nil, "F-01"}})
	return &document.Document{
		Ref: s, Title: s, Entity: s, Period: s, Footer: s, Language: s, Words: Words(), Cell: Cell, As: As,
		Sections: []document.Section{
			{Part: document.Cover, Blocks: []document.Block{document.Front{
				Kicker: s, Verdict: document.Verdict{Title: s, Text: s, Figures: []document.Figure{{Value: s, Label: s}}},
				Story: document.Story{Title: s, Lines: []string{s, s}},
				Worst: document.Lines{Title: s, Head: [5]string{s, s, s, s, s}, More: s,
					Lines: []document.Line{{Pill: document.Pill{Text: s}, Refs: []string{"F-01"}, When: s, Text: s, Later: s}}},
				Facts: []document.Field{{Label: s, Text: s}}, Digest: document.Field{Text: s}, Note: s, Closing: s,
			}}},
			{Part: document.Findings, Number: s, Title: s, Blocks: []document.Block{
				document.Lines{Title: s, Two: true, Lines: []document.Line{{Pill: document.Pill{Text: s}, Refs: []string{s}, When: s, Text: s}}},
				document.Chart{Kind: document.DotChart, Title: s, Categories: []string{s}, Series: []document.Series{{Name: s, Points: []float64{1}}}},
				document.Heading{Level: 3, Text: s}, document.Tiles{Tiles: []document.Tile{{Label: s, Value: s, Note: s}}},
				document.Chart{Kind: document.ColumnChart, Title: s, Categories: []string{s, s},
					Series: []document.Series{{Name: s, Points: []float64{1, 2}, Marks: []int{1}}}},
				document.Card{Ref: "F-01", Title: s, Pills: []document.Pill{{Text: s}}, Fields: []document.Field{{Label: s, Text: s, Mono: true}}},
				document.Table{Ref: "F-01", Title: s, Columns: cols, Rows: set, Shown: 2, Note: s}, document.Code{Text: s},
			}},
		},
	}
}
