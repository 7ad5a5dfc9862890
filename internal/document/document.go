// Package document is a report as a tree of blocks: finished words, counted, sorted, capped; no output format in it.
package document

import (
	"context"
	"io"
	"time"

	"trailscribe/internal/result"
)

// Document is everything a reader will see, in reading order. Writers lay it out; they compute, sort and cap nothing.
type Document struct {
	Ref      string    // what the running header names: "monthly-security 2026-10 r1"
	Title    string    // the report's title
	Entity   string    // whose report it is; "" leaves the line out
	Period   string    // in words
	Language string    // BCP 47 tag: document language, font choice
	As       time.Time // the only clock in a file: creation and modification date, footer
	Footer   string    // left part of every page's footer
	Words    Words
	Run      []RunField // what a filled workbook is read back by: code and value, on a hidden sheet; not printed
	Files    []File
	Sections []Section

	// Cell is the text a reader sees for a value of a column: the report language's numbers and dates. nil is shown as an en dash.
	// A workbook uses it only for cells that it cannot type.
	Cell func(c Column, v any) string `json:"-"`
	// Paper is the same for a Short column of a paged format. nil: as Cell.
	Paper func(c Column, v any) string `json:"-"`
}

// Words are the few that a writer itself sets, already in the report's language. {x} stands for a figure the writer fills in.
type Words struct {
	Contents  string // heading of the contents page
	Page      string // "{page} / {pages}"
	Continued string // after a table or card title on its next page: "continued"
	Back      string // link from a sheet to the summary
	RowNumber string // header of the running number column: "No."
	Part      string // sheets that go on: "part {part} of {parts}, rows {first} to {last} of {rows}"
	Choices   string // prompt of a drop-down
	Date      string // prompt of a date to fill in
	Pass      string // result of a live tie-out that holds
	Fail      string // and of one that does not
	Truncated string // for a cell too long for the format: "… [continues, {characters} characters, SHA-256 {sha256}]"
}

// File is attached to a paged format that can hold files. Nothing depends on it: some mail systems strip attachments.
type File struct {
	Name, Type, Description string // Type is a media type
	Data                    []byte
}

// Part says what a section is, so that a paged format and a workbook can each give it its place.
// A workbook gives each part but Cover and Findings a sheet; tables with a Ref get a sheet of their own wherever they stand.
type Part string

// The parts, in the order of a paged format.
const (
	Cover      Part = "cover"      // page one; head of the workbook's first sheet
	Summary    Part = "summary"    // one page: verdict, tiles, charts, what to take away
	Scope      Part = "scope"      // coverage matrix and completeness checks
	Register   Part = "register"   // all findings in one table
	Findings   Part = "findings"   // cards with their evidence
	Controls   Part = "controls"   // control matrix
	SignOff    Part = "signoff"    // who prepared, reviewed, approved
	Provenance Part = "provenance" // parameters, hashes
	Cost       Part = "cost"       // what a remote engine was expected to bill and billed
	Method     Part = "method"     // how figures were made, glossary
	Statements Part = "statements" // query texts
)

// Section is a numbered heading with its blocks.
type Section struct {
	Part    Part
	Ref     string // link target, "" none
	Number  string // "1", "A"; "" for the cover
	Title   string
	Sheet   string // name of the workbook sheet, unique and at most 31 UTF-16 units
	NewPage bool   // starts on a new page in a paged format
	Apart   bool   // not for every reader: a paged format puts it into an appendix, a file of its own; a workbook leaves it out
	Blocks  []Block
}

// Block is one of the types below and no other.
type Block interface{ block() }

type (
	// Front is the cover: the verdict card, what limits the report, what happened, the worst findings; facts and the evidence digest last.
	// Where a page does not hold all of it the facts give way, then lines of Worst from the end; what limits the report never does.
	Front struct {
		Kicker  string // small capitals above the title
		Verdict Verdict
		Notices []Point
		Story   Story // what stands out; without lines where nothing does
		Worst   Lines
		Facts   []Field
		Digest  Field  // label and the evidence digest, set in monospace
		Note    string // under the digest: what it is and how to check it
		Closing string // confidentiality line
	}
	// Story is a few sentences on what happened; the first is the one to remember.
	Story struct {
		Title string
		Lines []string
	}
	// Lines are events in a sentence each: severity, reference, when, what, and what came of it.
	Lines struct {
		Title string
		Head  [5]string // severity, ref, when, what, later; "" leaves the column out
		Lines []Line
		More  string // said where a page had no room for the lines from the end, with {n}
		Two   bool   // in two columns, without severity words: a timeline
	}
	// Verdict is a sentence with a tone and up to six figures.
	Verdict struct {
		Tone    Tone
		Kicker  string // small capitals: "Overall result"
		Title   string // "Exceptions noted"
		Text    string
		Figures []Figure
	}
	// Tiles are big numbers in a row; at most six stand side by side.
	Tiles struct{ Tiles []Tile }
	// Heading is a heading inside a section, listed in the contents.
	Heading struct {
		Level int    // 2 or 3
		Ref   string // link target, "" none
		Text  string
	}
	// Paragraph is running text.
	Paragraph struct {
		Style Style
		Text  string
		Links []Link
	}
	// Points are sentences, each behind a pill.
	Points struct {
		Title  string
		Points []Point
	}
	// Chart is drawn as vectors in a PDF and as a native chart in a workbook.
	Chart struct {
		Kind       ChartKind
		Title      string
		Unit       string   // subtitle: what is counted
		Categories []string // labels along the category axis; for HeatChart: the columns
		Series     []Series // for HeatChart: one series per row
		Half       bool     // half the width: two such charts in a row stand side by side
		Marked     string   // what signalled points are, for a legend
		Empty      string   // said in place of a chart without any data
	}
	// Matrix is a grid of small coloured cells: coverage of account × region by day.
	Matrix struct {
		Title   string
		Sheet   string // name of its own sheet in a workbook, "" stays on the section's
		Note    string
		Columns []string // label of each column, "" for those left unlabelled
		Rows    []MatrixRow
		Legend  []Legend
	}
	// Card is a finding's head: reference, title, severity, outcome and its texts.
	Card struct {
		Ref    string // "F-02": link target in every format
		Title  string
		Pills  []Pill // severity, outcome
		Fields []Field
	}
	// Facts are label and value lines.
	Facts struct {
		Title  string
		Fields []Field
	}
	// Checks are the tie-outs: expected, observed, how checked.
	Checks struct {
		Title string
		Head  [6]string // ref, check, expected, observed, result, how checked
		Rows  []CheckRow
	}
	// Attached says where the sections that stand apart are: of a paged format, with the {pages} and the {sha256} of the file {file}.
	// A workbook holds them itself and leaves it out.
	Attached struct{ Text string }
	// Code is a query's text with line numbers.
	Code struct {
		Ref, Title, Text string
	}
	// Table is rows. A table with a Ref gets a sheet of its own in a workbook, together with the card of the same Ref.
	Table struct {
		Ref     string // "F-02", "E-01"; "" for a table that stays on its section's sheet
		Title   string
		Sheet   string // sheet name, where Ref is set
		Query   string // id of the query whose rows these are, "" of none: a filled workbook is read back by it
		Only    string // "sheet": a paged format has nothing of it; "" in both
		Columns []Column
		Rows    result.Set // one column per entry of Columns, in their order; status columns already joined on
		Shown   int64      // rows a paged format prints; a sheet holds all
		Paper   result.Set // the rows that a paged format prints in place of the first Shown; nil: those
		Note    string     // said above the rows: "first 25 of 214 rows by time; all on sheet F-02"
		Links   []Link     // of parts of Note
		Empty   string     // said in place of a table without rows
		Review  *Review    // reviewer columns of a workbook; nil: none
		Target  string     // each row is a link target: this, with {row} for the value of its first column; "" none
		Zebra   bool       // evidence
		Total   bool       // the last row is of all those above it, and set off from them
	}
	// Progress is said in a workbook alone: how many rows of the table with this Ref have another choice than the first, counted live.
	// Text has {done} and {all}; Notes stand below.
	Progress struct {
		Ref, Text string
		Notes     []string
	}
	// Signatures are the boxes to sign.
	Signatures struct {
		Roles []Role
	}
)

func (Front) block()      {}
func (Lines) block()      {}
func (Attached) block()   {}
func (Story) block()      {}
func (Verdict) block()    {}
func (Tiles) block()      {}
func (Heading) block()    {}
func (Paragraph) block()  {}
func (Points) block()     {}
func (Chart) block()      {}
func (Matrix) block()     {}
func (Card) block()       {}
func (Facts) block()      {}
func (Checks) block()     {}
func (Code) block()       {}
func (Table) block()      {}
func (Progress) block()   {}
func (Signatures) block() {}

// Tone is what a colour means. A theme gives each its colour; a writer always prints the word next to it.
type Tone string

// The tones.
const (
	Neutral  Tone = "neutral"
	Good     Tone = "good" // pass, clear, complete
	Critical Tone = "critical"
	High     Tone = "high"
	Medium   Tone = "medium"
	Low      Tone = "low"
	Info     Tone = "info"
	Accent   Tone = "accent" // reviewed, waived, shown
	Muted    Tone = "muted"  // not evaluated, not logged, not covered, no file
)

// ReviewKind is what a reviewer writes into a column.
type ReviewKind string

// The kinds of reviewer columns.
const (
	Free   ReviewKind = "text"
	Chosen ReviewKind = "choice" // one of the choices
	Dated  ReviewKind = "date"
)

// Style of a paragraph.
type Style string

// The styles.
const (
	Body Style = "body"
	Lead Style = "lead" // the conclusion in larger serif type
	Note Style = "note" // small, grey, italic
)

// ChartKind says how a chart is drawn.
type ChartKind string

// The kinds of chart.
const (
	BarChart    ChartKind = "bar"    // horizontal, series stacked
	ColumnChart ChartKind = "column" // vertical, series stacked
	LineChart   ChartKind = "line"
	HeatChart   ChartKind = "heat" // Series are rows, Categories are columns
	DotChart    ChartKind = "dots" // a row of dots for each series; the area of a dot is its value
)

type (
	// Line is one event of Lines. Refs are linked.
	Line struct {
		Pill        Pill
		Refs        []string
		When        string
		Text, Later string
	}
	// Figure is a number with a word under it.
	Figure struct {
		Value, Label string
		Tone         Tone
	}
	// Tile is a big number with a label above and a grey line below.
	Tile struct {
		Label, Value, Note string
		Tone               Tone
	}
	// Link is a part of a text that leads to the target Ref: the first behind the part of the link before. Only what the program itself says
	// has links; a value of a log may read like a reference and is not one.
	Link struct{ Text, Ref string }
	// Point is a sentence behind a pill; Ref links to what it speaks of.
	Point struct {
		Pill  Pill
		Text  string
		Ref   string
		Links []Link // of parts of Text
	}
	// Pill is a word on a colour.
	Pill struct {
		Text string
		Tone Tone
	}
	// Field is a label and its text.
	Field struct {
		Label, Text string
		Mono        bool   // ids, hashes, ARNs
		Ref         string // links there
		Links       []Link // of parts of Text
		Only        string // "page": said only on paper; "" in both
	}
	// Series is a row of points with a tone; NaN is not a point.
	Series struct {
		Name   string
		Tone   Tone
		Points []float64
		Marks  []int // indices of points to be signalled
	}
	// MatrixRow is one line of a matrix.
	MatrixRow struct {
		Group, Label string // Group is printed when it changes: the account
		Cells        []MatrixCell
		Note         string // right of the row
	}
	// MatrixCell is a state; Text is what a workbook writes into the cell.
	MatrixCell struct {
		Tone Tone
		Mark string // one character drawn on the cell, so that colour is never alone
		Text string
	}
	// Legend explains one state of a matrix.
	Legend struct {
		Tone       Tone
		Mark, Text string
	}
	// CheckRow is one tie-out.
	CheckRow struct {
		Ref, Name, Expected, Observed string
		Result                        Pill
		How                           string
		Only                          string // "sheet" or "page": said only in a workbook, only on paper; "" in both
		Count                         string // Ref of the table whose rows are the observed figure: a workbook counts them live
		Number                        *int64 // the expected figure, for the live comparison
		Links                         []Link // of parts of Name
	}
	// Role is one box of the sign-off.
	Role struct {
		Title  string
		Fields []string // Name, Role, Signature, Date; the same of all boxes
		Given  []string // what is known of them, in their order; "" is left to be filled in
	}
	// RunField says one thing of the run: a code, the same in every language, and its value.
	RunField struct{ Code, Text string }
	// Review are the columns that a reviewer fills in.
	Review struct {
		Columns []ReviewColumn
		Choices []Choice // of the column of the kind Chosen
		Initial string   // code of the choice that a row starts with; "" empty
	}
	// ReviewColumn is one of them. Code is what a filled workbook is read back by.
	ReviewColumn struct {
		Code, Label string
		Kind        ReviewKind
	}
	// Choice is one entry of a drop-down or one value of a status column. Code is what a filled workbook is read back by.
	Choice struct {
		Code, Label string
		Tone        Tone
	}
)

// Column of a table.
type Column struct {
	Name   string // key, from the query
	Label  string
	Kind   result.Kind
	Form   Form
	Width  int      // display width of the longest cell or the label, in characters
	Hidden bool     // workbook only, hidden there
	Sheet  bool     // workbook only, shown there
	Short  bool     // a paged format may show less of a value, see Document.Paper
	Values []Choice // of a Status column: what each code is called
	Digits int      // of a Money column: after the decimal sign
	// To is the link target that a cell leads to: {value} in it is each of the values between commas, {row} that of the first column; "" none.
	To   string
	Tint Tone // cells are coloured by their value, the largest of the column in the tone itself; "" not at all
}

// Form is how a column's values are to be read and shown, beyond their kind.
type Form string

// The forms.
const (
	FormText      Form = "text"
	FormTime      Form = "time"
	FormLocalTime Form = "local-time"
	FormDate      Form = "date"
	FormID        Form = "id" // monospace, never a number
	FormAccount   Form = "account"
	FormRegion    Form = "region"
	FormActor     Form = "actor"
	FormARN       Form = "arn"
	FormIP        Form = "ip"
	FormNumber    Form = "number"
	FormBytes     Form = "bytes"
	FormSize      Form = "size"    // a number of bytes, in units also in a workbook
	FormMoney     Form = "money"   // a Decimal with Digits after the decimal sign
	FormPercent   Form = "percent" // 0 to 100
	FormCode      Form = "code"
	FormJSON      Form = "json"
	FormStatus    Form = "status" // a code of Values, shown as a pill
	FormRef       Form = "ref"    // a Ref of this document, shown as a link
)

// Output takes the files of one format: a PDF is one, CSV is one per table. A file is there once it is closed; a writer
// that fails leaves its file unclosed, so that no half of one is ever seen.
type Output interface {
	Create(name string) (io.WriteCloser, error)
}

// Written is what a writer did, per table Ref; audit compares it with what the document asked for.
type Written struct {
	Files   []string
	Rows    map[string]int64 // rows written for each table that has a Ref
	Altered map[string]int64 // cells shown with codes or cut
	Paged   bool             // of each table only the first Shown rows are written, as a format of pages has them
	Pages   int              // of a paged format
}

// Writer turns a document into the files of one format. The same document gives the same bytes.
type Writer interface {
	Format() string
	Files() []string // names of the files that Write makes
	Write(ctx context.Context, out Output, d *Document) (Written, error)
}
