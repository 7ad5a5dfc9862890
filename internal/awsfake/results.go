package awsfake

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"trailscribe/internal/sql"
	"trailscribe/internal/sql/scalar"
)

// columnInfo is a result column as GetQueryResults describes it.
type columnInfo struct {
	CatalogName, SchemaName, TableName, Name, Label, Type string
	Precision, Scale                                      int
	Nullable                                              string
	CaseSensitive                                         bool
}

func columnsOf(p *plan) []columnInfo {
	var out []columnInfo
	for i, c := range p.checked.Columns() {
		t := p.types[i]
		info := columnInfo{CatalogName: "hive", Name: c.Name, Label: c.Name, Nullable: "UNKNOWN"}
		switch t.Kind {
		case sql.VarcharType, sql.CharType:
			info.Type, info.Precision, info.CaseSensitive = "varchar", math.MaxInt32, true
		case sql.DecimalType:
			info.Type, info.Precision, info.Scale = "decimal", t.P, t.S
		case sql.BigintType:
			info.Type, info.Precision = "bigint", 19
		case sql.IntegerType:
			info.Type, info.Precision = "integer", 10
		case sql.DoubleType:
			info.Type, info.Precision = "double", 17
		case sql.RealType:
			info.Type, info.Precision = "float", 17
		case sql.TimestampType:
			info.Type, info.Precision = "timestamp", 3
		case sql.TimestampZoneType:
			info.Type, info.Precision = "timestamp with time zone", 3
		case sql.ArrayType:
			info.Type = "array"
		case sql.RowType:
			info.Type = "row"
		case sql.MapType:
			info.Type = "map"
		default:
			info.Type, _, _ = strings.Cut(t.String(), "(")
		}
		out = append(out, info)
	}
	return out
}

// cellText is a value as Athena writes it; nil is NULL.
func cellText(t *sql.Type, v any) (*string, error) {
	if v == nil {
		return nil, nil
	}
	s, err := valueText(t, v)
	return &s, err
}

func valueText(t *sql.Type, v any) (string, error) {
	if v == nil {
		return "null", nil // inside of lists, maps and rows
	}
	switch t.Kind {
	case sql.TimestampType, sql.TimestampZoneType:
		at, ok := v.(time.Time)
		if !ok {
			break
		}
		layout := "2006-01-02 15:04:05"
		precision := t.P
		if precision < 0 || precision > 9 {
			precision = 3
		}
		if precision > 0 {
			layout += "." + strings.Repeat("0", precision)
		}
		text := at.UTC().Format(layout)
		if t.Kind == sql.TimestampZoneType {
			text += " UTC"
		}
		return text, nil
	case sql.DateType:
		if at, ok := v.(time.Time); ok {
			return at.UTC().Format(time.DateOnly), nil
		}
	case sql.DoubleType:
		if f, ok := v.(float64); ok {
			return scalar.DoubleText(f), nil
		}
	case sql.RealType:
		if f, ok := v.(float32); ok {
			text := strconv.FormatFloat(float64(f), 'f', -1, 32)
			if !strings.Contains(text, ".") {
				text += ".0"
			}
			return text, nil
		}
	case sql.ArrayType:
		if list, ok := v.([]any); ok {
			parts := make([]string, len(list))
			for i, x := range list {
				s, err := valueText(t.Elem, x)
				if err != nil {
					return "", err
				}
				parts[i] = s
			}
			return "[" + strings.Join(parts, ", ") + "]", nil
		}
	case sql.RowType:
		if fields, ok := v.(map[string]any); ok {
			parts := make([]string, len(t.Fields))
			for i, f := range t.Fields {
				name := f.Name
				if name == "" {
					name = "f" + strconv.Itoa(i+1)
				}
				s, err := valueText(f.Type, fields[name])
				if err != nil {
					return "", err
				}
				if f.Name == "" {
					name = "field" + strconv.Itoa(i)
				}
				parts[i] = name + "=" + s
			}
			return "{" + strings.Join(parts, ", ") + "}", nil
		}
	case sql.MapType:
		return mapText(t, v)
	}
	switch v := v.(type) {
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case []byte:
		if t.Kind == sql.VarbinaryType {
			return strings.TrimSpace(spaced(hex.EncodeToString(v))), nil
		}
		return string(v), nil
	case duckdb.Decimal:
		return decimalText(v), nil
	case *big.Int:
		return v.String(), nil
	case int8, int16, int32, int64, uint8, uint16, uint32, uint64:
		return fmt.Sprint(v), nil
	}
	return "", fmt.Errorf("a %s came as Go's %T", t, v)
}

func mapText(t *sql.Type, v any) (string, error) {
	var parts []string
	add := func(k, x any) error {
		key, err := valueText(t.Key, k)
		if err != nil {
			return err
		}
		value, err := valueText(t.Elem, x)
		parts = append(parts, key+"="+value)
		return err
	}
	switch m := v.(type) {
	case duckdb.Map:
		for k, x := range m {
			if err := add(k, x); err != nil {
				return "", err
			}
		}
		sort.Strings(parts)
	case duckdb.OrderedMap:
		keys, values := m.Keys(), m.Values()
		for i := range keys {
			if err := add(keys[i], values[i]); err != nil {
				return "", err
			}
		}
	default:
		return "", fmt.Errorf("a map came as Go's %T", v)
	}
	return "{" + strings.Join(parts, ", ") + "}", nil
}

func spaced(h string) string {
	var b strings.Builder
	for i := 0; i < len(h); i += 2 {
		b.WriteString(h[i:i+2] + " ")
	}
	return b.String()
}

func decimalText(d duckdb.Decimal) string {
	text := new(big.Int).Abs(d.Value).String()
	if n := int(d.Scale); n > 0 {
		for len(text) <= n {
			text = "0" + text
		}
		text = text[:len(text)-n] + "." + text[len(text)-n:]
	}
	if d.Value.Sign() < 0 {
		text = "-" + text
	}
	return text
}

// csvOf is the results object: every value quoted, NULL as nothing between the commas, a header.
func csvOf(columns []columnInfo, rows [][]*string) []byte {
	var b bytes.Buffer
	cell := func(i int, s *string) {
		if i > 0 {
			b.WriteByte(',')
		}
		if s != nil {
			b.WriteString(`"` + strings.ReplaceAll(*s, `"`, `""`) + `"`)
		}
	}
	for i, c := range columns {
		cell(i, &c.Name)
	}
	b.WriteByte('\n')
	for _, row := range rows {
		for i, s := range row {
			cell(i, s)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

type resultsInput struct {
	QueryExecutionId, NextToken string
	MaxResults                  int
}

// getQueryResults pages through the rows. The header is the first row of the first page for SELECT, and counts.
func (c *call) getQueryResults(in resultsInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	x, fail := a.execution(in.QueryExecutionId)
	switch {
	case fail != nil:
		return nil, fail
	case x.state == queued || x.state == running:
		return nil, invalidRequest("Query has not yet finished. Current state: %s", x.state)
	case x.state != succeeded:
		return nil, invalidRequest("Query did not finish successfully. Final query state: %s", x.state)
	case in.MaxResults > 1000:
		return nil, invalidRequest("MaxResults is more than maximum allowed length 1000.")
	}
	rows := x.rows
	if x.statement.kind == "SELECT" {
		header := make([]*string, len(x.columns))
		for i := range x.columns {
			header[i] = &x.columns[i].Name
		}
		rows = append([][]*string{header}, rows...)
	}
	rows, next, fail := page(rows, in.NextToken, in.MaxResults, c.most(1000))
	if fail != nil {
		return nil, invalidRequest("%s", fail.message)
	}
	type datum struct {
		VarCharValue *string `json:",omitempty"`
	}
	type dataRow struct{ Data []datum }
	list := make([]dataRow, len(rows))
	for i, r := range rows {
		list[i].Data = make([]datum, len(r))
		for j, s := range r {
			list[i].Data[j].VarCharValue = s
		}
	}
	out := map[string]any{"UpdateCount": x.updated, "ResultSet": map[string]any{"Rows": list,
		"ResultSetMetadata": map[string]any{"ColumnInfo": append([]columnInfo{}, x.columns...)}}}
	if next != "" {
		out["NextToken"] = next
	}
	return out, nil
}
