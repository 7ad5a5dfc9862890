package documenttest

import "trailscribe/internal/document"

// From is a link with what it stands in: "card F-01", "row register/F-01".
type From struct {
	In   string
	Link document.Link
}

// Links are all links of a document, of tables those of the rows that a paged format prints.
func Links(d *document.Document) (all []From, err error) {
	add := func(in string, links ...document.Link) {
		for _, k := range links {
			if k.Ref != "" {
				all = append(all, From{in, k})
			}
		}
	}
	points := func(in string, list []document.Point) {
		for _, p := range list {
			add(in, document.Link{Text: p.Ref, Ref: p.Ref})
			add(in, p.Links...)
		}
	}
	fields := func(in string, list []document.Field) {
		for _, f := range list {
			add(in, document.Link{Text: f.Text, Ref: f.Ref})
			add(in, f.Links...)
		}
	}
	lines := func(in string, list []document.Line) {
		for _, x := range list {
			for _, ref := range x.Refs {
				add(in, document.Link{Text: ref, Ref: ref})
			}
		}
	}
	for _, s := range d.Sections {
		in := "section " + s.Title
		for _, b := range s.Blocks {
			switch b := b.(type) {
			case document.Front:
				points("page one", b.Notices)
				lines("page one", b.Worst.Lines)
				fields("page one", b.Facts)
			case document.Points:
				points(in, b.Points)
			case document.Lines:
				lines(in, b.Lines)
			case document.Paragraph:
				add(in, b.Links...)
			case document.Facts:
				fields(in, b.Fields)
			case document.Card:
				fields("card "+b.Ref, b.Fields)
			case document.Checks:
				for _, r := range b.Rows {
					add("check "+r.Ref, document.Link{Text: r.Observed, Ref: r.Count})
					add("check "+r.Ref, r.Links...)
				}
			case document.Table:
				add("card "+b.Ref, b.Links...)
				err = printed(b, func(row []any) {
					for i, c := range b.Columns {
						from := "table " + b.Title
						if target := b.TargetOf(row); target != "" {
							from = "row " + target
						}
						add(from, c.LinksOf(row[i], row)...)
					}
				})
				if err != nil {
					return nil, err
				}
			}
		}
	}
	return all, nil
}

// Targets are what links of a document can lead to, each with the words that stand there.
func Targets(d *document.Document) (map[string]string, error) {
	all := map[string]string{}
	define := func(ref, words string) {
		if _, known := all[ref]; !known && ref != "" {
			all[ref] = words
		}
	}
	for _, s := range d.Sections {
		define(s.Ref, s.Title)
		for _, b := range s.Blocks {
			switch b := b.(type) {
			case document.Heading:
				define(b.Ref, b.Text)
			case document.Card:
				define(b.Ref, b.Title)
			case document.Code:
				define(b.Ref, b.Title)
			case document.Checks:
				for _, r := range b.Rows {
					define(r.Ref, r.Name)
				}
			case document.Table:
				define(b.Ref, b.Title)
				if err := printed(b, func(row []any) { define(b.TargetOf(row), b.Title) }); err != nil {
					return nil, err
				}
			}
		}
	}
	return all, nil
}

// printed calls each with the rows of a table that a paged format prints.
func printed(t document.Table, each func(row []any)) error {
	rows, n := t.Rows, t.Shown
	if t.Paper != nil {
		rows, n = t.Paper, t.Paper.Count()
	}
	if rows == nil {
		return nil
	}
	for row, err := range rows.All() {
		if err != nil {
			return err
		}
		if n--; n < 0 {
			break
		}
		each(row)
	}
	return nil
}
