package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/klauspost/compress/flate"
	"github.com/xuri/excelize/v2"
)

// level of compression: 5 costs half as much time again as 1 and saves a sixth of the size.
const level = 5

// producer gives the rows of a sheet as XML, piece by piece; emit copies what it is given.
type producer func(emit func([]byte) error) error

// archive is the zip file of a workbook. excelize builds every part but the bulk rows; those are poured into <sheetData> while the file is
// written, so that memory does not grow with the rows. Parts have a fixed order and date, so that the same workbook gives the same bytes.
type archive struct {
	out    *zip.Writer
	inject map[string]producer // part name -> rows
	sizes  map[string]string   // part name -> the cells of a sheet whose rows are poured in: "A1:K214"
	cached map[string]map[string]string
	links  map[string]*[]byte // part name -> links of its rows, known once they are poured in
	parts  map[string]*bytes.Buffer
}

func newArchive(w io.Writer, b *book) *archive {
	a := &archive{out: zip.NewWriter(w), inject: b.inject, sizes: b.sizes, cached: b.cached, links: b.poured,
		parts: map[string]*bytes.Buffer{}}
	a.out.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, level) })
	return a
}

var _ excelize.ZipWriter = (*archive)(nil)

// AddFS is part of excelize's interface; excelize does not call it when it writes a workbook.
func (a *archive) AddFS(fs.FS) error {
	return errors.New("adding a file system to a workbook is not supported")
}

// Create keeps a part in memory until Close, when the order of all parts is known.
func (a *archive) Create(name string) (io.Writer, error) {
	b := &bytes.Buffer{}
	a.parts[name] = b
	return b, nil
}

const contentTypes = "[Content_Types].xml"

// Close writes the parts: content types first, as streaming readers like it, then by name.
func (a *archive) Close() error {
	names := make([]string, 0, len(a.parts))
	for name := range a.parts {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		if (names[i] == contentTypes) != (names[j] == contentTypes) {
			return names[i] == contentTypes
		}
		return names[i] < names[j]
	})
	for _, name := range names {
		entry := &zip.FileHeader{Name: name, Method: zip.Deflate}
		entry.ModifiedDate = 0x21 //nolint:staticcheck // 1 January 1980, the earliest a zip file can say; Modified adds a field with a zone
		w, err := a.out.CreateHeader(entry)
		if err != nil {
			return err
		}
		part := a.parts[name].Bytes()
		switch {
		case name == contentTypes:
			part = sortDefaults(part)
		case strings.HasPrefix(name, "xl/worksheets/sheet"):
			part = withDimension(withCached(part, a.cached[name]), a.sizes[name])
		}
		rows := a.inject[name]
		if rows == nil {
			if _, err := w.Write(part); err != nil {
				return err
			}
			continue
		}
		head, tail, err := split(name, part)
		if err != nil {
			return err
		}
		after := func() []byte { return withLinks(tail, a.links[name]) }
		if err := pour(w, head, after, rows); err != nil {
			return err
		}
	}
	for name := range a.inject {
		if a.parts[name] == nil {
			return fmt.Errorf("the workbook has no part %s for its rows", name)
		}
	}
	return a.out.Close()
}

var formulaCell = regexp.MustCompile(`<c r="([A-Z]+[0-9]+)"( s="[0-9]+")? t="str"><f>([^<]*)</f><v>[^<]*</v></c>`)

// withCached gives formulas the values that they have in the file, for programs that do not calculate: excelize leaves there what was in
// the cell before, of a text its number in the list of texts. A value that is a number is one.
func withCached(part []byte, values map[string]string) []byte {
	if len(values) == 0 {
		return part
	}
	return formulaCell.ReplaceAllFunc(part, func(c []byte) []byte {
		m := formulaCell.FindSubmatch(c)
		value, known := values[string(m[1])]
		if !known {
			return c
		}
		kind := ` t="str"`
		if _, err := strconv.ParseInt(value, 10, 64); err == nil {
			kind = ""
		}
		var text bytes.Buffer
		_ = xml.EscapeText(&text, []byte(value)) // a buffer takes everything
		return fmt.Appendf(nil, `<c r="%s"%s%s><f>%s</f><v>%s</v></c>`, m[1], m[2], kind, m[3], text.Bytes())
	})
}

var (
	dimensionPart = regexp.MustCompile(`<dimension ref="[^"]*"`)
	cellPlace     = regexp.MustCompile(`<c r="([A-Z]+)([0-9]+)"`)
)

// withDimension says which cells a sheet has, which excelize does not; size is that of a sheet whose rows are poured in, "" of another one.
// Programs that read a sheet in one pass believe it.
func withDimension(part []byte, size string) []byte {
	if size == "" {
		var column, row int
		for _, m := range cellPlace.FindAllSubmatch(part, -1) {
			c, err := excelize.ColumnNameToNumber(string(m[1]))
			r, err2 := strconv.Atoi(string(m[2]))
			if err == nil && err2 == nil {
				column, row = max(column, c), max(row, r)
			}
		}
		if column == 0 {
			return part
		}
		size = "A1:" + address(column, int64(row))
	}
	if !dimensionPart.Match(part) { // it stands before the views of the sheet
		for _, before := range []string{"<sheetViews>", "<sheetFormatPr", "<cols>", "<sheetData"} {
			if i := bytes.Index(part, []byte(before)); i >= 0 {
				return slices.Concat(part[:i], []byte(`<dimension ref="`+size+`"/>`), part[i:])
			}
		}
	}
	return dimensionPart.ReplaceAll(part, []byte(`<dimension ref="`+size+`"`))
}

// split cuts a sheet where its rows end.
func split(name string, part []byte) (head, tail []byte, err error) {
	if i := bytes.Index(part, []byte("</sheetData>")); i >= 0 {
		return part[:i], part[i:], nil
	}
	if i := bytes.Index(part, []byte("<sheetData/>")); i >= 0 {
		return append(append([]byte{}, part[:i]...), "<sheetData>"...), append([]byte("</sheetData>"), part[i+len("<sheetData/>"):]...), nil
	}
	return nil, nil, fmt.Errorf("part %s has no sheet data to pour rows into", name)
}

var defaults = regexp.MustCompile(`<Default [^>]*></Default>|<Default [^>]*/>`)

// sortDefaults orders the file extensions of the content types, which excelize writes in map order as soon as there is a chart.
func sortDefaults(part []byte) []byte {
	found := defaults.FindAll(part, -1)
	if len(found) < 2 {
		return part
	}
	sorted := make([]string, len(found))
	for i, d := range found {
		sorted[i] = string(d)
	}
	sort.Strings(sorted)
	rest := defaults.ReplaceAll(part, nil)
	i := bytes.Index(rest, []byte("<Override"))
	if i < 0 {
		return part
	}
	var b bytes.Buffer
	b.Write(rest[:i])
	for _, d := range sorted {
		b.WriteString(d)
	}
	b.Write(rest[i:])
	return b.Bytes()
}

// withLinks puts the links of poured rows where the format has them: behind the rows and before what is about printing.
func withLinks(tail []byte, links *[]byte) []byte {
	if links == nil || len(*links) == 0 {
		return tail
	}
	if i := bytes.Index(tail, []byte("</hyperlinks>")); i >= 0 {
		return slices.Concat(tail[:i], *links, tail[i:])
	}
	for _, before := range []string{"<printOptions", "<pageMargins"} {
		if i := bytes.Index(tail, []byte(before)); i >= 0 {
			return slices.Concat(tail[:i], []byte("<hyperlinks>"), *links, []byte("</hyperlinks>"), tail[i:])
		}
	}
	return tail
}

// pour deflates in a goroutine of its own while the rows are being encoded.
func pour(w io.Writer, head []byte, tail func() []byte, rows producer) error {
	const buffers = 6
	full := make(chan []byte, buffers)
	free := make(chan []byte, buffers+1)
	for range buffers {
		free <- make([]byte, 0, 300<<10)
	}
	done := make(chan error, 1)
	go func() {
		var err error
		for b := range full {
			if err == nil {
				_, err = w.Write(b)
			}
			free <- b[:0]
		}
		done <- err
	}()
	send := func(b []byte) { full <- append(<-free, b...) }
	send(head)
	err := rows(func(b []byte) error { send(b); return nil })
	send(tail())
	close(full)
	if e := <-done; err == nil {
		err = e
	}
	return err
}
