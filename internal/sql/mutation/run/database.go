package main

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"trailscribe/internal/engine/duckdb/connection"
	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/result"
	"trailscribe/internal/sql/mutation"
	"trailscribe/internal/sql/scalar"
)

// grace is the longest a statement may take; a mutation may well make one that never ends.
const grace = 20 * time.Second

// database answers printed expressions.
type database struct{ db *connection.Database }

// answer is the rendered result or ERR and why, and whether the expression was refused before it ran.
func (d database) answer(ctx context.Context, p mutation.Printed) (got string, refused bool) {
	switch {
	case p.Broken != "":
		return "ERR the program broke: " + p.Broken, false
	case p.Refused != "":
		return "ERR " + p.Refused, true
	}
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	rows, err := d.rows(ctx, p.SQL)
	if err != nil {
		return "ERR " + err.Error(), false
	}
	if got, err = enginetest.RenderRows(p.Types, rows); err != nil {
		return "ERR " + err.Error(), false
	}
	return got, false
}

func (d database) rows(ctx context.Context, query string) ([][]any, error) {
	found, err := d.db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	names, err := found.Columns()
	if err != nil {
		return nil, err
	}
	var out [][]any
	for found.Next() {
		cells, into := make([]any, len(names)), make([]any, len(names))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := found.Scan(into...); err != nil {
			return nil, err
		}
		for i, v := range cells {
			switch v := v.(type) {
			case duckdb.OrderedMap:
				cells[i] = &v
			case duckdb.Decimal:
				if cells[i], err = connection.Value(result.Decimal, v); err != nil {
					return nil, err
				}
			}
		}
		out = append(out, cells)
	}
	return out, found.Err()
}

// printer is a running program of the folder printer.
type printer struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	mu  sync.Mutex
	enc *gob.Encoder
	dec *gob.Decoder
}

// start starts a printer and asks it the request.
func start(ctx context.Context, binary string, r mutation.Request) (*printer, mutation.Printing, error) {
	var printed mutation.Printing
	cmd := exec.CommandContext(ctx, binary)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, printed, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, printed, err
	}
	if err := cmd.Start(); err != nil {
		return nil, printed, err
	}
	p := &printer{cmd: cmd, in: in, enc: gob.NewEncoder(in), dec: gob.NewDecoder(out)}
	if err = p.enc.Encode(r); err == nil {
		err = p.dec.Decode(&printed)
	}
	if err != nil {
		p.close()
		return nil, printed, fmt.Errorf("asking the printer: %w", err)
	}
	return p, printed, nil
}

func (p *printer) close() {
	p.in.Close()
	_ = p.cmd.Wait()
}

// call asks the printer for a Go function.
func (p *printer) call(name string, args []any) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.enc.Encode(mutation.Call{Name: name, Args: args}); err != nil {
		return nil, err
	}
	var a mutation.Answer
	if err := p.dec.Decode(&a); err != nil {
		return nil, err
	}
	if a.Error != "" {
		return nil, errors.New(a.Error)
	}
	return a.Value, nil
}

// taught opens a database that has the printer's functions instead of those this program is linked with.
func (p *printer) taught(ctx context.Context, macros []string) (database, error) {
	db, err := connection.Open(ctx, connection.Options{Threads: 1, Clean: true})
	if err != nil {
		return database{}, err
	}
	functions := scalar.GoFunctions()
	for i := range functions {
		name := functions[i].Name
		if functions[i].Call == nil {
			continue // a guard, which makes nothing
		}
		functions[i].Call = func(args []any) (any, error) { return p.call(name, args) }
	}
	c, err := db.Conn(ctx)
	if err == nil {
		err = connection.Teach(ctx, c, functions, macros)
		err = errors.Join(err, c.Close())
	}
	if err != nil {
		db.Close()
		return database{}, err
	}
	return database{db}, nil
}
