package main

import (
	"fmt"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"trailscribe/internal/query"
	"trailscribe/internal/relation"
	"trailscribe/internal/result"
	"trailscribe/internal/sql"
)

func (p *program) queryShowCommand() *cobra.Command {
	var sqlOnly, yamlOnly bool
	var dialect string
	c := &cobra.Command{
		Use:   "show ID",
		Short: "What a query asks, why, and its SQL",
		Long: `Show prints a query's texts, parameters, columns and SQL.
With --sql it prints the statement with its parameters filled in for a period, and the statement
of the relation events that it reads: what a reader can paste into the Athena console.`,
		Example: `  trailscribe query show root/console-login
  trailscribe query show root/console-login --sql --period 2026-10
  trailscribe query show root/console-login --yaml > audit/queries/root/console-login.yaml`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: p.completeQueries,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := p.open()
			if err != nil {
				return err
			}
			q, err := s.one(args[0])
			if err != nil {
				return err
			}
			if yamlOnly && sqlOnly {
				return usage("give one of them", "--sql and --yaml print different texts")
			}
			if yamlOnly {
				return p.showYAML(q)
			}
			if sqlOnly {
				if err := oneOf("dialect", dialect, []string{"athena", "duckdb"}); err != nil {
					return err
				}
				return p.showSQL(s, q, dialect)
			}
			if p.flags.output != "table" {
				return p.term.Rows(describe(q), p.flags.output)
			}
			p.showQuery(q)
			return nil
		},
	}
	c.Flags().BoolVar(&sqlOnly, "sql", false, "print only the SQL, parameters filled in")
	c.Flags().BoolVar(&yamlOnly, "yaml", false, "print the file of the query, to begin one of your own from")
	c.Flags().StringVar(&dialect, "dialect", "athena", "athena or duckdb")
	p.flags.registerPeriod(c)
	return c
}

// showYAML prints the file of a query as it is.
func (p *program) showYAML(q *query.Query) error {
	if p.flags.output != "table" {
		cols := []result.Column{{Name: "file", Kind: result.Text}, {Name: "origin", Kind: result.Text}, {Name: "text", Kind: result.Text}}
		return p.term.Rows(result.Of(cols, []result.Row{{q.File.Path, origin(q.File), string(q.File.Data)}}), p.flags.output)
	}
	_, err := p.out.Write(q.File.Data)
	return err
}

// describe is a query as name and value.
func describe(q *query.Query) result.Set {
	var rows []result.Row
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, result.Row{name, strings.TrimSpace(value)})
		}
	}
	add("id", q.ID)
	add("title", q.Title)
	add("kind", q.Kind)
	add("severity", q.Severity.String())
	add("question", q.Question)
	add("why", q.Why)
	add("fix", q.Fix)
	add("false_positives", q.FalsePositives)
	add("log_scope", strings.Join(q.LogScope, ", "))
	add("controls", controls(q))
	add("attack", strings.Join(q.Attack, ", "))
	add("key", strings.Join(q.Key, ", "))
	if q.HistoryDays > 0 {
		add("history", count(q.HistoryDays, "day", "days"))
	}
	for _, x := range q.Params {
		add("param "+x.Name, paramLine(x))
	}
	for _, x := range q.Columns {
		add("column "+x.Name, x.Label+" ("+x.Type+")")
	}
	add("origin", origin(q.File))
	add("sha256", fmt.Sprintf("%x", q.File.SHA256))
	add("sql", q.SQL.Value)
	return result.Of([]result.Column{{Name: "name", Kind: result.Text}, {Name: "value", Kind: result.Text}}, rows)
}

func paramLine(x query.Param) string {
	line := x.Type
	switch {
	case x.From != "":
		line += ", from the configuration's " + x.From
	case x.Default != nil:
		line += ", default " + query.FormatValue(x.Type, x.Default)
	default:
		line += ", must be given"
	}
	if x.Help != "" {
		line += ": " + x.Help
	}
	return line
}

func controls(q *query.Query) string {
	var names []string
	for f := range q.Controls {
		names = append(names, f)
	}
	sort.Strings(names)
	for i, f := range names {
		names[i] = f + " " + strings.Join(q.Controls[f], ", ")
	}
	return strings.Join(names, "; ")
}

// showQuery prints a query as a page to read.
func (p *program) showQuery(q *query.Query) {
	w := p.out
	fmt.Fprintf(w, "%s\n%s\n", q.ID, q.Title)
	fmt.Fprintf(w, "%s, %s, from %s\n\n", q.Kind, q.Severity, origin(q.File))
	text := func(name, value string) {
		if value = strings.TrimSpace(value); value != "" {
			fmt.Fprintf(w, "%-16s %s\n", name, strings.ReplaceAll(value, "\n", "\n                 "))
		}
	}
	text("question", q.Question)
	text("why", q.Why)
	text("fix", q.Fix)
	text("false positives", q.FalsePositives)
	text("needs logs", strings.Join(q.LogScope, ", "))
	text("controls", controls(q))
	text("attack", strings.Join(q.Attack, ", "))
	text("key", strings.Join(q.Key, ", "))
	for _, x := range q.Params {
		text("param", x.Name+" "+paramLine(x))
	}
	fmt.Fprintf(w, "\n%s\n", strings.TrimRight(q.SQL.Value, "\n"))
}

// showSQL prints the statement as it would run for a period, and the relations it reads.
func (p *program) showSQL(s *setup, q *query.Query, dialect string) error {
	plan, _, err := p.single(s, q)
	if err != nil {
		return err
	}
	d := sql.Trino
	if dialect == "duckdb" {
		d = sql.DuckDB
	}
	rows := []result.Row{{q.ID, plan.Statements[0].Query.Text(d, nil)}}
	for _, name := range []string{relation.Events, relation.History} {
		if name == relation.History && q.HistoryDays == 0 {
			continue
		}
		bound, err := s.definition.Select(name, plan.Scope.Scope, false)
		if err != nil {
			return fmt.Errorf("writing the statement of %s: %w", name, err)
		}
		rows = append(rows, result.Row{name, bound.Text(d, nil)})
	}
	if p.flags.output != "table" {
		cols := []result.Column{{Name: "statement", Kind: result.Text}, {Name: "sql", Kind: result.Text}}
		return p.term.Rows(result.Of(cols, rows), p.flags.output)
	}
	fmt.Fprintf(p.out, "-- %s\n%s\n", rows[0]...)
	for _, r := range rows[1:] {
		fmt.Fprintf(p.out, "\n-- the relation %s, over the records of the log files\n%s\n", r...)
	}
	return nil
}
