package scalar

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// jsonKey escapes what a key in quotes may not hold as it is.
var jsonKey = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// JSONPath turns a path as Trino reads it ($.a, $["a b"], $.a[0]) into DuckDB's, with every key in quotes.
func JSONPath(s string) (string, error) {
	bad := func(why string) (string, error) {
		return "", fmt.Errorf("the JSON path %q %s", s, why)
	}
	if !strings.HasPrefix(s, "$") {
		return bad("does not start with $")
	}
	var b strings.Builder
	b.Grow(len(s) + 2*strings.Count(s, ".") + 2)
	b.WriteByte('$')
	key := func(k string) {
		b.WriteString(`."`)
		if strings.ContainsAny(k, `\"`) {
			k = jsonKey.Replace(k)
		}
		b.WriteString(k)
		b.WriteByte('"')
	}
	for rest := s[1:]; rest != ""; {
		switch {
		case strings.HasPrefix(rest, ".."), strings.HasPrefix(rest, ".*"), strings.HasPrefix(rest, "[*]"), strings.HasPrefix(rest, "[?"):
			return bad("has a wildcard, which engines read differently")
		case rest[0] == '.':
			end := strings.IndexAny(rest[1:], ".[")
			if end < 0 {
				end = len(rest) - 1
			}
			if end == 0 {
				return bad("has an empty key")
			}
			name := rest[1 : 1+end]
			if strings.ContainsFunc(name, func(r rune) bool { return r != '_' && r != ':' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
				return bad("has a key that must stand in brackets: $[\"" + strings.NewReplacer("\"", "", "'", "").Replace(name) + "\"]")
			}
			if strings.Trim(name, "0123456789") == "" {
				return bad("has a key of digits only, which may be an element or a key")
			}
			key(name)
			rest = rest[1+end:]
		case strings.HasPrefix(rest, `['`):
			return bad("has a key in single quotes; Athena takes double ones: $[\"…\"]")
		case strings.HasPrefix(rest, `["`):
			end := strings.Index(rest[2:], `"]`)
			if end < 0 {
				return bad("has a bracket that is not closed")
			}
			k := rest[2 : 2+end]
			if strings.Contains(k, `\`) {
				return bad("has an escape in a key")
			}
			if k != "" && strings.Trim(k, "0123456789") == "" {
				return bad("has a key of digits only, which may be an element or a key")
			}
			key(k)
			rest = rest[2+end+2:]
		case rest[0] == '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return bad("has a bracket that is not closed")
			}
			n, err := strconv.ParseUint(rest[1:end], 10, 31)
			if err != nil {
				return bad("has an index that is not a whole number from 0")
			}
			b.WriteString("[" + strconv.FormatUint(n, 10) + "]")
			rest = rest[end+1:]
		default:
			return bad("is not a path: keys follow a point, elements stand in brackets")
		}
	}
	return b.String(), nil
}
