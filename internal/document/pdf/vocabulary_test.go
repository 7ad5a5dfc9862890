package pdf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// vocabulary is every name and keyword that a file uses outside of its texts: in its objects, packed or not, and in the operators of its
// pages. Texts of a document that got out of their strings show up here. It is an error if anything is not closed.
func vocabulary(file []byte) (map[string]bool, error) {
	o, err := parse(file)
	if err != nil {
		return nil, err
	}
	words := map[string]bool{}
	pages := o.contents()
	for id, b := range o.body {
		dict, rest, isStream := bytes.Cut(b, []byte("stream\n"))
		if err := lexPDF(dict, words); err != nil {
			return nil, fmt.Errorf("object %d: %w", id, err)
		}
		switch {
		case !isStream:
		case bytes.Contains(dict, []byte("/Type /Metadata")):
			data, ok := bytes.CutSuffix(rest, []byte("\nendstream"))
			if !ok {
				return nil, fmt.Errorf("object %d does not end its stream", id)
			}
			if err := wellFormed(data, words); err != nil {
				return nil, fmt.Errorf("object %d: %w", id, err)
			}
		case slices.Contains(pages, id), bytes.Contains(dict, []byte("/Type /ObjStm")):
			_, data, err := unstream(b)
			if err == nil {
				err = lexPDF(data, words)
			}
			if err != nil {
				return nil, fmt.Errorf("the stream of object %d: %w", id, err)
			}
		}
	}
	return words, nil
}

// wellFormed puts the elements of a piece of XML among the words.
func wellFormed(data []byte, words map[string]bool) error {
	d := xml.NewDecoder(bytes.NewReader(data))
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
			words["<"+t.Name.Space+" "+t.Name.Local+">"] = true
		case xml.ProcInst:
			words["<?"+t.Target+">"] = true
		case xml.Directive, xml.Comment:
			return fmt.Errorf("the metadata has a %T", t)
		}
	}
}

const (
	pdfSpace     = "\x00\t\n\f\r "
	pdfDelimiter = "()<>[]{}/%"
)

// lexPDF reads objects or operators (ISO 32000-1, 7.2) and puts their names and keywords among the words. Numbers count as one word.
func lexPDF(b []byte, words map[string]bool) error {
	var open []byte
	for i := 0; i < len(b); {
		c := b[i]
		switch {
		case strings.IndexByte(pdfSpace, c) >= 0:
			i++
		case c == '(':
			depth := 0
			for start := i; ; i++ {
				if i >= len(b) {
					return fmt.Errorf("the string %.40q is not closed", b[start:])
				}
				if b[i] == '\\' {
					i++
				} else if b[i] == '(' {
					depth++
				} else if b[i] == ')' {
					if depth--; depth == 0 {
						break
					}
				}
			}
			i++
		case bytes.HasPrefix(b[i:], []byte("<<")):
			open, i = append(open, '>'), i+2
		case bytes.HasPrefix(b[i:], []byte(">>")):
			if len(open) == 0 || open[len(open)-1] != '>' {
				return fmt.Errorf("%.40q closes nothing", b[i:])
			}
			open, i = open[:len(open)-1], i+2
		case c == '<':
			n := bytes.IndexByte(b[i:], '>')
			if n < 0 || len(bytes.Trim(b[i+1:i+n], "0123456789abcdefABCDEF"+pdfSpace)) > 0 {
				return fmt.Errorf("%.40q is not a string in hexadecimal", b[i:])
			}
			i += n + 1
		case c == '[':
			open, i = append(open, ']'), i+1
		case c == ']':
			if len(open) == 0 || open[len(open)-1] != ']' {
				return fmt.Errorf("%.40q closes nothing", b[i:])
			}
			open, i = open[:len(open)-1], i+1
		case c == '%', c == ')', c == '{', c == '}', c == '>':
			return fmt.Errorf("%.40q stands outside of a string", b[i:])
		default:
			n := 1
			for i+n < len(b) && strings.IndexByte(pdfSpace+pdfDelimiter, b[i+n]) < 0 {
				n++
			}
			word := string(b[i : i+n])
			if _, err := strconv.ParseFloat(word, 64); err == nil {
				word = "0"
			} else if c == '/' {
				word = strings.TrimRight(word, "0123456789") // /F1, /Im2: numbered
			}
			words[word] = true
			i += n
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("%q is missing at the end", open)
	}
	return nil
}
