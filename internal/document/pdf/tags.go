package pdf

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A tagged PDF says what each text is (ISO 32000-1, 14.8): a reader that speaks reads headings as headings and a table cell by cell, in
// order, also where two columns stand side by side. What is not part of the text (lines, grounds, running headers, repeated table
// heads) is marked as an artifact.

// tag is the number of an element of the structure; 0 is an artifact.
type tag uint32

// The kinds of elements used, by their standard names. Only leaves hold text.
const (
	tagDocument = "Document"
	tagH1       = "H1"
	tagH2       = "H2"
	tagH3       = "H3"
	tagP        = "P"
	tagList     = "L"
	tagItem     = "LI"
	tagLabel    = "Lbl"
	tagBody     = "LBody"
	tagTable    = "Table"
	tagRow      = "TR"
	tagHead     = "TH"
	tagCell     = "TD"
	tagFigure   = "Figure"
	tagContents = "TOC"
	tagLine     = "TOCI"
	tagLink     = "Link"
	tagSpan     = "Span" // a part of a text: as soon as one part is a link, all are spans
)

func leaf(kind string) bool {
	switch kind {
	case tagDocument, tagList, tagItem, tagTable, tagRow, tagContents:
		return false
	}
	return true
}

// element is one element of the structure.
type element struct {
	kind   string
	parent tag
	alt    string // what a figure shows, in words
}

// content is a marked piece of a page's stream that belongs to an element.
type content struct{ page, id int32 }

// mostElements is up to how many elements a file is tagged. A list of 10,000 rows is not read aloud; the workbook holds it.
const mostElements = 40000

// structure is the tree of elements; a parent comes before its children.
type structure struct {
	elements []element // 0 unused, 1 the document
	contents map[tag][]content
	links    [][]leading // of each page, in the order in which they are drawn
	heading  int         // level of the last heading
	full     bool
}

// leading is a link: the element whose text leads somewhere, and in words where to.
type leading struct {
	tag tag
	to  string
}

// lead notes the links of all pages; outline names where they lead.
func (s *structure) lead(pages []*page, outline []entry) {
	names, number := map[*place]string{}, map[*page]int{}
	for _, e := range outline {
		names[e.place] = e.label()
	}
	for i, p := range pages {
		number[p] = i + 1
	}
	s.links = make([][]leading, len(pages))
	for i, p := range pages {
		for _, l := range p.links {
			if l.to.page != nil { // the others are not drawn
				s.links[i] = append(s.links[i], leading{l.tag, cmp.Or(names[l.to], l.to.name, strconv.Itoa(number[l.to.page]))})
			}
		}
	}
}

func newStructure() *structure {
	return &structure{elements: []element{{}, {kind: tagDocument}}, contents: map[tag][]content{}}
}

func (s *structure) add(kind string, parent tag, alt string) tag {
	if s.full || len(s.elements) >= mostElements {
		s.full, s.elements = true, nil
		return 0
	}
	switch kind {
	case tagH1, tagH2, tagH3: // a heading is at most one level below the one before: PDF/UA-1, 7.4.2
		s.heading = min(int(kind[1]-'0'), s.heading+1)
		kind = "H" + strconv.Itoa(s.heading)
	}
	s.elements = append(s.elements, element{kind, parent, alt})
	return tag(len(s.elements) - 1)
}

// addLinks makes an element for each link and an object for its annotation, as PDF/UA-1, 7.18.5 asks. The text of an element with a link
// is the link's; of several links in one text the first has it.
func (o *objects) addLinks(s *structure, pages []int) (annotations map[tag]int, page map[tag]int) {
	annotations, page = map[tag]int{}, map[tag]int{}
	for i, links := range s.links {
		body := o.body[pages[i]]
		found := annotationPattern.FindAllIndex(body, -1)
		if len(links) == 0 || len(found) != len(links) { // fpdf wrote something else: the links work and are not tagged
			continue
		}
		var b bytes.Buffer
		at := 0
		for k, m := range found {
			parent := links[k].tag
			if parent == 0 {
				parent = 1
			}
			s.elements = append(s.elements, element{kind: tagLink, parent: parent})
			t := tag(len(s.elements) - 1)
			if kind := s.elements[parent].kind; leaf(kind) && kind != tagFigure {
				s.contents[t] = s.contents[parent]
				delete(s.contents, parent)
			}
			text := bytes.TrimSuffix(body[m[0]:m[1]], []byte(">>"))
			annotations[t] = o.add(fmt.Appendf(nil, "%s /Contents %s /StructParent %d>>", text, textString(links[k].to),
				len(pages)+len(annotations)))
			page[t] = pages[i]
			b.Write(body[at:m[0]])
			fmt.Fprintf(&b, "%d 0 R ", annotations[t])
			at = m[1]
		}
		b.Write(body[at:])
		o.body[pages[i]] = b.Bytes()
	}
	return annotations, page
}

// annotationPattern is a link as fpdf writes it into the dictionary of its page.
var annotationPattern = regexp.MustCompile(`<</Type /Annot /Subtype /Link [^>]*>>`)

// of is the tag that a mark is drawn under: figures own all that is in them, other leaves their text.
func (s *structure) of(m *mark) tag {
	if s == nil || m.tag == 0 {
		return 0
	}
	kind := s.elements[m.tag].kind
	if kind == tagFigure || leaf(kind) && (m.kind == textMark || m.kind == capsMark) {
		return m.tag
	}
	return 0
}

// begin opens an element inside the present one and returns what end takes to close it.
func (p *pen) begin(kind string) (outer tag) { return p.beginAlt(kind, "") }

func (p *pen) beginAlt(kind, alt string) (outer tag) {
	outer = p.tag
	p.tag = p.tree.add(kind, outer, alt)
	return outer
}

func (p *pen) end(outer tag) { p.tag = outer }

// as draws with a single element open.
func (p *pen) as(kind string, draw func()) {
	outer := p.begin(kind)
	draw()
	p.end(outer)
}

// artifact draws what is not part of the text.
func (p *pen) artifact(draw func()) {
	outer := p.tag
	p.tag = 0
	draw()
	p.tag = outer
}

// addStructure puts the tree into the file: one object per element, packed, and the table that leads from pieces of streams to elements.
func (o *objects) addStructure(s *structure) {
	pages := o.pageIDs()
	annotations, pageOf := o.addLinks(s, pages)
	used := make([]bool, len(s.elements)) // elements without any text are left out
	for t := len(s.elements) - 1; t > 0; t-- {
		used[t] = used[t] || len(s.contents[tag(t)]) > 0 || annotations[tag(t)] > 0 || t == 1
		if used[t] {
			used[s.elements[t].parent] = true
		}
	}
	for t := range s.elements { // an empty cell is one too: every row of a table has as many
		if e := s.elements[t]; (e.kind == tagCell || e.kind == tagHead) && used[e.parent] {
			used[t] = true
		}
	}
	ids := make([]int, len(s.elements))
	children := make([][]int, len(s.elements))
	first := len(o.body)
	for t := 1; t < len(s.elements); t++ {
		if used[t] {
			ids[t] = o.add(nil)
			parent := s.elements[t].parent
			children[parent] = append(children[parent], ids[t])
		}
	}
	root := o.add(nil)
	parents := make([]map[int32]int, len(pages))
	ofLink := map[int]int{} // annotation -> element
	for t := 1; t < len(s.elements); t++ {
		if !used[t] {
			continue
		}
		e := s.elements[t]
		var b bytes.Buffer
		parent := root
		if e.parent > 0 {
			parent = ids[e.parent]
		}
		fmt.Fprintf(&b, "<</S /%s /P %d 0 R", e.kind, parent)
		if e.kind == tagHead {
			b.WriteString(" /A <</O /Table /Scope /Column>>")
		}
		if e.alt != "" {
			fmt.Fprintf(&b, " /Alt %s", textString(e.alt))
		}
		pieces := s.contents[tag(t)]
		switch {
		case len(pieces) > 0:
			fmt.Fprintf(&b, " /Pg %d 0 R", pages[pieces[0].page])
		case annotations[tag(t)] > 0:
			fmt.Fprintf(&b, " /Pg %d 0 R", pageOf[tag(t)])
		}
		b.WriteString(" /K [")
		for _, c := range pieces {
			if parents[c.page] == nil {
				parents[c.page] = map[int32]int{}
			}
			parents[c.page][c.id] = ids[t]
			if c.page == pieces[0].page {
				fmt.Fprintf(&b, "%d ", c.id)
			} else {
				fmt.Fprintf(&b, "<</Type /MCR /Pg %d 0 R /MCID %d>> ", pages[c.page], c.id)
			}
		}
		if id := annotations[tag(t)]; id > 0 {
			fmt.Fprintf(&b, "<</Type /OBJR /Pg %d 0 R /Obj %d 0 R>> ", pageOf[tag(t)], id)
			ofLink[id] = ids[t]
		}
		for _, id := range children[t] {
			fmt.Fprintf(&b, "%d 0 R ", id)
		}
		b.WriteString("]>>")
		o.body[ids[t]] = b.Bytes()
	}
	var numbers strings.Builder
	for i, m := range parents {
		if m == nil {
			continue
		}
		fmt.Fprintf(&numbers, "%d [", i)
		for id := range int32(len(m)) {
			fmt.Fprintf(&numbers, "%d 0 R ", m[id])
		}
		numbers.WriteString("] ")
		b := o.body[pages[i]]
		o.body[pages[i]] = append(bytes.TrimSuffix(bytes.Clone(b), []byte(">>")), fmt.Sprintf("\n/StructParents %d /Tabs /S>>", i)...)
	}
	for i, id := range slices.Sorted(maps.Keys(ofLink)) { // in the order in which addLinks numbered them
		fmt.Fprintf(&numbers, "%d %d 0 R ", len(pages)+i, ofLink[id])
	}
	table := o.add(fmt.Appendf(nil, "<</Nums [%s]>>", numbers.String()))
	o.body[root] = fmt.Appendf(nil, "<</Type /StructTreeRoot /K [%d 0 R] /ParentTree %d 0 R /ParentTreeNextKey %d>>",
		ids[1], table, len(pages)+len(ofLink))
	o.packFrom = first
	catalog := bytes.TrimSuffix(o.body[o.root], []byte(">>"))
	o.body[o.root] = fmt.Appendf(nil, "%s /StructTreeRoot %d 0 R /MarkInfo <</Marked true>>>>", catalog, root)
}
