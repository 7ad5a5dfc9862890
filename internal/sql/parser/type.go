package parser

import (
	"strconv"
	"strings"

	"trailscribe/internal/sql/ast"
)

// typeSpellings are the words for a type that mean another one's name.
var typeSpellings = map[string]string{"int": "integer", "dec": "decimal", "numeric": "decimal"}

// typeName reads a type behind AS in a CAST. Which types exist is not its business.
func (p *parser) typeName() *ast.TypeName {
	p.enter()
	defer p.leave()
	t := p.tok()
	if t.kind != tokWord || ast.Reserved.Has(t.text) {
		p.expected("a type")
	}
	p.i++
	ty := &ast.TypeName{Name: t.text}
	if s, ok := typeSpellings[ty.Name]; ok {
		ty.Name = s
	}
	switch ty.Name {
	case "double":
		p.eat("precision")
	case "interval":
		p.intervalType(ty)
	case "timestamp", "time":
		if p.eatSymbol("(") {
			ty.Params = []int{p.typeParam()}
			p.needSymbol(")")
		}
		if p.eat("with", "time", "zone") {
			ty.Name += " with time zone"
		} else {
			p.eat("without", "time", "zone")
		}
	case "array", "map":
		p.elements(ty)
	case "row":
		p.needSymbol("(")
		p.list(func() { p.rowField(ty) })
		p.needSymbol(")")
	default:
		if p.eatSymbol("(") {
			p.list(func() { ty.Params = append(ty.Params, p.typeParam()) })
			p.needSymbol(")")
		}
	}
	if p.at1("[") || p.atWords("array") {
		p.fail(p.tok(), "found "+p.show(p.tok())+" behind a type", "an array type is written array("+ty.Name+")")
	}
	ty.Span = p.span(t.from)
	return ty
}

func (p *parser) typeParam() int {
	t := p.tok()
	if t.kind != tokInt {
		p.expected("a whole number")
	}
	n, err := strconv.Atoi(t.text)
	if err != nil || n > 1<<31-1 {
		p.fail(t, "the number "+ast.Quote(t.text)+" is too large", "")
	}
	p.i++
	return n
}

// elements reads (T) of an array, (K, V) of a map; array<T> is the older spelling.
func (p *parser) elements(ty *ast.TypeName) {
	stop := ")"
	if p.eatSymbol("<") {
		stop = ">"
	} else {
		p.needSymbol("(")
	}
	ty.Elems = []*ast.TypeName{p.typeName()}
	if ty.Name == "map" {
		p.needSymbol(",")
		ty.Elems = append(ty.Elems, p.typeName())
	}
	p.needSymbol(stop)
}

// rowField reads name type, or a type alone.
func (p *parser) rowField(ty *ast.TypeName) {
	var field *ast.Ident
	if next := p.ahead(1); isName(p.tok()) && isName(next) && !isWord(next, "precision", "without") &&
		!(p.atWords("interval") && intervalUnits.Has(next.text)) {
		field = p.name()
	}
	ty.Fields = append(ty.Fields, field)
	ty.Elems = append(ty.Elems, p.typeName())
}

// intervalType reads DAY TO SECOND or YEAR TO MONTH, the two that exist.
func (p *parser) intervalType(ty *ast.TypeName) {
	for _, units := range [][]string{{"day", "to", "second"}, {"year", "to", "month"}} {
		if p.eat(units...) {
			ty.Name = "interval " + strings.Join(units, " ")
			return
		}
	}
	p.expected("DAY TO SECOND or YEAR TO MONTH")
}
