package pdf

import (
	"cmp"
	"fmt"
	"io/fs"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"trailscribe/internal/style"
)

// faceID names the role of a face on the page.
type faceID uint8

const (
	display  faceID = iota // titles, big numbers, the lead sentence
	text                   // running text
	bold                   // labels, headers
	italic                 // notes
	mono                   // ids, hashes, query texts
	fallback               // Chinese, Japanese, Korean; no bold of its own
	faceCount
)

// points in a millimetre
const perMM = 72 / 25.4

// missing marks a rune that a face has no glyph for; unknown one not asked for yet.
const (
	unknown int16 = -2
	missing int16 = -1
)

// face knows which runes a font file can show and how wide they are, in thousandths of the size.
type face struct {
	file string
	data []byte
	font *sfnt.Font
	buf  sfnt.Buffer
	em   fixed.Int26_6
	unit float64
	wide [256]*[256]int16 // by high and low byte of the rune: filled when asked
}

func openFace(fsys fs.FS, file string) (*face, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, fmt.Errorf("read font %s: %w", file, err)
	}
	f, err := sfnt.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("font %s: %w; a TrueType file with glyf outlines is needed", file, err)
	}
	return &face{file: file, data: data, font: f, em: fixed.I(int(f.UnitsPerEm())), unit: 1000 / float64(f.UnitsPerEm())}, nil
}

// width is the advance of r, or missing. Runes above U+FFFF are always missing: the PDF library cannot embed them.
func (f *face) width(r rune) int16 {
	if r < 0 || r > 0xFFFF {
		return missing
	}
	page := f.wide[r>>8]
	if page == nil {
		page = new([256]int16)
		for i := range page {
			page[i] = unknown
		}
		f.wide[r>>8] = page
	}
	w := page[r&0xFF]
	if w == unknown {
		w = missing
		if g, err := f.font.GlyphIndex(&f.buf, r); err == nil && g != 0 {
			if a, err := f.font.GlyphAdvance(&f.buf, g, f.em, font.HintingNone); err == nil {
				w = int16(math.Round(float64(a) / 64 * f.unit))
			}
		}
		page[r&0xFF] = w
	}
	return w
}

// faces are the faces of a theme. They are not safe for use by several goroutines.
type faces [faceCount]*face

// defaultFaces are the files of the navy theme.
var defaultFaces = style.Faces{
	Display: "SourceSerif4_600SemiBold.ttf", Text: "SourceSans3_400Regular.ttf", Bold: "SourceSans3_600SemiBold.ttf",
	Italic: "SourceSans3_400Regular_Italic.ttf", Mono: "SourceCodePro_400Regular.ttf", Fallback: "DroidSansFallbackFull.ttf",
}

func openFaces(fsys fs.FS, want style.Faces) (*faces, error) {
	d := defaultFaces
	files := [faceCount]string{cmp.Or(want.Display, d.Display), cmp.Or(want.Text, d.Text), cmp.Or(want.Bold, d.Bold),
		cmp.Or(want.Italic, d.Italic), cmp.Or(want.Mono, d.Mono), cmp.Or(want.Fallback, d.Fallback)}
	open := map[string]*face{}
	fs := new(faces)
	for i, file := range files {
		if open[file] == nil {
			f, err := openFace(fsys, file)
			if err != nil {
				return nil, err
			}
			open[file] = f
		}
		fs[i] = open[file]
	}
	return fs, nil
}

// pick is the face that r is shown in where id is asked for, and its width. A rune that no face has gets width 0; clean leaves none.
func (fs *faces) pick(id faceID, r rune) (faceID, int32) {
	if w := fs[id].width(r); w != missing {
		return id, int32(w)
	}
	for _, other := range [...]faceID{text, fallback} {
		if w := fs[other].width(r); w != missing {
			return other, int32(w)
		}
	}
	return id, 0
}

// has reports whether any face shows r, whatever face is asked for.
func (fs *faces) has(r rune) bool {
	return fs[text].width(r) != missing || fs[fallback].width(r) != missing
}

// leastSize is the smallest type that is printed, in points: less cannot be read on paper.
const leastSize = 7.0

// set is the size a face is set in: monospace is shrunk so that its small letters are as high as those of the text, though never below what
// can be read.
func set(id faceID, size float64) float64 {
	if id == mono {
		return max(size*0.86, min(size, leastSize))
	}
	return size
}

// width of s in millimetres. The size is that of the text around it.
func (fs *faces) width(id faceID, size float64, s string) float64 {
	var t int32
	for _, r := range s {
		_, w := fs.pick(id, r)
		t += w
	}
	return float64(t) / 1000 * set(id, size) / perMM
}
