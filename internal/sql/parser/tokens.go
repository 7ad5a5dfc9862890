package parser

import (
	"fmt"
	"strings"

	"trailscribe/internal/sql/ast"
)

func (p *parser) tok() *token        { return &p.toks[p.i] }
func (p *parser) ahead(n int) *token { return &p.toks[min(p.i+n, len(p.toks)-1)] }
func (p *parser) done() bool         { return p.tok().kind == tokEnd }

// to is the end of what was read so far.
func (p *parser) to() int {
	if p.i == 0 {
		return 0
	}
	return p.toks[p.i-1].to
}

// span is from a character to the end of what was read so far.
func (p *parser) span(from int) ast.Span { return ast.Span{From: from, To: p.to()} }

func isWord(t *token, words ...string) bool {
	if t.kind != tokWord {
		return false
	}
	for _, w := range words {
		if t.text == w {
			return true
		}
	}
	return false
}

func isSymbol(t *token, s string) bool { return t.kind == tokSymbol && t.text == s }

// atWords says whether the next tokens are these words.
func (p *parser) atWords(words ...string) bool {
	for n, w := range words {
		t := &p.toks[min(p.i+n, len(p.toks)-1)]
		if t.kind != tokWord || t.text != w {
			return false
		}
	}
	return true
}

// eat reads the words if they are there, all of them.
func (p *parser) eat(words ...string) bool {
	if !p.atWords(words...) {
		return false
	}
	p.i += len(words)
	return true
}

// need reads the words or stops.
func (p *parser) need(words ...string) {
	for _, w := range words {
		if !p.eat(w) {
			p.expected(strings.ToUpper(w))
		}
	}
}

func (p *parser) at1(s string) bool {
	t := &p.toks[p.i]
	return t.kind == tokSymbol && t.text == s
}

func (p *parser) eatSymbol(s string) bool {
	if !p.at1(s) {
		return false
	}
	p.i++
	return true
}

func (p *parser) needSymbol(s string) {
	if !p.eatSymbol(s) {
		p.expected("‘" + s + "’")
	}
}

// enter counts a level of nesting; leave is called when it is read.
func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.tok(), fmt.Sprintf("the query nests deeper than %d levels here", maxDepth), "split it with WITH")
	}
	p.deepest = max(p.deepest, p.depth)
}

func (p *parser) leave() { p.depth-- }

// list reads one, then more as long as a comma follows.
func (p *parser) list(one func()) {
	one()
	for p.eatSymbol(",") {
		p.noTrailing()
		one()
	}
}

// noTrailing refuses a comma with nothing behind it, which other engines let pass.
func (p *parser) noTrailing() {
	t := p.tok()
	if t.kind == tokQuoted || t.kind == tokWord && !ast.NeedsQuotes.Has(t.text) {
		return // a column, as nearly always
	}
	n := p.ahead(1).kind
	if isWord(t, "limit", "offset", "fetch") && (n == tokInt || n == tokParam) || t.kind == tokEnd || isSymbol(t, ")") || isSymbol(t, "]") ||
		isWord(t, "from", "where", "group", "having", "order", "union", "except", "intersect") && p.beginsClause() {
		comma := &p.toks[p.i-1]
		p.fail(comma, "found a comma with nothing behind it", "remove it")
	}
}

// name reads an identifier.
func (p *parser) name() *ast.Ident {
	t := p.tok()
	if !isName(t) {
		p.expected("a name")
	}
	if t.text == "" {
		p.fail(t, "found an empty name", `a name in double quotes has at least one character; an empty text is ''`)
	}
	p.i++
	return p.idents.Put(ast.Ident{Span: ast.Span{From: t.from, To: t.to}, Name: t.text, Quoted: t.kind == tokQuoted})
}

func isName(t *token) bool {
	return t.kind == tokQuoted || t.kind == tokWord && !ast.Reserved.Has(t.text)
}

// names reads (a, b, …).
func (p *parser) names() []*ast.Ident {
	var out []*ast.Ident
	p.needSymbol("(")
	p.list(func() { out = append(out, p.name()) })
	p.needSymbol(")")
	return out
}

// alias reads [AS] name.
func (p *parser) alias() *ast.Ident {
	if p.eat("as") {
		return p.name()
	}
	if t := p.tok(); isName(t) && !(t.kind == tokWord && ast.SoftKeywords.Has(t.text)) {
		return p.name()
	}
	return nil
}
