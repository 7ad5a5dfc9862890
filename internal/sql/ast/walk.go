package ast

// Walk visits n and what is in it, in the order of the text. f says whether to go into the node it was given.
// A nil node is not visited.
func Walk(n Node, f func(Node) bool) {
	if n == nil || !f(n) {
		return
	}
	switch n := n.(type) {
	case *Query:
		if n.With != nil {
			Walk(n.With, f)
		}
		walk(n.Body, f)
		walkAll(n.OrderBy, f)
		walk(n.Offset, f)
		walk(n.Limit, f)
	case *With:
		walkAll(n.Queries, f)
	case *NamedQuery:
		Walk(n.Name, f)
		walkAll(n.Columns, f)
		Walk(n.Query, f)
	case *SortItem:
		Walk(n.X, f)
	case *Select:
		walkAll(n.Items, f)
		walkAll(n.From, f)
		walk(n.Where, f)
		if n.GroupBy != nil {
			Walk(n.GroupBy, f)
		}
		walk(n.Having, f)
		walkAll(n.Windows, f)
	case *SelectItem:
		walk(n.X, f)
		walkIdent(n.Table, f)
		walkIdent(n.Alias, f)
	case *GroupBy:
		walkAll(n.Elems, f)
	case *GroupElem:
		walkAll(n.Sets, f)
	case *GroupingSet:
		walkAll(n.Exprs, f)
	case *SetOp:
		Walk(n.Left, f)
		Walk(n.Right, f)
	case *ValuesBody:
		walkAll(n.Rows, f)
	case *Alias:
		Walk(n.Name, f)
		walkAll(n.Columns, f)
	case *Table:
		walkAll(n.Parts, f)
		walkAlias(n.Alias, f)
	case *Subquery:
		Walk(n.Query, f)
		walkAlias(n.Alias, f)
	case *Unnest:
		walkAll(n.Args, f)
		walkAlias(n.Alias, f)
	case *Join:
		Walk(n.Left, f)
		Walk(n.Right, f)
		walk(n.On, f)
		walkAll(n.Using, f)
	case *WindowDef:
		Walk(n.Name, f)
		Walk(n.Window, f)
	case *Window:
		walkIdent(n.Name, f)
		walkIdent(n.Base, f)
		walkAll(n.PartitionBy, f)
		walkAll(n.OrderBy, f)
		if n.Frame != nil {
			Walk(n.Frame, f)
		}
	case *Frame:
		Walk(n.Start, f)
		if n.Stop != nil {
			Walk(n.Stop, f)
		}
	case *FrameBound:
		walk(n.X, f)
	case *TypeName:
		for i, e := range n.Elems {
			if i < len(n.Fields) {
				walkIdent(n.Fields[i], f)
			}
			Walk(e, f)
		}
	default:
		walkExpr(n, f)
	}
}

func walkExpr(n Node, f func(Node) bool) {
	switch n := n.(type) {
	case *Deref:
		Walk(n.X, f)
		Walk(n.Field, f)
	case *Unary:
		Walk(n.X, f)
	case *Binary:
		Walk(n.Left, f)
		Walk(n.Right, f)
	case *Between:
		Walk(n.X, f)
		Walk(n.Low, f)
		Walk(n.High, f)
	case *In:
		Walk(n.X, f)
		walkAll(n.List, f)
		if n.Query != nil {
			Walk(n.Query, f)
		}
	case *Like:
		Walk(n.X, f)
		Walk(n.Pattern, f)
		walk(n.Escape, f)
	case *IsNull:
		Walk(n.X, f)
	case *Exists:
		Walk(n.Query, f)
	case *Quantified:
		Walk(n.X, f)
		Walk(n.Query, f)
	case *Case:
		walk(n.Operand, f)
		walkAll(n.Whens, f)
		walk(n.Else, f)
	case *When:
		Walk(n.Cond, f)
		Walk(n.Then, f)
	case *Cast:
		Walk(n.X, f)
		Walk(n.Type, f)
	case *Lambda:
		walkAll(n.Params, f)
		Walk(n.Body, f)
	case *Array:
		walkAll(n.Elems, f)
	case *Row:
		walkAll(n.Fields, f)
	case *Subscript:
		Walk(n.X, f)
		Walk(n.Index, f)
	case *AtTimeZone:
		Walk(n.X, f)
		Walk(n.Zone, f)
	case *Extract:
		Walk(n.X, f)
	case *Trim:
		walk(n.Chars, f)
		Walk(n.X, f)
	case *SubqueryExpr:
		Walk(n.Query, f)
	case *Call:
		Walk(n.Name, f)
		walkAll(n.Args, f)
		walkAll(n.OrderBy, f)
		walkAll(n.WithinGroup, f)
		walk(n.Filter, f)
		if n.Over != nil {
			Walk(n.Over, f)
		}
	}
}

// EachChild visits the nodes right below n, in the order of the text.
func EachChild(n Node, f func(Node)) {
	first := true
	Walk(n, func(m Node) bool {
		if first {
			first = false
			return true
		}
		f(m)
		return false
	})
}

// walk visits what may be a nil interface.
func walk[N Node](n N, f func(Node) bool) {
	if any(n) != nil {
		Walk(n, f)
	}
}

func walkAll[N Node](ns []N, f func(Node) bool) {
	for _, n := range ns {
		Walk(n, f)
	}
}

func walkIdent(i *Ident, f func(Node) bool) {
	if i != nil {
		Walk(i, f)
	}
}

func walkAlias(a *Alias, f func(Node) bool) {
	if a != nil {
		Walk(a, f)
	}
}
