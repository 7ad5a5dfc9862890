package mutation

// notCompared is a mutation of the rule that these two types are not compared.
func notCompared(id, rule, condition string) Mutation {
	return Mutation{ID: id, Trap: 10, Rule: rule, Edits: one("c := common(a, b)\n\tif c == nil {", "c := common(a, b)\n\tif c == nil && ("+condition+") {\n\t\treturn tVarchar\n\t}\n\tif c == nil {")}
}

// aliasIn is a mutation of the rule that aliases of SELECT mean nothing in a clause.
func aliasIn(id, clause, condition string) Mutation {
	return Mutation{ID: id, Trap: 11, Rule: "an alias of SELECT is no column in " + clause,
		Edits: first("case v.alias(x.Key()) && "+condition+":\n\t\tk.vars[x] = x.Key()\n\t\treturn tBad", `case v.alias(x.Key()):`)}
}

// languageMutations are those of the traps of types and names, 10 and 11, and of recursion, 16.
var languageMutations = []Mutation{
	notCompared("text-with-number", "text is not compared with a number", "a.text() && b.numeric() || b.text() && a.numeric()"),
	notCompared("text-with-boolean", "text is not compared with a boolean", "a.text() && b.Kind == BooleanType || b.text() && a.Kind == BooleanType"),
	notCompared("text-with-date", "text is not compared with a date", "a.text() && b.Kind == DateType || b.text() && a.Kind == DateType"),
	notCompared("text-with-timestamp", "text is not compared with a timestamp", "a.text() && b.Kind == TimestampType || b.text() && a.Kind == TimestampType"),
	notCompared("text-with-instant", "text is not compared with an instant", "a.text() && b.Kind == TimestampZoneType || b.text() && a.Kind == TimestampZoneType"),
	notCompared("number-with-boolean", "a number is not compared with a boolean", "a.numeric() && b.Kind == BooleanType || b.numeric() && a.Kind == BooleanType"),
	{ID: "argument-types", Trap: 10, Rule: "an argument does not become text by itself", Edits: one(`if !coerces(t, p.typ) {`, `if !coerces(t, p.typ) && !(p.typ.text() && t.scalar()) {`)},
	{ID: "common-type", Trap: 10, Rule: "the arguments of a type variable have a common type", Edits: one("c := common(was, t)\n\t\tif c == nil {", "c := common(was, t)\n\t\tif c == nil && t.text() {\n\t\t\tc = tVarchar\n\t\t}\n\t\tif c == nil {")},
	{ID: "case-types", Trap: 10, Rule: "the branches of CASE have one type", Edits: one(`k.problem(e, "the branches of CASE have one type: "+t.String()+" before, "+u.String()+" here", castHint(u), "types")`, ``)},
	{ID: "array-types", Trap: 10, Rule: "the elements of an array have one type", Edits: one(`k.problem(e, "the elements of an array have one type: "+elem.String()+" before, "+t.String()+" here", "", "types")`, ``)},
	{ID: "union-types", Trap: 10, Rule: "the sides of a set operation have one type", Edits: one(`k.problem(b.Right, fmt.Sprintf("column %d of the set operation has type %s on one side and %s on the other", i+1, left[i].typ, right[i].typ), "Use CAST on one side", "")`, ``)},
	{ID: "condition-type", Trap: 10, Rule: "a condition is a boolean", Edits: one(`k.problem(x, where+" takes a condition, not a value of type "+t.String(), "", "")`, `_ = where`)},
	{ID: "not-type", Trap: 10, Rule: "NOT takes a boolean", Edits: one(`k.problem(x.X, "NOT takes a condition, not a value of type "+t.String(), "", "types")`, ``)},
	{ID: "and-type", Trap: 10, Rule: "AND and OR take booleans", Edits: one(`k.problem(e, x.Op.String()+" takes conditions, not a value of type "+t.String(), "", "types")`, `_ = e`)},
	{ID: "arithmetic-types", Trap: 10, Rule: "text does not become a number in arithmetic", Edits: first("if a.text() && b.numeric() {\n\t\ta = b\n\t}", "if a.numeric() && b.numeric() {\n\t\tif a.float()")},
	{ID: "castable", Trap: 10, Rule: "only the casts of Trino exist", Edits: one(`if !castable(from, to) {`, `if !castable(from, to) && v.scope == nil {`)},
	{ID: "text-to-integer", Trap: 10, Rule: "CAST to a whole number reads digits only", Edits: one(`return strict(intText)`, `return plain(s)`)},
	{ID: "text-to-double", Trap: 10, Rule: "CAST to a double reads what Trino reads", Edits: one(`return strict(floatText)`, `return plain(s)`)},
	{ID: "text-to-decimal", Trap: 10, Rule: "CAST to a decimal reads what Trino reads", Edits: one(`return strict(decText)`, `return plain(s)`)},
	{ID: "text-to-boolean", Trap: 10, Rule: "CAST to a boolean reads true, t, 1 and their opposites", Edits: one(`return strict(boolText)`, `return plain(s)`)},
	{ID: "text-to-date", Trap: 10, Rule: "CAST to a date reads a date alone", Edits: one(`return strict(dateText)`, `return plain(s)`)},
	{ID: "text-to-time", Trap: 10, Rule: "CAST to a time reads what Trino reads", Edits: one(`return strict(timeText)`, `return plain(s)`)},
	{ID: "text-to-timestamp", Trap: 10, Rule: "CAST to a timestamp leaves out a zone, and reads nothing else", Edits: one(`return rounded(plain(clock), 9, to)`, `return rounded(plain(s+clock[:0]), 9, to)`)},
	{ID: "text-to-instant", Trap: 10, Rule: "CAST to a timestamp with time zone reads what Trino reads", Edits: one(`return strict(zonedText)`, `return plain(s)`)},
	{ID: "double-to-integer", Trap: 10, Rule: "CAST of a double rounds halves away from zero", Edits: one(`return plain("round(" + s + ")")`, `return plain(s)`)},
	{ID: "varchar-length", Trap: 10, Rule: "CAST to varchar(n) cuts the text", Edits: one(`return fmt.Sprintf("substr(%s, 1, %d)", s, to.P)`, `return s`)},

	aliasIn("alias-in-where", "WHERE", `v.noAggregate == "WHERE"`),
	aliasIn("alias-in-group-by", "GROUP BY", `v.noAggregate == "GROUP BY"`),
	aliasIn("alias-in-having", "HAVING", `v.noWindow == "HAVING"`),
	{ID: "limit-before-offset", Trap: 11, Rule: "OFFSET stands before LIMIT", Edits: one("if p.atWords(\"offset\") {\n\t\tp.fail(p.tok(), \"found OFFSET behind LIMIT\", \"Athena wants OFFSET n LIMIT m\")", "if p.eat(\"offset\") {\n\t\tq.Offset = p.rowCount(\"OFFSET\")")},
	{ID: "cast-by-colons", Trap: 11, Rule: "there is no cast by ::", Edits: first("case isSymbol(t, \"::\"):\n\t\t\tp.i++\n\t\t\tx = &ast.Cast{Span: p.span(x.Pos()), X: x, Type: p.typeName()}", `case isSymbol(t, "["):`)},
	{ID: "ilike", Trap: 11, Rule: "there is no ILIKE", Edits: append(one(`case "is", "between", "in", "like", "not":`, `case "is", "between", "in", "like", "ilike", "not":`), one(`case p.eat("like"):`, `case p.eat("like"), p.eat("ilike"):`)...)},
	{ID: "group-by-all", Trap: 11, Rule: "there is no GROUP BY ALL", Edits: one(`p.fail(p.tok(), "found GROUP BY ALL, which Athena does not have", "name the columns, or their numbers in the select list")`, "p.i++\n\t\treturn g")},
	{ID: "from-first", Trap: 11, Rule: "a query begins with SELECT, not with FROM", Edits: one(`p.fail(t, "found FROM before SELECT", "Athena wants SELECT … FROM …")`, "p.i++\n\t\tr := p.relation()\n\t\ts := p.selectBody()\n\t\ts.From = append(s.From, r)\n\t\treturn s")},
	{ID: "trailing-comma", Trap: 11, Rule: "a list does not end in a comma", Edits: one("p.noTrailing()\n\t\tone()", "if p.atWords(\"from\") || p.at1(\")\") {\n\t\t\treturn\n\t\t}\n\t\tone()")},
	{ID: "natural-join", Trap: 11, Rule: "there is no NATURAL JOIN", Edits: one(`k.problem(r, "NATURAL JOIN is not supported by Athena", "Name the columns: JOIN … USING (a, b)", "not-supported")`, ``)},
	{ID: "function-table", Trap: 11, Rule: "a function that is not in the table is refused", Edits: one(`k.problem(c.Name, "there is no function "+name, hint, "unknown-function")`, `_ = hint`)},
	{ID: "ambiguous-name", Trap: 11, Rule: "a name that two relations have is refused", Edits: one(`k.problem(x, "column "+x.Name+" is ambiguous", "Put the relation's alias in front of it", "ambiguous")`, ``)},
	{ID: "using-column", Trap: 11, Rule: "a column of USING cannot be named with its relation", Edits: one(`a.hidden, b.hidden = true, true`, ``)},
	{ID: "group-by-complete", Trap: 11, Rule: "what is selected is grouped by or aggregated", Edits: one("\t\t\tk.covered(it.X, f.grouped)", "\t\t\t_ = it")},
	{ID: "nested-aggregate", Trap: 11, Rule: "an aggregate holds no aggregate", Edits: one(`inner.noAggregate, inner.noWindow = "an aggregate", "an aggregate"`, ``)},
	{ID: "recursion-depth", Trap: 16, Rule: "WITH RECURSIVE goes ten steps deep", Edits: one(`if a[0].(int64) > a[1].(int64) {`, `if a[0].(int64) > 20*a[1].(int64) {`)},
	{ID: "recursion-depth-ten", Trap: 16, Rule: "WITH RECURSIVE goes no less than ten steps deep", Edits: one(`const maxRecursion = 10`, `const maxRecursion = 9`)},
	{ID: "recursion-distinct", Trap: 16, Rule: "WITH RECURSIVE with UNION has no equal rows", Edits: one(`AS (SELECT DISTINCT " + cols + " FROM " + steps`, `AS (SELECT " + cols + " FROM " + steps`)},
	{ID: "aggregate-in-where", Trap: 11, Rule: "WHERE takes no aggregate", Edits: one(`noAggregate: "WHERE", noWindow: "WHERE"`, `noWindow: "WHERE"`)},
	{ID: "window-in-where", Trap: 11, Rule: "WHERE takes no window function", Edits: one(`noAggregate: "WHERE", noWindow: "WHERE"`, `noAggregate: "WHERE"`)},
}
