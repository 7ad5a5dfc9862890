package relation

import (
	"strings"

	"trailscribe/internal/diag"
)

// part is a text of one file.
type part struct{ file, text string }

// script is a statement that stands in one or two files.
type script []part

func (s script) text() string {
	var b strings.Builder
	for _, p := range s {
		b.WriteString(p.text)
	}
	return b.String()
}

// at is where a character of the statement stands in its file.
func (s script) at(char int) diag.Pos {
	for i, p := range s {
		runes := []rune(p.text)
		if char >= len(runes) && i < len(s)-1 {
			char -= len(runes)
			continue
		}
		char = min(max(char, 0), len(runes))
		before := string(runes[:char])
		start := strings.LastIndexByte(before, '\n') + 1
		line, _, _ := strings.Cut(p.text[start:], "\n")
		return diag.Pos{File: p.file, Line: strings.Count(before, "\n") + 1, Col: len([]rune(before[start:])) + 1, Text: line}
	}
	return diag.Pos{}
}
