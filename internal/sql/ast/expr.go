package ast

import "strings"

type (
	// NullLit is NULL.
	NullLit struct{ Span }
	// BoolLit is TRUE or FALSE.
	BoolLit struct {
		Span
		Value bool
	}
	// StringLit is 'text'; Value has the quotes undone.
	StringLit struct {
		Span
		Value string
	}
	// IntLit is a whole number that fits a bigint. A minus sign in front is part of it.
	IntLit struct {
		Span
		Value int64
	}
	// DecimalLit is an exact number with a point: 1.50. Text is as written, digits on both sides of the point count.
	DecimalLit struct {
		Span
		Text string
	}
	// DoubleLit is a number with an exponent: 1E3, 2.5E0. Text is as written, with a capital E.
	DoubleLit struct {
		Span
		Text string
	}
	// BinaryLit is X'6AFF'.
	BinaryLit struct {
		Span
		Value []byte
	}
	// TypedLit is a type name in front of a string: DATE '2026-10-01', TIMESTAMP '…', TIME '…', JSON '…', DECIMAL '…'.
	TypedLit struct {
		Span
		Type  string // lower-case: date, timestamp, time, json, …
		Value string
	}
	// IntervalLit is INTERVAL '3' DAY or INTERVAL '2 03:04' DAY TO MINUTE.
	IntervalLit struct {
		Span
		Negative bool
		Value    string
		Unit, To string // lower-case: year month day hour minute second; To is "" unless given
	}
)

// Ident is a name: of a column where it stands as an expression, else of what its parent says.
type Ident struct {
	Span
	Name   string // lower-case unless it was quoted
	Quoted bool
}

// Key is the name as it is compared: Trino's names are the same in any case, quoted or not.
func (i *Ident) Key() string { return strings.ToLower(i.Name) }

// Deref is X.Field: a column of a relation, or a field of a row. Only the checker can tell which.
type Deref struct {
	Span
	X     Expr
	Field *Ident
}

// Param is :name. Names are lower-case letters, digits and underscores.
type Param struct {
	Span
	Name string
}

// Op is an operator of Unary, Binary and Quantified.
type Op uint8

const (
	OpOr Op = iota + 1
	OpAnd
	OpNot // unary
	OpEq
	OpNe
	OpLt
	OpLe
	OpGt
	OpGe
	OpDistinct    // IS DISTINCT FROM
	OpNotDistinct // IS NOT DISTINCT FROM
	OpConcat      // ||
	OpAdd
	OpSub
	OpMul
	OpDiv
	OpMod
	OpNeg  // unary -
	OpPlus // unary +
)

var opText = [...]string{OpOr: "OR", OpAnd: "AND", OpNot: "NOT", OpEq: "=", OpNe: "<>", OpLt: "<", OpLe: "<=", OpGt: ">", OpGe: ">=",
	OpDistinct: "IS DISTINCT FROM", OpNotDistinct: "IS NOT DISTINCT FROM", OpConcat: "||", OpAdd: "+", OpSub: "-", OpMul: "*", OpDiv: "/",
	OpMod: "%", OpNeg: "-", OpPlus: "+"}

// String is the operator as Trino writes it.
func (o Op) String() string { return opText[o] }

type (
	// Unary is NOT X, -X or +X.
	Unary struct {
		Span
		Op Op
		X  Expr
	}
	// Binary is Left Op Right: logic, comparison, arithmetic, concatenation. OpAt is where the operator stands.
	Binary struct {
		Span
		Op          Op
		OpAt        int
		Left, Right Expr
	}
	// Between is X [NOT] BETWEEN Low AND High.
	Between struct {
		Span
		Not          bool
		X, Low, High Expr
	}
	// In is X [NOT] IN (List) or X [NOT] IN (Query); exactly one of the two is given.
	In struct {
		Span
		Not   bool
		X     Expr
		List  []Expr
		Query *Query
	}
	// Like is X [NOT] LIKE Pattern [ESCAPE Escape].
	Like struct {
		Span
		Not                bool
		X, Pattern, Escape Expr
	}
	// IsNull is X IS [NOT] NULL.
	IsNull struct {
		Span
		Not bool
		X   Expr
	}
	// Exists is EXISTS (Query).
	Exists struct {
		Span
		Query *Query
	}
	// Quantified is X Op ALL (Query) or X Op ANY (Query); SOME is ANY.
	Quantified struct {
		Span
		Op    Op
		All   bool
		X     Expr
		Query *Query
	}
	// Case is both forms of CASE: with an operand its Whens hold values, without one conditions.
	Case struct {
		Span
		Operand Expr // nil: searched CASE
		Whens   []*When
		Else    Expr // nil: NULL
	}
	// When is one branch of a CASE.
	When struct {
		Span
		Cond, Then Expr
	}
	// Cast is CAST(X AS Type) or TRY_CAST(X AS Type).
	Cast struct {
		Span
		Try  bool
		X    Expr
		Type *TypeName
	}
	// Lambda is x -> Body or (a, b) -> Body, as an argument of a function.
	Lambda struct {
		Span
		Params []*Ident
		Body   Expr
	}
	// Array is ARRAY[…].
	Array struct {
		Span
		Elems []Expr
	}
	// Row is ROW(a, b) or (a, b).
	Row struct {
		Span
		Keyword bool // written with ROW
		Fields  []Expr
	}
	// Subscript is X[Index]: of an array from 1, of a map by key.
	Subscript struct {
		Span
		X, Index Expr
	}
	// AtTimeZone is X AT TIME ZONE Zone; Zone is a *StringLit, *IntervalLit or *Param.
	AtTimeZone struct {
		Span
		X, Zone Expr
	}
	// Extract is EXTRACT(Field FROM X); Field is lower-case.
	Extract struct {
		Span
		Field string
		X     Expr
	}
	// Trim is TRIM([Side] [Chars] FROM X). trim(x) is a Call.
	Trim struct {
		Span
		Side  TrimSide
		Chars Expr // nil: blanks
		X     Expr
	}
	// SubqueryExpr is a query in parentheses used as one value.
	SubqueryExpr struct {
		Span
		Query *Query
	}
)

// TrimSide is the end TRIM takes characters from.
type TrimSide uint8

const (
	TrimBoth TrimSide = iota
	TrimLeading
	TrimTrailing
)

// NullTreatment is RESPECT NULLS or IGNORE NULLS of a window function.
type NullTreatment uint8

const (
	NullsUnsaid NullTreatment = iota
	RespectNulls
	IgnoreNulls
)

// Call is a function call. The forms with words in them are calls too: SUBSTRING(s FROM a FOR n) is substring(s, a, n),
// POSITION(a IN b) is strpos(b, a), as Trino itself reads them; IF, COALESCE, NULLIF, TRY and GROUPING are calls of these names.
type Call struct {
	Span
	Name        *Ident // Key() is the function's name
	Bare        bool   // without parentheses: current_date
	Star        bool   // count(*)
	Distinct    bool
	Args        []Expr
	OrderBy     []*SortItem // inside the parentheses
	WithinGroup []*SortItem // listagg(…) WITHIN GROUP (ORDER BY …)
	Filter      Expr        // FILTER (WHERE …)
	Nulls       NullTreatment
	Over        *Window
}

func (*NullLit) expr()      {}
func (*BoolLit) expr()      {}
func (*StringLit) expr()    {}
func (*IntLit) expr()       {}
func (*DecimalLit) expr()   {}
func (*DoubleLit) expr()    {}
func (*BinaryLit) expr()    {}
func (*TypedLit) expr()     {}
func (*IntervalLit) expr()  {}
func (*Ident) expr()        {}
func (*Deref) expr()        {}
func (*Param) expr()        {}
func (*Unary) expr()        {}
func (*Binary) expr()       {}
func (*Between) expr()      {}
func (*In) expr()           {}
func (*Like) expr()         {}
func (*IsNull) expr()       {}
func (*Exists) expr()       {}
func (*Quantified) expr()   {}
func (*Case) expr()         {}
func (*Cast) expr()         {}
func (*Lambda) expr()       {}
func (*Array) expr()        {}
func (*Row) expr()          {}
func (*Subscript) expr()    {}
func (*AtTimeZone) expr()   {}
func (*Extract) expr()      {}
func (*Trim) expr()         {}
func (*SubqueryExpr) expr() {}
func (*Call) expr()         {}
