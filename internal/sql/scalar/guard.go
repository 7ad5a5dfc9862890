package scalar

import (
	"errors"
	"iter"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"unicode/utf8"
)

// EntryBytes is what an entry of an array takes besides the text in it.
const EntryBytes = 16

// guards are the functions that look at what is to be made before it is. The printer puts them around an argument, not next to the
// call: DuckDB works out what is constant first, in whatever branch of a CASE it stands.
func guards() []GoFunction {
	keep := func(name string, params []string, bound, exact func(a []any) (int64, error)) GoFunction {
		return GoFunction{Name: name, Params: params, Result: params[0], Bound: bound, Exact: exact}
	}
	length := func(name, kind string, f func(int64) (int64, error)) GoFunction {
		return GoFunction{Name: name, Params: []string{kind}, Result: kind, Length: f}
	}
	texts := []string{"VARCHAR", "VARCHAR"}
	return []GoFunction{
		length("tr_fit", "VARCHAR", func(n int64) (int64, error) { return n, textLimit("a function", n) }),
		length("tr_fit_json", "JSON", func(n int64) (int64, error) { return n, textLimit("CAST to json", n) }),
		length("tr_room", "BIGINT", func(n int64) (int64, error) { return n, textLimit("||", n) }),
		length("tr_load", "BIGINT", func(n int64) (int64, error) { return n, nil }),
		length("tr_hold", "VARCHAR", func(n int64) (int64, error) { return n, nil }),
		length("tr_go", "BOOLEAN", func(int64) (int64, error) { return 0, nil }),
		keep("tr_entries", []string{"BIGINT", "BIGINT"}, func(a []any) (int64, error) {
			return a[1].(int64), arrayLimit("a function", a[0].(int64))
		}, nil),
		keep("tr_times", []string{"BIGINT", "BIGINT"}, func(a []any) (int64, error) {
			n, bytes := a[0].(int64), a[1].(int64)
			switch {
			case n < 0:
				return 0, errors.New("repeat takes a count from 0")
			case n > MaxEntries:
				return 0, limitError("repeat makes an array of %d entries, and at most %d are allowed", n, MaxEntries)
			case n > 0 && bytes > MaxRepeat/n:
				return 0, limitError("repeat makes %d entries of %d bytes, and at most %d bytes are allowed together", n, bytes, MaxRepeat)
			}
			return n * (bytes + EntryBytes), nil
		}, nil),
		keep("tr_upto", []string{"BIGINT", "BIGINT", "BIGINT"},
			func(a []any) (int64, error) { return steps(a[0].(int64), a[1].(int64), a[2].(int64)) }, nil),
		keep("tr_parts", texts, func(a []any) (int64, error) {
			s, by := a[0].(string), a[1].(string)
			if by == "" {
				return 0, errors.New("split takes something to split at, not an empty text")
			}
			n := int64(strings.Count(s, by)) + 1
			return int64(len(s)) + EntryBytes*n, arrayLimit("split", n)
		}, nil),
		keep("tr_matches", texts, func(a []any) (int64, error) {
			re, err := patternOf(a[1].(string))
			if err != nil {
				return 0, err
			}
			n := int64(len(a[0].(string)))
			return n + EntryBytes*(n/re.least+1), nil
		}, func(a []any) (int64, error) {
			re, err := patternOf(a[1].(string))
			if err != nil {
				return 0, err
			}
			n := int64(0)
			for range re.matches(a[0].(string)) {
				n++
			}
			return int64(len(a[0].(string))) + EntryBytes*n, arrayLimit("a function of regular expressions", n)
		}),
		keep("tr_replaced", []string{"VARCHAR", "VARCHAR", "VARCHAR"}, boundReplaced, exactReplaced),
	}
}

// steps is the bytes of sequence(from, to, by).
func steps(to, from, by int64) (int64, error) {
	switch {
	case by == 0, by > 0 && from > to, by < 0 && from < to:
		return 0, errors.New("a sequence goes from its start to its end by a step that leads there")
	}
	span, step := uint64(to)-uint64(from), uint64(by)
	if by < 0 {
		span, step = -span, -step
	}
	n := span/step + 1
	if n == 0 || n > MaxEntries {
		return 0, limitError("sequence makes an array of %d entries, and at most %d are allowed", span/step+1, MaxEntries)
	}
	return EntryBytes * int64(n), nil
}

// replaceAll is replace(text, search, with). An empty search stands before each character and at the end, as it does for Trino.
func replaceAll(text, search, with string) (string, error) {
	n := strings.Count(text, search) // of an empty search: the characters, and one
	if n == 0 {
		return text, nil
	}
	made := int64(len(text)) + int64(n)*int64(len(with)-len(search))
	if made > int64(len(text)) {
		if err := textLimit("replace", made); err != nil {
			return "", err
		}
	}
	return strings.ReplaceAll(text, search, with), nil
}

// joined is the texts with a separator between them; what is nil is left out, unless there is a text for it.
func joined(texts []any, separator string, absent any) (string, error) {
	size, n := int64(0), int64(0)
	for _, x := range texts {
		if x == nil {
			x = absent
		}
		if x != nil {
			size += int64(len(x.(string)))
			n++
		}
	}
	size += max(n-1, 0) * int64(len(separator))
	if err := textLimit("array_join", size); err != nil {
		return "", err
	}
	var b strings.Builder
	b.Grow(int(size))
	first := true
	for _, x := range texts {
		if x == nil {
			x = absent
		}
		if x == nil {
			continue
		}
		if !first {
			b.WriteString(separator)
		}
		first = false
		b.WriteString(x.(string))
	}
	return b.String(), nil
}

// together is the texts one behind the other.
func together(texts []any) (string, error) {
	size := int64(0)
	for _, x := range texts {
		size += int64(len(x.(string)))
	}
	if err := textLimit("||", size); err != nil {
		return "", err
	}
	var b strings.Builder
	b.Grow(int(size))
	for _, x := range texts {
		b.WriteString(x.(string))
	}
	return b.String(), nil
}

// splitPart is split_part(text, by, n); nil past the end. An empty by splits into characters.
func splitPart(text, by string, n int64) (any, error) {
	if n < 1 {
		return nil, errors.New("split_part counts from 1")
	}
	if by == "" {
		for i, r := range text {
			if n--; n == 0 {
				return text[i : i+utf8.RuneLen(r)], nil
			}
		}
		return nil, nil
	}
	for ; n > 1; n-- {
		_, rest, found := strings.Cut(text, by)
		if !found {
			return nil, nil
		}
		text = rest
	}
	first, _, _ := strings.Cut(text, by)
	return first, nil
}

// compiled is a regular expression of a query and the fewest bytes that it matches, at least one.
type compiled struct {
	re    *regexp.Regexp
	least int64
}

var patterns sync.Map // text to *compiled; there are as many as the queries have literals

// patternOf compiles a regular expression, once.
func patternOf(text string) (*compiled, error) {
	if p, ok := patterns.Load(text); ok {
		return p.(*compiled), nil
	}
	text = strings.Clone(text)
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, err
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	p, _ := patterns.LoadOrStore(text, &compiled{re, max(1, int64(MinLength(tree)))})
	return p.(*compiled), nil
}

// matches gives the places of the matches, of the whole and of its groups, as they follow each other.
func (c *compiled) matches(s string) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		const most = 1 << 16 // at a time
		for from := 0; from <= len(s); {
			found := c.re.FindAllStringSubmatchIndex(s[from:], most)
			for _, m := range found {
				if !yield(m) {
					return
				}
			}
			if len(found) < most {
				return
			}
			from += max(found[most-1][1], 1)
		}
	}
}

// Rewrite is what a replacement of RE2 puts in place of a match: so many bytes of its own, and groups.
func Rewrite(with string) (own int64, groups []int) {
	for i := 0; i < len(with); i++ {
		if with[i] != '\\' || i+1 == len(with) {
			own++
			continue
		}
		if i++; with[i] >= '0' && with[i] <= '9' {
			groups = append(groups, int(with[i]-'0'))
		} else {
			own++
		}
	}
	return own, groups
}

// boundReplaced is the most that regexp_replace(text, pattern, with) makes: each match as short as it can be.
func boundReplaced(a []any) (int64, error) {
	re, err := patternOf(a[1].(string))
	if err != nil {
		return 0, err
	}
	own, groups := Rewrite(a[2].(string))
	n := int64(len(a[0].(string)))
	bytes := n + own*(n/re.least+1) + n*max(int64(len(groups))-1, 0)
	if bytes > MaxText {
		return exactReplaced(a)
	}
	return bytes, nil
}

func exactReplaced(a []any) (int64, error) {
	re, err := patternOf(a[1].(string))
	if err != nil {
		return 0, err
	}
	own, groups := Rewrite(a[2].(string))
	bytes := int64(len(a[0].(string)))
	for m := range re.matches(a[0].(string)) {
		bytes += own - int64(m[1]-m[0])
		for _, g := range groups {
			if 2*g+1 < len(m) && m[2*g] >= 0 {
				bytes += int64(m[2*g+1] - m[2*g])
			}
		}
	}
	if bytes <= int64(len(a[0].(string))) {
		return bytes, nil
	}
	return bytes, textLimit("regexp_replace", bytes)
}

// MinLength is the fewest characters re matches.
func MinLength(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return MinLength(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min * MinLength(re.Sub[0])
	case syntax.OpConcat:
		n := 0
		for _, s := range re.Sub {
			n += MinLength(s)
		}
		return n
	case syntax.OpAlternate:
		n := MinLength(re.Sub[0])
		for _, s := range re.Sub[1:] {
			n = min(n, MinLength(s))
		}
		return n
	}
	return 0
}
