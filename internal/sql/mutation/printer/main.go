// Printer writes statements for DuckDB with the internal/sql it was built with, and answers calls of its Go functions. It does
// not hold DuckDB itself, so it is built in a second for each mutation. It speaks gob on standard input and output.
package main

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"

	"trailscribe/internal/sql"
	"trailscribe/internal/sql/mutation"
	"trailscribe/internal/sql/scalar"
)

func main() {
	if err := serve(gob.NewDecoder(os.Stdin), gob.NewEncoder(os.Stdout)); err != nil {
		fmt.Fprintln(os.Stderr, "printer:", err)
		os.Exit(1)
	}
}

func serve(in *gob.Decoder, out *gob.Encoder) error {
	var r mutation.Request
	if err := in.Decode(&r); err != nil {
		return err
	}
	p := mutation.Printing{Macros: sql.Macros()}
	for _, s := range r.Expressions {
		p.Expressions = append(p.Expressions, mutation.Print(s))
	}
	for _, s := range r.Statements {
		p.Taken = append(p.Taken, mutation.Taken(s))
	}
	if err := out.Encode(p); err != nil {
		return err
	}
	functions := map[string]scalar.GoFunction{}
	for _, f := range scalar.GoFunctions() {
		functions[f.Name] = f
	}
	for {
		var c mutation.Call
		if err := in.Decode(&c); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := out.Encode(answer(functions[c.Name], c.Args)); err != nil {
			return err
		}
	}
}

func answer(f scalar.GoFunction, args []any) (a mutation.Answer) {
	defer func() {
		if r := recover(); r != nil {
			a = mutation.Answer{Error: fmt.Sprint("broken: ", r)}
		}
	}()
	v, err := f.Call(args)
	if err != nil {
		return mutation.Answer{Error: err.Error()}
	}
	return mutation.Answer{Value: v}
}
