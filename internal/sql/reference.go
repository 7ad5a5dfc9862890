package sql

import (
	"slices"
	"strings"
)

// Function is what a query may call, for documentation and for tests at a real Trino.
type Function struct {
	Name    string
	Kind    string // scalar, aggregate or window
	Forms   []Form
	Note    string // what is different at DuckDB, or what is refused and why
	Changes bool   // gives another value on every run: lint refuses it in a query
}

// Form is one signature. Capital letters stand for any type: O for one that can be ordered, D for a decimal; "timestamp" and
// "timestamp with time zone" for those of any precision; "(T) -> boolean" is a lambda.
type Form struct {
	Params   []string
	Variadic bool // the last parameter may come several times
	Result   string
}

// Reference is the function table, sorted by name.
func Reference() []Function {
	kinds := map[functionKind]string{scalarFunction: "scalar", aggregateFunction: "aggregate", windowFunction: "window"}
	var out []Function
	for _, name := range FunctionNames() {
		f := functions[name]
		d := Function{Name: name, Kind: kinds[f.kind], Note: f.note, Changes: f.flags&volatileFunction != 0}
		for _, s := range f.overloads {
			form := Form{Variadic: s.variadic, Result: s.ret.String()}
			for _, a := range s.args {
				form.Params = append(form.Params, a.String())
			}
			d.Forms = append(d.Forms, form)
		}
		out = append(out, d)
	}
	return out
}

// String is the form as documentation writes it: (varchar, bigint) → varchar.
func (f Form) String() string {
	params := slices.Clone(f.Params)
	if f.Variadic {
		params[len(params)-1] += ", …"
	}
	return "(" + strings.Join(params, ", ") + ") → " + f.Result
}

// Refused are the functions that Trino or another engine has and this language does not take, with the reason.
func Refused() map[string]string {
	out := map[string]string{}
	for name, why := range notSupported {
		out[name] = why
	}
	return out
}
