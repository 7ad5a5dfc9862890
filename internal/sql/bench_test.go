package sql

import (
	"os"
	"testing"
)

// large is as long as the longest query of a library can reasonably get: 100 lines with everything in it.
func large(b *testing.B) string {
	text, err := os.ReadFile("testdata/large.sql")
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}

func BenchmarkParse(b *testing.B) {
	text := large(b)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, ps := Parse(text, nil); ps != nil {
			b.Fatal(ps)
		}
	}
}

func BenchmarkPrint(b *testing.B) {
	p, ps := Parse(large(b), nil)
	if ps != nil {
		b.Fatal(ps)
	}
	b.ReportAllocs()
	for b.Loop() {
		printTrino(p.query, nil, nil)
	}
}
