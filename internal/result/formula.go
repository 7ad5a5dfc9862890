package result

import "strings"

// Formula reports whether a spreadsheet might take a text for a formula: by its first character, half or full width, or after white
// space that programs skip (CWE-1236).
func Formula(s string) bool {
	if s == "" {
		return false
	}
	switch c := s[0]; {
	case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z': // nearly all texts
		return false
	case c == '\t', c == '\r', c == '\n':
		return true
	}
	s = strings.TrimLeft(s, " \u00a0\u3000\t\r\n")
	for _, c := range []string{"=", "+", "-", "@", "＝", "＋", "－", "＠", "﹢", "﹣", "﹦", "﹫", "−", "|", "%"} {
		if strings.HasPrefix(s, c) {
			return true
		}
	}
	return false
}
