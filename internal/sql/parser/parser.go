// Package parser reads one SELECT of Athena engine version 3 into a tree (Parse) or says, with places, why it cannot. It knows no
// relations and no types of columns; ParseInterval and DecimalSize read what a literal holds.
package parser

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"trailscribe/internal/diag"
	"trailscribe/internal/sql/ast"
)

const (
	maxText     = 1 << 20 // characters; Athena itself takes 262,144 bytes
	maxDepth    = 500     // levels a statement may nest
	maxProblems = 10
)

// Statement is exactly one SELECT as it was read.
type Statement struct {
	Query  *ast.Query
	Params []string                // names of the parameters, each once, in the order of the text
	Exprs  int                     // how many expressions it has, about
	At     func(char int) diag.Pos // the place of a character of the text
}

// Parse reads exactly one SELECT of Athena engine version 3. at gives the place in a file of a character of the text, counted
// from 0; nil counts lines of the text itself. All problems are errors: where there is one, there is no Statement.
func Parse(text string, at func(char int) diag.Pos) (*Statement, diag.Problems) {
	if at == nil {
		at = placeIn(text)
	}
	p := &parser{src: text, at: at}
	q := p.statement()
	tokens.Put(p.toks)
	if len(p.problems) > 0 {
		return nil, p.problems.Sort()
	}
	return &Statement{Query: q, Params: p.params, Exprs: p.exprs, At: at}, nil
}

// placeIn finds lines and columns of a text that stands in no file.
func placeIn(text string) func(int) diag.Pos {
	return func(char int) diag.Pos {
		rest := text
		for line := 1; ; line++ {
			this, more, found := strings.Cut(rest, "\n")
			n := utf8.RuneCountInString(this)
			if char <= n || !found {
				return diag.Pos{Line: line, Col: min(char, n) + 1, Text: strings.TrimSuffix(this, "\r")}
			}
			char -= n + 1
			rest = more
		}
	}
}

// parser is a recursive descent over all tokens of the text. A problem ends the innermost recovery point (see try).
type parser struct {
	src      string
	at       func(int) diag.Pos
	toks     []token
	i        int
	depth    int
	deepest  int // the greatest depth there was
	chained  int // operators, joins and the like whose left side was read before they were met
	problems diag.Problems
	params   []string // in order of first use
	exprs    int      // how many expressions were read, about

	idents ast.Arena[ast.Ident]
	items  ast.Arena[ast.SelectItem]
	texts  ast.Arena[ast.StringLit]
	calls  ast.Arena[ast.Call]
	lists  ast.Arena[ast.Expr]
}

// stop unwinds the parser to a recovery point after a problem was noted.
type stop struct{}

// statement is the whole text.
func (p *parser) statement() (q *ast.Query) {
	if !p.readable() {
		return nil
	}
	p.try(nil, func() {
		p.oneSelect()
		q = p.query()
		if !p.done() {
			p.unread()
		}
	})
	if q != nil && len(p.problems) == 0 {
		p.shallow(q)
	}
	return q
}

// readable cuts the text into tokens; false where that is not possible.
func (p *parser) readable() bool {
	switch {
	case !utf8.ValidString(p.src):
		char := 0
		for i := 0; i < len(p.src); char++ {
			r, n := utf8.DecodeRuneInString(p.src[i:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			i += n
		}
		p.note(char, char+1, "the query is not valid UTF-8 text", "save the file as UTF-8")
		return false
	case strings.ContainsRune(p.src, 0):
		char := utf8.RuneCountInString(p.src[:strings.IndexByte(p.src, 0)])
		p.note(char, char+1, "the query contains a NUL character", "remove it")
		return false
	case utf8.RuneCountInString(p.src) > maxText:
		p.note(0, 1, fmt.Sprintf("the query is longer than %d characters", maxText), "pass long lists as parameters")
		return false
	}
	toks, bad := lex(p.src)
	if bad != nil {
		p.note(bad.from, bad.to, bad.text, bad.hint)
		return false
	}
	p.toks = toks
	return true
}

// shallow refuses a tree so deep that a later walk over it, here or in an engine, could run out of stack: a chain of a
// thousand ORs nests as deeply as a thousand parentheses.
func (p *parser) shallow(q *ast.Query) {
	// Between two levels that the parser counts a path of the tree has eight nodes at most, and each operator of a chain adds one.
	if 8*p.deepest+p.chained < maxDepth {
		return
	}
	depth := 0
	var down func(n ast.Node)
	down = func(n ast.Node) {
		if depth > maxDepth {
			if len(p.problems) == 0 {
				p.note(n.Pos(), n.Pos()+1, fmt.Sprintf("the query nests deeper than %d levels here", maxDepth),
					"split it with WITH, or use IN (…) instead of a chain of OR")
			}
			return
		}
		ast.Walk(n, func(c ast.Node) bool {
			if c == n {
				return true
			}
			depth++
			down(c)
			depth--
			return false
		})
	}
	down(q)
}

// try runs f. After a problem in it, it skips to the next token outside parentheses that is one of words, or to the end of
// the surrounding parentheses, so that the rest can still be read. Without words the problem is passed on to the end.
func (p *parser) try(words []string, f func()) {
	start, depth := p.i, p.depth
	defer func() {
		switch r := recover(); r.(type) {
		case nil:
		case stop:
			p.depth = depth
			if words == nil {
				return
			}
			if len(p.problems) >= maxProblems || !p.skipTo(words, start) {
				panic(stop{})
			}
		default:
			panic(r)
		}
	}()
	f()
}

// skipTo goes on from the current token to a place where reading can be taken up again; start is where the failed part began.
func (p *parser) skipTo(words []string, start int) bool {
	open := 0
	for i := range p.toks[start:p.i] {
		open += bracket(&p.toks[start+i])
	}
	for ; p.toks[p.i].kind != tokEnd; p.i++ {
		t := p.tok()
		if open <= 0 {
			if t.kind == tokSymbol && t.text == ")" {
				return open == 0
			}
			if (t.kind == tokWord || t.kind == tokSymbol) && slices.Contains(words, t.text) && p.beginsClause() {
				return open == 0
			}
		}
		open += bracket(t)
	}
	return false
}

// beginsClause tells GROUP BY and ORDER BY from WITHIN GROUP and from a column called order.
func (p *parser) beginsClause() bool {
	return !isWord(p.tok(), "group", "order") || isWord(p.ahead(1), "by")
}

func bracket(t *token) int {
	if t.kind == tokSymbol {
		switch t.text {
		case "(", "[", "{", "{{":
			return 1
		case ")", "]", "}", "}}":
			return -1
		}
	}
	return 0
}

// note keeps a problem.
func (p *parser) note(from, to int, text, hint string) {
	p.problems = append(p.problems, diag.Problem{At: p.at(from), Text: text, Hint: hint, Width: max(1, to-from)})
}

// fail notes a problem at a token and stops.
func (p *parser) fail(t *token, text, hint string) {
	p.note(t.from, t.to, text, hint)
	panic(stop{})
}

// failAt notes a problem at a node and stops.
func (p *parser) failAt(n ast.Node, text, hint string) {
	p.note(n.Pos(), n.End(), text, hint)
	panic(stop{})
}

// expected stops: the current token is not what must stand here. Known foreign forms are called by their name.
func (p *parser) expected(what string) {
	t := p.tok()
	if text, hint := p.foreign(); text != "" {
		p.fail(t, text, hint)
	}
	hint := ""
	if (what == "a name" || what == "an expression" && !(isWord(t, clauseWords...) && p.beginsClause())) && t.kind == tokWord &&
		ast.Reserved.Has(t.text) {
		hint = "a reserved word is used as a name in double quotes"
	}
	p.fail(t, "found "+p.show(t)+", expected "+what, hint)
}

// unread stops: the query ended before this token, which belongs to nothing.
func (p *parser) unread() {
	what := "an operator, a later clause or the end of the query"
	if t := p.tok(); t.kind == tokSymbol && t.text == ")" {
		p.fail(t, "found ‘)’ that closes nothing", "")
	}
	p.expected(what)
}

// show is a token as a problem names it.
func (p *parser) show(t *token) string {
	switch t.kind {
	case tokEnd:
		return "the end of the query"
	case tokParam:
		return "the parameter :" + t.text
	case tokString:
		return "the text " + ast.Quote(t.text)
	case tokInt, tokDecimal, tokDouble:
		return "the number " + t.text
	case tokWord:
		if ast.Reserved.Has(t.text) {
			return strings.ToUpper(t.text)
		}
	}
	return ast.Quote(t.text)
}
