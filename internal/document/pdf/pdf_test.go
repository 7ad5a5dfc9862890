package pdf

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
	"trailscribe/internal/result"
	"trailscribe/internal/style"
)

var fonts = os.DirFS("../../../templates/fonts")

// memory is an output that keeps its files.
type memory map[string]*bytes.Buffer

type memoryFile struct{ *bytes.Buffer }

func (memoryFile) Close() error { return nil }

func (m memory) Create(name string) (io.WriteCloser, error) {
	m[name] = new(bytes.Buffer)
	return memoryFile{m[name]}, nil
}

func write(t testing.TB, d *document.Document) ([]byte, document.Written) {
	t.Helper()
	out := memory{}
	w, err := New(Options{Fonts: fonts}).Write(context.Background(), out, d)
	if err != nil {
		t.Fatal(err)
	}
	return out[File].Bytes(), w
}

func TestEveryDocument(t *testing.T) {
	want := map[string]map[string]int64{
		"full": {"F-01": 1, "F-02": 12, "F-03": 9, "E-01": 0}, "empty": {"F-01": 0}, "chinese": {"F-01": 12},
		"wide": {"F-01": 20, "F-02": 3, "F-03": 2}, "many": {"F-01": 300},
		"hostile": {"F-01": int64(len(documenttest.HostileText()) + 1)},
	}
	for _, n := range documenttest.All() {
		t.Run(n.Name, func(t *testing.T) {
			file, w := write(t, n.Document)
			if fmt.Sprint(w.Rows) != fmt.Sprint(want[n.Name]) {
				t.Errorf("rows written %v, want %v", w.Rows, want[n.Name])
			}
			altered := map[string]bool{"hostile": true, "wide": true}[n.Name] // codes; a policy that is cut
			if (len(w.Altered) > 0) != altered {
				t.Errorf("altered %v", w.Altered)
			}
			if pages, _, err := recount(file); err != nil || pages != w.Pages || pages < 2 {
				t.Errorf("%d pages, said %d: %v", pages, w.Pages, err)
			}
			if dir := os.Getenv("PDF_OUT"); dir != "" { // to look at
				if err := os.WriteFile(filepath.Join(dir, n.Name+".pdf"), file, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestSameBytes(t *testing.T) {
	w := New(Options{Fonts: fonts})
	for _, n := range []documenttest.Named{{Name: "full", Document: documenttest.Full()},
		{Name: "hostile", Document: documenttest.Hostile()}} {
		var files [4][]byte
		var wg sync.WaitGroup
		for i := range files {
			wg.Go(func() {
				out := memory{}
				if _, err := w.Write(context.Background(), out, n.Document); err != nil {
					t.Error(err)
					return
				}
				files[i] = out[File].Bytes()
			})
		}
		wg.Wait()
		for i := range files {
			if !bytes.Equal(files[0], files[i]) {
				t.Errorf("%s: write %d gave other bytes", n.Name, i)
			}
		}
	}
}

// Every stream is packed by the compressor that go.mod pins, not by that of the Go release: else the same version of the program,
// built with another Go, would write other bytes, and a sealed report would look altered.
func TestStreamsArePackedByAPinnedCompressor(t *testing.T) {
	for _, d := range []*document.Document{documenttest.Full(), documenttest.Many(5400)} {
		file, w := write(t, d)
		o, err := parse(file)
		if err != nil {
			t.Fatal(err)
		}
		streams := 0
		for id, body := range o.body {
			if !deflatedPattern.Match(body) {
				continue
			}
			streams++
			_, data, err := unstream(body)
			if err != nil {
				t.Fatal(err)
			}
			if want := fmt.Appendf(nil, "stream\n%s\nendstream", deflate(data)); !bytes.HasSuffix(body, want) {
				t.Errorf("object %d is packed in another way", id)
			}
		}
		if streams < w.Pages {
			t.Errorf("%d streams of %d pages were looked at", streams, w.Pages)
		}
	}
}

func inflate(t *testing.T, body []byte) string {
	t.Helper()
	_, data, _ := bytes.Cut(body, []byte("stream\n"))
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var fontName = regexp.MustCompile(`/F[0-9a-f]{20,}`)

// A long report is drawn in parts: the faces of the parts must be those of the file, and every page its own stream.
func TestPartsFitTogether(t *testing.T) {
	file, w := write(t, documenttest.Many(5400))
	if w.Pages <= partPages {
		t.Fatalf("%d pages are drawn in one part", w.Pages)
	}
	o, err := parse(file)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, f := range fontName.FindAllString(string(o.body[2]), -1) {
		known[f] = true
	}
	ids := o.contents()
	if len(ids) != w.Pages || len(known) == 0 {
		t.Fatalf("%d streams, %d faces", len(ids), len(known))
	}
	for i, id := range ids {
		s := inflate(t, o.body[id])
		for _, f := range fontName.FindAllString(s, -1) {
			if !known[f] {
				t.Fatalf("page %d uses a face that the file does not have", i+1)
			}
		}
		if open, shut := strings.Count(s, "q "), strings.Count(s, "Q\n"); i > 1 && i < 20 && open != shut {
			t.Errorf("page %d: %d graphics states saved, %d restored", i+1, open, shut)
		}
		if number := fmt.Sprintf("%d / %d", i+1, w.Pages); i > 0 && !strings.Contains(s, utf16be(number)) {
			t.Fatalf("page %d does not bear %q", i+1, number)
		}
	}
}

func utf16be(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteByte(byte(r >> 8))
		b.WriteByte(byte(r))
	}
	return b.String()
}

var outlineDest = regexp.MustCompile(`/Dest \[(\d+) 0 R /XYZ 0 ([0-9.-]+) null\]`)

// Every bookmark leads to the page and the height of its heading, in reports with pages of both orientations too.
func TestBookmarks(t *testing.T) {
	for _, d := range []*document.Document{documenttest.Full(), documenttest.Wide()} {
		file, l, err := New(Options{Fonts: fonts}).render(context.Background(), d)
		if err != nil {
			t.Fatal(err)
		}
		o, err := parse(file)
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		for _, b := range o.body {
			if !bytes.HasPrefix(b, []byte("<</Title ")) || !bytes.Contains(b, []byte("/Parent ")) {
				continue
			}
			m := outlineDest.FindSubmatch(b)
			id, _ := strconv.Atoi(string(m[1]))
			y, _ := strconv.ParseFloat(string(m[2]), 64)
			e := l.entries[i]
			page := l.pages[(id-3)/2]
			_, h := page.size()
			if want := (h - e.place.y) * perMM; page != e.place.page || y < want-0.1 || y > want+0.1 {
				t.Errorf("bookmark %q leads to page %d at %.1f, want %.1f", e.label(), (id-1)/2, y, want)
			}
			if !bytes.Contains(b, []byte(utf16be(e.text[:1]))) {
				t.Errorf("bookmark %d is not %q", i, e.label())
			}
			i++
		}
		if i != len(l.entries) || i == 0 {
			t.Errorf("%d bookmarks of %d", i, len(l.entries))
		}
	}
}

func TestFileSaysWhatItIs(t *testing.T) {
	file, _ := write(t, documenttest.Full())
	for _, want := range []string{"%PDF-1.7\n", "/Metadata ", "/OutputIntents [", "/Lang (en-GB)", "/DisplayDocTitle true", "/ID [<",
		"(D:20261102071436Z)", "<xmp:CreateDate>2026-11-02T07:14:36Z<", "/Subtype /Link /F 4 /Rect",
		textString("Privileged access and logging integrity – Meridian Holdings plc")} {
		if !bytes.Contains(file, []byte(want)) {
			t.Errorf("the file does not hold %q", want)
		}
	}
	hostile, _ := write(t, documenttest.Hostile())
	for _, never := range []string{"/Lang", "/JavaScript", "/URI", "/EmbeddedFiles", "/OpenAction"} {
		if bytes.Contains(hostile, []byte(never)) {
			t.Errorf("a hostile report holds %q", never)
		}
	}
}

func TestRecountNotices(t *testing.T) {
	file, w := write(t, documenttest.Full())
	for name, c := range map[string]struct{ old, new string }{
		"a page lost":              {"/Kids [3 0 R ", "/Kids [      "},
		"a kid that is not a page": {"/Kids [3 0 R ", "/Kids [2 0 R "},
		"a link to nowhere":        {string(regexp.MustCompile(`/Dest \[\d+ 0 R`).Find(file)), "/Dest [2 0 R"},
		"no table":                 {"startxref", "startxxxx"},
	} {
		broken := bytes.Replace(file, []byte(c.old), []byte(c.new), 1)
		if bytes.Equal(broken, file) {
			t.Fatalf("%s: %q is not in the file", name, c.old)
		}
		if _, _, err := recount(broken); err == nil {
			t.Errorf("%s: not noticed", name)
		}
	}
	for n := range 40 {
		if _, _, err := recount(file[:len(file)*n/40]); err == nil {
			t.Errorf("a file cut at %d of 40 is counted", n)
		}
	}
	if pages, _, err := recount(file); err != nil || pages != w.Pages {
		t.Errorf("%d pages, %v", pages, err)
	}
}

type failing struct{ after int }

func (f failing) Columns() []result.Column { return []result.Column{{Name: "a", Kind: result.Text}} }
func (f failing) Count() int64             { return 500 }
func (f failing) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		for i := range 500 {
			if i == f.after {
				yield(nil, errors.New("disk gone"))
				return
			}
			if !yield(result.Row{"x"}, nil) {
				return
			}
		}
	}
}

type refusing struct{}

func (refusing) Create(string) (io.WriteCloser, error) { return nil, errors.New("read-only folder") }

func TestErrors(t *testing.T) {
	good := Options{Fonts: fonts}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	table := func(after int) *document.Document {
		return &document.Document{Sections: []document.Section{{Title: "t",
			Blocks: []document.Block{document.Table{Ref: "F-07", Columns: []document.Column{{Name: "a", Label: "a"}}, Rows: failing{after},
				Shown: 500}}}}}
	}
	for _, c := range []struct {
		name string
		o    Options
		ctx  context.Context
		out  document.Output
		d    *document.Document
		want string
	}{
		{"no fonts", Options{}, context.Background(), memory{}, documenttest.Empty(), "no font folder"},
		{"a font missing", Options{Fonts: fstest.MapFS{}}, context.Background(), memory{}, documenttest.Empty(), "SourceSerif4_600SemiBold.ttf"},
		{"a font that is none", Options{Fonts: fstest.MapFS{"x.ttf": {Data: []byte("no font")}},
			Theme: &style.Theme{Faces: style.Faces{Display: "x.ttf"}}}, context.Background(), memory{}, documenttest.Empty(), "font x.ttf"},
		{"rows that fail while measured", good, context.Background(), memory{}, table(3), "read the rows of F-07: disk gone"},
		{"rows that fail while printed", good, context.Background(), memory{}, table(400), "print the rows of F-07: disk gone"},
		{"cancelled", good, cancelled, memory{}, documenttest.Full(), "context canceled"},
		{"output refused", good, context.Background(), refusing{}, documenttest.Empty(), "read-only folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := New(c.o).Write(c.ctx, c.out, c.d)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "write report.pdf: ") {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if w.Files != nil {
				t.Errorf("says that it wrote %v", w.Files)
			}
		})
	}
}

// A document with nothing in it still gives a file that can be opened.
func TestNothing(t *testing.T) {
	for _, d := range []*document.Document{{}, {Sections: []document.Section{{}}},
		{Sections: []document.Section{{Part: document.Cover, Blocks: []document.Block{document.Front{}}}}}} {
		if _, w := write(t, d); w.Pages < 1 {
			t.Errorf("%d pages", w.Pages)
		}
	}
}

func TestThemeColours(t *testing.T) {
	out := memory{}
	theme := &style.Theme{Colors: map[string]style.RGB{"navy": {R: 255}}}
	if _, err := New(Options{Fonts: fonts, Theme: theme}).Write(context.Background(), out, documenttest.Empty()); err != nil {
		t.Fatal(err)
	}
	o, err := parse(out[File].Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if s := inflate(t, o.body[o.contents()[0]]); !strings.Contains(s, "1.000 0.000 0.000 rg") {
		t.Error("the cover's band does not have the theme's colour")
	}
}
