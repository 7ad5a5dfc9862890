package athena

import (
	"strings"

	"trailscribe/internal/sql/ast"
)

// columnSelectivity is the share of an account's events for which a column is true, or has one given value. They are estimates from
// public logs: the order of partitions and an estimate rest on them, never a result.
var columnSelectivity = map[string]float64{
	"eventname": 0.002, "eventsource": 0.1, "actor_type": 0.1, "mfa": 0.05, "outcome": 0.05, "day_kind": 0.5, "category": 0.4,
	"denied": 0.02, "succeeded": 0.9, "is_service": 0.4, "is_automation": 0.3, "is_write": 0.1, "via_console": 0.05, "errorcode": 0.05,
}

// values whose selectivity is known to be another than that of their column's other values.
var valueSelectivity = map[string]float64{"actor_type root": 0.005, "actor_type role": 0.5, "actor_type service": 0.4,
	"outcome success": 0.9}

const (
	unknownSelectivity = 0.2
	most               = 0.8  // of what a list or a chain of ORs adds up to: its members rarely add up to all
	differing          = 0.05 // two columns that are mostly the same: the account of the caller and of the log
)

// selectivity is the estimated share of rows that meet a condition.
func selectivity(x ast.Expr) float64 {
	switch x := x.(type) {
	case *ast.BoolLit:
		if x.Value {
			return 1
		}
		return 0
	case *ast.Ident:
		return ofColumn(x.Key())
	case *ast.Unary:
		if x.Op == ast.OpNot {
			return 1 - selectivity(x.X)
		}
	case *ast.Binary:
		switch x.Op {
		case ast.OpAnd:
			return selectivity(x.Left) * selectivity(x.Right)
		case ast.OpOr:
			return min(most, selectivity(x.Left)+selectivity(x.Right))
		case ast.OpEq:
			return ofValue(x.Left, x.Right)
		case ast.OpNe, ast.OpDistinct:
			if _, two := x.Right.(*ast.Ident); two {
				return differing
			}
			return 1 - ofValue(x.Left, x.Right)
		case ast.OpLt, ast.OpLe, ast.OpGt, ast.OpGe:
			return 0.5
		}
	case *ast.In:
		sum := 0.0
		for _, v := range x.List {
			sum += ofValue(x.X, v)
		}
		if sum = min(most, sum); x.Not {
			return 1 - sum
		}
		return sum
	case *ast.IsNull:
		if x.Not {
			return selectivityOfColumn(x.X)
		}
		return 1 - selectivityOfColumn(x.X)
	case *ast.Like:
		if x.Not {
			return 1 - selectivityOfColumn(x.X)
		}
		return selectivityOfColumn(x.X)
	case *ast.Between:
		return 0.5
	case *ast.Call:
		switch x.Name.Key() {
		case "coalesce":
			if len(x.Args) > 0 {
				return selectivity(x.Args[0])
			}
		case "contains":
			if a, ok := x.Args[0].(*ast.Array); ok && len(a.Elems) > 0 {
				return unknownSelectivity
			}
			return 0 // of an empty list
		}
	}
	return unknownSelectivity
}

// ofValue is the selectivity of rows where x = v.
func ofValue(x, v ast.Expr) float64 {
	if _, ok := x.(*ast.StringLit); ok {
		x, v = v, x
	}
	c, isColumn := x.(*ast.Ident)
	lit, isText := v.(*ast.StringLit)
	if isColumn && isText {
		if n, ok := valueSelectivity[c.Key()+" "+strings.ToLower(lit.Value)]; ok {
			return n
		}
	}
	return selectivityOfColumn(x)
}

func selectivityOfColumn(x ast.Expr) float64 {
	if c, ok := x.(*ast.Ident); ok {
		return ofColumn(c.Key())
	}
	return unknownSelectivity
}

func ofColumn(name string) float64 {
	if n, ok := columnSelectivity[name]; ok {
		return n
	}
	return unknownSelectivity
}
