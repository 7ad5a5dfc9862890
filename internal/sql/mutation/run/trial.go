package main

import (
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"trailscribe/internal/engine/duckdb/connection"
	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/sql/mutation"
)

// trial holds what all mutations are tried with.
type trial struct {
	root, temp string
	cases      []enginetest.Expression
	refuse     []txtar.File // statements the parser must not take
	accept     []txtar.File // statements it must take
	request    mutation.Request
	base       database
	plain      mutation.Printing // without a mutation
}

// prepare builds the printer without a mutation and holds that nothing is wrong before anything is taken away. temp is a folder for
// what is built.
func prepare(ctx context.Context, temp string) (*trial, error) {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return nil, fmt.Errorf("looking for the module's root: %w", err)
	}
	t := &trial{root: strings.TrimSpace(string(root)), temp: temp}
	if t.cases, err = enginetest.ReadExpressions(); err != nil {
		return nil, err
	}
	for name, into := range map[string]*[]txtar.File{"refuse.txtar": &t.refuse, "accept.txtar": &t.accept} {
		a, err := txtar.ParseFile(filepath.Join(t.root, "internal", "sql", "testdata", name))
		if err != nil {
			return nil, err
		}
		*into = a.Files
	}
	for _, x := range t.cases {
		t.request.Expressions = append(t.request.Expressions, x.Statement())
	}
	for _, f := range slices.Concat(t.refuse, t.accept) {
		t.request.Statements = append(t.request.Statements, strings.TrimSuffix(string(f.Data), "\n"))
	}
	db, err := connection.Open(ctx, connection.Options{Threads: 1})
	if err != nil {
		return nil, err
	}
	t.base = database{db}
	binary := filepath.Join(t.temp, "printer")
	if err := t.build(ctx, binary, "./internal/sql/mutation/printer", nil); err != nil {
		return nil, err
	}
	p, plain, err := start(ctx, binary, t.request)
	if err != nil {
		return nil, err
	}
	p.close()
	t.plain = plain
	o := t.statements(plain)
	o.add(t.expressions(ctx, t.base, plain.Expressions, nil))
	if o.kills > 0 {
		return nil, fmt.Errorf("%d tests fail already without a mutation: %s", o.kills, o.first)
	}
	return t, nil
}

// build builds a package with some files replaced: path from the root, text.
func (t *trial) build(ctx context.Context, binary, pkg string, changed map[string]string) error {
	args := []string{"build", "-ldflags=-s -w", "-gcflags=trailscribe/internal/sql=-N -l -dwarf=false", "-o", binary}
	overlay, err := t.overlay(binary, changed)
	if err != nil {
		return err
	}
	return t.command(ctx, append(append(args, overlay...), pkg)...)
}

// overlay writes the changed files and gives the argument that puts them in place.
func (t *trial) overlay(prefix string, changed map[string]string) ([]string, error) {
	if len(changed) == 0 {
		return nil, nil
	}
	replace := map[string]string{}
	for file, text := range changed {
		name := fmt.Sprintf("%s.%d.go", prefix, len(replace))
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return nil, err
		}
		replace[filepath.Join(t.root, file)] = name
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, err
	}
	name := prefix + ".json"
	return []string{"-overlay", name}, os.WriteFile(name, list, 0o600)
}

func (t *trial) command(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = t.root
	cmd.Env = append(os.Environ(), "GOGC=off") // the compiler needs some 100 MB and is a fifth faster without collecting them
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w: %s", args[0], err, strings.TrimSpace(string(out)))
	}
	return nil
}

// try makes one mutation.
func (t *trial) try(ctx context.Context, m mutation.Mutation) (o outcome) {
	changed, err := m.Apply(t.root)
	if err != nil {
		return outcome{err: err}
	}
	binary := filepath.Join(t.temp, m.ID)
	linked := slices.ContainsFunc(m.Edits, func(e mutation.Edit) bool { return e.Package != mutation.PrintingPackage })
	switch {
	case m.Tests != "":
		o, err = t.tests(ctx, m, binary, changed)
	case linked:
		o, err = t.linked(ctx, binary, changed)
	default:
		o, err = t.printed(ctx, binary, changed)
	}
	os.Remove(binary)
	if err != nil {
		return outcome{err: err}
	}
	return o
}

// printed builds a printer with the mutation. What it writes otherwise is run; if that shows nothing, or a function of DuckDB's
// session is another, everything is run with the mutated functions.
func (t *trial) printed(ctx context.Context, binary string, changed map[string]string) (o outcome, err error) {
	if err := t.build(ctx, binary, "./internal/sql/mutation/printer", changed); err != nil {
		return o, err
	}
	p, printed, err := start(ctx, binary, t.request)
	if err != nil {
		return o, err
	}
	defer p.close()
	o = t.statements(printed)
	if slices.Equal(printed.Macros, t.plain.Macros) {
		o.add(t.expressions(ctx, t.base, printed.Expressions, func(i int) bool { return !same(printed.Expressions[i], t.plain.Expressions[i]) }))
		if o.kills > 0 {
			return o, nil
		}
	}
	d, err := p.taught(ctx, printed.Macros)
	if err != nil {
		return o, err
	}
	defer d.db.Close()
	o.add(t.expressions(ctx, d, printed.Expressions, nil))
	return o, nil
}

func same(a, b mutation.Printed) bool {
	return a.SQL == b.SQL && a.Broken == b.Broken && (a.Refused == "") == (b.Refused == "") && slices.Equal(a.Types, b.Types)
}

// linked builds this program with the mutation, because it is in what is linked with DuckDB.
func (t *trial) linked(ctx context.Context, binary string, changed map[string]string) (o outcome, err error) {
	if err := t.build(ctx, binary, "./internal/sql/mutation/run", changed); err != nil {
		return o, err
	}
	out, err := exec.CommandContext(ctx, binary, "-answer").Output()
	if err != nil {
		return o, fmt.Errorf("running the mutated program: %w", err)
	}
	var answers []answered
	if err := gob.NewDecoder(strings.NewReader(string(out))).Decode(&answers); err != nil {
		return o, err
	}
	for i, a := range answers {
		o.note(t.cases[i].Judge(a.Got, a.Refused))
	}
	return o, nil
}

// answered is an expression's answer, on its way from a mutated program.
type answered struct {
	Got     string
	Refused bool
}

func answerAll(ctx context.Context, out io.Writer) error {
	cases, err := enginetest.ReadExpressions()
	if err != nil {
		return err
	}
	db, err := connection.Open(ctx, connection.Options{Threads: 1})
	if err != nil {
		return err
	}
	defer db.Close()
	answers := make([]answered, len(cases))
	for i, x := range cases {
		answers[i].Got, answers[i].Refused = database{db}.answer(ctx, mutation.Print(x.Statement()))
	}
	return gob.NewEncoder(out).Encode(answers)
}

var failed = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// tests runs a package's own tests with the mutation.
func (t *trial) tests(ctx context.Context, m mutation.Mutation, binary string, changed map[string]string) (o outcome, err error) {
	overlay, err := t.overlay(binary, changed)
	if err != nil {
		return o, err
	}
	if err := t.command(ctx, append(append([]string{"test", "-c", "-o", binary}, overlay...), "./"+m.Tests)...); err != nil {
		return o, err
	}
	cmd := exec.CommandContext(ctx, binary)
	cmd.Dir = filepath.Join(t.root, m.Tests)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return o, err
	}
	if err == nil {
		return o, nil
	}
	found := failed.FindAllSubmatch(out, -1)
	if len(found) == 0 {
		return o, fmt.Errorf("the tests of %s ended without a test that failed: %s", m.Tests, out)
	}
	for _, f := range found {
		o.note(m.Tests + " " + string(f[1]))
	}
	return o, nil
}

// expressions judges the chosen ones; nil: all.
func (t *trial) expressions(ctx context.Context, d database, printed []mutation.Printed, chosen func(int) bool) (o outcome) {
	for i, x := range t.cases {
		if chosen == nil || chosen(i) {
			o.note(x.Judge(d.answer(ctx, printed[i])))
		}
	}
	return o
}

// statements judges what the parser took.
func (t *trial) statements(p mutation.Printing) (o outcome) {
	for i, taken := range p.Taken {
		switch {
		case i < len(t.refuse) && taken:
			o.note("refuse.txtar " + t.refuse[i].Name + " is accepted")
		case i >= len(t.refuse) && !taken:
			o.note("accept.txtar " + t.accept[i-len(t.refuse)].Name + " is refused")
		}
	}
	return o
}
