package main

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

// textOfPDF reads the text of the PDF files that this program writes: pages in order, one line for each tagged element, whose
// lines are joined as they were before wrapping; a form feed after each page. It reads what the file holds, not what the
// writer meant: strings of content streams, and it refuses a file whose fonts do not say that codes are UTF-16.
func textOfPDF(file []byte) (string, error) {
	bodies, err := pdfObjects(file)
	if err != nil {
		return "", err
	}
	for id, b := range bodies {
		if m := toUnicode.FindSubmatch(b); m != nil {
			cmap, err := pdfStream(bodies[string(m[1])])
			identity := err == nil
			for i := range 256 { // a range must not cross a change of the first byte
				identity = identity && bytes.Contains(cmap, fmt.Appendf(nil, "<%02X00> <%02XFF> <%02X00>", i, i, i))
			}
			if !identity {
				return "", fmt.Errorf("the font in object %s has no identity ToUnicode map (%v): its text cannot be copied out", id, err)
			}
		}
	}
	var kids []byte
	for _, b := range bodies {
		if bytes.Contains(b, []byte("/Type /Pages")) {
			if m := kidsPattern.FindSubmatch(b); m != nil {
				kids = m[1]
			}
		}
	}
	if kids == nil {
		return "", errors.New("there is no page tree")
	}
	var out strings.Builder
	for _, kid := range refPattern.FindAllSubmatch(kids, -1) {
		m := contentsPattern.FindSubmatch(bodies[string(kid[1])])
		if m == nil {
			return "", fmt.Errorf("page %s has no contents", kid[1])
		}
		content, err := pdfStream(bodies[string(m[1])])
		if err != nil {
			return "", fmt.Errorf("page %s: %w", kid[1], err)
		}
		if err := textOfPage(content, &out); err != nil {
			return "", fmt.Errorf("page %s: %w", kid[1], err)
		}
		out.WriteByte('\f')
	}
	return out.String(), nil
}

var (
	objectPattern   = regexp.MustCompile(`(?:^|[\r\n])(\d+) 0 obj\b`)
	lengthPattern   = regexp.MustCompile(`/Length (\d+)\b`)
	firstPattern    = regexp.MustCompile(`/N (\d+) /First (\d+)`)
	kidsPattern     = regexp.MustCompile(`/Kids \[([^\]]*)\]`)
	refPattern      = regexp.MustCompile(`(\d+) 0 R`)
	contentsPattern = regexp.MustCompile(`/Contents (\d+) 0 R`)
	toUnicode       = regexp.MustCompile(`/ToUnicode (\d+) 0 R`)
)

// pdfObjects are the bodies of all objects, packed ones too. Streams are stepped over by their length, so that no byte inside one is
// taken for an object.
func pdfObjects(file []byte) (map[string][]byte, error) {
	bodies := map[string][]byte{}
	for at := 0; ; {
		m := objectPattern.FindSubmatchIndex(file[at:])
		if m == nil {
			break
		}
		id, start := string(file[at+m[2]:at+m[3]]), at+m[1]
		end := bytes.Index(file[start:], []byte("endobj"))
		if s := bytes.Index(file[start:], []byte("stream")); s >= 0 && s < end {
			n := lengthPattern.FindSubmatch(file[start : start+s])
			if n == nil {
				return nil, fmt.Errorf("the stream %s has no length", id)
			}
			length, err := strconv.Atoi(string(n[1]))
			if err != nil || start+s+length > len(file) {
				return nil, fmt.Errorf("the stream %s has no good length", id)
			}
			after := bytes.Index(file[start+s+length:], []byte("endobj"))
			end = s + length + after
		}
		if end < 0 {
			return nil, fmt.Errorf("the object %s does not end", id)
		}
		bodies[id] = file[start : start+end]
		at = start + end
	}
	for id, b := range bodies {
		if !bytes.Contains(b, []byte("/Type /ObjStm")) {
			continue
		}
		data, err := pdfStream(b)
		m := firstPattern.FindSubmatch(b)
		if err != nil || m == nil {
			return nil, fmt.Errorf("the object stream %s cannot be read: %v", id, err)
		}
		first, _ := strconv.Atoi(string(m[2]))
		index := strings.Fields(string(data[:first]))
		for i := 0; i+1 < len(index); i += 2 {
			from, _ := strconv.Atoi(index[i+1])
			to := len(data) - first
			if i+3 < len(index) {
				to, _ = strconv.Atoi(index[i+3])
			}
			bodies[index[i]] = data[first+from : first+to]
		}
	}
	if len(bodies) == 0 {
		return nil, errors.New("this is not a PDF")
	}
	return bodies, nil
}

// pdfStream is the decoded data of a stream.
func pdfStream(body []byte) ([]byte, error) {
	dict, data, ok := bytes.Cut(body, []byte("stream"))
	m := lengthPattern.FindSubmatch(dict)
	if !ok || m == nil {
		return nil, errors.New("there is no stream")
	}
	n, _ := strconv.Atoi(string(m[1]))
	data = bytes.TrimPrefix(bytes.TrimPrefix(data, []byte("\r")), []byte("\n"))
	if n > len(data) {
		return nil, errors.New("the stream is cut short")
	}
	if !bytes.Contains(dict, []byte("/FlateDecode")) {
		return data[:n], nil
	}
	r, err := zlib.NewReader(bytes.NewReader(data[:n]))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// textOfPage reads the strings of a content stream. BDC or BMC begins an element and EMC ends it.
func textOfPage(content []byte, out *strings.Builder) error {
	var element strings.Builder
	var shown []byte // the last string before an operator
	flush := func() {
		if s := strings.TrimSpace(element.String()); s != "" {
			out.WriteString(s)
			out.WriteByte('\n')
		}
		element.Reset()
	}
	for i := 0; i < len(content); {
		switch c := content[i]; {
		case c == '(':
			s, n, err := pdfString(content[i:])
			if err != nil {
				return err
			}
			shown = s
			i += n
		case c == '<' && i+1 < len(content) && content[i+1] != '<' && (i == 0 || content[i-1] != '<'):
			return errors.New("a hexadecimal string: this reader does not know them")
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
			j := i
			for j < len(content) && (content[j] >= 'A' && content[j] <= 'Z' || content[j] >= 'a' && content[j] <= 'z' || content[j] >= '0' &&
				content[j] <= '9' || content[j] == '*') {
				j++
			}
			switch string(content[i:j]) {
			case "Tj":
				if len(shown)%2 != 0 {
					return fmt.Errorf("the string %q is not UTF-16", shown)
				}
				units := make([]uint16, len(shown)/2)
				for k := range units {
					units[k] = uint16(shown[2*k])<<8 | uint16(shown[2*k+1])
				}
				element.WriteString(string(utf16.Decode(units)))
			case "TJ":
				return errors.New("a kerned string: this reader does not know them")
			case "BDC", "BMC", "EMC":
				flush()
			}
			i = j
		default:
			i++
		}
	}
	flush()
	return nil
}

// pdfString reads a string in round brackets and how many bytes it takes.
func pdfString(b []byte) ([]byte, int, error) {
	var s []byte
	depth := 0
	for i := 0; i < len(b); i++ {
		switch c := b[i]; c {
		case '(':
			if depth++; depth > 1 {
				s = append(s, c)
			}
		case ')':
			if depth--; depth == 0 {
				return s, i + 1, nil
			}
			s = append(s, c)
		case '\\':
			if i++; i == len(b) {
				return nil, 0, errors.New("a string ends in a backslash")
			}
			switch b[i] {
			case 'n':
				s = append(s, '\n')
			case 'r':
				s = append(s, '\r')
			case 't':
				s = append(s, '\t')
			case 'b':
				s = append(s, '\b')
			case 'f':
				s = append(s, '\f')
			case '(', ')', '\\':
				s = append(s, b[i])
			default:
				return nil, 0, fmt.Errorf("a string holds \\%c", b[i])
			}
		default:
			s = append(s, c)
		}
	}
	return nil, 0, errors.New("a string does not end")
}
