package pdf

import (
	"bytes"
	"encoding/binary"
	"math"
	"unicode/utf16"
)

// srgb is a small ICC profile (version 4.3 of ICC.1, matrix and curve) of IEC 61966-2-1, computed from the published figures:
// primaries adapted to D50, and the standard's curve as parametric type 3. It says which red the report's reds are.
func srgb() []byte {
	big := binary.BigEndian
	longs := func(b *bytes.Buffer, vs ...uint32) {
		for _, v := range vs {
			b.Write(big.AppendUint32(nil, v))
		}
	}
	fixed := func(b *bytes.Buffer, vs ...float64) {
		for _, v := range vs {
			longs(b, uint32(int32(math.Round(v*65536))))
		}
	}
	tag := func(kind string, vs ...float64) []byte {
		var b bytes.Buffer
		b.WriteString(kind + "\x00\x00\x00\x00")
		fixed(&b, vs...)
		return b.Bytes()
	}
	words := func(s string) []byte {
		u := utf16.Encode([]rune(s))
		var b bytes.Buffer
		b.WriteString("mluc\x00\x00\x00\x00")
		longs(&b, 1, 12)
		b.WriteString("enUS")
		longs(&b, uint32(2*len(u)), 28)
		for _, c := range u {
			b.Write(big.AppendUint16(nil, c))
		}
		return b.Bytes()
	}
	var curve bytes.Buffer
	curve.WriteString("para\x00\x00\x00\x00\x00\x03\x00\x00")
	fixed(&curve, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)

	tags := []struct {
		names []string
		data  []byte
	}{
		{[]string{"desc"}, words("sRGB")},
		{[]string{"cprt"}, words("No copyright, use freely")},
		{[]string{"wtpt"}, tag("XYZ ", 0.9642, 1, 0.8249)},
		{[]string{"chad"}, tag("sf32", 1.047882, 0.022919, -0.050201, 0.029587, 0.990479, -0.017059, -0.009232, 0.015076, 0.751678)},
		{[]string{"rXYZ"}, tag("XYZ ", 0.43607, 0.22249, 0.01392)},
		{[]string{"gXYZ"}, tag("XYZ ", 0.38515, 0.71687, 0.09708)},
		{[]string{"bXYZ"}, tag("XYZ ", 0.14307, 0.06061, 0.71410)},
		{[]string{"rTRC", "gTRC", "bTRC"}, curve.Bytes()},
	}
	count := 0
	for _, t := range tags {
		count += len(t.names)
	}
	var table, data bytes.Buffer
	longs(&table, uint32(count))
	base := 128 + 4 + 12*count
	for _, t := range tags {
		for data.Len()%4 != 0 {
			data.WriteByte(0)
		}
		for _, name := range t.names {
			table.WriteString(name)
			longs(&table, uint32(base+data.Len()), uint32(len(t.data)))
		}
		data.Write(t.data)
	}
	for data.Len()%4 != 0 {
		data.WriteByte(0)
	}
	head := make([]byte, 128)
	big.PutUint32(head, uint32(base+data.Len()))
	big.PutUint32(head[8:], 0x04300000)
	copy(head[12:], "mntrRGB XYZ ")
	big.PutUint16(head[24:], 2026) // a date the format demands; constant
	big.PutUint16(head[26:], 1)
	big.PutUint16(head[28:], 1)
	copy(head[36:], "acsp")
	var white bytes.Buffer
	fixed(&white, 0.9642, 1, 0.8249)
	copy(head[68:], white.Bytes())
	return append(append(head, table.Bytes()...), data.Bytes()...)
}
