package sql

import (
	"reflect"
	"testing"

	"trailscribe/internal/sql/ast"
)

// TestWalkComplete holds that Walk visits every node there is, each once, found here by reflection.
func TestWalkComplete(t *testing.T) {
	for _, s := range corpus(t, "testdata/accept.txtar") {
		p, ps := Parse(s.text, nil)
		if ps != nil {
			t.Fatal(ps)
		}
		seen := map[ast.Node]int{}
		ast.Walk(p.query, func(n ast.Node) bool {
			seen[n]++
			return true
		})
		all := 0
		everyNode(reflect.ValueOf(p.query), func(n ast.Node) {
			all++
			if seen[n] != 1 {
				t.Errorf("%s: Walk visits the %T at %d %d times", s.name, n, n.Pos(), seen[n])
			}
		})
		if all != len(seen) {
			t.Errorf("%s: Walk visits %d nodes of %d", s.name, len(seen), all)
		}
	}
}

func everyNode(v reflect.Value, f func(ast.Node)) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			everyNode(v.Elem(), f)
		}
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		if n, ok := v.Interface().(ast.Node); ok {
			f(n)
		}
		everyNode(v.Elem(), f)
	case reflect.Struct:
		for i := range v.NumField() {
			everyNode(v.Field(i), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			everyNode(v.Index(i), f)
		}
	}
}

// TestWalkOrder holds that nodes come in the order of the text, and stand inside the node they belong to.
func TestWalkOrder(t *testing.T) {
	for _, s := range corpus(t, "testdata/accept.txtar") {
		if s.name == "string-forms" {
			continue // POSITION(a IN b) is strpos(b, a)
		}
		p, ps := Parse(s.text, nil)
		if ps != nil {
			t.Fatal(ps)
		}
		last := 0
		ast.Walk(p.query, func(n ast.Node) bool {
			if n.Pos() < last {
				t.Errorf("%s: the %T at %d comes after %d", s.name, n, n.Pos(), last)
			}
			last = n.Pos()
			return true
		})
	}
}

func TestWalkStops(t *testing.T) {
	p, _ := Parse("SELECT (SELECT a FROM t), b", nil)
	var names []string
	ast.Walk(p.query, func(n ast.Node) bool {
		if i, ok := n.(*ast.Ident); ok {
			names = append(names, i.Name)
		}
		_, sub := n.(*ast.SubqueryExpr)
		return !sub
	})
	if len(names) != 1 || names[0] != "b" {
		t.Errorf("names outside the subquery: %v", names)
	}
}
