package sql

import (
	"fmt"
	"slices"
	"strings"

	"trailscribe/internal/sql/ast"
)

// typeName is the type a CAST names.
func (k *checker) typeName(n *ast.TypeName) *Type {
	t := k.makeType(n)
	k.casts[n] = t
	return t
}

// makeType reads a type name of the statement, with a problem where there is no such type.
func (k *checker) makeType(n *ast.TypeName) *Type {
	switch n.Name {
	case "array", "map", "row":
		elems := make([]*Type, len(n.Elems))
		for i, e := range n.Elems {
			elems[i] = k.makeType(e)
			if elems[i].Kind == 0 {
				return tBad
			}
		}
		switch {
		case n.Name == "array" && len(elems) == 1:
			return arrayOf(elems[0])
		case n.Name == "map" && len(elems) == 2:
			return mapOf(elems[0], elems[1])
		case n.Name == "row" && len(elems) > 0:
			t := &Type{Kind: RowType}
			for i, e := range elems {
				f := Field{Type: e}
				if i < len(n.Fields) && n.Fields[i] != nil {
					f.Name = n.Fields[i].Key()
				}
				t.Fields = append(t.Fields, f)
			}
			return t
		}
	}
	text := n.Name
	if len(n.Params) > 0 {
		ps := make([]string, len(n.Params))
		for i, p := range n.Params {
			ps[i] = fmt.Sprint(p)
		}
		list := "(" + strings.Join(ps, ", ") + ")"
		if base, ok := strings.CutSuffix(text, " with time zone"); ok {
			text = base + list + " with time zone"
		} else {
			text += list
		}
	}
	t, err := ParseType(text)
	if err != nil || t.Kind == UnknownType {
		k.problem(n, "there is no type "+text, k.meant(text, typeWords()), "unknown-type")
		return tBad
	}
	if t.Kind == CharType {
		k.problem(n, "type char is not supported: it pads with blanks, which no log field does", "Use varchar", "not-supported")
		return tBad
	}
	return t
}

func typeWords() (names []string) {
	for k, n := range typeNames {
		if k != UnknownType && k != CharType {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}

// cast checks CAST and TRY_CAST by Trino's table of casts; a TRY_CAST that could never succeed is refused too.
func (k *checker) cast(x *ast.Cast, v env) *Type {
	from, to := k.expr(x.X, v), k.typeName(x.Type)
	if from.zoned {
		k.mayRefuse(x)
	}
	if from.Kind == 0 || to.Kind == 0 {
		return to
	}
	if !castable(from, to) {
		hint := ""
		if from.text() && (to.Kind == ArrayType || to.Kind == MapType || to.Kind == RowType) {
			hint = "Text is read as JSON first: CAST(json_parse(…) AS …)"
		}
		k.problem(x, "there is no cast from "+from.String()+" to "+to.String(), hint, "types")
	}
	return to
}

func castHint(t *Type) string {
	if t.scalar() && t.Kind != JSONType {
		return "Write CAST(… AS varchar)"
	}
	return ""
}

func (k *checker) decimalLit(x *ast.DecimalLit) *Type {
	whole, frac, _ := strings.Cut(strings.TrimPrefix(x.Text, "-"), ".")
	whole = strings.TrimLeft(strings.ReplaceAll(whole, "_", ""), "0")
	frac = strings.ReplaceAll(frac, "_", "")
	p := max(1, len(whole)+len(frac))
	if p > 38 {
		k.problem(x, "a decimal has at most 38 digits", "", "")
		return tBad
	}
	return decimalOf(p, len(frac))
}
