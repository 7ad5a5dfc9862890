package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"trailscribe/internal/audit"
	"trailscribe/internal/config"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/athena"
	"trailscribe/internal/result"
)

// registerCost are the flags of commands that may cost money.
func (f *flags) registerCost(c *cobra.Command) {
	p := c.Flags()
	p.BoolVar(&f.estimate, "estimate", false, "say what would be read and what it would cost, and stop")
	p.StringVar(&f.maxCost, "max-cost", "", "do not start if the estimate is above this many US dollars (default: cost.max_per_run)")
	p.BoolVar(&f.yes, "yes", false, "do not ask before a run above cost.confirm_over")
}

// weigh asks the engine for an estimate where that has a use: to print it, to hold it against the limits, or because
// the engine costs money and then chooses by it; such an estimate is given back. stop is true after --estimate.
func (p *program) weigh(ctx context.Context, s *setup, set config.Settings, e engine.Engine,
	plan *audit.Plan) (made *engine.Estimate, stop bool, err error) {
	name, err := engineOf(set)
	if err != nil || name == "duckdb" && !p.flags.estimate {
		return nil, false, err
	}
	est, err := e.Estimate(ctx, plan.Scope, plan.Asked())
	p.term.Done()
	if err != nil {
		return nil, false, explain(err)
	}
	if p.flags.estimate {
		return nil, true, p.showEstimate(plan, est)
	}
	var mode engine.Mode
	for _, m := range est.Modes {
		if m.Name == est.Chosen {
			mode = m
		}
	}
	p.term.Message(fmt.Sprintf("estimate: %s, %s billed, %s", mode.Name, size(mode.Bytes), mode.Cost))
	if err := audit.CheckCost(est, plan.Request.MaxCost); err != nil {
		return nil, false, explain(err)
	}
	return &est, false, p.confirm(s, mode)
}

// confirm asks before a run above cost.confirm_over. Where nobody can be asked, the run does not start.
func (p *program) confirm(s *setup, m engine.Mode) error {
	over, ok := s.config.Cost.ConfirmOver.Micros()
	if !s.config.Cost.ConfirmOver.IsSet() || !ok || m.Cost.Micros <= over || p.flags.yes {
		return nil
	}
	refused := func(why string) error {
		return &codedError{code: exitCost, err: fmt.Errorf("the run would cost %s, more than cost.confirm_over, and %s", m.Cost, why),
			hint: "give --yes, or raise cost.confirm_over"}
	}
	p.term.Message(fmt.Sprintf("The run would cost about %s. Go on? Type yes:", m.Cost))
	line, err := bufio.NewReader(io.LimitReader(p.in, 100)).ReadString('\n')
	if err != nil && (!errors.Is(err, io.EOF) || line == "") {
		return refused("nobody answered")
	}
	if strings.TrimSpace(line) != "yes" {
		return refused("the answer was not yes")
	}
	return nil
}

// showEstimate prints bytes and money of each statement, staged and direct side by side, and in all: for people in units,
// for programs in bytes and millionths.
func (p *program) showEstimate(plan *audit.Plan, est engine.Estimate) error {
	people := p.flags.output == "table" || p.flags.output == ""
	cols := []result.Column{{Name: "statement", Kind: result.Text}}
	for _, unit := range []string{"bytes", "usd"} {
		for _, m := range est.Modes {
			c := result.Column{Name: m.Name + "_" + unit, Kind: result.Decimal}
			if unit == "bytes" && !people {
				c.Kind = result.Int
			}
			if people {
				c.Name = map[string]string{"bytes": m.Name, "usd": m.Name + " USD"}[unit]
			}
			cols = append(cols, c)
		}
	}
	row := func(name string, bytes func(engine.Mode) int64, cost func(engine.Mode) int64) result.Row {
		out := result.Row{name}
		for _, m := range est.Modes {
			if people {
				out = append(out, size(bytes(m)))
			} else {
				out = append(out, bytes(m))
			}
		}
		for _, m := range est.Modes {
			switch micros := cost(m); {
			case !people || name == wholeRun:
				out = append(out, fmt.Sprintf("%d.%06d", micros/1e6, micros%1e6))
			case micros < 10_000 && bytes(m) > 0:
				out = append(out, "< 0.01")
			default:
				out = append(out, fmt.Sprintf("%d.%02d", micros/1e6, micros%1e6/1e4))
			}
		}
		return out
	}
	var rows []result.Row
	for i, st := range plan.Asked() {
		of := func(m engine.Mode) int64 { return m.PerStatement[i] }
		// its share of the whole; the least amount of each query is in the whole only
		rows = append(rows, row(st.ID, of, func(m engine.Mode) int64 {
			return int64(float64(m.Cost.Micros) * float64(of(m)) / float64(max(m.Bytes, 1)))
		}))
	}
	rows = append(rows, row(wholeRun, func(m engine.Mode) int64 { return m.Bytes }, func(m engine.Mode) int64 { return m.Cost.Micros }))
	p.term.Message(fmt.Sprintf("%s, %s; a run would use mode %s; nothing was run", count(est.Files, "log file", "log files"),
		size(est.Bytes), est.Chosen))
	return p.term.Rows(result.Of(cols, rows), p.flags.output)
}

// wholeRun is the last line of an estimate: with staging, counting and the least amount of each query.
const wholeRun = "all, as billed"

func size(n int64) string {
	units := []string{"bytes", "kB", "MB", "GB", "TB", "PB"}
	f, i := float64(n), 0
	for f >= 999.95 && i < len(units)-1 {
		f, i = f/1000, i+1
	}
	if i == 0 {
		return count(n, "byte", "bytes")
	}
	return fmt.Sprintf("%.1f %s", f, units[i])
}

// tellSpent says what a session was billed.
func (p *program) tellSpent(spent engine.Spent) {
	p.term.Done()
	p.term.Message(fmt.Sprintf("billed: %s, %s, %s, %s", spent.Mode, count(spent.Executions, "query", "queries"),
		size(spent.Bytes), spent.Cost))
}

// price is that of 10^12 scanned bytes in a region: athena.price_per_tb, else the list price.
func price(c *config.Config, region string) engine.Money {
	if micros, ok := c.Athena.PricePerTB.Micros(); ok && micros > 0 {
		return engine.Money{Micros: micros, Currency: "USD"}
	}
	return athena.ListPrice(region)
}

// parallel is how many statements are asked at once: as many as Athena runs for us; the embedded engine uses all processors for one.
func parallel(s *setup, set config.Settings) int {
	if set.Text(config.Engine) == "athena" {
		return s.config.Athena.Concurrency
	}
	return 1
}
