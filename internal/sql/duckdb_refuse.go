package sql

// refusal is something that cannot be said in DuckDB, or not with the same meaning.
type refusal struct {
	node       Node
	text, hint string
}

func (e *emitter) refuse(n Node, text, hint string) {
	e.refused = append(e.refused, refusal{n, text, hint})
}

// sayable refuses what cannot be said in DuckDB. Only the printer knows that, so what it could refuse is written once, without
// the parameters' values; what it writes for the rest is not asked for. That Check finds all of it is tested: a statement that
// passed is never refused when it is written.
func (k *checker) sayable(c *Checked) {
	e := newEmitter(c, nil, nil)
	Walk(c.query, func(n Node) bool {
		if !c.questionable(n) {
			return true
		}
		e.x(n.(Expr))
		return false
	})
	for _, r := range e.refused {
		k.problem(r.node, r.text, r.hint, "not-supported")
	}
}

// plainCalls are functions with an emit of their own that refuses nothing. One that is missing here is only written once more.
var plainCalls = wordSet(`json_extract_scalar json_extract json_size json_parse if nullif coalesce contains any_match all_match none_match
	filter transform lower upper trim ltrim rtrim concat concat_ws length substr substring split split_part replace strpos cardinality
	greatest least from_iso8601_timestamp from_iso8601_date array_join`)

// questionable tells whether the printer could refuse n itself: a wall clock whose zone may be lost, arithmetic with time, an
// element of a map, a function with a rule of its own. Only an expression can be.
func (f *facts) questionable(n Node) bool {
	switch n := n.(type) {
	case *Cast:
		return f.types[n.X].zoned
	case *Extract:
		return f.types[n.X].zoned
	case *Subscript:
		return f.types[n.X].Kind == MapType
	case *Binary:
		return n.Op >= OpAdd && !f.types[n].numeric()
	case *Call:
		fn := f.calls[n].fn
		if fn.emit != nil {
			return fn.flags&alwaysSayable == 0
		}
		if fn.flags&wallClockFunction != 0 {
			for _, a := range n.Args {
				if f.types[a].zoned {
					return true
				}
			}
		}
	}
	return false
}
