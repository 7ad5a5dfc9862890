package pdf

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing/fstest"

	"trailscribe/internal/style"
)

// smallFont is a TrueType font of boxes for the runes of the ranges: the PDF library takes a font apart anew for each document, which
// with the fonts of a report is nearly all of the time.
func smallFont(ranges ...[2]uint16) []byte {
	glyphs := uint16(1) // glyph 0 stands for what is missing
	var ends, starts, deltas []uint16
	for _, r := range ranges {
		starts, ends, deltas = append(starts, r[0]), append(ends, r[1]), append(deltas, glyphs-r[0])
		glyphs += r[1] - r[0] + 1
	}
	starts, ends, deltas = append(starts, 0xFFFF), append(ends, 0xFFFF), append(deltas, 1)
	segments := uint16(len(ends))

	box := pack(int16(1), int16(0), int16(0), int16(500), int16(700), uint16(3), uint16(0), []byte{1, 1, 1, 1}, int16(0), int16(0), int16(500),
		int16(0), int16(0), int16(700), int16(0), int16(-700))
	if len(box)%4 != 0 {
		box = append(box, make([]byte, 4-len(box)%4)...)
	}
	var glyf, loca, hmtx []byte
	for g := range glyphs {
		loca = append(loca, pack(uint32(len(glyf)))...)
		glyf = append(glyf, box...)
		hmtx = append(hmtx, pack(400+g%7*50, int16(0))...)
	}
	loca = append(loca, pack(uint32(len(glyf)))...)
	cmap := pack(uint16(0), uint16(1), uint16(3), uint16(1), uint32(12),
		uint16(4), 16+8*segments, uint16(0), 2*segments, uint16(0), uint16(0), uint16(0), ends, uint16(0), starts, deltas,
		make([]uint16, segments))
	tables := map[string][]byte{
		"OS/2": pack(uint16(1), int16(500), uint16(400), uint16(5), make([]uint16, 39-4)),
		"cmap": cmap,
		"glyf": glyf,
		"head": pack(uint32(0x00010000), uint32(0), uint32(0), uint32(0x5F0F3CF5), uint16(0), uint16(1000), make([]uint16, 8), int16(0),
			int16(-200), int16(500), int16(800), uint16(0), uint16(8), int16(2), int16(1), int16(0)),
		"hhea": pack(uint32(0x00010000), int16(800), int16(-200), int16(0), make([]uint16, 12), glyphs),
		"hmtx": hmtx,
		"loca": loca,
		"maxp": pack(uint32(0x00010000), glyphs, make([]uint16, 13)),
		"name": pack(uint16(0), uint16(0), uint16(6)),
		"post": pack(uint32(0x00030000), make([]uint16, 14)),
	}
	var names []string
	for name := range tables {
		names = append(names, name)
	}
	slices.Sort(names)
	out := pack(uint32(0x00010000), uint16(len(names)), uint16(0), uint16(0), uint16(0))
	at := len(out) + 16*len(names)
	var body []byte
	for _, name := range names {
		out = append(append(out, name...), pack(uint32(0), uint32(at+len(body)), uint32(len(tables[name])))...)
		body = append(body, tables[name]...)
		body = append(body, make([]byte, -len(body)&3)...)
	}
	return append(out, body...)
}

// pack is the values in the byte order of a font.
func pack(values ...any) []byte {
	var b bytes.Buffer
	for _, v := range values {
		if err := binary.Write(&b, binary.BigEndian, v); err != nil {
			panic(err) // the values are of fixed size
		}
	}
	return b.Bytes()
}

// smallFonts is a writer whose faces are all one small font.
func smallFonts() *Writer {
	const file = "small.ttf"
	font := smallFont([2]uint16{0x20, 0x7E}, [2]uint16{0xA0, 0xFF}, [2]uint16{0x300, 0x36F}, [2]uint16{0x2010, 0x2027},
		[2]uint16{0x4E00, 0x4EFF}, [2]uint16{0xFFFD, 0xFFFD})
	return New(Options{
		Theme: &style.Theme{Faces: style.Faces{Display: file, Text: file, Bold: file, Italic: file, Mono: file, Fallback: file}},
		Fonts: fstest.MapFS{file: {Data: font}},
	})
}
