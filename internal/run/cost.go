package run

import (
	"math"
	"strconv"
	"strings"

	"trailscribe/internal/engine"
)

// Cost is what a run was expected to read and pay, and what it was billed. It is read from the journal and not part of the
// record: another run over the same logs, or one that was interrupted, may be billed otherwise, and the evidence digest
// speaks only of what the same inputs give again. The journal is sealed with the run, so rendering gives the same figures
// each time. Engines that cost nothing leave none.
type Cost struct {
	Currency    string      `json:"currency"`     // ISO 4217
	PriceMicros int64       `json:"price_micros"` // of 10^12 billed bytes, in millionths of the currency; 0: not known
	Mode        string      `json:"mode"`         // the way in which the run worked: staged, direct; "" not known
	Estimated   []CostMode  `json:"estimated"`    // in all, for each way; none where no estimate was made
	Billed      CostBilled  `json:"billed"`       // in all
	Difference  *float64    `json:"difference_percent"`
	Lines       []CostLine  `json:"lines"` // the statements in the order they were planned, then the engine's own work
	modes       []string    // of Estimated, in their order
	billed      []costEntry // in the order they came
}

type (
	// CostMode is what one way of working was estimated to be billed for.
	CostMode struct {
		Mode       string `json:"mode"`
		Bytes      int64  `json:"bytes"`
		CostMicros int64  `json:"cost_micros"`
	}
	// CostBilled is what the engine billed; Executions also counts those that failed and were free.
	CostBilled struct {
		Bytes      int64 `json:"bytes"`
		CostMicros int64 `json:"cost_micros"`
		Executions int   `json:"executions"`
	}
	// CostLine is one statement, or work for all of them.
	CostLine struct {
		Of         string     `json:"of"` // a statement's id; engine.Staging, engine.Counting
		Estimated  []CostMode `json:"estimated"`
		Billed     CostBilled `json:"billed"`
		Difference *float64   `json:"difference_percent"` // of what the run's way was estimated at; null where that is nothing
	}
	costEntry struct {
		of, execution string
		bytes         int64
	}
)

// Steps of the journal that tell of cost.
const (
	stepEstimate = "estimate"
	stepBilled   = "billed"
)

// NoteEstimate writes an estimate for statements to the journal. One that is written later counts instead of it.
func (f *Folder) NoteEstimate(statements []engine.Statement, e engine.Estimate) error {
	note := func(query, name string, n int64) Fact {
		return Fact{Step: stepEstimate, Query: query, Name: name, Value: strconv.FormatInt(n, 10)}
	}
	facts := []Fact{
		{Step: stepEstimate, Name: "mode", Value: e.Chosen}, // the first line of an estimate
		{Step: stepEstimate, Name: "price_micros", Value: strconv.FormatInt(e.Price.Micros, 10) + " " + e.Price.Currency},
	}
	for _, m := range e.Modes {
		facts = append(facts, note("", m.Name+"_bytes", m.Bytes))
	}
	for i, st := range statements {
		for _, m := range e.Modes {
			if i < len(m.Billed) {
				facts = append(facts, note(st.ID, m.Name+"_bytes", m.Billed[i]))
			}
		}
	}
	for _, work := range []string{engine.Staging, engine.Counting} {
		for _, m := range e.Modes {
			for _, w := range m.Work {
				if w.Of == work {
					facts = append(facts, note(w.Of, m.Name+"_bytes", w.Bytes))
				}
			}
		}
	}
	return f.Note(facts...)
}

// NoteBills writes to the journal what executions were billed. An execution may be noted again, as a run does that goes on
// where another ended: its last line counts, so that nothing is counted twice.
func (f *Folder) NoteBills(bills []engine.Bill) error {
	var facts []Fact
	for _, b := range bills {
		facts = append(facts, Fact{Step: stepBilled, Query: b.Of, Name: b.Execution, Value: strconv.FormatInt(b.Bytes, 10)})
	}
	return f.Note(facts...)
}

// Cost is read from the journal; nil where it tells of none.
func (s *Saved) Cost() *Cost {
	c := &Cost{Estimated: []CostMode{}, Lines: []CostLine{}}
	estimates := map[[2]string]int64{} // of a line, "" the whole, and a mode
	var order []string                 // of the lines
	seen := map[string]bool{}
	line := func(of string) {
		if of != "" && !seen[of] {
			seen[of] = true
			order = append(order, of)
		}
	}
	at := map[string]int{} // execution -> its place
	for _, x := range s.Facts() {
		switch {
		case x.Step == stepEstimate && x.Name == "mode":
			c.Mode, c.modes = x.Value, nil
			clear(estimates)
			order, seen = nil, map[string]bool{}
		case x.Step == stepEstimate && x.Name == "price_micros":
			price, currency, _ := strings.Cut(x.Value, " ")
			if n, err := strconv.ParseInt(price, 10, 64); err == nil && n >= 0 {
				c.PriceMicros, c.Currency = n, currency
			}
		case x.Step == stepEstimate:
			mode, ok := strings.CutSuffix(x.Name, "_bytes")
			n, err := strconv.ParseInt(x.Value, 10, 64)
			if !ok || err != nil || n < 0 {
				continue
			}
			if x.Query == "" {
				c.modes = append(c.modes, mode)
			}
			line(x.Query)
			estimates[[2]string{x.Query, mode}] = n
		case x.Step == stepBilled:
			n, err := strconv.ParseInt(x.Value, 10, 64)
			if err != nil || n < 0 {
				continue
			}
			i, again := at[x.Name]
			if !again {
				i = len(c.billed)
				at[x.Name] = i
				c.billed = append(c.billed, costEntry{})
			}
			c.billed[i] = costEntry{x.Query, x.Name, n}
		}
	}
	if len(c.modes) == 0 && len(c.billed) == 0 {
		return nil
	}
	for _, b := range c.billed {
		line(b.of) // what was not planned: a population that had to be counted alone
	}
	for _, mode := range c.modes {
		c.Estimated = append(c.Estimated, c.estimate(mode, estimates[[2]string{"", mode}]))
	}
	c.Billed = c.sum("")
	c.Difference = c.difference(c.Estimated, c.Billed)
	for _, of := range order {
		l := CostLine{Of: of, Estimated: []CostMode{}, Billed: c.sum(of)}
		for _, mode := range c.modes {
			if n, ok := estimates[[2]string{of, mode}]; ok {
				l.Estimated = append(l.Estimated, c.estimate(mode, n))
			}
		}
		l.Difference = c.difference(l.Estimated, l.Billed)
		c.Lines = append(c.Lines, l)
	}
	return c
}

func (c *Cost) estimate(mode string, bytes int64) CostMode {
	return CostMode{Mode: mode, Bytes: bytes, CostMicros: c.micros(bytes)}
}

// sum is what one line was billed, or all of them.
func (c *Cost) sum(of string) (b CostBilled) {
	for _, x := range c.billed {
		if of == "" || x.of == of {
			b.Bytes += x.bytes
			b.Executions++
		}
	}
	b.CostMicros = c.micros(b.Bytes)
	return b
}

// micros is the price of bytes. Each line is rounded alone, and so is the whole: the whole is exact to a millionth, and lines
// may differ from it by one each.
func (c *Cost) micros(bytes int64) int64 {
	return engine.Money{Micros: c.PriceMicros}.For(bytes).Micros
}

// difference is by how many percent more was billed than the run's way of working was estimated at, to a tenth.
func (c *Cost) difference(estimated []CostMode, b CostBilled) *float64 {
	for _, m := range estimated {
		if m.Mode == c.Mode && m.Bytes > 0 && b.Executions > 0 {
			d := math.Round(float64(b.Bytes-m.Bytes)/float64(m.Bytes)*1000) / 10
			if d == 0 {
				d = 0 // never -0
			}
			return &d
		}
	}
	return nil
}

// Of is what the run's own way of working was estimated at; false where there is no estimate of it.
func (c *Cost) Of(estimated []CostMode) (CostMode, bool) {
	for _, m := range estimated {
		if m.Mode == c.Mode {
			return m, true
		}
	}
	return CostMode{}, false
}
