package xlsx

import (
	"archive/zip"
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"

	"trailscribe/internal/document/documenttest"
)

// Every chart of a workbook is described with its title and figures.
func TestChartsAreDescribed(t *testing.T) {
	data, _ := write(t, documenttest.Full())
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	charts := 0
	for _, f := range z.File {
		if !strings.HasPrefix(f.Name, "xl/drawings/drawing") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range regexp.MustCompile(`<xdr:cNvPr [^>]*>`).FindAllString(string(text), -1) {
			charts++
			if !regexp.MustCompile(`descr="[^"]+[;,] [^"]*[0-9]`).MatchString(x) {
				t.Errorf("%s: %s", f.Name, x)
			}
		}
	}
	if charts < 3 {
		t.Errorf("%d charts", charts)
	}
}
