package pdf

import (
	"context"
	"testing"

	"trailscribe/internal/document/documenttest"
)

// BenchmarkThousandPages sets 35,000 rows of six columns: about a thousand pages. The promise is three seconds and 150 MB.
func BenchmarkThousandPages(b *testing.B) {
	d := documenttest.Many(35000)
	for b.Loop() {
		_, w := write(b, d)
		b.ReportMetric(float64(w.Pages), "pages")
	}
}

// BenchmarkFullReport sets a monthly report with every type of block.
func BenchmarkFullReport(b *testing.B) {
	d := documenttest.Full()
	for b.Loop() {
		write(b, d)
	}
}

// BenchmarkLayout is the thousand pages without drawing.
func BenchmarkLayout(b *testing.B) {
	d := documenttest.Many(35000)
	for b.Loop() {
		if _, err := New(Options{Fonts: fonts}).layout(context.Background(), d); err != nil {
			b.Fatal(err)
		}
	}
}
