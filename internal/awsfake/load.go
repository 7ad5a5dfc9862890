package awsfake

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/sql"
)

// loaded is what DuckDB already holds of the objects, so that each is read once.
type loaded struct {
	mu     sync.Mutex
	tables map[string]*rawTable // by the columns
	files  map[*object]*parquetFile
	next   int64
}

// rawTable holds the records of log files with the columns that a table of the catalog has.
type rawTable struct {
	name    string
	columns []sql.Column
	objects map[*object]int64 // number of the object in the table
	bad     map[*object]error
}

// column of the catalog as it is read from records.
type reader struct {
	name string
	typ  *sql.Type
	node *cloudtrail.Node // nil: the type is not that of the table of CloudTrail; the JSON itself is read
}

// readers pairs the columns of a table with those of the record.
func readers(columns []sql.Column) ([]reader, error) {
	tree := map[string]cloudtrail.Node{}
	for _, n := range cloudtrail.Tree() {
		tree[n.Name] = n
	}
	var out []reader
	for _, c := range columns {
		t, err := sql.ParseType(c.Type)
		if err != nil {
			return nil, err
		}
		r := reader{name: c.Name, typ: t}
		if n, ok := tree[c.Name]; ok && fits(t, n) {
			r.node = &n
		}
		out = append(out, r)
	}
	return out, nil
}

// fits reports whether a column's type is that of the record's field, or holds fewer of its fields.
func fits(t *sql.Type, n cloudtrail.Node) bool {
	switch n.Kind {
	case cloudtrail.LeafNode:
		return t.Kind == sql.VarcharType
	case cloudtrail.MapNode:
		return t.Kind == sql.MapType && t.Key.Kind == sql.VarcharType && t.Elem.Kind == sql.VarcharType
	case cloudtrail.ListNode:
		if t.Kind != sql.ArrayType {
			return false
		}
		t = t.Elem
	}
	if t.Kind != sql.RowType {
		return false
	}
	for _, f := range t.Fields {
		found := false
		for _, k := range n.Fields {
			if strings.EqualFold(k.Name, f.Name) {
				found = fits(f.Type, k)
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// write writes the columns of a record as JSON.
func write(b *bytes.Buffer, rs []reader, r *cloudtrail.Record) error {
	var raw map[string]json.RawMessage
	for i, c := range rs {
		if i > 0 {
			b.WriteByte(',')
		}
		writeText(b, c.name)
		b.WriteByte(':')
		if c.node != nil {
			writeNode(b, c.typ, *c.node, r)
			continue
		}
		if raw == nil {
			raw = map[string]json.RawMessage{}
			all := map[string]json.RawMessage{}
			if err := json.Unmarshal(r.Raw, &all); err != nil {
				return err
			}
			for k, v := range all {
				raw[strings.ToLower(k)] = v
			}
		}
		if err := writeJSON(b, c.typ, raw[strings.ToLower(c.name)], c.name); err != nil {
			return err
		}
	}
	return nil
}

func writeNode(b *bytes.Buffer, t *sql.Type, n cloudtrail.Node, r *cloudtrail.Record) {
	switch n.Kind {
	case cloudtrail.LeafNode:
		writeCell(b, r.Cell(n.Leaf))
	case cloudtrail.MapNode:
		pairs := r.Pairs()
		if pairs == nil {
			b.WriteString("null")
			return
		}
		b.WriteByte('{')
		for i, p := range pairs {
			if i > 0 {
				b.WriteByte(',')
			}
			writeText(b, string(p.Key))
			b.WriteByte(':')
			writeCell(b, p.Value)
		}
		b.WriteByte('}')
	case cloudtrail.ListNode:
		list := r.Resources()
		if list == nil {
			b.WriteString("null")
			return
		}
		b.WriteByte('[')
		for i := range list {
			if i > 0 {
				b.WriteByte(',')
			}
			if list[i].Null {
				b.WriteString("null")
				continue
			}
			b.WriteByte('{')
			for j, f := range t.Elem.Fields {
				if j > 0 {
					b.WriteByte(',')
				}
				writeText(b, f.Name)
				b.WriteByte(':')
				switch strings.ToLower(f.Name) {
				case "arn":
					writeCell(b, list[i].ARN())
				case "accountid":
					writeCell(b, list[i].AccountID())
				default:
					writeCell(b, list[i].Type())
				}
			}
			b.WriteByte('}')
		}
		b.WriteByte(']')
	case cloudtrail.RowNode:
		if !r.Has(n.Row) {
			b.WriteString("null")
			return
		}
		b.WriteByte('{')
		for i, f := range t.Fields {
			if i > 0 {
				b.WriteByte(',')
			}
			writeText(b, f.Name)
			b.WriteByte(':')
			for _, k := range n.Fields {
				if strings.EqualFold(k.Name, f.Name) {
					writeNode(b, f.Type, k, r)
				}
			}
		}
		b.WriteByte('}')
	}
}

func writeCell(b *bytes.Buffer, cell []byte) {
	if cell == nil {
		b.WriteString("null")
		return
	}
	writeText(b, string(cell))
}

func writeText(b *bytes.Buffer, s string) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(fmt.Sprintf("awsfake: a text cannot be written as JSON: %v", err))
	}
	b.Truncate(b.Len() - 1) // the line break
}

// writeJSON turns JSON into what a column holds, as a JSON SerDe of Hive does: an object or a list in a text column stays
// JSON text, a value of another shape than the column's is bad data.
func writeJSON(b *bytes.Buffer, t *sql.Type, raw json.RawMessage, column string) error {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		b.WriteString("null")
		return nil
	}
	bad := func() error {
		return athenaError(2, 1001, "HIVE_BAD_DATA: Error parsing field value for field %s: the JSON value is not of the type %s", column, t)
	}
	switch t.Kind {
	case sql.RowType, sql.MapType:
		var object map[string]json.RawMessage
		if raw[0] != '{' || json.Unmarshal(raw, &object) != nil {
			return bad()
		}
		b.WriteByte('{')
		first := true
		comma := func() {
			if !first {
				b.WriteByte(',')
			}
			first = false
		}
		if t.Kind == sql.MapType {
			for k, v := range object {
				comma()
				writeText(b, k)
				b.WriteByte(':')
				if err := writeJSON(b, t.Elem, v, column); err != nil {
					return err
				}
			}
		} else {
			for _, f := range t.Fields {
				comma()
				writeText(b, f.Name)
				b.WriteByte(':')
				var value json.RawMessage
				for k, v := range object {
					if strings.EqualFold(k, f.Name) {
						value = v
					}
				}
				if err := writeJSON(b, f.Type, value, column); err != nil {
					return err
				}
			}
		}
		b.WriteByte('}')
	case sql.ArrayType:
		var list []json.RawMessage
		if raw[0] != '[' || json.Unmarshal(raw, &list) != nil {
			return bad()
		}
		b.WriteByte('[')
		for i, v := range list {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeJSON(b, t.Elem, v, column); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case sql.VarcharType:
		text := string(raw)
		if raw[0] == '"' {
			if err := json.Unmarshal(raw, &text); err != nil {
				return bad()
			}
		}
		writeText(b, text)
	default:
		if raw[0] == '{' || raw[0] == '[' {
			return bad()
		}
		b.Write(raw)
	}
	return nil
}

// duckColumns are columns as DuckDB declares them.
func duckColumns(columns []sql.Column) ([]string, error) {
	out := make([]string, len(columns))
	for i, c := range columns {
		t, err := sql.ParseType(c.Type)
		if err != nil {
			return nil, err
		}
		out[i] = sql.DuckType(t)
	}
	return out, nil
}

// objectColumn is the number of the object that a record came from.
const objectColumn = "__object"

// records puts the log files into DuckDB, those that are not there yet, and says where.
func (s *Server) records(ctx context.Context, columns []sql.Column, files []file) (*rawTable, error) {
	l := &s.athena.loaded
	l.mu.Lock()
	defer l.mu.Unlock()
	db, err := s.database()
	if err != nil {
		return nil, err
	}
	types, err := duckColumns(columns)
	if err != nil {
		return nil, err
	}
	signature := fmt.Sprint(columns)
	t := l.tables[signature]
	if t == nil {
		t = &rawTable{name: fmt.Sprintf("raw_%d", len(l.tables)), columns: columns, objects: map[*object]int64{}, bad: map[*object]error{}}
		declared := make([]string, 0, len(columns)+1)
		for i, c := range columns {
			declared = append(declared, sql.Name(c.Name)+" "+types[i])
		}
		declared = append(declared, objectColumn+" BIGINT")
		if _, err := db.ExecContext(s.life, "CREATE TABLE "+t.name+" ("+strings.Join(declared, ", ")+")"); err != nil {
			return nil, fmt.Errorf("make the table of records: %w", err)
		}
		l.tables[signature] = t
	}
	rs, err := readers(columns)
	if err != nil {
		return nil, err
	}
	var fresh []file
	for _, f := range files {
		if err := t.bad[f.object]; err != nil {
			return nil, err
		}
		if _, there := t.objects[f.object]; !there {
			fresh = append(fresh, f)
		}
	}
	if len(fresh) == 0 {
		return t, nil
	}
	name := filepath.Join(s.dir, "records.ndjson")
	out, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	defer os.Remove(name)
	defer out.Close()
	w := bufio.NewWriterSize(out, 1<<20)
	numbers := map[*object]int64{}
	rows, longest := 0, 1<<20
	for _, f := range fresh {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if _, twice := numbers[f.object]; twice {
			continue
		}
		l.next++
		n, line, err := writeFile(w, rs, f, l.next)
		longest = max(longest, line+1)
		if err != nil {
			t.bad[f.object] = err
			return nil, err
		}
		rows += n
		numbers[f.object] = l.next
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	if rows > 0 {
		declared := make([]string, 0, len(columns)+1)
		for i, c := range columns {
			declared = append(declared, quoteText(c.Name)+": "+quoteText(types[i]))
		}
		declared = append(declared, quoteText(objectColumn)+": 'BIGINT'")
		insert := "INSERT INTO " + t.name + " SELECT * FROM read_json(" + quoteText(name) +
			", format = 'newline_delimited', compression = 'uncompressed', maximum_object_size = " + strconv.Itoa(longest) + ", columns = {" +
			strings.Join(declared, ", ") + "})"
		if _, err := db.ExecContext(s.life, insert); err != nil {
			return nil, fmt.Errorf("load records: %w", err)
		}
	}
	for o, n := range numbers {
		t.objects[o] = n
	}
	return t, nil
}

// writeFile writes the records of a log file as JSON lines, and says how many and how long the longest is. A file that is not a CloudTrail
// log has no records; a broken one fails the query, as Athena does.
func writeFile(w *bufio.Writer, rs []reader, f file, number int64) (n, longest int, err error) {
	log := cloudtrail.Read(bytes.NewReader(f.object.body), cloudtrail.Limits{})
	var lines bytes.Buffer
	for r, err := range log.Records() {
		if err != nil {
			var refusal *cloudtrail.Refusal
			if errors.As(err, &refusal) && (refusal.Kind == cloudtrail.Foreign || refusal.Kind == cloudtrail.NotJSON ||
				refusal.Kind == cloudtrail.Empty) {
				return 0, longest, nil
			}
			return 0, longest, athenaError(2, 1001, "HIVE_CURSOR_ERROR: Failed to read file at %s: %v", f.path(), err)
		}
		from := lines.Len()
		lines.WriteByte('{')
		if err := write(&lines, rs, r); err != nil {
			return 0, longest, err
		}
		if len(rs) > 0 {
			lines.WriteByte(',')
		}
		fmt.Fprintf(&lines, "%q:%d}\n", objectColumn, number)
		longest = max(longest, lines.Len()-from)
		n++
	}
	_, err = w.Write(lines.Bytes())
	return n, longest, err
}

// parquetFile is an object of a table in Parquet, on disk for DuckDB.
type parquetFile struct {
	name  string
	bytes map[string]int64 // size of each column as stored, by its path: useridentity.type
}

// parquet puts an object where DuckDB can read it.
func (s *Server) parquet(ctx context.Context, f file) (*parquetFile, error) {
	l := &s.athena.loaded
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.files[f.object]; p != nil {
		return p, nil
	}
	db, err := s.database()
	if err != nil {
		return nil, err
	}
	l.next++
	p := &parquetFile{name: filepath.Join(s.dir, fmt.Sprintf("object-%d.parquet", l.next)), bytes: map[string]int64{}}
	if err := os.WriteFile(p.name, f.object.body, 0o600); err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, "SELECT replace(path_in_schema, ', ', '.'), sum(total_compressed_size)::BIGINT FROM parquet_metadata("+
		quoteText(p.name)+") GROUP BY 1")
	if err != nil {
		return nil, athenaError(2, 1001, "HIVE_CURSOR_ERROR: %s is not a valid Parquet File", f.path())
	}
	defer rows.Close()
	for rows.Next() {
		var column string
		var n int64
		if err := rows.Scan(&column, &n); err != nil {
			return nil, err
		}
		p.bytes[strings.ToLower(column)] += n
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	l.files[f.object] = p
	return p, nil
}
