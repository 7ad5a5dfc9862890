package scalar

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// JSONScalar is json_extract_scalar: the text of the string, number, true or false at a path as JSONPath writes it. ok is false,
// NULL, for everything else: nothing there, null, an object, an array, text that is not JSON. A number is given as it is written.
//
// It reads the text once and builds nothing: DuckDB's own functions would read it three times, to see whether it is JSON, what
// kind of value is there, and to get it, and would write 1.50 as 1.5.
func JSONScalar(s, path string) (text string, ok bool) {
	p := jsonScan{s: s}
	p.want = path[1:]
	p.blank()
	if !p.value(0) {
		return "", false
	}
	p.blank()
	if p.i != len(s) || !p.found {
		return "", false
	}
	v := s[p.from:p.to]
	switch v[0] {
	case '{', '[', 'n':
		return "", false
	case '"':
		if inner := v[1 : len(v)-1]; strings.IndexByte(inner, '\\') < 0 {
			return inner, true
		}
		return jsonText(v)
	}
	return v, true
}

func jsonText(v string) (string, bool) {
	var out string
	if err := json.Unmarshal([]byte(v), &out); err != nil {
		return "", false
	}
	return out, true
}

// jsonScan goes through JSON text; want is the rest of the path below the value it stands at, while on says it is on the path.
type jsonScan struct {
	s        string
	i        int
	want     string
	off      bool // this value is not on the path
	found    bool
	from, to int
}

const JSONDepth = 500 // deeper text is not read: no log nests so

func (p *jsonScan) blank() {
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return
		}
	}
}

// value passes one value; false: this is not JSON.
func (p *jsonScan) value(depth int) bool {
	if p.i >= len(p.s) || depth > JSONDepth {
		return false
	}
	start := p.i
	here := !p.off && !p.found && p.want == ""
	ok := false
	switch c := p.s[p.i]; c {
	case '{':
		ok = p.object(depth)
	case '[':
		ok = p.array(depth)
	case '"':
		ok = p.text()
	case 't':
		ok = p.word("true")
	case 'f':
		ok = p.word("false")
	case 'n':
		ok = p.word("null")
	default:
		ok = p.number()
	}
	if here && ok {
		p.found, p.from, p.to = true, start, p.i
	}
	return ok
}

func (p *jsonScan) word(w string) bool {
	if !strings.HasPrefix(p.s[p.i:], w) {
		return false
	}
	p.i += len(w)
	return true
}

func (p *jsonScan) text() bool {
	for p.i++; p.i < len(p.s); p.i++ {
		switch c := p.s[p.i]; {
		case c == '"':
			p.i++
			return true
		case c == '\\':
			if p.i++; p.i >= len(p.s) {
				return false
			}
			switch p.s[p.i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				if p.i+4 >= len(p.s) {
					return false
				}
				if _, err := strconv.ParseUint(p.s[p.i+1:p.i+5], 16, 32); err != nil {
					return false
				}
				p.i += 4
			default:
				return false
			}
		case c < 0x20:
			return false
		}
	}
	return false
}

func (p *jsonScan) digits() bool {
	start := p.i
	for p.i < len(p.s) && p.s[p.i] >= '0' && p.s[p.i] <= '9' {
		p.i++
	}
	return p.i > start
}

func (p *jsonScan) number() bool {
	if p.s[p.i] == '-' {
		p.i++
	}
	zero := p.i < len(p.s) && p.s[p.i] == '0'
	start := p.i
	if !p.digits() || zero && p.i > start+1 {
		return false
	}
	if p.i < len(p.s) && p.s[p.i] == '.' {
		if p.i++; !p.digits() {
			return false
		}
	}
	if p.i < len(p.s) && p.s[p.i]|0x20 == 'e' {
		if p.i++; p.i < len(p.s) && (p.s[p.i] == '+' || p.s[p.i] == '-') {
			p.i++
		}
		return p.digits()
	}
	return true
}

// below goes into a member: on the path if hit, with what is left of it.
func (p *jsonScan) below(hit bool, rest string, depth int) bool {
	off, want := p.off, p.want
	p.off = off || !hit || p.found
	p.want = rest
	ok := p.value(depth + 1)
	p.off, p.want = off, want
	return ok
}

func (p *jsonScan) object(depth int) bool {
	key, rest, isKey := "", "", false
	if !p.off && strings.HasPrefix(p.want, `."`) {
		key, rest, isKey = NextKey(p.want)
	}
	taken := false // the first of several members with one name counts
	p.i++
	if p.blank(); p.i < len(p.s) && p.s[p.i] == '}' {
		p.i++
		return true
	}
	for {
		p.blank()
		if p.i >= len(p.s) || p.s[p.i] != '"' {
			return false
		}
		start := p.i
		if !p.text() {
			return false
		}
		hit := false
		if isKey && !taken {
			name := p.s[start+1 : p.i-1]
			if name != key && strings.IndexByte(name, '\\') >= 0 {
				name, _ = jsonText(p.s[start:p.i])
			}
			hit = name == key
			taken = taken || hit
		}
		if p.blank(); p.i >= len(p.s) || p.s[p.i] != ':' {
			return false
		}
		p.i++
		p.blank()
		if !p.below(hit, rest, depth) {
			return false
		}
		if p.blank(); p.i >= len(p.s) {
			return false
		}
		p.i++
		switch p.s[p.i-1] {
		case ',':
		case '}':
			return true
		default:
			return false
		}
	}
}

func (p *jsonScan) array(depth int) bool {
	at, rest := -1, ""
	if !p.off && strings.HasPrefix(p.want, "[") {
		end := strings.IndexByte(p.want, ']')
		at, _ = strconv.Atoi(p.want[1:end])
		rest = p.want[end+1:]
	}
	p.i++
	if p.blank(); p.i < len(p.s) && p.s[p.i] == ']' {
		p.i++
		return true
	}
	for n := 0; ; n++ {
		p.blank()
		if !p.below(n == at, rest, depth) {
			return false
		}
		if p.blank(); p.i >= len(p.s) {
			return false
		}
		p.i++
		switch p.s[p.i-1] {
		case ',':
		case ']':
			return true
		default:
			return false
		}
	}
}

// NextKey takes ."key" off a path.
func NextKey(path string) (key, rest string, ok bool) {
	end := strings.IndexByte(path[2:], '"')
	if end < 0 {
		return "", "", false
	}
	if key = path[2 : 2+end]; strings.IndexByte(key, '\\') < 0 {
		return key, path[2+end+1:], true
	}
	var b strings.Builder
	i := 2
	for ; i < len(path) && path[i] != '"'; i++ {
		if path[i] == '\\' {
			i++
		}
		_, n := utf8.DecodeRuneInString(path[i:])
		b.WriteString(path[i : i+n])
		i += n - 1
	}
	return b.String(), path[min(i+1, len(path)):], true
}
