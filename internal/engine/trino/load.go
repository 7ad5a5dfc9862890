package trino

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/source"
	"trailscribe/internal/sql"
	"trailscribe/internal/unread"
)

// batchBytes is how much JSON one INSERT carries; Trino takes statements up to a million characters unless told otherwise.
const batchBytes = 400_000

// loader puts records into the table.
type loader struct {
	c     *client
	table string
	row   string // the type of a record, row(…)
	batch bytes.Buffer
}

func newLoader(c *client, table string) *loader {
	l := &loader{c: c, table: table}
	var fields []string
	for _, c := range relation.RecordColumns() {
		fields = append(fields, sql.Name(c.Name)+" "+c.Type)
	}
	l.row = "row(" + strings.Join(fields, ", ") + ")"
	return l
}

// create makes the empty table.
func (l *loader) create(ctx context.Context) error {
	var cols []string
	for _, c := range relation.RecordColumns() {
		cols = append(cols, sql.Name(c.Name)+" "+c.Type)
	}
	_, _, err := l.c.exec(ctx, "CREATE TABLE "+l.table+" ("+strings.Join(cols, ", ")+")")
	return err
}

// add takes a record as a JSON array of its columns.
func (l *loader) add(ctx context.Context, record []byte) error {
	if l.batch.Len() > 0 && l.batch.Len()+len(record) > batchBytes {
		if err := l.flush(ctx); err != nil {
			return err
		}
	}
	if l.batch.Len() > 0 {
		l.batch.WriteByte(',')
	}
	l.batch.Write(record)
	return nil
}

// flush inserts what is held. Trino unnests an array of rows into one column for each field.
func (l *loader) flush(ctx context.Context) error {
	if l.batch.Len() == 0 {
		return nil
	}
	value, err := sql.Literal(sql.Trino, "["+l.batch.String()+"]")
	l.batch.Reset()
	if err != nil {
		return err
	}
	_, _, err = l.c.exec(ctx, "INSERT INTO "+l.table+" SELECT * FROM UNNEST(CAST(json_parse("+value+") AS array("+l.row+")))")
	return err
}

// read takes one file of the source: all its records, or none.
func (l *loader) read(ctx context.Context, s source.Source, o source.Object, k cloudtrail.Key) (engine.InputFile, error) {
	f := engine.InputFile{Key: o.Key, Size: o.Size}
	if f.State, f.Reason = unopened(o, k); f.State != "" {
		return f, nil
	}
	body, _, err := s.Open(ctx, o.Key)
	if err != nil {
		return f, fmt.Errorf("open %s: %w", o.Key, err)
	}
	defer body.Close()
	log := cloudtrail.Read(body, cloudtrail.Limits{})
	var records [][]byte
	for r, err := range log.Records() {
		var bad *cloudtrail.Refusal
		switch {
		case errors.As(err, &bad):
			f.State, f.Reason = engine.FileRefused, bad.Reason
			if bad.Kind == cloudtrail.Foreign && !k.IsLog() {
				f.State = engine.FileSkipped
			}
			return f, nil
		case err != nil:
			return f, fmt.Errorf("read %s: %w", o.Key, err)
		}
		records = append(records, recordJSON(r, o.Key, int64(len(records)+1), k))
	}
	f.State, f.SHA256, f.Records = engine.FileRead, log.Stat().SHA256, log.Stat().Records
	for _, r := range records {
		if err := l.add(ctx, r); err != nil {
			return f, err
		}
	}
	return f, nil
}

// unopened are the files nobody reads.
func unopened(o source.Object, k cloudtrail.Key) (state string, why unread.Reason) {
	base := path.Base(o.Key)
	switch {
	case strings.HasSuffix(o.Key, "/"), strings.HasPrefix(base, "."), strings.HasPrefix(base, "_"),
		k.Loose() && strings.Contains("/"+o.Key, "/."):
		return engine.FileSkipped, unread.Because(unread.Hidden)
	case o.Not.Kind != "" && k.Loose():
		return engine.FileSkipped, o.Not
	case !k.Loose() && k.Folder != cloudtrail.FolderLogs:
		return engine.FileSkipped, unread.Because(unread.OtherPlace, k.Folder)
	}
	return "", unread.Reason{}
}

// recordJSON is a record as a JSON array in the order of RecordColumns.
func recordJSON(r *cloudtrail.Record, file string, seq int64, k cloudtrail.Key) []byte {
	b := []byte{'['}
	for _, n := range cloudtrail.Tree() {
		b = append(appendNode(b, r, n), ',')
	}
	b = appendText(b, []byte(file))
	b = fmt.Appendf(b, ",%d", seq)
	for _, s := range []string{k.Account, k.Region} {
		b = append(b, ',')
		if k.Loose() {
			b = append(b, "null"...)
		} else {
			b = appendText(b, []byte(s))
		}
	}
	b = append(b, ',')
	if k.Loose() {
		return append(b, "null]"...)
	}
	return append(appendText(b, []byte(k.Day.Format("2006/01/02"))), ']')
}

func appendNode(b []byte, r *cloudtrail.Record, n cloudtrail.Node) []byte {
	switch n.Kind {
	case cloudtrail.LeafNode:
		return appendText(b, r.Cell(n.Leaf))
	case cloudtrail.RowNode:
		if !r.Has(n.Row) {
			return append(b, "null"...)
		}
		b = append(b, '[')
		for i, f := range n.Fields {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendNode(b, r, f)
		}
		return append(b, ']')
	case cloudtrail.ListNode:
		list := r.Resources()
		if list == nil {
			return append(b, "null"...)
		}
		b = append(b, '[')
		for i := range list {
			if i > 0 {
				b = append(b, ',')
			}
			if list[i].Null {
				b = append(b, "null"...)
				continue
			}
			b = append(appendText(append(b, '['), list[i].ARN()), ',')
			b = append(appendText(b, list[i].AccountID()), ',')
			b = append(appendText(b, list[i].Type()), ']')
		}
		return append(b, ']')
	case cloudtrail.MapNode:
		pairs := r.Pairs()
		if pairs == nil {
			return append(b, "null"...)
		}
		b = append(b, '{')
		for i, p := range pairs {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, p.Key), ':')
			b = appendText(b, p.Value)
		}
		return append(b, '}')
	}
	return append(b, "null"...)
}

func appendText(b, s []byte) []byte {
	if s == nil {
		return append(b, "null"...)
	}
	q, _ := json.Marshal(string(s)) // text always encodes
	return append(b, q...)
}
