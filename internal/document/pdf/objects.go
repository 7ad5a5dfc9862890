package pdf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// objects is a PDF file taken apart: the bodies of its numbered objects.
type objects struct {
	body       [][]byte // by number; 0 unused
	root, info int
	packFrom   int // objects from here on are written packed; 0: none
}

var (
	startPattern = regexp.MustCompile(`startxref\s+(\d+)\s+%%EOF\s*$`)
	rootPattern  = regexp.MustCompile(`/Root (\d+) 0 R`)
	infoPattern  = regexp.MustCompile(`/Info (\d+) 0 R`)
)

// parse reads a file with one cross reference table or stream, as fpdf and finish write them.
func parse(file []byte) (*objects, error) {
	tail := file[max(0, len(file)-64):]
	m := startPattern.FindSubmatch(tail)
	if m == nil {
		return nil, errors.New("read PDF: no startxref at the end")
	}
	at, _ := strconv.Atoi(string(m[1]))
	if at >= len(file) {
		return nil, errors.New("read PDF: the file ends before its cross references")
	}
	type start struct{ id, at int }
	var starts []start
	var trailer []byte
	n := 0
	if table, ok := bytes.CutPrefix(file[at:], []byte("xref\n0 ")); ok {
		line, rest, _ := bytes.Cut(table, []byte("\n"))
		var err error
		n, err = strconv.Atoi(strings.TrimSpace(string(line)))
		if err != nil || n < 1 || len(rest) < n*20 {
			return nil, errors.New("read PDF: the cross reference table is cut short")
		}
		for id := 1; id < n; id++ {
			off, err := strconv.Atoi(string(rest[id*20 : id*20+10]))
			if err != nil || off >= at {
				return nil, fmt.Errorf("read PDF: bad offset of object %d", id)
			}
			starts = append(starts, start{id, off})
		}
		trailer = rest[n*20:]
	} else {
		dict, table, err := unstream(file[at:])
		if err != nil || !bytes.Contains(dict, []byte("/Type /XRef")) || len(table)%xrefWidth != 0 {
			return nil, errors.New("read PDF: no cross references where the file says")
		}
		n, trailer = len(table)/xrefWidth, dict
		for id := 1; id < n; id++ {
			e := table[id*xrefWidth:]
			if off := int(binary.BigEndian.Uint32(e[1:])); e[0] == 1 && off < at { // packed objects are not looked at
				starts = append(starts, start{id, off})
			}
		}
	}
	slices.SortFunc(starts, func(a, b start) int { return a.at - b.at })
	o := &objects{body: make([][]byte, n)}
	for i, s := range starts {
		end := at
		if i+1 < len(starts) {
			end = starts[i+1].at
		}
		head := fmt.Appendf(nil, "%d 0 obj", s.id)
		b, ok := bytes.CutPrefix(file[s.at:end], head)
		if !ok {
			return nil, fmt.Errorf("read PDF: object %d is not at its offset", s.id)
		}
		b = bytes.TrimSuffix(bytes.TrimSpace(b), []byte("endobj"))
		o.body[s.id] = bytes.TrimSpace(b)
	}
	for _, f := range []struct {
		pattern *regexp.Regexp
		to      *int
	}{{rootPattern, &o.root}, {infoPattern, &o.info}} {
		m := f.pattern.FindSubmatch(trailer)
		if m == nil {
			return nil, fmt.Errorf("read PDF: no %s in the trailer", f.pattern)
		}
		if *f.to, _ = strconv.Atoi(string(m[1])); *f.to <= 0 || *f.to >= n {
			return nil, errors.New("read PDF: the trailer names an object that is not there")
		}
	}
	return o, nil
}

func (o *objects) add(body []byte) int {
	o.body = append(o.body, body)
	return len(o.body) - 1
}

func stream(dict string, data []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<<%s /Length %d>>\nstream\n", dict, len(data))
	b.Write(data)
	b.WriteString("\nendstream")
	return b.Bytes()
}

// unstream is the dictionary and the inflated data of a stream object.
func unstream(b []byte) (dict, data []byte, err error) {
	dict, rest, ok := bytes.Cut(b, []byte("stream\n"))
	if !ok {
		return nil, nil, errors.New("no stream")
	}
	r, err := zlib.NewReader(bytes.NewReader(rest))
	if err != nil {
		return nil, nil, err
	}
	data, err = io.ReadAll(r)
	return dict, data, err
}

// repack packs the streams again that fpdf packed with the standard library, whose bytes go by the release of Go that the program was
// built with. A report that is made again must have the same bytes, whoever built the program.
func (o *objects) repack() error {
	for id, b := range o.body {
		if !deflatedPattern.Match(b[:min(len(b), 200)]) {
			continue
		}
		dict, data, err := unstream(b)
		if err != nil {
			return fmt.Errorf("pack the streams of a PDF: object %d: %w", id, err)
		}
		packed := deflate(data)
		dict = lengthPattern.ReplaceAll(dict, fmt.Appendf(nil, "/Length %d", len(packed)))
		o.body[id] = slices.Concat(dict, []byte("stream\n"), packed, []byte("\nendstream"))
	}
	return nil
}

var (
	deflatedPattern = regexp.MustCompile(`(?s)^<<[^>]*/Filter /FlateDecode[^>]*>>\s*stream\n`)
	lengthPattern   = regexp.MustCompile(`/Length \d+`)
)

// level of compression: higher ones cost much time and save little.
const level = 6

// packers are used again: each has a megabyte of tables, and a report has a stream for each page.
var packers = sync.Pool{New: func() any {
	w, err := zlib.NewWriterLevel(nil, level)
	if err != nil {
		panic(err) // the level is one that exists
	}
	return w
}}

func deflate(data []byte) []byte {
	var b bytes.Buffer
	w := packers.Get().(*zlib.Writer)
	defer packers.Put(w)
	w.Reset(&b)
	_, err := w.Write(data)
	if err := errors.Join(err, w.Close()); err != nil {
		panic(err) // a buffer takes every write
	}
	return b.Bytes()
}

// pageIDs are the numbers of the pages, in their order.
func (o *objects) pageIDs() (ids []int) {
	for id, b := range o.body {
		if bytes.HasPrefix(b, []byte("<</Type /Page\n")) {
			ids = append(ids, id)
		}
	}
	return ids
}

// contents are the numbers of the content streams of the pages, in the order of the pages.
func (o *objects) contents() (ids []int) {
	for _, page := range o.pageIDs() {
		if m := contentsPattern.FindSubmatch(o.body[page]); m != nil {
			id, _ := strconv.Atoi(string(m[1]))
			ids = append(ids, id)
		}
	}
	return ids
}

var contentsPattern = regexp.MustCompile(`/Contents (\d+) 0 R`)

// xrefWidth is the width of an entry of a cross reference stream as file writes it: [1 4 2].
const xrefWidth = 7
