package xlsx

import (
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
)

func (g *page) heading(text string) {
	g.gap(8)
	g.height(20)
	g.put(2, g.last(), text, g.b.style("h2", func() *excelize.Style {
		return &excelize.Style{Font: g.b.font(12, true, g.b.color("navy")), Border: under(g.b.color("rule"), 1),
			Alignment: &excelize.Alignment{Vertical: "center"}}
	}))
	g.next()
	g.gap(4)
}

func (g *page) paragraph(p document.Paragraph) {
	b := g.b
	size, lineHeight := 9.5, 13.5
	if p.Style == document.Lead {
		size, lineHeight = 13, 18.5
	}
	style := b.style("paragraph-"+string(p.Style), func() *excelize.Style {
		s := &excelize.Style{Font: b.font(size, p.Style == document.Lead, b.color("ink")),
			Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}
		switch p.Style {
		case document.Lead:
			s.Font.Color = b.color("navy")
		case document.Note:
			s.Font.Color, s.Font.Italic = b.color("grey"), true
		}
		return s
	})
	to := g.take(pageWidth)
	g.put(2, to, p.Text, style)
	g.height(lines(p.Text, g.width(2, to)*9.5/size) * lineHeight)
	g.next()
	g.gap(6)
}

func (g *page) verdict(v document.Verdict) {
	b := g.b
	pill := g.take(22)
	g.put(2, pill, v.Title, b.style("verdict-"+string(v.Tone), func() *excelize.Style {
		return &excelize.Style{Font: b.font(11, true, b.onTone(v.Tone)), Fill: fill(b.tone(v.Tone)),
			Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}
	}))
	g.put(pill+1, g.last(), v.Text, b.style("verdict-text", func() *excelize.Style {
		return &excelize.Style{Font: b.font(11, false, b.color("ink")), Fill: fill(b.color("tint")), Alignment: left(true)}
	}))
	g.height(max(30, 15*max(lines(v.Title, g.width(2, pill)*0.8), lines(v.Text, g.width(pill+1, g.last())*0.85))+6))
	g.next()
	g.gap(6)
}

func (g *page) tiles(tiles []document.Tile) {
	if len(tiles) == 0 {
		return
	}
	b := g.b
	rows := (len(tiles) + 3) / 4
	across := (len(tiles) + rows - 1) / rows // rows of about the same length
	bounds := g.columns(max(across, 2))
	if rest := tiles[min(len(tiles), len(bounds)):]; len(rest) > 0 {
		tiles = tiles[:len(bounds)]
		defer func() { g.tiles(rest) }()
	}
	white := []excelize.Border{{Type: "right", Color: "FFFFFF", Style: 5}}
	for i, t := range tiles {
		from, to := bounds[i][0], bounds[i][1]
		tone := b.tone(t.Tone)
		styles := []int{
			b.style("tile-label-"+string(t.Tone), func() *excelize.Style {
				return &excelize.Style{Font: b.font(7.5, true, b.color("grey")), Fill: fill(b.color("tint")),
					Border: append([]excelize.Border{{Type: "top", Color: tone, Style: 5}}, white...), Alignment: left(false)}
			}),
			b.style("tile-value-"+string(t.Tone), func() *excelize.Style {
				return &excelize.Style{Font: b.font(22, true, b.figure(t.Tone)), Fill: fill(b.color("tint")), Border: white, Alignment: left(false)}
			}),
			b.style("tile-note", func() *excelize.Style {
				return &excelize.Style{Font: b.font(8, false, b.color("grey")), Fill: fill(b.color("tint")), Border: white,
					Alignment: &excelize.Alignment{Horizontal: "left", Vertical: "top", Indent: 1}}
			}),
		}
		for k, text := range []string{strings.ToUpper(t.Label), t.Value, t.Note} {
			g.row += int64(k)
			g.put(from, to, text, styles[k])
			g.row -= int64(k)
		}
	}
	for _, h := range []float64{18, 30, 17} {
		g.height(h)
		g.next()
	}
	g.gap(8)
}

// columns cuts the page into n parts of about the same width.
func (g *page) columns(n int) [][2]int {
	total := g.width(2, g.last())
	var out [][2]int
	first := 2
	for i := 1; i <= n && first <= g.last(); i++ {
		last := first
		for last < g.last() && g.width(2, last)+g.widths[last-1]/2 < total*float64(i)/float64(n) {
			last++
		}
		if i == n {
			last = g.last()
		}
		out = append(out, [2]int{first, last})
		first = last + 1
	}
	return out
}

func (g *page) points(p document.Points) {
	if len(p.Points) == 0 {
		return
	}
	if p.Title != "" {
		g.heading(p.Title)
	}
	b := g.b
	for _, x := range p.Points {
		pill := g.take(14)
		g.put(2, pill, x.Pill.Text, b.pill(x.Pill.Tone))
		style := b.style("point", func() *excelize.Style {
			return &excelize.Style{Font: b.font(9.5, false, b.color("ink")), Border: under(pale(b.color("rule"), 0.7), 1), Alignment: left(true)}
		})
		end := g.last()
		if to := b.targets[x.Ref]; to != "" { // next to the text: a cell that is a link does not wrap in every program
			for end = g.last() - 1; end > pill+1 && g.width(end+1, g.last()) < 9; end-- {
			}
			g.put(end+1, g.last(), x.Ref, b.style("point-link", func() *excelize.Style {
				return &excelize.Style{Font: &excelize.Font{Family: b.face(), Size: 9, Color: b.color("accent"), Underline: "single"},
					Border: under(pale(b.color("rule"), 0.7), 1), Alignment: right()}
			}))
			b.try(b.f.SetCellHyperLink(g.name, address(end+1, g.row), to, "Location"))
		}
		g.put(pill+1, end, x.Text, style)
		g.height(max(18, 13.5*lines(x.Text, g.width(pill+1, end)*0.95)+5))
		g.next()
	}
	g.gap(6)
}

func (b *book) pill(t document.Tone) int {
	return b.style("pill-"+string(t), func() *excelize.Style {
		return &excelize.Style{Font: b.font(8.5, true, b.onTone(t)), Fill: fill(b.tone(t)), Border: under("FFFFFF", 2),
			Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}
	})
}

func (g *page) facts(f document.Facts) {
	b := g.b
	if f.Title != "" {
		g.heading(f.Title)
	}
	label := b.style("label", func() *excelize.Style {
		return &excelize.Style{Font: b.font(9, true, b.color("grey")), Border: under(b.color("rule"), 1),
			Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}
	})
	value := b.style("fact", func() *excelize.Style {
		return &excelize.Style{Font: b.font(9, false, b.color("ink")), Border: under(b.color("rule"), 1), NumFmt: 49,
			Alignment: &excelize.Alignment{Vertical: "top", WrapText: true, Horizontal: "left"}}
	})
	for _, x := range f.Fields {
		if x.Only == "page" {
			continue
		}
		to := g.take(26)
		end := max(g.take(pageWidth), to+1)
		g.put(2, to, x.Label, label)
		g.put(to+1, end, x.Text, value)
		b.lead(g.name, address(to+1, g.row), []document.Link{{Ref: x.Ref}})
		g.height(max(16, 12.5*max(lines(x.Label, g.width(2, to)), lines(x.Text, g.width(to+1, end)))+4))
		g.next()
	}
	g.gap(8)
}

func (g *page) card(k document.Card) {
	b := g.b
	g.gap(6)
	pills := min(len(k.Pills), 4)
	end := g.take(pageWidth)
	from := end
	for from > 3 && g.width(from, end) < 15*float64(pills) {
		from--
	}
	g.put(2, max(from-1, 2), strings.TrimSpace(k.Ref+"  "+k.Title), b.style("card", func() *excelize.Style {
		return &excelize.Style{Font: b.font(12, true, b.color("navy")), Fill: fill(b.color("tint")),
			Border: []excelize.Border{{Type: "left", Color: b.color("accent"), Style: 5}}, Alignment: left(true)}
	}))
	if to := b.targets[k.Ref]; to != "" && to != quote(g.name)+"!A1" {
		b.try(b.f.SetCellHyperLink(g.name, address(2, g.row), to, "Location"))
	}
	if pills > 0 {
		per := max((end-from+1)/pills, 1)
		for i := range pills {
			a := from + i*per
			z := a + per - 1
			if i == pills-1 {
				z = end
			}
			if a <= z && a > max(from-1, 2) {
				g.put(a, z, k.Pills[i].Text, b.pill(k.Pills[i].Tone))
			}
		}
	}
	g.height(24)
	g.next()
	g.facts(document.Facts{Fields: k.Fields})
}

func (g *page) code(c document.Code) {
	b := g.b
	g.put(2, g.last(), c.Title, b.style("code-title", func() *excelize.Style {
		return &excelize.Style{Font: b.font(9, true, b.color("grey")), Alignment: &excelize.Alignment{Vertical: "center"}}
	}))
	g.next()
	style := b.style("code", func() *excelize.Style {
		return &excelize.Style{Font: &excelize.Font{Family: "Consolas", Size: 9, Color: b.color("ink")}, Fill: fill(b.color("tint")), NumFmt: 49,
			Alignment: &excelize.Alignment{Vertical: "top"}}
	})
	for _, line := range strings.Split(strings.TrimRight(c.Text, "\n"), "\n") {
		for { // a line longer than a screen goes on below, so that nothing hides behind the edge
			part, rest := line, ""
			if most := int(g.width(2, g.last())); utf8.RuneCountInString(line) > most && most > 40 {
				runes := []rune(line)
				part, rest = string(runes[:most]), "    "+string(runes[most:])
			}
			b.say(g.name, address(2, g.row), part)
			b.try(b.f.SetCellStyle(g.name, address(2, g.row), address(g.last(), g.row), style))
			g.height(12.5)
			g.next()
			if rest == "" {
				break
			}
			line = rest
		}
	}
	g.gap(8)
}

func (g *page) signatures(s document.Signatures) {
	b := g.b
	if len(s.Roles) == 0 {
		return
	}
	g.height(21)
	for i, label := range append([]string{""}, s.Roles[0].Fields...) {
		g.put(2+i, 2+i, label, b.head("left"))
	}
	g.next()
	for _, r := range s.Roles {
		g.put(2, 2, r.Title, b.cellStyle(document.Column{Kind: result.Text, Form: document.FormText}, false))
		for i := range r.Fields {
			given := ""
			if i < len(r.Given) {
				given = r.Given[i]
			}
			g.put(3+i, 3+i, given, b.input(i == len(r.Fields)-1))
		}
		g.height(32)
		g.next()
	}
}
