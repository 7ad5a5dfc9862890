package pdf

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
)

var (
	annotationDest = regexp.MustCompile(`/Dest \[(\d+) 0 R /XYZ [\d.]+ ([\d.-]+) `)
	boxPattern     = regexp.MustCompile(`/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]`)
)

// Every link of a file leads to a page of the file, to a place on its paper; and every link of the document is in the file.
func TestEveryLinkHasItsPlace(t *testing.T) {
	for _, n := range documenttest.All() {
		file, _ := write(t, n.Document)
		o, err := parse(file)
		if err != nil {
			t.Fatal(err)
		}
		pages := o.pageIDs()
		found := 0
		for id, b := range unpack(t, o) {
			if !strings.HasPrefix(b, "<</Type /Annot ") {
				continue
			}
			found++
			m := annotationDest.FindStringSubmatch(b)
			if m == nil || strings.Contains(b, "/URI") || strings.Contains(b, "/A <<") {
				t.Errorf("%s: link %d leads out of the file or nowhere: %s", n.Name, id, b)
				continue
			}
			page, _ := strconv.Atoi(m[1])
			y, _ := strconv.ParseFloat(m[2], 64)
			height := 841.89
			if box := boxPattern.FindStringSubmatch(string(o.body[page])); box != nil {
				height, _ = strconv.ParseFloat(box[2], 64)
			}
			if !slices.Contains(pages, page) || y < 0 || y > height {
				t.Errorf("%s: link %d leads to %s on the object %d, which is not a place on a page", n.Name, id, m[2], page)
			}
		}
		drawn := 0
		for _, p := range lay(t, n.Document).pages {
			drawn += len(p.links)
			for _, k := range p.links {
				if k.to.page == nil {
					t.Errorf("%s: a link has no place", n.Name)
				}
			}
		}
		if drawn != found {
			t.Errorf("%s: %d links were laid out, %d are in the file", n.Name, drawn, found)
		}
	}
}

// Each link of the document is an area of its own, in an element that holds the text of this link and no other.
func TestLinksHaveTheirOwnText(t *testing.T) {
	d := documenttest.Full()
	l := lay(t, d)
	links, err := documenttest.Links(d)
	if err != nil {
		t.Fatal(err)
	}
	read := map[tag]string{}
	for _, p := range l.pages {
		for _, m := range p.marks {
			read[m.tag] += m.text
		}
	}
	for _, want := range links {
		if k := want.Link; l.places[k.Ref] != nil && !strings.HasPrefix(want.In, "section Executive") && want.In != "page one" {
			got := ""
			for _, p := range l.pages {
				for _, x := range p.links {
					if x.to == l.places[k.Ref] {
						got += read[x.tag]
					}
				}
			}
			if !strings.Contains(strings.Join(strings.Fields(got), " "), k.Text) {
				t.Errorf("%s: the link %q to %s has the text %q", want.In, k.Text, k.Ref, got)
			}
		}
	}
}

// A link is found again in the lines of its text, also where it goes on on the next.
func TestSpans(t *testing.T) {
	l := lay(t, documenttest.Empty())
	a, b := &place{}, &place{}
	l.places["a"], l.places["b"] = a, b
	s := "Same in F-01, F-02 and the F-01 of a log"
	got := l.spans([]string{"Same in F-", "01, F-02 and the ", "F-01 of a log"}, s, []document.Link{{Text: "F-01", Ref: "a"},
		{Text: "F-02", Ref: "b"},
		{Text: "not there", Ref: "a"}})
	want := [][]span{{{"Same in ", nil}, {"F-", a}}, {{"01", a}, {", ", nil}, {"F-02 ", b}, {"and the ", nil}}, {{"F-01 of a log", nil}}}
	if len(got) != len(want) {
		t.Fatalf("%d lines", len(got))
	}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("line %d: %v, want %v", i, got[i], want[i])
		}
	}
	if l.linked([]document.Link{{Text: "F-01", Ref: "elsewhere"}}) {
		t.Error("a link to nowhere counts")
	}
}
