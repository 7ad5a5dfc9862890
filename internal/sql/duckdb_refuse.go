package sql

import (
	"errors"
	"slices"

	"trailscribe/internal/sql/ast"
)

// refusal is something that cannot be said in DuckDB, or not with the same meaning.
type refusal struct {
	node       ast.Node
	text, hint string
}

func (e *emitter) refuse(n ast.Node, text, hint string) {
	e.refused = append(e.refused, refusal{n, text, hint})
}

// supported refuses what cannot be expressed in DuckDB. Only the printer knows that, so each piece that Check holds for a suspect is
// written once, without the parameters' values; what it writes for the rest is not asked for. That Check suspects enough is tested: a
// statement that passed is never refused when it is written.
func (k *checker) supported(c *Checked) {
	e := newEmitter(c, nil, nil)
	var whole ast.Node // what was written last, with all that is in it
	for _, x := range slices.Backward(k.suspects) {
		if whole != nil && whole.Pos() <= x.Pos() && x.End() <= whole.End() {
			continue
		}
		e.x(x)
		whole = x
	}
	for _, r := range e.refused {
		k.problem(r.node, r.text, r.hint, "not-supported")
	}
}

// mayRefuse notes an expression that the printer could refuse: a wall clock whose zone may be lost, arithmetic with time, an element
// of a map, a function with a rule of its own. An expression comes after all that is in it.
func (k *checker) mayRefuse(x ast.Expr) { k.suspects = append(k.suspects, x) }

// mayRefuseCall notes a call whose function can be refused.
func (k *checker) mayRefuseCall(c *ast.Call, f *function, types []*Type) {
	if f.emit != nil && f.flags&neverRefuses == 0 ||
		f.flags&wallClockFunction != 0 && slices.ContainsFunc(types, func(t *Type) bool { return t != nil && t.zoned }) {
		k.mayRefuse(c)
		if slices.ContainsFunc(c.Args, func(x ast.Expr) bool { _, is := x.(*ast.Param); return is }) {
			k.given = append(k.given, c)
		}
	}
}

// values refuses values of parameters that cannot be said in DuckDB where they stand: a pattern that means something else at
// Athena, a format that DuckDB has not. Check could not know them.
func (b *Bound) values() error {
	if len(b.c.given) == 0 {
		return nil
	}
	e := newEmitter(b.c, b.lits, nil)
	for _, x := range b.c.given {
		e.x(x)
	}
	var errs []error
	for _, r := range e.refused {
		text := r.text
		if p, is := r.node.(*ast.Param); is {
			text = "parameter :" + p.Name + ": " + text
		}
		if r.hint != "" {
			text += ". " + r.hint
		}
		errs = append(errs, errors.New(text))
	}
	return errors.Join(errs...)
}

// unrefusedCalls are functions with an emit of their own that refuses nothing. One that is missing here is only written once more.
var unrefusedCalls = ast.WordSet(`json_extract_scalar json_extract json_size json_parse if nullif coalesce contains any_match all_match none_match
	filter transform lower upper trim ltrim rtrim concat concat_ws length substr substring split split_part replace strpos cardinality
	greatest least from_iso8601_timestamp from_iso8601_date array_join`)
