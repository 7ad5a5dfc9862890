package sql

import (
	"regexp"
	"strings"

	"trailscribe/internal/sql/ast"
)

// whiteSpace is what trim takes away without being told: Java's white space, which Trino uses.
const whiteSpace = " \t\n\v\f\r\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u2028\u2029\u205f\u3000"

func emitTrim(e *emitter, c *ast.Call, r *resolved) string {
	chars := ast.StringText(whiteSpace)
	if len(c.Args) == 2 {
		chars = e.as(c.Args[1], tVarchar)
	}
	return r.fn.name + "(" + e.as(c.Args[0], tVarchar) + ", " + chars + ")"
}

func emitConcat(e *emitter, c *ast.Call, r *resolved) string {
	if r.result.Kind == ArrayType {
		s := e.as(c.Args[0], r.params[0])
		for i, a := range c.Args[1:] {
			s = concatArrays(s, e.as(a, r.params[i+1]), r.result)
		}
		return s
	}
	var xs []ast.Expr
	for _, a := range c.Args {
		xs = append(xs, operands(a)...)
	}
	return e.join(xs, tVarchar)
}

// concatArrays writes two arrays, one behind the other.
func concatArrays(a, b string, t *Type) string {
	return entries("len("+a+") + len("+b+")", "list_concat("+a+", "+b+")", t, a, b) // NULL where one is: DuckDB's skips it
}

// emitReplace: Trino puts the new text before each character and behind the last where it looks for an empty one. A literal that is not
// longer than the one it stands for makes no text longer.
func emitReplace(e *emitter, c *ast.Call, r *resolved) string {
	search, known := e.text(c.Args[1])
	with := ""
	if len(c.Args) == 3 {
		var also bool
		with, also = e.text(c.Args[2])
		known = known && also
	}
	args := e.args(c, r)
	if len(c.Args) == 2 {
		args += ", ''"
	}
	if known && search != "" && len(with) <= len(search) {
		return "replace(" + args + ")"
	}
	return "tr_replace(" + args + ")"
}

func (e *emitter) list(c *ast.Call, r *resolved) []string {
	parts := make([]string, len(c.Args))
	for i, a := range c.Args {
		parts[i] = e.as(a, r.params[i])
	}
	return parts
}

func emitConcatWs(e *emitter, c *ast.Call, r *resolved) string {
	if r.params[1].Kind == ArrayType {
		return "tr_array_join(" + e.as(c.Args[1], r.params[1]) + ", " + e.as(c.Args[0], tVarchar) + ")"
	}
	return "tr_array_join([" + strings.Join(e.list(c, r)[1:], ", ") + "], " + e.as(c.Args[0], tVarchar) + ")"
}

func emitLength(e *emitter, c *ast.Call, r *resolved) string {
	if r.params[0].Kind == VarbinaryType {
		return "octet_length(" + e.args(c, r) + ")"
	}
	return "length(" + e.args(c, r) + ")"
}

func emitSplitPart(e *emitter, c *ast.Call, r *resolved) string {
	return "tr_split_part(" + e.args(c, r) + ")"
}

func emitSubstr(e *emitter, c *ast.Call, r *resolved) string {
	from, ok := c.Args[1].(*ast.IntLit)
	if len(c.Args) == 3 {
		n, lit := c.Args[2].(*ast.IntLit)
		if ok && from.Value > 0 && from.Value < 1<<31 && lit && n.Value >= 0 && n.Value < 1<<31 {
			return "substr(" + e.args(c, r) + ")"
		}
		return "tr_substr_n(" + e.args(c, r) + ")"
	}
	if ok && from.Value > 0 && from.Value < 1<<31 {
		return "substr(" + e.args(c, r) + ")"
	}
	return "tr_substr(" + e.args(c, r) + ")"
}

var formatSpec = regexp.MustCompile(`%(%|s|d|0[1-9][0-9]?d)?`)

// emitFormat: of Java's formats only those C knows with the same result.
func emitFormat(e *emitter, c *ast.Call, r *resolved) string {
	lit, ok := c.Args[0].(*ast.StringLit)
	if !ok {
		e.refuse(c.Args[0], "the format is a literal", "")
		return "NULL"
	}
	n := 0
	args := []string{""}
	for _, spec := range formatSpec.FindAllString(lit.Value, -1) {
		if spec == "%%" {
			continue
		}
		if spec == "%" {
			n = len(c.Args) // no format this program knows
			break
		}
		if n++; n >= len(c.Args) {
			break
		}
		t := e.c.types[c.Args[n]]
		if t.integral() && spec != "%s" || t.text() && spec == "%s" {
			args = append(args, e.x(c.Args[n]))
		} else if t.integral() {
			args = append(args, "CAST("+e.x(c.Args[n])+" AS VARCHAR)")
		} else {
			e.refuse(c.Args[n], "format takes text for %s and whole numbers for %d, not "+t.String()+" for "+spec, "Write CAST(… AS varchar)")
		}
	}
	if n != len(c.Args)-1 {
		e.refuse(c.Args[0], "of formats only %s, %d, %05d and %% are supported, one for each further argument", "")
	}
	args[0] = ast.StringText(lit.Value)
	return "tr_fit(printf(" + strings.Join(args, ", ") + "))"
}

// oneCharacter: Trino knows codepoint(varchar(1)) only.
func oneCharacter(k *checker, c *ast.Call, _ *resolved) {
	if t := k.types[c.Args[0]]; t.Kind == VarcharType && t.P != 1 {
		k.problem(c.Args[0], c.Name.Name+" takes a text of one letter", "Write "+c.Name.Key()+"(CAST(… AS varchar(1)))", "types")
	}
}
