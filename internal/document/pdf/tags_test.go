package pdf

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"trailscribe/internal/document/documenttest"
)

// Every text is in a leaf of the structure, but for what comes again on each page and the line numbers of a query.
func TestEveryTextIsTagged(t *testing.T) {
	for _, n := range documenttest.All() {
		l := lay(t, n.Document)
		for i, p := range l.pages {
			_, h := p.size()
			for _, m := range p.marks {
				if m.kind != textMark && m.kind != capsMark {
					continue
				}
				running := !p.bare && (float64(m.y) < headerY || float64(m.y) > h-footerDrop)
				again := strings.Contains(m.text, "continued") || float64(m.y) < topEdge+20 && m.face == bold
				number := m.face == mono && m.color == l.dim()
				if l.tree.of(&m) == 0 && !running && !again && !number {
					t.Errorf("%s, page %d: %.40q is not part of the structure", n.Name, i+1, m.text)
				}
				if running && m.tag != 0 {
					t.Errorf("%s, page %d: the running line %.40q is part of the structure", n.Name, i+1, m.text)
				}
			}
		}
	}
}

var (
	packedPattern = regexp.MustCompile(`/N (\d+) /First (\d+)`)
	openPattern   = regexp.MustCompile(`/(\w+) <</MCID (\d+)>> BDC`)
	numsPattern   = regexp.MustCompile(`(\d+) \[([^\]]*)\]`)
)

// unpack gives the objects of the object streams too.
func unpack(t *testing.T, o *objects) map[int]string {
	t.Helper()
	all := map[int]string{}
	for id, b := range o.body {
		all[id] = string(b)
		if !bytes.Contains(b, []byte("/Type /ObjStm")) {
			continue
		}
		dict, data, err := unstream(b)
		if err != nil {
			t.Fatal(err)
		}
		m := packedPattern.FindSubmatch(dict)
		n, _ := strconv.Atoi(string(m[1]))
		first, _ := strconv.Atoi(string(m[2]))
		index := strings.Fields(string(data[:first]))
		if len(index) != 2*n {
			t.Fatalf("object stream %d: %d numbers for %d objects", id, len(index), n)
		}
		for i := range n {
			number, _ := strconv.Atoi(index[2*i])
			from, _ := strconv.Atoi(index[2*i+1])
			to := len(data) - first
			if i+1 < n {
				to, _ = strconv.Atoi(index[2*i+3])
			}
			all[number] = string(data[first+from : first+to])
		}
	}
	return all
}

var linkPattern = regexp.MustCompile(`^<</S /Link /P (\d+) 0 R `)

// A heading is at most one level below the one before.
func TestHeadingsGoDownByOne(t *testing.T) {
	s := newStructure()
	var got []string
	for _, kind := range []string{tagH2, tagH3, tagH3, tagH1, tagH3, tagH2, tagH3} {
		got = append(got, s.elements[s.add(kind, 1, "")].kind)
	}
	if want := "H1 H2 H3 H1 H2 H2 H3"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// The pieces of the streams and the table that leads from them to elements agree, in a report drawn in one part and in several.
func TestStructureAgreesWithStreams(t *testing.T) {
	for _, d := range []documenttest.Named{{Name: "full", Document: documenttest.Full()}, {Name: "parts", Document: documenttest.Many(5400)}} {
		file, w := write(t, d.Document)
		if d.Name == "parts" && w.Pages <= partPages {
			t.Fatalf("%d pages are drawn in one part", w.Pages)
		}
		o, err := parse(file)
		if err != nil {
			t.Fatal(err)
		}
		all := unpack(t, o)
		var nums string
		kinds := map[string]int{}
		for _, b := range all {
			if strings.HasPrefix(b, "<</Nums ") {
				nums = b
			}
			if m := regexp.MustCompile(`^<</S /(\w+) `).FindStringSubmatch(b); m != nil {
				kinds[m[1]]++
			}
		}
		table := map[int][]string{}
		for _, m := range numsPattern.FindAllStringSubmatch(strings.TrimPrefix(nums, "<</Nums ["), -1) {
			page, _ := strconv.Atoi(m[1])
			table[page] = strings.Fields(strings.ReplaceAll(m[2], " 0 R", ""))
		}
		for i, id := range o.contents() {
			s := inflate(t, o.body[id])
			opened := openPattern.FindAllStringSubmatch(s, -1)
			if len(opened) != len(table[i]) || i > 0 && len(opened) == 0 {
				t.Fatalf("%s, page %d: %d pieces, %d in the table", d.Name, i+1, len(opened), len(table[i]))
			}
			for n, m := range opened {
				element, _ := strconv.Atoi(table[i][n])
				of := all[element]
				if link := linkPattern.FindStringSubmatch(of); link != nil { // the text of an element that leads somewhere is its link's
					parent, _ := strconv.Atoi(link[1])
					of = all[parent]
				}
				if m[2] != fmt.Sprint(n) || !strings.HasPrefix(of, "<</S /"+m[1]+" ") {
					t.Fatalf("%s, page %d: piece %s is a %s, its element %.60q", d.Name, i+1, m[2], m[1], all[element])
				}
			}
			if begun := strings.Count(s, " BDC\n") + strings.Count(s, " BMC\n"); begun != strings.Count(s, "EMC\n") {
				t.Errorf("%s, page %d: %d pieces begun, %d ended", d.Name, i+1, begun, strings.Count(s, "EMC\n"))
			}
		}
		links := 0
		for id, b := range all {
			if !strings.HasPrefix(b, "<</Type /Annot ") {
				continue
			}
			links++
			m := regexp.MustCompile(`/F 4 .*/Contents <FEFF[0-9A-F]{4,}> /StructParent (\d+)>>$`).FindStringSubmatch(b)
			if m == nil {
				t.Errorf("%s: the link %s", d.Name, b)
				continue
			}
			element := regexp.MustCompile(`(?:\] |\[|R )` + m[1] + ` (\d+) 0 R`).FindStringSubmatch(nums)
			if element == nil {
				t.Errorf("%s: link %d has no element", d.Name, id)
				continue
			}
			n, _ := strconv.Atoi(element[1])
			if !linkPattern.MatchString(all[n]) || !strings.Contains(all[n], fmt.Sprintf("/Obj %d 0 R", id)) {
				t.Errorf("%s: the element of link %d is %s", d.Name, id, all[n])
			}
		}
		if links == 0 || links != kinds[tagLink] {
			t.Errorf("%s: %d links, %d elements of links", d.Name, links, kinds[tagLink])
		}
		for _, kind := range []string{tagDocument, tagH1, tagH2, tagP, tagTable, tagRow, tagHead, tagCell, tagList, tagItem, tagContents} {
			if kinds[kind] == 0 {
				t.Errorf("%s: no element %s", d.Name, kind)
			}
		}
		if d.Name == "parts" && kinds[tagRow] != 5401 {
			t.Errorf("%d table rows", kinds[tagRow])
		}
	}
}

// A list of very many rows is not tagged at all: half a structure would be wrong.
func TestTooManyElements(t *testing.T) {
	s := newStructure()
	for range mostElements {
		s.add(tagP, 1, "")
	}
	if !s.full || s.add(tagP, 1, "") != 0 {
		t.Error("the structure grows without end")
	}
}

// Two columns side by side are read one after the other, not line by line.
func TestReadingOrder(t *testing.T) {
	l := lay(t, documenttest.Full())
	read := map[tag]string{}
	var order []tag
	for _, p := range l.pages {
		for _, m := range p.marks {
			if id := l.tree.of(&m); id != 0 {
				if read[id] == "" {
					order = append(order, id)
				}
				read[id] += m.text
			}
		}
	}
	found := false
	for _, id := range order {
		if strings.HasPrefix(read[id], "214 of 9,870") {
			found = true
			if want := "214 of 9,870 console sign-ins in the period were made by five IAM users with a password and no MFA device, all in " +
				"meridian-prod-data."; read[id] != want {
				t.Errorf("read as %q", read[id])
			}
		}
	}
	if !found {
		t.Error("the condition of F-02 is not one element")
	}
}
