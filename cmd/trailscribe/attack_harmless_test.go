package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// actions are names that let a viewer of PDF do something.
var actions = regexp.MustCompile(`/(JS|JavaScript|URI|OpenAction|AA|Launch|GoToR|GoToE|SubmitForm|ImportData|` +
	`RichMedia|XFA|AcroForm|Rendition|Sound|Movie)\b`)

// attachment is a file in a PDF; the only one is the record of the run.
var attachment = regexp.MustCompile(`/Type /(Filespec|EmbeddedFile)\b`)

// harmlessPDF holds that a file has no actions, and in its text nothing that hides or reorders.
func harmlessPDF(t *try, file []byte) (text string) {
	t.Helper()
	objects, err := pdfObjects(file)
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for id, body := range objects {
		dict, _, _ := bytes.Cut(body, []byte("stream"))
		if found := actions.Find(withoutStrings(dict)); found != nil {
			t.Errorf("object %s of the PDF has %s", id, found)
		}
		switch m := attachment.FindSubmatch(dict); {
		case m == nil:
		case string(m[1]) == "Filespec" && !bytes.Contains(dict, []byte("/F <FEFF007200650063006F00720064002E006A0073006F006E>")):
			t.Errorf("object %s of the PDF is a file of another name than record.json: %s", id, dict)
		case string(m[1]) == "EmbeddedFile":
			if files++; !bytes.Contains(dict, []byte("/Subtype /application#2Fjson")) || files > 1 {
				t.Errorf("object %s of the PDF is a file that is not the record: %s", id, dict)
			}
		}
	}
	text, err = textOfPDF(file)
	if err != nil {
		t.Fatal(err)
	}
	plain(t, ended{out: strings.ReplaceAll(text, "\f", "\n")})
	t.count("PDF")
	return text
}

// withoutStrings takes the texts out of the source of an object.
func withoutStrings(b []byte) (out []byte) {
	for i := 0; i < len(b); i++ {
		if b[i] != '(' {
			out = append(out, b[i])
			continue
		}
		_, n, err := pdfString(b[i:])
		if err != nil { // an octal code: step over it by hand
			n = 1
			for depth := 1; i+n < len(b) && depth > 0; n++ {
				switch b[i+n] {
				case '\\':
					n++
				case '(':
					depth++
				case ')':
					depth--
				}
			}
		}
		i += n - 1
	}
	return out
}

// odd are parts of a workbook that lead outside or do something.
var odd = regexp.MustCompile(`externalLink|connections|vba|queryTable|activeX|embeddings|\.bin$|\.\.`)

// ownFormula are the formulas that the program writes: counts of rows, and whether two figures agree.
var ownFormula = regexp.MustCompile(`^(?:COUNT\('[A-Z]+-[0-9]+(?: \([0-9]+\))?'!\$[A-Z]+\$[0-9]+:\$[A-Z]+\$[0-9]+\)\+?)+$|` +
	`^IF\(D[0-9]+=E[0-9]+,"[A-Za-z ]+","[A-Za-z ]+"\)$|` +
	`^"[A-Za-z ]*"&\([0-9]+-\((?:COUNTIF\(` + ownRows + `,"Open"\)\+COUNTBLANK\(` + ownRows + `\)\+?)+\)\)&"[A-Za-z0-9, ]*"$`)

const ownRows = `'Exceptions(?: \([0-9]+\))?'!\$[A-Z]+\$[0-9]+:\$[A-Z]+\$[0-9]+`

// harmlessWorkbook holds that a workbook is XML that any program reads, has no formulas but those of the program, no links
// outside, no parts that do something, and texts that stay texts when somebody edits them.
func harmlessWorkbook(t *try, file []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = data
		if odd.MatchString(f.Name) {
			t.Errorf("the workbook has the part %s", f.Name)
		}
	}
	shared := sharedTexts(t, parts["xl/sharedStrings.xml"])
	quoted := quotedStyles(t, parts["xl/styles.xml"])
	cells, formulas := 0, 0
	for name, data := range parts {
		if !strings.HasSuffix(name, ".xml") && !strings.HasSuffix(name, ".rels") {
			continue
		}
		if strings.HasSuffix(name, ".rels") && bytes.Contains(data, []byte(`TargetMode="External"`)) {
			t.Errorf("%s leads outside", name)
		}
		sheet := strings.HasPrefix(name, "xl/worksheets/sheet")
		eachElement(t, name, data, func(e element) {
			switch {
			case sheet && e.name == "f":
				if formulas++; !ownFormula.MatchString(e.text) {
					t.Errorf("%s: %s is a formula: %q", name, e.cell, e.text)
				}
			case sheet && (e.name == "v" && e.kind == "s" || e.name == "t" && e.kind == "inlineStr"):
				cells++
				text := e.text
				if e.kind == "s" {
					n, err := strconv.Atoi(text)
					if err != nil || n >= len(shared) {
						t.Errorf("%s: %s has the text %q of %d", name, e.cell, text, len(shared))
						return
					}
					text = shared[n]
				}
				if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) && !quoted[e.style] {
					t.Errorf("%s: %s becomes a formula when somebody edits it: %.60q", name, e.cell, text)
				}
				plain(t, ended{out: text})
			case strings.HasPrefix(e.name, "formula") || e.name == "definedName":
				if strings.Contains(e.text, "zq") {
					t.Errorf("%s: a formula of a rule or a name has a payload: %q", name, e.text)
				}
			case e.name == "hyperlink" && e.attr["location"] == "":
				t.Errorf("%s: a link that leads outside: %v", name, e.attr)
			}
		})
	}
	if cells == 0 || formulas == 0 {
		t.Errorf("%d texts and %d formulas were looked at", cells, formulas)
	}
	t.count("workbooks")
	t.add("cells of workbooks with a text", cells)
	t.add("formulas, all of them ours", formulas)
}

// element is an element of a part, with the cell around it.
type element struct {
	name, text        string
	cell, kind, style string
	attr              map[string]string
}

// eachElement reads a part strictly: what XML 1.0 does not allow is an error.
func eachElement(t *try, name string, data []byte, f func(e element)) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(data))
	var stack []element
	var cell element
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Errorf("%s is not XML: %v", name, err)
			return
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{name: token.Name.Local, attr: map[string]string{}}
			for _, a := range token.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			if e.name == "c" {
				cell = element{cell: e.attr["r"], kind: e.attr["t"], style: e.attr["s"]}
			}
			e.cell, e.kind, e.style = cell.cell, cell.kind, cell.style
			stack = append(stack, e)
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].text += string(token)
			}
		case xml.EndElement:
			f(stack[len(stack)-1])
			stack = stack[:len(stack)-1]
		}
	}
}

// sharedTexts are the texts that cells name by number.
func sharedTexts(t *try, data []byte) (all []string) {
	var text strings.Builder
	eachElement(t, "sharedStrings.xml", data, func(e element) {
		switch e.name {
		case "t":
			text.WriteString(e.text)
		case "si":
			all = append(all, text.String())
			text.Reset()
		}
	})
	return all
}

// quotedStyles are the numbers of the cell styles with quotePrefix.
func quotedStyles(t *try, data []byte) map[string]bool {
	quoted, inside, n := map[string]bool{}, false, 0
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return quoted
		}
		if err != nil {
			t.Fatalf("styles.xml: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "cellXfs":
				inside = true
			case "xf":
				if !inside {
					continue
				}
				for _, a := range token.Attr {
					if a.Name.Local == "quotePrefix" && (a.Value == "1" || a.Value == "true") {
						quoted[strconv.Itoa(n)] = true
					}
				}
				n++
			}
		case xml.EndElement:
			if token.Name.Local == "cellXfs" {
				inside = false
			}
		}
	}
}

// harmlessCSV holds that a file is CSV, and that in those for spreadsheets no cell begins as a formula does.
func harmlessCSV(t *try, name string, data []byte) {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	r.FieldsPerRecord = 0
	rows, err := r.ReadAll()
	if err != nil {
		t.Errorf("%s is not CSV: %v", name, err)
	}
	if !strings.Contains(name, "safe") {
		return
	}
	for n, row := range rows {
		for _, cell := range row {
			t.add("cells of csv-safe", 1)
			if cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(cell)[0]) {
				t.Errorf("%s: row %d has a cell that begins as a formula: %.60q", name, n+1, cell)
			}
		}
	}
}
