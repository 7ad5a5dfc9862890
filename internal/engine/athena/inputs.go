package athena

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/result"
	"trailscribe/internal/sql"
	"trailscribe/internal/unread"
)

// figures are the columns of the statement that counts every record that was read, in one pass.
var figures = []result.Column{
	{Name: "part", Kind: result.Text}, {Name: "account_id", Kind: result.Text}, {Name: "awsregion", Kind: result.Text},
	{Name: "utc_day", Kind: result.Date},
	{Name: "category", Kind: result.Text}, {Name: "in_period", Kind: result.Bool},
	{Name: "key_account", Kind: result.Text}, {Name: "key_region", Kind: result.Text}, {Name: "key_day", Kind: result.Text},
	{Name: "conflict", Kind: result.Text}, {Name: "conflict_file", Kind: result.Text},
	{Name: "events", Kind: result.Int}, {Name: "records", Kind: result.Int}, {Name: "first", Kind: result.Instant},
	{Name: "last", Kind: result.Instant},
}

// source is what counting reads: the staged table, or the same made anew from the log files.
func (s *session) source() (string, error) {
	if s.mode == Staged {
		return s.tableName(), nil
	}
	return s.relation(relation.Staged)
}

// figuresText groups the records of events whose copies differ by content and log file besides, in the order in which
// engine.Conflicts takes them. Of all other records there is one row for each account, region, day and category.
func (s *session) figuresText() (string, error) {
	source, err := s.source()
	if err != nil {
		return "", err
	}
	value := sql.Literals{Dialect: sql.Trino}
	part := func(n int) string { return fmt.Sprintf("regexp_extract(log_file, %s, %d)", value.Of(keyParts), n) }
	query := "SELECT part, account_id, awsregion, CAST(event_time AS date) AS utc_day, category, coalesce(event_time >= " +
		value.Of(s.scope.From) + " AND event_time < " + value.Of(s.scope.To) +
		", false) AS in_period, " + part(1) + " AS key_account, " + part(2) + " AS key_region, " + part(3) +
		" AS key_day, conflict, CASE WHEN conflict IS NOT NULL THEN log_file END AS conflict_file," +
		" count(*) AS events, CAST(sum(copies) AS bigint) AS records, min(event_time) AS first, max(event_time) AS last FROM " +
		source + " AS s GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 ORDER BY account_id, substr(conflict, 66), conflict, conflict_file"
	return query, engine.RefuseScope(value.Err)
}

// place is where and when deliveries are counted.
type delivery struct {
	account, region string
	day             time.Time
}

// Inputs counts what the rows rest on: files from the listing of the bucket, records and events from the table. Athena has no
// hashes of files. It is worked out once.
func (s *session) Inputs(ctx context.Context) (engine.Inputs, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inputs != nil {
		return *s.inputs, nil
	}
	var records, events, undated, outside, leftOut int64
	var conflicts engine.Conflicts
	in := engine.Inputs{Records: &records, Events: &events, Conflicting: &conflicts.Count, Undated: &undated, Outside: &outside,
		LeftOut: &leftOut}
	cells := map[delivery]*engine.Cell{}
	cell := func(account, region string, day time.Time) *engine.Cell {
		p := delivery{account, region, day}
		if cells[p] == nil {
			cells[p] = &engine.Cell{Account: account, Region: region, Day: day}
		}
		return cells[p]
	}
	categories := map[[2]string]int64{}
	gave := map[string]bool{}
	err := s.each(ctx, countRecords, s.figuresText, figures, func(r result.Row) {
		str := func(i int) string { v, _ := r[i].(string); return v }
		part, account, region, category := str(0), str(1), str(2), str(4)
		n, copies := r[11].(int64), r[12].(int64)
		within, _ := r[5].(bool)
		day, dated := r[3].(time.Time)
		gave[str(6)], gave[str(6)+" "+str(7)], gave[str(6)+" "+str(8)] = true, true, true
		if value := str(9); value != "" {
			content, id := relation.ConflictOf(value)
			conflicts.Add(account, id, content, str(10), part != "")
		}
		if part == relation.Events {
			events += n
			records += copies
			categories[[2]string{account, category}] += n
			cell(account, region, day).Events += n
			if first, ok := r[13].(time.Time); ok && (in.First.IsZero() || first.Before(in.First)) {
				in.First = first
			}
			if last, ok := r[14].(time.Time); ok && last.After(in.Last) {
				in.Last = last
			}
			return
		}
		if account != "" && len(s.scope.Accounts) > 0 && !slices.Contains(s.scope.Accounts, account) || region != "" &&
			len(s.scope.Regions) > 0 && !slices.Contains(s.scope.Regions, region) {
			outside += copies
			return
		}
		switch {
		case !dated:
			undated += copies
		case !within:
			outside += copies
		case category != "management" && !strings.HasPrefix(category, "data:"):
			leftOut += copies
			categories[[2]string{account, category}] += copies
		}
	})
	if err != nil {
		return in, err
	}
	conflicts.End()
	in.Conflicts = conflicts.List
	s.unmatched = s.notSeen(gave)
	s.countFiles(&in, cell)
	if err := s.countLoose(ctx, cell); err != nil {
		return in, err
	}
	for _, c := range cells {
		in.Cells = append(in.Cells, *c)
	}
	slices.SortFunc(in.Cells, func(a, b engine.Cell) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Region, b.Region), a.Day.Compare(b.Day))
	})
	for _, k := range slices.SortedFunc(maps.Keys(categories), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		in.Categories = append(in.Categories, engine.Category{Account: k[0], Name: k[1], Events: categories[k]})
	}
	s.inputs = &in
	return in, nil
}

// each runs a statement of ours and hands every row to f.
func (s *session) each(ctx context.Context, what string, query func() (string, error), cols []result.Column, f func(result.Row)) error {
	r := &rows{ctx: ctx, e: s.e, id: what, cols: cols}
	if err := s.answer(ctx, r, query); err != nil {
		return err
	}
	for row, err := range r.All() {
		if err != nil {
			return err
		}
		f(row)
	}
	return nil
}

// telling is the size from which a log file holds records for certain: an empty one has some 40 bytes.
const telling = 300

// notSeen is the control count. A table whose accounts, regions or days leave something out gives no rows and no error; so
// where the bucket has files and the table gave no record of any of them, these files were not read.
func (s *session) notSeen(gave map[string]bool) map[string]bool {
	unmatched := map[string]bool{}
	for _, f := range s.found.files {
		if f.state != engine.FileRead || f.loose || f.size < telling {
			continue
		}
		for _, k := range []string{f.account, f.account + " " + f.place, f.account + " " + f.day} {
			if !gave[k] {
				unmatched[k] = true
			}
		}
	}
	return unmatched
}

// seen is the file with the state that the control count gives it.
func (s *session) seen(f file) file {
	if f.state != engine.FileRead {
		return f
	}
	s.brokenMu.Lock()
	broken := s.broken[f.key]
	s.brokenMu.Unlock()
	if broken.Kind != "" {
		f.state, f.reason = engine.FileRefused, broken
		return f
	}
	if f.loose {
		return f
	}
	switch {
	case s.unmatched[f.account]:
		f.reason = unread.Because(unread.TableAccount, f.account)
	case s.unmatched[f.account+" "+f.place]:
		f.reason = unread.Because(unread.TableRegion, f.account, f.place)
	case s.unmatched[f.account+" "+f.day]:
		f.reason = unread.Because(unread.TableDay, f.account, f.day)
	default:
		return f
	}
	f.state = engine.FileRefused
	return f
}

// countFiles takes what the listing knows of each file, as the embedded engine counts them.
func (s *session) countFiles(in *engine.Inputs, cell func(account, region string, day time.Time) *engine.Cell) {
	var listed, read, refused, skipped, bytes int64
	first, last := relation.FirstDay(s.scope.From), relation.LastDay(s.scope.To, 0)
	for _, f := range s.found.files {
		f = s.seen(f)
		listed++
		switch f.state {
		case engine.FileRead:
			read++
			bytes += f.size
		case engine.FileRefused:
			refused++
		default:
			skipped++
			continue
		}
		day, err := time.Parse("2006/01/02", f.day)
		if err != nil || !f.events || day.Before(first) || day.After(last) {
			continue
		}
		c := cell(f.account, f.place, day)
		if f.state == engine.FileRefused {
			c.Refused++
		} else {
			c.Files++
		}
	}
	in.Listed, in.Read, in.Refused, in.Skipped, in.Bytes = &listed, &read, &refused, &skipped, &bytes
}

// countLoose lays files outside the S3 layout by their records' own day; only a table that is not partitioned by days has such.
func (s *session) countLoose(ctx context.Context, cell func(account, region string, day time.Time) *engine.Cell) error {
	if !slices.ContainsFunc(s.found.files, func(f file) bool { return f.loose && f.state == engine.FileRead }) {
		return nil
	}
	query := func() (string, error) {
		value := sql.Literals{Dialect: sql.Trino}
		source, err := s.source()
		return "SELECT account_id, awsregion, CAST(event_time AS date) AS utc_day, count(DISTINCT log_file) AS files FROM " + source +
				" AS s WHERE part = 'events' AND regexp_extract(log_file, " + value.Of(keyParts) + ", 1) IS NULL GROUP BY 1, 2, 3",
			cmp.Or(err, value.Err)
	}
	cols := []result.Column{{Name: "account_id", Kind: result.Text}, {Name: "awsregion", Kind: result.Text},
		{Name: "utc_day", Kind: result.Date}, {Name: "files", Kind: result.Int}}
	return s.each(ctx, placeFiles, query, cols, func(r result.Row) {
		account, _ := r[0].(string)
		region, _ := r[1].(string)
		cell(account, region, r[2].(time.Time)).Files += r[3].(int64)
	})
}
