package pdf

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"trailscribe/internal/document"
)

// producer is what the file says it was made by. It names no version: the same document gives the same bytes.
const producer = "trailscribe"

// about is what a file says of itself.
type about struct {
	title, author, subject, language string
	at                               time.Time
	files                            []document.File
}

// textString is a PDF text string in UTF-16, written in hexadecimal: nothing in s can end it.
func textString(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	b.WriteByte('>')
	return b.String()
}

// xmlText is s for an XML element: markup escaped, characters that XML 1.0 forbids left out.
func xmlText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < 0x20 && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, s)
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// languagePattern is a BCP 47 tag as far as it matters here: letters, digits and hyphens.
var languagePattern = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

// finish rewrites fpdf's file: version 1.7, identity from its content, metadata that is linked, a colour profile, links that print,
// the document's language and title. fpdf leaves these out or does them wrong.
func finish(file []byte, a about, tree *structure) ([]byte, error) {
	o, err := parse(file)
	if err != nil {
		return nil, err
	}
	for id, b := range o.body {
		if bytes.HasPrefix(b, []byte("<</Type /Page\n")) && bytes.Contains(b, []byte("/Subtype /Link /Rect")) {
			o.body[id] = bytes.ReplaceAll(b, []byte("/Subtype /Link /Rect"), []byte("/Subtype /Link /F 4 /Rect"))
		}
	}
	if err := o.repack(); err != nil {
		return nil, err
	}
	o.outlineCounts()
	for id, b := range o.body {
		if bytes.Contains(b, []byte("Name /utf8")) || bytes.Contains(b, []byte("/BaseFont /utf8")) {
			o.body[id] = fontPattern.ReplaceAll(b, []byte("$1/TSCRBE+")) // a part of a face bears a tag of six letters
		}
	}
	at := a.at.UTC()
	stamp, iso := at.Format("D:20060102150405Z"), at.Format("2006-01-02T15:04:05Z")
	o.body[o.info] = fmt.Appendf(nil, "<</Title %s /Author %s /Subject %s /Producer %s /CreationDate (%s) /ModDate (%s)>>",
		textString(a.title), textString(a.author), textString(a.subject), textString(producer), stamp, stamp)
	conformance, accessible := "B", ""
	if tree != nil && languagePattern.MatchString(a.language) { // tagged, in a language that a reader knows
		conformance, accessible = "A", "<pdfuaid:part>1</pdfuaid:part>"
	}
	o.toUnicode()
	xmp := `<?xpacket begin="` + "\ufeff" +
		`" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">` +
		`<dc:format>application/pdf</dc:format><dc:title><rdf:Alt><rdf:li xml:lang="x-default">` + xmlText(a.title) +
		`</rdf:li></rdf:Alt></dc:title>` +
		`<dc:creator><rdf:Seq><rdf:li>` + xmlText(a.author) + `</rdf:li></rdf:Seq></dc:creator>` +
		`<dc:description><rdf:Alt><rdf:li xml:lang="x-default">` + xmlText(a.subject) + `</rdf:li></rdf:Alt></dc:description>` +
		`<xmp:CreateDate>` + iso + `</xmp:CreateDate><xmp:ModifyDate>` + iso + `</xmp:ModifyDate><pdf:Producer>` + producer + `</pdf:Producer>` +
		`</rdf:Description>` + conforms(conformance, accessible) + `</rdf:RDF></x:xmpmeta><?xpacket end="w"?>`
	metadata := o.add(stream("/Type /Metadata /Subtype /XML", []byte(xmp)))
	profile := o.add(stream("/N 3 /Filter /FlateDecode", deflate(srgb())))

	catalog := string(o.body[o.root])
	if i := strings.Index(catalog, "/Names <<"); i >= 0 { // fpdf's empty name dictionary is the last entry
		catalog = catalog[:i]
	}
	catalog = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(catalog), ">>"))
	if !strings.HasPrefix(catalog, "<<") {
		return nil, errors.New("finish PDF: the catalog is not a dictionary")
	}
	catalog += o.attach(a.files, stamp)
	catalog += fmt.Sprintf(" /Metadata %d 0 R /OutputIntents [<</Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info "+
		"(sRGB IEC61966-2.1) /DestOutputProfile %d 0 R>>]", metadata, profile)
	if languagePattern.MatchString(a.language) {
		catalog += " /Lang (" + a.language + ")"
	}
	o.body[o.root] = []byte(catalog + " /ViewerPreferences <</DisplayDocTitle true>>>>")
	if tree != nil {
		o.addStructure(tree)
	}
	return o.file(), nil
}

// attach adds files, each associated with the document as its data (ISO 19005-3, 6.8), and gives what the catalog says of them. The name
// tree wants them sorted by name.
func (o *objects) attach(files []document.File, stamp string) string {
	if len(files) == 0 {
		return ""
	}
	var names, all strings.Builder
	for _, f := range slices.SortedFunc(slices.Values(files), func(a, b document.File) int { return strings.Compare(a.Name, b.Name) }) {
		body := o.add(stream(fmt.Sprintf("/Type /EmbeddedFile /Subtype /%s /Params <</Size %d /ModDate (%s)>> /Filter /FlateDecode",
			strings.ReplaceAll(f.Type, "/", "#2F"), len(f.Data), stamp), deflate(f.Data)))
		spec := o.add(fmt.Appendf(nil, "<</Type /Filespec /F %s /UF %s /Desc %s /AFRelationship /Data /EF <</F %d 0 R /UF %d 0 R>>>>",
			textString(f.Name), textString(f.Name), textString(f.Description), body, body))
		fmt.Fprintf(&names, "%s %d 0 R ", textString(f.Name), spec)
		fmt.Fprintf(&all, "%d 0 R ", spec)
	}
	return fmt.Sprintf(" /Names <</EmbeddedFiles <</Names [%s]>>>> /AF [%s]", names.String(), all.String())
}

// conforms says in the metadata which standards the file keeps: PDF/A-3 (ISO 19005-3, 6.6.4) and, where it is tagged, PDF/UA-1 (ISO
// 14289-1, 5), with the description of that schema which PDF/A asks for.
func conforms(conformance, accessible string) string {
	text := `<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">` +
		`<pdfaid:part>3</pdfaid:part><pdfaid:conformance>` + conformance + `</pdfaid:conformance>` + accessible + `</rdf:Description>`
	if accessible == "" {
		return text
	}
	return text + `<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" ` +
		`xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">` +
		`<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA Universal Accessibility Schema` +
		`</pdfaSchema:schema><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>` +
		`<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">` +
		`<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>` +
		`<pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>Part of ISO 14289 that the file keeps` +
		`</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>`
}

// toUnicode says of each face which character a code is. fpdf writes one range over all codes, but a range must not cross a change of the
// first byte (Adobe Technical Note 5411, 1.4.2): there are 256 of them, in blocks of at most 100.
func (o *objects) toUnicode() {
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n<</Registry (Adobe)\n/Ordering (UCS)\n" +
		"/Supplement 0\n>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for from := 0; from < 256; from += 100 {
		to := min(from+100, 256)
		fmt.Fprintf(&b, "%d beginbfrange\n", to-from)
		for i := from; i < to; i++ {
			fmt.Fprintf(&b, "<%02X00> <%02XFF> <%02X00>\n", i, i, i)
		}
		b.WriteString("endbfrange\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")
	all := stream("/Filter /FlateDecode", deflate([]byte(b.String())))
	for id, body := range o.body {
		if bytes.Contains(body, []byte("<0000> <FFFF> <0000>")) {
			o.body[id] = all
		}
	}
}

var (
	fontPattern   = regexp.MustCompile(`(/BaseFont |/FontName )/utf8`)
	parentPattern = regexp.MustCompile(`/Parent (\d+) 0 R`)
	firstPattern  = regexp.MustCompile(`^<</Type /Outlines /First (\d+) 0 R`)
)

// outlineCounts says how many entries stand below each outline entry; fpdf says none of all, which some readers repair aloud.
// Negative: closed until a reader opens it.
func (o *objects) outlineCounts() {
	below := map[int]int{}
	var entries []int
	for id, b := range o.body {
		if isOutline(b) {
			if m := parentPattern.FindSubmatch(b); m != nil {
				parent, _ := strconv.Atoi(string(m[1]))
				below[parent]++
				entries = append(entries, id)
			}
		}
	}
	for _, id := range entries {
		count := ""
		if n := below[id]; n > 0 {
			count = fmt.Sprintf("/Count -%d", n)
		}
		if b, ok := bytes.CutSuffix(o.body[id], []byte("/Count 0>>")); ok {
			o.body[id] = fmt.Appendf(nil, "%s%s>>", b, count)
		}
	}
	for id, b := range o.body {
		if firstPattern.Match(b) {
			o.body[id] = fmt.Appendf(nil, "%s /Count %d>>", bytes.TrimSuffix(b, []byte(">>")), below[id])
		}
	}
}

// isOutline reports whether an object is an entry of the outline.
func isOutline(b []byte) bool {
	return bytes.HasPrefix(b, []byte("<</Title ")) && bytes.Contains(b, []byte("/Parent "))
}

// packSize is how many objects stand in one object stream.
const packSize = 250

// file puts the objects together again: those from packFrom on in object streams (ISO 32000-1, 7.5.7), then a cross reference stream.
// The identity is the start of the SHA-256 of everything before the cross references.
func (o *objects) file() []byte {
	size := 1024
	for _, b := range o.body {
		size += len(b) + 48
	}
	out := bytes.NewBuffer(make([]byte, 0, size))
	out.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	type entry struct{ kind, a, b int } // 1: offset; 2: object stream, index in it
	plain := len(o.body)
	if o.packFrom > 0 {
		plain = o.packFrom
	}
	at := make([]entry, len(o.body))
	write := func(id int, body []byte) {
		at[id] = entry{1, out.Len(), 0}
		fmt.Fprintf(out, "%d 0 obj\n", id)
		out.Write(body)
		out.WriteString("\nendobj\n")
	}
	for id := 1; id < plain; id++ {
		write(id, o.body[id])
	}
	for from := plain; from < len(o.body); from += packSize {
		var index, data bytes.Buffer
		box := len(at)
		at = append(at, entry{})
		to := min(from+packSize, len(o.body))
		for id := from; id < to; id++ {
			fmt.Fprintf(&index, "%d %d ", id, data.Len())
			data.Write(o.body[id])
			data.WriteByte('\n')
			at[id] = entry{2, box, id - from}
		}
		write(box, stream(fmt.Sprintf("/Type /ObjStm /N %d /First %d /Filter /FlateDecode", to-from, index.Len()),
			deflate(append(index.Bytes(), data.Bytes()...))))
	}
	sum := sha256.Sum256(out.Bytes())
	identity := fmt.Sprintf("/Root %d 0 R /Info %d 0 R /ID [<%x> <%x>]", o.root, o.info, sum[:16], sum[:16])
	start := out.Len()
	if plain == len(o.body) {
		fmt.Fprintf(out, "xref\n0 %d\n0000000000 65535 f \n", len(at))
		for _, e := range at[1:] {
			fmt.Fprintf(out, "%010d 00000 n \n", e.a)
		}
		fmt.Fprintf(out, "trailer\n<</Size %d %s>>\n", len(at), identity)
	} else {
		own := len(at)
		at = append(at, entry{1, start, 0})
		table := make([]byte, 0, len(at)*xrefWidth)
		for _, e := range at {
			table = append(table, byte(e.kind), byte(e.a>>24), byte(e.a>>16), byte(e.a>>8), byte(e.a), byte(e.b>>8), byte(e.b))
		}
		fmt.Fprintf(out, "%d 0 obj\n", own)
		out.Write(stream(fmt.Sprintf("/Type /XRef /Size %d /W [1 4 2] %s /Filter /FlateDecode", len(at), identity), deflate(table)))
		out.WriteString("\nendobj\n")
	}
	fmt.Fprintf(out, "startxref\n%d\n%%%%EOF\n", start)
	return out.Bytes()
}

var (
	kidPattern  = regexp.MustCompile(`(\d+) 0 R`)
	destPattern = regexp.MustCompile(`/Dest \[(\d+) 0 R`)
)

// recount reads a finished file and counts its pages and outline entries. A page that the page tree misses, or a link or an outline entry
// that leads to something other than a page, is an error: the PDF library has lost pages before without saying so.
func recount(file []byte) (pages, outline int, err error) {
	o, err := parse(file)
	if err != nil {
		return 0, 0, err
	}
	isPage := func(id int) bool {
		return id > 0 && id < len(o.body) && bytes.HasPrefix(o.body[id], []byte("<</Type /Page\n"))
	}
	tree := o.body[1]
	open, shut := bytes.Index(tree, []byte("/Kids [")), bytes.IndexByte(tree, ']')
	if open < 0 || shut < open {
		return 0, 0, errors.New("recount PDF: no page tree")
	}
	for _, m := range kidPattern.FindAllSubmatch(tree[open:shut], -1) {
		id, _ := strconv.Atoi(string(m[1]))
		if !isPage(id) {
			return 0, 0, fmt.Errorf("recount PDF: object %d in the page tree is not a page", id)
		}
		pages++
	}
	all := 0
	for id, b := range o.body {
		page := isPage(id)
		if page {
			all++
		}
		entry := isOutline(b)
		if entry {
			outline++
		}
		if page || entry || bytes.HasPrefix(b, []byte("<</Type /Annot ")) {
			for _, m := range destPattern.FindAllSubmatch(b, -1) {
				if to, _ := strconv.Atoi(string(m[1])); !isPage(to) {
					return 0, 0, fmt.Errorf("recount PDF: object %d leads to object %d, which is not a page", id, to)
				}
			}
		}
	}
	if all != pages {
		return 0, 0, fmt.Errorf("recount PDF: %d pages, of which the page tree holds %d", all, pages)
	}
	return pages, outline, nil
}
