package trino

import (
	"context"
	"fmt"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/sql"
)

// Inputs counts what the rows rest on with the definition's own counting statements, so that these are proved too. The
// deliveries by day are not counted here, nor a digest.
func (s *session) Inputs(ctx context.Context) (engine.Inputs, error) {
	var n struct{ listed, read, refused, skipped, bytes, records, events, undated, outside, leftOut int64 }
	for _, f := range s.files {
		n.listed++
		switch f.State {
		case engine.FileRead:
			n.read++
			n.bytes += f.Size
		case engine.FileRefused:
			n.refused++
		default:
			n.skipped++
		}
	}
	var found engine.Conflicts
	in := engine.Inputs{
		Listed: &n.listed, Read: &n.read, Refused: &n.refused, Skipped: &n.skipped, Bytes: &n.bytes, Records: &n.records,
		Events: &n.events, Conflicting: &found.Count, Undated: &n.undated, Outside: &n.outside, LeftOut: &n.leftOut,
	}
	all, err := s.rows(ctx, "SELECT count(*), coalesce(sum(copies), 0), min(event_time), max(event_time) FROM "+s.table(relation.Events))
	if err != nil {
		return engine.Inputs{}, fault(ctx, fmt.Errorf("count the events: %w", err))
	}
	n.events, n.records = all[0][0].(int64), all[0][1].(int64)
	if first, ok := all[0][2].(time.Time); ok {
		in.First, in.Last = first.UTC(), all[0][3].(time.Time).UTC()
	}
	census, err := s.statement(relation.Census, s.table(relation.Records))
	if err == nil {
		all, err = s.rows(ctx, "SELECT coalesce(account_id, ''), category, count(*), true, true, true FROM "+s.table(relation.Events)+
			" GROUP BY 1, 2 UNION ALL SELECT coalesce(account_id, ''), category, records, dated, in_period, in_scope FROM ("+
			census+") WHERE NOT in_scope OR NOT dated OR NOT in_period OR category <> 'management' AND category NOT LIKE 'data:%' ORDER BY 1, 2")
	}
	if err != nil {
		return engine.Inputs{}, fault(ctx, fmt.Errorf("count the records: %w", err))
	}
	for _, r := range all {
		count, category := r[2].(int64), r[1].(string)
		switch {
		case r[5] == false:
			n.outside += count
			continue
		case r[3] == false:
			n.undated += count
			continue
		case r[4] == false:
			n.outside += count
			continue
		case category != "management" && (len(category) < 5 || category[:5] != "data:"):
			n.leftOut += count
		}
		in.Categories = append(in.Categories, engine.Category{Account: r[0].(string), Name: category, Events: count})
	}
	conflicts, err := s.statement(relation.Conflicts, s.table(relation.Records))
	if err == nil {
		all, err = s.rows(ctx, conflicts)
	}
	if err != nil {
		return engine.Inputs{}, fault(ctx, fmt.Errorf("list the events whose copies differ: %w", err))
	}
	for _, r := range all {
		account, _ := r[0].(string)
		found.Add(account, r[1].(string), r[2].(string), r[3].(string), true)
	}
	found.End()
	in.Conflicts = found.List
	return in, nil
}

// rows runs a statement of ours.
func (s *session) rows(ctx context.Context, statement string) ([][]any, error) {
	raw, types, err := s.c.exec(ctx, statement)
	if err != nil {
		return nil, err
	}
	kinds := make([]*sql.Type, len(types))
	for i, t := range types {
		if kinds[i], err = sql.ParseType(t); err != nil {
			return nil, err
		}
	}
	out := make([][]any, len(raw))
	for i, r := range raw {
		out[i] = make([]any, len(r))
		for j, v := range r {
			if out[i][j], err = value(kinds[j], v); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
