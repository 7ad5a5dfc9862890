package sql

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode"
)

// whiteSpace is what trim takes away without being told: Java's white space, which Trino uses.
const whiteSpace = " \t\n\v\f\r\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u2028\u2029\u205f\u3000"

func emitTrim(e *emitter, c *Call, r *resolved) string {
	chars := stringText(whiteSpace)
	if len(c.Args) == 2 {
		chars = e.as(c.Args[1], tVarchar)
	}
	return r.fn.name + "(" + e.as(c.Args[0], tVarchar) + ", " + chars + ")"
}

func emitConcat(e *emitter, c *Call, r *resolved) string {
	if r.result.Kind == ArrayType {
		s := e.as(c.Args[0], r.params[0])
		for i, a := range c.Args[1:] {
			s = "tr_array_concat(" + s + ", " + e.as(a, r.params[i+1]) + ")"
		}
		return s
	}
	return "(" + strings.Join(e.list(c, r), " || ") + ")"
}

func (e *emitter) list(c *Call, r *resolved) []string {
	parts := make([]string, len(c.Args))
	for i, a := range c.Args {
		parts[i] = e.as(a, r.params[i])
	}
	return parts
}

func emitConcatWs(e *emitter, c *Call, r *resolved) string {
	if r.params[1].Kind == ArrayType {
		return "tr_array_join(" + e.as(c.Args[1], r.params[1]) + ", " + e.as(c.Args[0], tVarchar) + ")"
	}
	return "concat_ws(" + e.args(c, r) + ")"
}

func emitLength(e *emitter, c *Call, r *resolved) string {
	if r.params[0].Kind == VarbinaryType {
		return "octet_length(" + e.args(c, r) + ")"
	}
	return "length(" + e.args(c, r) + ")"
}

func emitSplitPart(e *emitter, c *Call, r *resolved) string {
	s, d, n := e.as(c.Args[0], tVarchar), e.as(c.Args[1], tVarchar), e.as(c.Args[2], tBigint)
	if lit, ok := c.Args[2].(*IntLit); ok && lit.Value >= 1 {
		return "list_extract(string_split(" + s + ", " + d + "), " + n + ")"
	}
	return "list_extract(string_split(" + s + ", " + d + "), CASE WHEN " + n + " < 1 THEN CAST('split_part counts from 1: ' || " + n + " AS BIGINT) ELSE " + n + " END)"
}

func emitSubstr(e *emitter, c *Call, r *resolved) string {
	from, ok := c.Args[1].(*IntLit)
	if len(c.Args) == 3 {
		n, lit := c.Args[2].(*IntLit)
		if ok && from.Value > 0 && from.Value < 1<<31 && lit && n.Value >= 0 && n.Value < 1<<31 {
			return "substr(" + e.args(c, r) + ")"
		}
		return "tr_substr_n(" + e.args(c, r) + ")"
	}
	if ok && from.Value > 0 && from.Value < 1<<31 {
		return "substr(" + e.args(c, r) + ")"
	}
	return "tr_substr(" + e.args(c, r) + ")"
}

var formatSpec = regexp.MustCompile(`%(%|s|d|0[1-9][0-9]?d)?`)

// emitFormat: of Java's formats only those C knows with the same result.
func emitFormat(e *emitter, c *Call, r *resolved) string {
	lit, ok := c.Args[0].(*StringLit)
	if !ok {
		e.refuse(c.Args[0], "the format is a literal", "")
		return "NULL"
	}
	n := 0
	args := []string{""}
	for _, spec := range formatSpec.FindAllString(lit.Value, -1) {
		if spec == "%%" {
			continue
		}
		if spec == "%" {
			n = len(c.Args) // no format this program knows
			break
		}
		if n++; n >= len(c.Args) {
			break
		}
		t := e.c.types[c.Args[n]]
		if t.integral() && spec != "%s" || t.text() && spec == "%s" {
			args = append(args, e.x(c.Args[n]))
		} else if t.integral() {
			args = append(args, "CAST("+e.x(c.Args[n])+" AS VARCHAR)")
		} else {
			e.refuse(c.Args[n], "format takes text for %s and whole numbers for %d, not "+t.String()+" for "+spec, "Write CAST(… AS varchar)")
		}
	}
	if n != len(c.Args)-1 {
		e.refuse(c.Args[0], "of formats only %s, %d, %05d and %% are supported, one for each further argument", "")
	}
	args[0] = stringText(lit.Value)
	return "printf(" + strings.Join(args, ", ") + ")"
}

// pattern checks a regular expression that is known already. Both engines use RE2's syntax here: Go's regexp package is the same.
func (e *emitter) pattern(x Expr) *syntax.Regexp {
	s, known := e.text(x)
	if !known {
		return nil
	}
	re, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		e.refuse(x, "the pattern is not a regular expression both engines know: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "),
			"Look-ahead, look-behind and back references are not supported")
		return nil
	}
	if why := foreignPattern(s); why != "" {
		e.refuse(x, "the pattern does not mean the same at both engines: "+why, "")
		return nil
	}
	return re
}

// foreignPattern says what in a pattern that RE2 takes means something else, or nothing, to Trino's Java syntax.
// Source: Trino documentation, "Regular expression functions"; java.util.regex.Pattern.
func foreignPattern(s string) string {
	class := false
	for i := 0; i < len(s); i++ {
		rest := s[i:]
		switch {
		case s[i] == '\\':
			if strings.HasPrefix(rest, `\Q`) || strings.HasPrefix(rest, `\C`) {
				return rest[:2]
			}
			i++
		case class && strings.HasPrefix(rest, "[:"):
			return "[:…:], where Java has \\p{…}"
		case class && s[i] == '[':
			return "[ inside brackets, where Java joins two sets; a plain one is \\["
		case class && strings.HasPrefix(rest, "&&"):
			return "&& inside brackets, where Java intersects two sets"
		case class && s[i] == ']':
			class = false
		case s[i] == '[' && !class:
			class = true
			for i+1 < len(s) && s[i+1] == '^' {
				i++
			}
			if i+1 < len(s) && s[i+1] == ']' {
				return "] as the first of a set; a plain one is \\]"
			}
		case strings.HasPrefix(rest, "(?P<"):
			return "(?P<name>, where Java has (?<name>"
		case strings.HasPrefix(rest, "(?U"):
			return "(?U)"
		}
	}
	return ""
}

func emitRegexpLike(e *emitter, c *Call, r *resolved) string {
	e.pattern(c.Args[1])
	return "regexp_matches(" + e.args(c, r) + ")"
}

func emitRegexp(fn string) func(*emitter, *Call, *resolved) string {
	return func(e *emitter, c *Call, r *resolved) string {
		e.pattern(c.Args[1])
		if fn == "regexp_extract_all" && len(c.Args) == 3 {
			lit, ok := c.Args[2].(*IntLit)
			if !ok {
				e.refuse(c.Args[2], "the group is a literal", "")
				return "NULL"
			}
			if re := e.pattern(c.Args[1]); re != nil {
				if always, _ := group(re, int(lit.Value)); !always {
					e.refuse(c.Args[2], "this group does not take part in every match", "Make the group itself optional: (a)? is (a?)")
				}
			}
		}
		return fn + "(" + e.args(c, r) + ")"
	}
}

// emitRegexpExtract: Trino gives NULL where nothing matches, and where the group takes no part in the match; DuckDB ” for both.
// If the group can never be empty, ” means nothing else and one look at the text is enough.
func emitRegexpExtract(e *emitter, c *Call, r *resolved) string {
	s, p := e.as(c.Args[0], tVarchar), e.as(c.Args[1], tVarchar)
	n := 0
	if len(c.Args) == 3 {
		lit, ok := c.Args[2].(*IntLit)
		if !ok || lit.Value < 0 || lit.Value > 9 {
			e.refuse(c.Args[2], "the group is a literal from 0 to 9", "")
			return "NULL"
		}
		n = int(lit.Value)
	}
	extract := "regexp_extract(" + s + ", " + p + ", " + strconv.Itoa(n) + ")"
	re := e.pattern(c.Args[1])
	if re == nil {
		return "CASE WHEN regexp_matches(" + s + ", " + p + ") THEN " + extract + " END"
	}
	if n > re.MaxCap() {
		e.refuse(c.Args[2], fmt.Sprintf("the pattern has %d groups, not %d", re.MaxCap(), n), "")
		return "NULL"
	}
	always, never := group(re, n)
	switch {
	case never:
		return "nullif(" + extract + ", '')"
	case always:
		return "CASE WHEN regexp_matches(" + s + ", " + p + ") THEN " + extract + " END"
	}
	e.refuse(c.Args[1], fmt.Sprintf("group %d may be empty and may be absent, which DuckDB cannot tell apart", n), "Write the pattern so that the group is always there, or cannot be empty")
	return "NULL"
}

// group says of group n whether it takes part in every match, and whether it can never be empty. 0 is the whole match.
func group(re *syntax.Regexp, n int) (always, never bool) {
	if n == 0 {
		return true, minLength(re) > 0
	}
	var find func(re *syntax.Regexp, sure bool) bool
	find = func(re *syntax.Regexp, sure bool) bool {
		if re.Op == syntax.OpCapture && re.Cap == n {
			always, never = sure, minLength(re) > 0
			return true
		}
		switch re.Op {
		case syntax.OpStar, syntax.OpQuest, syntax.OpAlternate:
			sure = false
		case syntax.OpRepeat:
			sure = sure && re.Min > 0
		}
		for _, s := range re.Sub {
			if find(s, sure) {
				return true
			}
		}
		return false
	}
	find(re, true)
	return always, never
}

// minLength is the fewest characters re matches.
func minLength(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return minLength(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min * minLength(re.Sub[0])
	case syntax.OpConcat:
		n := 0
		for _, s := range re.Sub {
			n += minLength(s)
		}
		return n
	case syntax.OpAlternate:
		n := minLength(re.Sub[0])
		for _, s := range re.Sub[1:] {
			n = min(n, minLength(s))
		}
		return n
	}
	return 0
}

// emitRegexpReplace: Trino replaces every match, and names groups $1 where RE2 has \1.
func emitRegexpReplace(e *emitter, c *Call, r *resolved) string {
	s, p := e.as(c.Args[0], tVarchar), e.as(c.Args[1], tVarchar)
	re := e.pattern(c.Args[1])
	with := "''"
	if len(c.Args) == 3 {
		lit, ok := c.Args[2].(*StringLit)
		if !ok {
			e.refuse(c.Args[2], "the replacement is a literal", "")
			return "NULL"
		}
		groups := 9
		if re != nil {
			groups = re.MaxCap()
		}
		text, err := replacement(lit.Value, groups)
		if err != nil {
			e.refuse(c.Args[2], err.Error(), "")
		}
		with = stringText(text)
	}
	return "regexp_replace(" + s + ", " + p + ", " + with + ", 'g')"
}

// replacement turns Java's $1 into RE2's \1.
func replacement(s string, groups int) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			if s[i] == '\\' {
				b.WriteByte('\\')
			}
			b.WriteByte(s[i])
		case s[i] == '$':
			if i++; i == len(s) || s[i] < '0' || s[i] > '9' {
				return "", fmt.Errorf("in a replacement, $ stands before the number of a group; a plain dollar is \\$")
			}
			if int(s[i]-'0') > groups {
				return "", fmt.Errorf("the pattern has no group %c", s[i])
			}
			if i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' && groups > 9 {
				return "", fmt.Errorf("groups above 9 cannot be named in a replacement")
			}
			b.WriteByte('\\')
			b.WriteByte(s[i])
		case s[i] == '\\':
			return "", fmt.Errorf("a replacement cannot end in a backslash")
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), nil
}

// literalPath reads the path of a function of JSON.
func literalPath(k *checker, c *Call, r *resolved) {
	lit, ok := c.Args[1].(*StringLit)
	if !ok {
		k.problem(c.Args[1], "the path of "+r.fn.name+" is a literal like '$.a.b'", "", "not-supported")
		return
	}
	path, err := jsonPath(lit.Value)
	if err != nil {
		k.problem(c.Args[1], err.Error(), "", "not-supported")
	}
	r.path = path
}

// emitJSON writes a function of JSON text and a path.
func emitJSON(macro string) func(*emitter, *Call, *resolved) string {
	return func(e *emitter, c *Call, r *resolved) string {
		text, path := e.as(c.Args[0], r.params[0]), r.path
		if macro != "tr_json_size" && r.params[0].Kind == JSONType {
			text = "CAST(" + text + " AS VARCHAR)"
		}
		call := macro + "(" + text + ", " + stringText(path) + ")"
		if macro == "tr_json_extract" {
			call = "CAST(" + call + " AS JSON)"
		}
		if last := lastPlainKey(path); macro != "tr_json_size" && last != "" && !strings.ContainsRune(text, '(') {
			// Most rows lack the key. The function is Go and reads the whole text; to look for the key first is several
			// times cheaper. A key of these characters is written as it is, unless there is an escape like \u0061.
			return "CASE WHEN contains(" + text + ", " + stringText(`"`+last+`"`) + ") OR contains(" + text + `, '\u') THEN ` + call + " END"
		}
		return call
	}
}

// lastPlainKey is the last key of a DuckDB path that JSON never needs to escape, "" where there is none.
func lastPlainKey(path string) string {
	for end := len(path); ; {
		i := strings.LastIndex(path[:end], `."`)
		if i < 0 {
			return ""
		}
		key, _, closed := strings.Cut(path[i+2:], `"`)
		if closed && key != "" && strings.Trim(key, "-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
			return key
		}
		end = i
	}
}

// jsonKey escapes what a key in quotes may not hold as it is.
var jsonKey = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// jsonPath turns a path as Trino reads it ($.a, $["a b"], $.a[0]) into DuckDB's, with every key in quotes.
func jsonPath(s string) (string, error) {
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
