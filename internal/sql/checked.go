package sql

import (
	"strings"

	"trailscribe/internal/result"
)

// Columns are the result's columns with the kind each has by its type: timestamps with or without zone are Instant,
// because the type does not say whose wall clock a timestamp without zone shows.
func (c *Checked) Columns() []result.Column {
	cols := make([]result.Column, len(c.out))
	for i, o := range c.out {
		cols[i] = result.Column{Name: o.label, Kind: kindOf(o.typ)}
	}
	return cols
}

// Types are the result columns' types as Trino writes them.
func (c *Checked) Types() []string {
	ts := make([]string, len(c.out))
	for i, o := range c.out {
		ts[i] = o.typ.String()
	}
	return ts
}

func kindOf(t *Type) result.Kind {
	switch t.Kind {
	case BooleanType:
		return result.Bool
	case TinyintType, SmallintType, IntegerType, BigintType:
		return result.Int
	case DecimalType:
		return result.Decimal
	case RealType, DoubleType:
		return result.Float
	case DateType:
		return result.Date
	case TimestampType, TimestampZoneType:
		return result.Instant
	}
	return result.Text
}

// Uses are the columns of a relation of the catalog that the statement reads, in the catalog's order: what staging must hold.
// Columns that a star hands on and nobody reads are not among them.
func (c *Checked) Uses(relation string) []string {
	var names []string
	cols := c.tables[strings.ToLower(relation)]
	used := map[string]bool{}
	for _, col := range cols {
		if col.used {
			used[col.label] = true // the catalog's name, whatever an alias calls it
		}
	}
	for _, col := range cols {
		if used[col.label] {
			used[col.label] = false
			names = append(names, col.label)
		}
	}
	return names
}
