package parser

import (
	"slices"
	"strings"
	"unicode/utf8"

	"trailscribe/internal/sql/ast"
)

type tokenKind uint8

const (
	tokEnd    tokenKind = iota
	tokWord             // keyword or unquoted name
	tokQuoted           // "name"
	tokString           // 'text'
	tokBinary           // X'6AFF', text is the hex digits
	tokInt
	tokDecimal
	tokDouble
	tokParam  // :name, text is the name
	tokSymbol // operator or punctuation, also of other dialects, so that the parser can say what is meant
)

// token is a piece of the text. text is the meaning: words lower-case, quotes undone.
type token struct {
	kind     tokenKind
	text     string
	from, to int // characters
}

// lexer cuts a text into tokens. It counts bytes and, for places, characters.
type lexer struct {
	src    string
	i      int // byte
	behind int // continuation bytes before i: i-behind is the character
	out    []token
	bad    *lexError
}

// lexError stops the lexer: what follows an open quote cannot be read in any useful way.
type lexError struct {
	from, to   int
	text, hint string
}

// symbols, the longest first. Those Trino has not are here to be named in a problem.
var symbols = []string{"->>", "{{", "}}", "{%", "%}", "${", "!~*", "!~~", "::", ":=", "->", "=>", "<=", ">=", "<>", "!=", "==", "||", "&&",
	"<<", ">>", "//", "**", "~~", "!~", "~*"}

var symbolsBy = func() (by [128][]string) {
	for _, s := range symbols {
		by[s[0]] = append(by[s[0]], s)
	}
	return by
}()

// spelled has every word of the language in lower case, so that reading one in capitals needs no memory of its own.
var spelled = func() map[string]string {
	m := map[string]string{}
	for _, set := range []*ast.Words{ast.Reserved, ast.SoftKeywords, ast.QuoteAlways, typedLits,
		ast.WordSet("by first last nulls rows sets cast count coalesce")} {
		for _, w := range set.List {
			m[w] = w
		}
	}
	return m
}()

// tokens holds what a text was cut into until it has been parsed.
var tokens ast.Pool[token]

// lex cuts a text into tokens. Who reads them gives them back to tokens.
func lex(src string) ([]token, *lexError) {
	l := &lexer{src: src, out: slices.Grow(tokens.Get(), len(src)/5+8)}
	for l.bad == nil && l.skipBlank() {
		l.next()
	}
	if l.bad != nil {
		return nil, l.bad
	}
	l.out = append(l.out, token{kind: tokEnd, from: l.char(), to: l.char()})
	return l.out, nil
}

func (l *lexer) char() int { return l.i - l.behind }

// move goes to byte j and keeps count of the characters in between.
func (l *lexer) move(j int) {
	for ; l.i < j; l.i++ {
		if !utf8.RuneStart(l.src[l.i]) {
			l.behind++
		}
	}
}

func (l *lexer) fail(from int, text, hint string) {
	l.bad = &lexError{from: from, to: l.char(), text: text, hint: hint}
}

// skipBlank goes over white space and comments; false at the end.
func (l *lexer) skipBlank() bool {
	for l.i < len(l.src) {
		switch rest := l.src[l.i:]; {
		case isBlank(l.src[l.i]):
			l.i++
		case strings.HasPrefix(rest, "--"):
			n := strings.IndexAny(rest, "\r\n")
			if n < 0 {
				n = len(rest)
			}
			l.move(l.i + n)
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				from := l.char()
				l.i += 2
				l.fail(from, "the comment /* has no end", "close it with */")
				return false
			}
			l.move(l.i + n + 4)
		default:
			return true
		}
	}
	return false
}

func (l *lexer) next() {
	c := l.src[l.i]
	switch {
	case (c == 'x' || c == 'X') && l.peek(1) == '\'':
		l.i++
		l.quoted('\'', tokBinary)
	case (c == 'u' || c == 'U') && l.peek(1) == '&' && l.peek(2) == '\'':
		from := l.char()
		l.i += 2
		l.fail(from, "found U&'…', which is not supported", "write the characters themselves")
	case isLetter(c):
		l.word()
	case ast.IsDigit(c), c == '.' && ast.IsDigit(l.peek(1)) && !l.afterName():
		l.number()
	case c == '\'':
		l.quoted('\'', tokString)
	case c == '"':
		l.quoted('"', tokQuoted)
	case c == ':' && isLetter(l.peek(1)):
		l.param()
	default:
		l.symbol()
	}
}

// afterName says whether a point right here goes on with a name, as in t.1, which is not a number.
func (l *lexer) afterName() bool {
	if len(l.out) == 0 {
		return false
	}
	last := l.out[len(l.out)-1]
	return last.to == l.char() && (last.kind == tokWord || last.kind == tokQuoted || last.text == ")" || last.text == "]")
}

func (l *lexer) peek(n int) byte {
	if l.i+n < len(l.src) {
		return l.src[l.i+n]
	}
	return 0
}

func (l *lexer) add(k tokenKind, from int, text string) {
	l.out = append(l.out, token{kind: k, text: text, from: from, to: l.char()})
}

func (l *lexer) word() {
	from, start := l.char(), l.i
	for l.i < len(l.src) && inWord[l.src[l.i]] {
		l.i++
	}
	l.add(tokWord, from, lower(l.src[start:l.i]))
}

// lower is strings.ToLower for words of the language, without a new string for each.
func lower(s string) string {
	capital := 0
	for capital < len(s) && (s[capital] < 'A' || 'Z' < s[capital]) {
		capital++
	}
	if capital == len(s) {
		return s
	}
	var buf [24]byte
	if len(s) > len(buf) {
		return strings.ToLower(s)
	}
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		buf[i] = c
	}
	if w, ok := spelled[string(buf[:len(s)])]; ok {
		return w
	}
	return string(buf[:len(s)])
}

// number reads 12, 1.5, .5, 1., 1e3, 2.5E-3. Letters right behind it are an error, as in Trino.
func (l *lexer) number() {
	from, start, kind := l.char(), l.i, tokInt
	digits := func() {
		for ast.IsDigit(l.peek(0)) {
			l.i++
		}
	}
	digits()
	if l.peek(0) == '.' {
		kind = tokDecimal
		l.i++
		digits()
	}
	if c := l.peek(0); c == 'e' || c == 'E' {
		n := 1
		if s := l.peek(1); s == '+' || s == '-' {
			n = 2
		}
		if ast.IsDigit(l.peek(n)) {
			kind = tokDouble
			l.i += n
			digits()
		}
	}
	text := l.src[start:l.i]
	if c := l.peek(0); isLetter(c) {
		for isLetter(l.peek(0)) || ast.IsDigit(l.peek(0)) {
			l.i++
		}
		l.fail(from, "cannot read "+ast.Quote(l.src[start:l.i])+" as a number or a name",
			"numbers are plain digits, 1.5 or 1.5E3; a name that begins with a digit is written in double quotes")
		return
	}
	l.add(kind, from, strings.ToUpper(text))
}

// quoted reads up to the closing quote; a doubled quote is one.
func (l *lexer) quoted(q byte, kind tokenKind) {
	from := l.char()
	if kind == tokBinary {
		from--
	}
	j, doubled := l.i+1, false
	for {
		n := strings.IndexByte(l.src[j:], q)
		if n < 0 {
			l.i++
			if q == '"' {
				l.fail(from, `the name after " has no end`, `close it with "`)
			} else {
				l.fail(from, "the text after ' has no end", "close it with '; a quote inside a text is written twice: 'it''s'")
			}
			return
		}
		j += n + 1
		if j < len(l.src) && l.src[j] == q {
			j, doubled = j+1, true
			continue
		}
		break
	}
	text := l.src[l.i+1 : j-1]
	l.move(j)
	if doubled {
		text = strings.ReplaceAll(text, string([]byte{q, q}), string(q))
	}
	l.add(kind, from, text)
}

func (l *lexer) param() {
	from := l.char()
	l.i++
	start := l.i
	for isLetter(l.peek(0)) || ast.IsDigit(l.peek(0)) {
		l.i++
	}
	name := l.src[start:l.i]
	if name != strings.ToLower(name) {
		l.fail(from, "the parameter :"+name+" has capital letters", "write :"+strings.ToLower(name))
		return
	}
	l.add(tokParam, from, name)
}

func (l *lexer) symbol() {
	from := l.char()
	if c := l.src[l.i]; c < 128 {
		for _, s := range symbolsBy[c] {
			if strings.HasPrefix(l.src[l.i:], s) {
				l.i += len(s)
				l.add(tokSymbol, from, s)
				return
			}
		}
	}
	_, n := utf8.DecodeRuneInString(l.src[l.i:])
	s := l.src[l.i : l.i+n]
	l.move(l.i + n)
	l.add(tokSymbol, from, s)
}

// inWord are the bytes a word can go on with.
var inWord = func() (in [256]bool) {
	for c := range in {
		in[c] = isLetter(byte(c)) || ast.IsDigit(byte(c))
	}
	return in
}()

func isBlank(c byte) bool  { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }
