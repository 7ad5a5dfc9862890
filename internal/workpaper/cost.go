package workpaper

import (
	"fmt"
	"slices"
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// cost sets what the run was estimated at next to what it was billed, in all and for each statement. Nothing where the
// engine costs nothing. The figures are the journal's: they tell of this run and not of the logs.
func (c *composer) cost() []document.Block {
	k := c.s.Cost()
	if k == nil {
		return nil
	}
	whole := []int64{k.Billed.CostMicros}
	for _, m := range k.Estimated {
		whole = append(whole, m.CostMicros)
	}
	all := slices.Clone(whole)
	for _, l := range k.Lines {
		all = append(all, l.Billed.CostMicros)
		for _, m := range l.Estimated {
			all = append(all, m.CostMicros)
		}
	}
	return []document.Block{
		document.Paragraph{Style: document.Body, Text: c.say("cost.intro")},
		c.costTiles(k, moneyDigits(whole)),
		c.costTable(k, moneyDigits(all)),
	}
}

// moneyDigits is how many digits amounts that stand together have after the decimal sign: as many as the smallest needs for
// two that say something, the same for all. At least cents, at most millionths, which is what is known.
func moneyDigits(micros []int64) int {
	least := int64(0)
	for _, n := range micros {
		if n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	digits := 2
	for enough := int64(100_000); digits < 6 && least > 0 && least < enough; enough /= 10 {
		digits++
	}
	return digits
}

// amount is money with that many digits, rounded to the nearest, as a decimal number.
func amount(micros int64, digits int) string {
	unit := int64(1)
	for range 6 - digits {
		unit *= 10
	}
	n := micros / unit
	if rest := micros % unit; rest*2 >= unit && unit > 1 {
		n++
	}
	whole := int64(1)
	for range digits {
		whole *= 10
	}
	return fmt.Sprintf("%d.%0*d", n/whole, digits, n%whole)
}

// price is an amount in words: "0.47 USD".
func (c *composer) price(k *run.Cost, micros int64, digits int) string {
	if k.PriceMicros == 0 { // bytes were billed, at a price that nobody noted
		return none
	}
	col := document.Column{Kind: result.Decimal, Form: document.FormMoney, Digits: digits}
	return c.say("cost.amount", "amount", c.cell(col, amount(micros, digits)), "currency", k.Currency)
}

func (c *composer) costTiles(k *run.Cost, digits int) document.Tiles {
	t := document.Tiles{}
	for _, m := range k.Estimated {
		note := c.say("cost.estimated_other", "size", c.l.Bytes(m.Bytes))
		tone := document.Muted
		if m.Mode == k.Mode {
			note, tone = c.say("cost.estimated_chosen", "size", c.l.Bytes(m.Bytes)), document.Neutral
		}
		t.Tiles = append(t.Tiles, document.Tile{Label: c.say("cost.estimated", "way", c.way(m.Mode)), Value: c.price(k, m.CostMicros, digits),
			Note: note, Tone: tone})
	}
	note := c.say("cost.billed_note", "size", c.l.Bytes(k.Billed.Bytes))
	t.Tiles = append(t.Tiles, document.Tile{Label: c.say("cost.billed"), Value: c.price(k, k.Billed.CostMicros, digits), Note: note,
		Tone: document.Accent})
	if k.Difference != nil {
		t.Tiles = append(t.Tiles, document.Tile{Label: c.say("cost.difference"), Value: c.signed(*k.Difference),
			Note: c.say("cost.difference_note", "way", c.way(k.Mode)), Tone: document.Neutral})
	}
	return t
}

// signed is a difference in percent, with its sign.
func (c *composer) signed(percent float64) string {
	if percent > 0 {
		return "+" + c.l.Percent(percent)
	}
	return c.l.Percent(percent)
}

// way is a way of working in a word; one that no language knows stays as the engine calls it.
func (c *composer) way(mode string) string {
	if c.l.Has("cost.way." + mode) {
		return c.say("cost.way." + mode)
	}
	return mode
}

func (c *composer) costTable(k *run.Cost, digits int) document.Table {
	cols := []document.Column{
		column("ref", c.say("column.ref"), result.Text, document.FormCode),
		column("of", c.say("cost.of"), result.Text, document.FormText),
	}
	cols[0].To = toStatement + "{value}"
	add := func(name, size, money string) {
		m := column(name+"_cost", money, result.Decimal, document.FormMoney)
		m.Digits = digits
		cols = append(cols, column(name, size, result.Int, document.FormSize), m)
	}
	for _, m := range k.Estimated {
		way := c.way(m.Mode)
		add(m.Mode, c.say("cost.column", "way", way), c.say("cost.column_money", "way", way, "currency", k.Currency))
	}
	add("billed", c.say("cost.billed"), c.say("cost.billed_money", "currency", k.Currency))
	cols = append(cols, column("executions", c.say("cost.executions"), result.Int, document.FormNumber),
		column("difference", c.say("cost.difference"), result.Float, document.FormPercent))

	var rows []result.Row
	line := func(ref any, of string, estimated []run.CostMode, billed run.CostBilled, difference *float64) {
		money := func(micros int64) any {
			if k.PriceMicros == 0 {
				return nil
			}
			return amount(micros, digits)
		}
		row := result.Row{ref, of}
		for _, m := range k.Estimated {
			var size, cost any
			for _, e := range estimated {
				if e.Mode == m.Mode {
					size, cost = e.Bytes, money(e.CostMicros)
				}
			}
			row = append(row, size, cost)
		}
		row = append(row, billed.Bytes, money(billed.CostMicros), int64(billed.Executions))
		if difference == nil {
			row = append(row, nil)
		} else {
			row = append(row, *difference)
		}
		rows = append(rows, row)
	}
	for _, l := range k.Lines {
		ref, of := c.costLine(l.Of)
		line(ref, of, l.Estimated, l.Billed, l.Difference)
	}
	line("", c.say("cost.total"), k.Estimated, k.Billed, k.Difference)
	t := c.table(c.say("cost.table"), cols, rows)
	t.Total, t.Note = true, c.say("cost.rounded")
	if k.PriceMicros > 0 {
		t.Note = c.say("cost.table_note", "price", c.price(k, k.PriceMicros, 2)) + " " + t.Note
	}
	return t
}

// costLine is the reference and the name of a line: a query, its population, or work for all of them.
func (c *composer) costLine(of string) (ref, name string) {
	if c.l.Has("cost.work." + of) {
		return "", c.say("cost.work." + of)
	}
	id, _, population := strings.Cut(of, "#")
	if population {
		return c.refs[id], c.say("cost.population", "query", id)
	}
	return c.refs[id], id
}
