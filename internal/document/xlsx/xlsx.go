// Package xlsx writes documents as workbooks: a shell of sheets, styles, tables and charts made by excelize, and bulk rows poured in while
// the file is written.
package xlsx

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
	"trailscribe/internal/style"
)

// Options of the writer; the zero value works.
type Options struct {
	Theme *style.Theme // colours and face; nil: the house's own
	Name  string       // of the file, "" report.xlsx
}

// Writer writes workbooks.
type Writer struct{ o Options }

// New makes a writer.
func New(o Options) *Writer { return &Writer{o} }

// Format is the name of the format in --format.
func (w *Writer) Format() string { return "xlsx" }

// Files is the one file of the workbook.
func (w *Writer) Files() []string { return []string{cmp.Or(w.o.Name, "report.xlsx")} }

var _ document.Writer = (*Writer)(nil)

// Write lays the document out as a workbook. Every table with a Ref gets a sheet of its own with all its rows, however many; more than fit
// go on on further sheets. Memory does not grow with the rows.
func (w *Writer) Write(ctx context.Context, out document.Output, d *document.Document) (document.Written, error) {
	name := w.Files()[0]
	b := &book{
		f: excelize.NewFile(), d: d, theme: w.o.Theme, ctx: ctx,
		styles: map[string]int{}, quoted: map[int]int{}, names: map[string]bool{}, pageTables: map[string]int{}, targets: map[string]string{},
		tables: map[string][]span{}, reviews: map[string]reviewed{}, files: map[string]string{}, sizes: map[string]string{},
		cached: map[string]map[string]string{}, inject: map[string]producer{}, poured: map[string]*[]byte{},
		written: document.Written{Files: []string{name}, Rows: map[string]int64{}, Altered: map[string]int64{}},
	}
	defer b.f.Close()
	b.properties()
	plans, err := b.plan()
	if err != nil {
		return b.written, err
	}
	b.create(plans)
	for _, p := range plans {
		if p.table != nil {
			b.tableSheet(p)
		} else {
			b.pageSheet(p)
		}
		if b.failed != nil {
			return b.written, fmt.Errorf("laying out sheet %q: %w", p.name, b.failed)
		}
	}
	b.links(plans)
	b.lists()
	b.runOf(plans)
	b.quotePages()
	b.finish(plans)
	if b.failed != nil {
		return b.written, fmt.Errorf("making the workbook: %w", b.failed)
	}
	file, err := out.Create(name)
	if err != nil {
		return b.written, err
	}
	buffered := bufio.NewWriterSize(file, 1<<20)
	b.f.SetZipWriter(func(io.Writer) excelize.ZipWriter { return newArchive(buffered, b) })
	if _, err = b.f.WriteTo(io.Discard); err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		err = ctx.Err()
	}
	if err == nil { // half a file is never closed: it would get its name
		err = file.Close()
	}
	if err != nil {
		return b.written, fmt.Errorf("writing %s: %w", name, err)
	}
	return b.written, nil
}

// plan is one sheet: a page of blocks, or a part of a table.
type plan struct {
	name     string
	part     document.Part
	number   string
	title    string
	blocks   []document.Block
	table    *document.Table
	card     *document.Card
	first, n int64 // rows of the table on this sheet
	index    int   // which part of how many
	of       int
	file     string // part of the archive
}

// order of the sheets: what a reader opens first stands first.
func order(p *plan) int {
	if p.table != nil && p.table.Review != nil && p.part == document.Register { // what a reviewer works in
		return 1
	}
	switch p.part {
	case document.Cover, document.Summary:
		return 0
	case document.Scope:
		if p.table != nil {
			return 10 // the list of input files is long and last
		}
		return 1
	case document.Controls:
		return 2
	case document.Register:
		return 3
	case document.Findings:
		if p.table != nil {
			return 5
		}
		return 4
	case document.Provenance:
		return 6
	case document.Cost:
		return 7
	case document.Method:
		return 8
	}
	return 9
}

// plan gives every block its sheet. A card stays with its section and heads the sheet of its table as well.
func (b *book) plan() ([]*plan, error) {
	var plans []*plan
	var summary *plan
	cards := map[string]*document.Card{}
	for _, s := range b.d.Sections {
		for _, block := range s.Blocks {
			if k, ok := block.(document.Card); ok {
				cards[k.Ref] = &k
			}
		}
	}
	for _, s := range b.d.Sections {
		if s.Apart {
			continue
		}
		page := &plan{part: s.Part, number: s.Number, title: s.Title}
		if s.Part == document.Cover || s.Part == document.Summary {
			if summary == nil {
				summary = page
			} else {
				page = summary
				page.title = b.d.Title
			}
		}
		want := s.Sheet
		if want == "" {
			want = s.Title
		}
		var own []*plan
		for _, block := range s.Blocks {
			switch x := block.(type) {
			case document.Table:
				if x.Ref == "" {
					page.blocks = append(page.blocks, x)
					continue
				}
				parts, err := b.parts(&x, cards[x.Ref], s)
				if err != nil {
					return nil, err
				}
				own = append(own, parts...)
			case document.Matrix:
				if x.Sheet == "" {
					page.blocks = append(page.blocks, x)
					continue
				}
				plans = append(plans, &plan{name: b.sheetName(x.Sheet), part: s.Part, number: s.Number, title: x.Title, blocks: []document.Block{x}})
			default:
				page.blocks = append(page.blocks, block)
			}
		}
		if page.name == "" && slices.ContainsFunc(page.blocks, func(x document.Block) bool {
			_,
				heading := x.(document.Heading)
			return !heading
		}) {
			if page == summary && s.Sheet == "" {
				want = "" // named by the summary section, which follows
			}
			if want != "" {
				page.name = b.sheetName(want)
				plans = append(plans, page)
			}
		}
		plans = append(plans, own...)
	}
	if summary != nil && summary.name == "" {
		summary.name = b.sheetName(b.d.Title)
		plans = append(plans, summary)
	}
	slices.SortStableFunc(plans, func(x, y *plan) int { return order(x) - order(y) })
	if len(plans) == 0 {
		return nil, fmt.Errorf("document %q has nothing to put into a workbook", b.d.Ref)
	}
	for _, p := range plans {
		if p.table == nil && order(p) == 0 && len(b.home) == 0 {
			b.home = append(b.home, link{p.name, b.d.Words.Back})
		}
		if p.part == document.Register && p.table == nil {
			b.home = append(b.home, link{p.name, p.title})
		}
		if p.table != nil && p.n > 0 { // known before any sheet is laid out: the tie-outs stand before the tables
			b.tables[p.table.Ref] = append(b.tables[p.table.Ref], span{p.name, p.head() + 1, p.head() + p.n})
		}
		if p.table != nil && p.table.Review != nil {
			for i, k := range p.table.Review.Columns {
				if k.Kind == document.Chosen {
					b.reviews[p.table.Ref] = reviewed{len(p.table.Columns) + 3 + i, b.initial(p.table.Review)}
				}
			}
		}
		if p.table != nil && p.index == 0 {
			b.targets[p.table.Ref] = quote(p.name) + "!A1"
		}
	}
	for _, p := range plans {
		for _, block := range p.blocks {
			if k, ok := block.(document.Card); ok && b.targets[k.Ref] == "" {
				b.targets[k.Ref] = quote(p.name) + "!A1"
			}
		}
	}
	return plans, nil
}

func (b *book) create(plans []*plan) {
	for i, p := range plans {
		p.file = fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)
		b.files[p.name] = p.file
		if i == 0 {
			b.try(b.f.SetSheetName("Sheet1", p.name))
			continue
		}
		_, err := b.f.NewSheet(p.name)
		b.try(err)
	}
}

func (b *book) properties() {
	d := b.d
	at := d.As.UTC().Format(time.RFC3339)
	b.try(b.f.SetDefaultFont(b.face()))
	b.try(b.f.SetDocProps(&excelize.DocProperties{Title: clean(d.Title), Subject: clean(d.Period), Creator: clean(d.Entity),
		Keywords: clean(d.Ref), Created: at, Modified: at, LastModifiedBy: "trailscribe", Language: d.Language}))
	b.try(b.f.SetCustomProps(excelize.CustomProperty{Name: "Reference", Value: clean(d.Ref)}))
}

// finish sets what every sheet has: tab colour, page, footer. Pages are protected without a password (a password protects nothing and makes
// the bytes differ); sheets of rows and the structure of the workbook are free.
func (b *book) finish(plans []*plan) {
	tabs := map[int]string{0: "navy", 1: "accent", 2: "good", 3: "critical", 4: "high", 5: "high", 6: "grey",
		7: "grey", 8: "medium", 9: "grey"}
	for _, p := range plans {
		tab := b.color(tabs[order(p)])
		if p.card != nil && p.part == document.Findings && len(p.card.Pills) > 0 { // a finding's tab has the colour of its severity
			tab = b.tone(p.card.Pills[0].Tone)
		}
		b.try(b.f.SetSheetProps(p.name, &excelize.SheetPropsOptions{TabColorRGB: ptr(tab), FitToPage: ptr(true)}))
		orientation := "landscape"
		if order(p) == 0 {
			orientation = "portrait"
		}
		paper := 9 // A4
		if p.table != nil && b.wide(p) {
			paper = 8 // A3: on A4 its rows could not be read
		}
		b.try(b.f.SetPageLayout(p.name, &excelize.PageLayoutOptions{Orientation: ptr(orientation), Size: ptr(paper), FitToWidth: ptr(1),
			FitToHeight: ptr(0)}))
		b.try(b.f.SetPageMargins(p.name, &excelize.PageLayoutMarginsOptions{Left: ptr(0.45), Right: ptr(0.45), Top: ptr(0.55), Bottom: ptr(0.6),
			Header: ptr(0.25), Footer: ptr(0.25), Horizontally: ptr(true)}))
		b.try(b.f.SetHeaderFooter(p.name, &excelize.HeaderFooterOptions{OddFooter: b.footer()}))
		b.try(b.f.SetSheetView(p.name, 0, &excelize.ViewOptions{ShowGridLines: ptr(false), ZoomScale: ptr(100.0)}))
		if p.table != nil { // rows are for sorting, filtering and pivot tables, none of which works over locked cells
			continue
		}
		b.try(b.f.ProtectSheet(p.name, &excelize.SheetProtectionOptions{AutoFilter: true, Sort: true, FormatColumns: true, FormatRows: true,
			FormatCells: true, SelectLockedCells: true, SelectUnlockedCells: true}))
	}
	b.try(b.f.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: ptr(true)}))
	b.f.SetActiveSheet(0)
}

// wide reports whether a sheet of rows is too wide for A4.
func (b *book) wide(p *plan) bool {
	total := 0.0
	for i, k := range p.table.Columns {
		if k.Hidden {
			continue
		}
		w, err := b.f.GetColWidth(p.name, column(i+3))
		b.try(err)
		total += w
	}
	if r := p.table.Review; r != nil {
		for _, k := range r.Columns {
			total += reviewWidth(k)
		}
	}
	return total > pageWidth*1.3
}

// mostFooter is how long the code of a footer may be, in UTF-16 units.
const mostFooter = 255

// footer is the code of a page's footer: what the document says on the left, the sheet in the middle, the page on the right.
func (b *book) footer() string {
	page := strings.NewReplacer("{page}", "&P", "{pages}", "&N").Replace(footerText(b.d.Words.Page, 40))
	code := func(ref, foot string) string {
		return fmt.Sprintf(`&L&"%[1]s,Regular"&7%[2]s  ·  %[3]s&C&"%[1]s,Regular"&7&A&R&"%[1]s,Regular"&7%[4]s`, b.face(), ref, foot, page)
	}
	room := mostFooter - utf16Length(code("", ""))
	foot := footerText(b.d.Footer, min(90, max(room-20, 0)))
	return code(footerText(b.d.Ref, min(90, max(room-utf16Length(foot), 0))), foot)
}

// footerText keeps a text from being read as a footer code, and within so many units.
func footerText(s string, units int) string {
	var b strings.Builder
	for _, r := range clean(s) {
		n := utf16.RuneLen(r)
		if r == '&' {
			n = 2
		}
		if units -= n; units < 0 {
			break
		}
		b.WriteRune(r)
		if r == '&' {
			b.WriteRune(r)
		}
	}
	return b.String()
}
