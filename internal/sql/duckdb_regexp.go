package sql

import (
	"fmt"
	"regexp/syntax"
	"strconv"
	"strings"

	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/scalar"
)

// pattern checks a regular expression that is known already. Both engines use RE2's syntax here: Go's regexp package is the same.
func (e *emitter) pattern(x ast.Expr) *syntax.Regexp {
	s, known := e.text(x)
	if _, later := x.(*ast.Param); !known && !later {
		e.refuse(x, "the pattern is computed, so nobody can tell whether it means the same at both engines",
			"Write the pattern as a literal or give it as a parameter; strpos and LIKE look for plain text")
	}
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

func emitRegexpLike(e *emitter, c *ast.Call, r *resolved) string {
	e.pattern(c.Args[1])
	return "regexp_matches(" + e.args(c, r) + ")"
}

func emitRegexp(fn string) func(*emitter, *ast.Call, *resolved) string {
	return func(e *emitter, c *ast.Call, r *resolved) string {
		e.pattern(c.Args[1])
		if fn == "regexp_extract_all" && len(c.Args) == 3 {
			lit, ok := c.Args[2].(*ast.IntLit)
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
		args := e.list(c, r)
		if fn != "tr_regexp_split" {
			args[0] = "tr_matches(" + args[0] + ", " + args[1] + ")"
		}
		return fn + "(" + strings.Join(args, ", ") + ")"
	}
}

// emitRegexpExtract: Trino gives NULL where nothing matches, and where the group takes no part in the match; DuckDB ” for both.
// If the group can never be empty, ” means nothing else and one look at the text is enough.
func emitRegexpExtract(e *emitter, c *ast.Call, r *resolved) string {
	s, p := e.as(c.Args[0], tVarchar), e.as(c.Args[1], tVarchar)
	n := 0
	if len(c.Args) == 3 {
		lit, ok := c.Args[2].(*ast.IntLit)
		if !ok || lit.Value < 0 || lit.Value > 9 {
			e.refuse(c.Args[2], "the group is a literal from 0 to 9", "")
			return "NULL"
		}
		n = int(lit.Value)
	}
	extract := "regexp_extract(" + s + ", " + p + ", " + strconv.Itoa(n) + ")"
	re := e.pattern(c.Args[1])
	if re == nil { // refused, or a parameter whose value is not known yet
		return "NULL"
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
	e.refuse(c.Args[1], fmt.Sprintf("group %d may be empty and may be absent, which DuckDB cannot tell apart", n),
		"Write the pattern so that the group is always there, or cannot be empty")
	return "NULL"
}

// group says of group n whether it takes part in every match, and whether it can never be empty. 0 is the whole match.
func group(re *syntax.Regexp, n int) (always, never bool) {
	if n == 0 {
		return true, scalar.MinLength(re) > 0
	}
	var find func(re *syntax.Regexp, sure bool) bool
	find = func(re *syntax.Regexp, sure bool) bool {
		if re.Op == syntax.OpCapture && re.Cap == n {
			always, never = sure, scalar.MinLength(re) > 0
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

// emitRegexpReplace: Trino replaces every match, and names groups $1 where RE2 has \1.
func emitRegexpReplace(e *emitter, c *ast.Call, r *resolved) string {
	s, p := e.as(c.Args[0], tVarchar), e.as(c.Args[1], tVarchar)
	re := e.pattern(c.Args[1])
	with := "''"
	if len(c.Args) == 3 {
		lit, ok := c.Args[2].(*ast.StringLit)
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
		with = ast.StringText(text)
		if own, groups := scalar.Rewrite(text); own > 0 || len(groups) > 1 { // else no text becomes longer
			s = "tr_replaced(" + s + ", " + p + ", " + with + ")"
		}
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
