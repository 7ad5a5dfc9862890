package xlsx

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"regexp"
	"strings"
	"testing"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
)

var (
	figures   = regexp.MustCompile(`[0-9]+`)
	sheetName = regexp.MustCompile(`(?:'(?:[^']|'')*'|[\pL\pN_.]+)!`) // a section's title, in quotes where it is more than letters
)

// without leaves out names of sheets and digits.
func without(s string) string {
	return figures.ReplaceAllString(sheetName.ReplaceAllString(s, "SHEET!"), "")
}

// vocabulary is what a workbook is made of besides texts: elements and attributes of its parts, formulas, and what its relations lead to
// digits are left out. It is an error where a part is not well-formed XML.
func vocabulary(data []byte) (map[string]bool, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	words := map[string]bool{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			return nil, err
		}
		words["part "+figures.ReplaceAllString(f.Name, "")] = true
		if err := readPart(f.Name, in, words); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return words, nil
}

func readPart(name string, in io.ReadCloser, words map[string]bool) error {
	defer in.Close()
	d := xml.NewDecoder(in)
	inFormula := false
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			words[path.Base(path.Dir(name))+" <"+t.Name.Local+">"] = true
			inFormula = t.Name.Local == "f" || t.Name.Local == "formula1"
			for _, a := range t.Attr {
				words[t.Name.Local+" "+a.Name.Local+"="] = true
				if strings.HasSuffix(name, ".rels") || a.Name.Local == "location" {
					words["leads to "+without(a.Value)] = true
				}
			}
		case xml.EndElement:
			inFormula = false
		case xml.CharData:
			if inFormula {
				words["formula "+without(string(t))] = true
			}
		case xml.Directive, xml.Comment:
			return fmt.Errorf("it has a %T", t)
		}
	}
}

// FuzzDocument: no text in any place stops the writer, becomes a formula, a link or markup, or makes a part that is not XML.
func FuzzDocument(f *testing.F) {
	for _, s := range documenttest.HostileText() {
		if len(s) < 1000 {
			f.Add(s)
		}
	}
	w := New(Options{})
	known := map[string]bool{}
	learn := func(d *document.Document) {
		out := memory{}
		if _, err := w.Write(context.Background(), out, d); err != nil {
			f.Fatal(err)
		}
		words, err := vocabulary(out["report.xlsx"].Bytes())
		if err != nil {
			f.Fatal(err)
		}
		maps.Copy(known, words)
	}
	for _, n := range documenttest.All() {
		if n.Name == "full" || n.Name == "wide" {
			learn(n.Document)
		}
	}
	for _, plain := range []string{"plain", "two\nlines ", ""} {
		learn(documenttest.EveryPlace(plain))
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 400 {
			return
		}
		out := memory{}
		got, err := w.Write(context.Background(), out, documenttest.EveryPlace(s))
		if err != nil {
			t.Fatal(err)
		}
		if got.Rows["F-01"] != 2 {
			t.Fatalf("written %+v", got)
		}
		words, err := vocabulary(out["report.xlsx"].Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for word := range words {
			if !known[word] {
				t.Fatalf("the workbook has %q", word)
			}
		}
	})
}
