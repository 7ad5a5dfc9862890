// Package ast is the tree of a statement: its nodes with their places in the text, a walk over them, and the words that a name may
// not be without quotes. It knows no types of columns and no engine.
package ast

import (
	"strconv"
	"strings"
)

// Node is one piece of a parsed statement. Positions are characters (runes) from the start of the text, counted from 0;
// End is the first character behind the node.
type Node interface {
	Pos() int
	End() int
}

// Span is where a node stands in the text: [From, To), in characters.
type Span struct{ From, To int }

// Pos is the node's first character.
func (s Span) Pos() int { return s.From }

// End is the first character behind the node.
func (s Span) End() int { return s.To }

type (
	// Body is what a query has besides WITH, ORDER BY and LIMIT: *Select, *SetOp, *ValuesBody or a *Query in parentheses.
	Body interface {
		Node
		body()
	}
	// Relation is what FROM reads: *Table, *Subquery, *Unnest or *Join.
	Relation interface {
		Node
		relation()
	}
	// Expr is a value, see ast_expr.go for the kinds.
	Expr interface {
		Node
		expr()
	}
)

// Query is a whole SELECT, or one in parentheses anywhere in it.
//
// FETCH FIRST n ROWS ONLY is kept as LIMIT n, which means the same; LIMIT ALL is kept as no limit.
type Query struct {
	Span
	With    *With
	Body    Body
	OrderBy []*SortItem
	Offset  Expr // *IntLit or *Param; nil: none
	Limit   Expr // *IntLit or *Param; nil: all rows
}

// With is the list of named queries in front of a query.
type With struct {
	Span
	Recursive bool
	Queries   []*NamedQuery
}

// NamedQuery is name [(columns)] AS (query).
type NamedQuery struct {
	Span
	Name    *Ident
	Columns []*Ident
	Query   *Query
}

// SortItem is one key of an ORDER BY.
type SortItem struct {
	Span
	X     Expr // an *IntLit is an ordinal in the ORDER BY of a query
	Desc  bool
	Nulls NullOrder
}

// NullOrder is where an ORDER BY puts NULL. Trino's default is last, ascending and descending.
type NullOrder uint8

const (
	NullsDefault NullOrder = iota
	NullsFirst
	NullsLast
)

// Select is SELECT … FROM … WHERE … GROUP BY … HAVING … WINDOW.
type Select struct {
	Span
	Distinct bool
	Items    []*SelectItem
	From     []Relation // with commas between them; empty: one row
	Where    Expr
	GroupBy  *GroupBy
	Having   Expr
	Windows  []*WindowDef
}

// SelectItem is an expression with its alias, or a star.
type SelectItem struct {
	Span
	X     Expr   // nil for a star
	Alias *Ident // nil: none given
	Star  bool   // * or Table.*
	Table *Ident // of Table.*; nil for the bare star
}

// GroupBy is the list behind GROUP BY. Elements are combined by cross product, as SQL says.
type GroupBy struct {
	Span
	Distinct bool // drops grouping sets that occur twice
	Elems    []*GroupElem
}

// GroupKind tells GROUP BY a, b from ROLLUP, CUBE and GROUPING SETS.
type GroupKind uint8

const (
	GroupSimple GroupKind = iota // exactly one set
	GroupRollup
	GroupCube
	GroupSets
)

// GroupElem is one element of GROUP BY.
type GroupElem struct {
	Span
	Kind GroupKind
	Sets []*GroupingSet
}

// GroupingSet is the expressions grouped by together; an *IntLit is an ordinal, no expression is the grand total.
type GroupingSet struct {
	Span
	Exprs []Expr
}

// SetKind is one of UNION, INTERSECT, EXCEPT.
type SetKind uint8

const (
	Union SetKind = iota
	Intersect
	Except
)

// SetOp combines the rows of two queries. INTERSECT binds tighter than the other two, which go from left to right.
type SetOp struct {
	Span
	Kind        SetKind
	All         bool
	Left, Right Body
}

// ValuesBody is VALUES row, row …; a row of several columns is a *Row.
type ValuesBody struct {
	Span
	Rows []Expr
}

// Alias is the name a relation gets, with names for its columns if they are given.
type Alias struct {
	Span
	Name    *Ident
	Columns []*Ident
}

// Table is a named relation: of the catalog, or of a WITH. Catalog and schema parts come first in Parts; nearly always there is one part.
type Table struct {
	Span
	Parts []*Ident
	Alias *Alias
}

// Name is the table's name with its parts lower-case, joined by dots: what a Catalog is asked for.
func (t *Table) Name() string {
	if len(t.Parts) == 1 {
		return t.Parts[0].Key()
	}
	parts := make([]string, len(t.Parts))
	for i, p := range t.Parts {
		parts[i] = p.Key()
	}
	return strings.Join(parts, ".")
}

// Subquery is a query in FROM. A lateral one may use the columns of the relations before it.
type Subquery struct {
	Span
	Lateral bool
	Query   *Query
	Alias   *Alias
}

// Unnest turns arrays and maps into rows, side by side; it may use the columns of the relations before it.
type Unnest struct {
	Span
	Args       []Expr
	Ordinality bool // WITH ORDINALITY: a last column counts from 1
	Alias      *Alias
}

// JoinKind is how two relations are joined.
type JoinKind uint8

const (
	InnerJoin JoinKind = iota
	LeftJoin
	RightJoin
	FullJoin
	CrossJoin
)

// Join is Left JOIN Right. Exactly one of On, Using and Natural is given, none for a cross join.
type Join struct {
	Span
	Kind        JoinKind
	Natural     bool
	Left, Right Relation
	On          Expr
	Using       []*Ident
}

// WindowDef is name AS (window) in the WINDOW clause.
type WindowDef struct {
	Span
	Name   *Ident
	Window *Window
}

// Window is what stands behind OVER. Name alone is OVER w; Base is the w of OVER (w ORDER BY …).
type Window struct {
	Span
	Name        *Ident
	Base        *Ident
	PartitionBy []Expr
	OrderBy     []*SortItem
	Frame       *Frame
}

// FrameUnit is how the distance of a frame's bounds is measured.
type FrameUnit uint8

const (
	FrameRows FrameUnit = iota
	FrameRange
	FrameGroups
)

// Frame is ROWS BETWEEN Start AND Stop. Stop is nil where only the start is given: then it is the current row.
type Frame struct {
	Span
	Unit  FrameUnit
	Start *FrameBound
	Stop  *FrameBound
}

// FrameBoundKind is one end of a frame.
type FrameBoundKind uint8

const (
	UnboundedPreceding FrameBoundKind = iota
	Preceding                         // X PRECEDING
	CurrentRow
	Following // X FOLLOWING
	UnboundedFollowing
)

// FrameBound is one end of a frame.
type FrameBound struct {
	Span
	Kind FrameBoundKind
	X    Expr // of Preceding and Following
}

// TypeName is a type as written in a CAST.
//
// Name is lower-case and a standard spelling: varchar, bigint, integer, double, decimal, timestamp, timestamp with time zone,
// time, time with time zone, interval day to second, interval year to month, array, map, row, json, ipaddress …
// Whether the type exists is the checker's business.
type TypeName struct {
	Span
	Name   string
	Params []int       // varchar(20), decimal(10, 2), timestamp(3)
	Elems  []*TypeName // array(T), map(K, V), row(a T, b U)
	Fields []*Ident    // of a row: as many as Elems, nil where a field has no name
}

func (*Select) body()     {}
func (*SetOp) body()      {}
func (*ValuesBody) body() {}
func (*Query) body()      {}

func (*Table) relation()    {}
func (*Subquery) relation() {}
func (*Unnest) relation()   {}
func (*Join) relation()     {}

// String is the type as Trino writes it.
func (t *TypeName) String() string {
	var parts []string
	for _, n := range t.Params {
		parts = append(parts, strconv.Itoa(n))
	}
	for i, e := range t.Elems {
		s := e.String()
		if i < len(t.Fields) && t.Fields[i] != nil {
			s = NameText(t.Fields[i].Name) + " " + s
		}
		parts = append(parts, s)
	}
	if len(parts) == 0 {
		return t.Name
	}
	list := "(" + strings.Join(parts, ", ") + ")"
	if base, ok := strings.CutSuffix(t.Name, " with time zone"); ok {
		return base + list + " with time zone"
	}
	return t.Name + list
}
