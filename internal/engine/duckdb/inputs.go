package duckdb

import (
	"cmp"
	"context"
	"crypto/sha256"
	stdsql "database/sql"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/duckdb/cache"
	"trailscribe/internal/engine/duckdb/connection"
	"trailscribe/internal/relation"
	"trailscribe/internal/sql"
)

// Inputs counts what the rows rest on. It is worked out once; later calls give the same.
func (s *session) Inputs(ctx context.Context) (engine.Inputs, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inputs == nil {
		in, err := s.count(ctx)
		if err != nil {
			return engine.Inputs{}, err
		}
		s.inputs = &in
	}
	return *s.inputs, nil
}

// counters is the figures while they are counted.
type counters struct {
	listed, read, refused, skipped, bytes      int64
	records, events, undated, outside, leftOut int64
	cells                                      map[place]*engine.Cell
	categories                                 map[[2]string]int64 // account, name
	digest                                     hash.Hash
	first, last                                stdsql.NullTime
	conflicts                                  engine.Conflicts
}

type place struct {
	account, region string
	day             time.Time
}

func (t *counters) cell(account, region string, day time.Time) *engine.Cell {
	p := place{account, region, day}
	if t.cells[p] == nil {
		t.cells[p] = &engine.Cell{Account: account, Region: region, Day: day}
	}
	return t.cells[p]
}

func (s *session) count(ctx context.Context) (engine.Inputs, error) {
	t := &counters{cells: map[place]*engine.Cell{}, categories: map[[2]string]int64{}, digest: sha256.New()}
	s.countFiles(t)
	for _, step := range []struct {
		what string
		do   func(context.Context, *counters) error
	}{
		{"count the events", s.countEvents},
		{"count the records", s.countRecords},
		{"place the log files outside the S3 layout", s.countLoose},
		{"list the events whose copies differ", s.listConflicts},
	} {
		if err := step.do(ctx, t); err != nil {
			return engine.Inputs{}, s.budget.fault(ctx, fmt.Errorf("%s: %w", step.what, err))
		}
	}
	in := engine.Inputs{
		Listed: &t.listed, Read: &t.read, Refused: &t.refused, Skipped: &t.skipped, Bytes: &t.bytes,
		Records: &t.records, Events: &t.events, Conflicting: &t.conflicts.Count, Undated: &t.undated, Outside: &t.outside, LeftOut: &t.leftOut,
		Conflicts: t.conflicts.List,
		Digest:    hex.EncodeToString(t.digest.Sum(nil)),
	}
	if t.first.Valid {
		in.First, in.Last = t.first.Time.UTC(), t.last.Time.UTC()
	}
	for _, c := range t.cells {
		in.Cells = append(in.Cells, *c)
	}
	slices.SortFunc(in.Cells, func(a, b engine.Cell) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Region, b.Region), a.Day.Compare(b.Day))
	})
	for _, k := range slices.SortedFunc(maps.Keys(t.categories), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		in.Categories = append(in.Categories, engine.Category{Account: k[0], Name: k[1], Events: t.categories[k]})
	}
	return in, nil
}

// countFiles takes what the cache knows of each file. Only files of the folder CloudTrail count as deliveries of a day:
// those of its siblings are not a sign that management events arrived. Loose files that were read are laid by their records.
func (s *session) countFiles(t *counters) {
	first, last := relation.FirstDay(s.scope.From), relation.LastDay(s.scope.To, 0)
	for f := range s.snapshot.Files() {
		t.listed++
		switch f.State {
		case cache.Read:
			t.read++
			t.bytes += f.Size
			fmt.Fprintf(t.digest, "%s\x00%d\x00%x\n", f.Key, f.Size, f.SHA256)
		case cache.Refused:
			t.refused++
		case cache.Skipped:
			t.skipped++
		}
		loose := f.Folder == "" && f.State == cache.Refused && !f.Day.IsZero()
		if f.State == cache.Skipped || f.Folder != cloudtrail.FolderLogs && !loose || f.Day.Before(first) || f.Day.After(last) {
			continue
		}
		if loose && !s.asked(f.Account, f.Region) {
			continue
		}
		c := t.cell(f.Account, f.Region, f.Day)
		if f.State == cache.Refused {
			c.Refused++
		} else {
			c.Files++
		}
	}
}

// asked reports whether an account and region are of the scope.
func (s *session) asked(account, region string) bool {
	return (len(s.scope.Accounts) == 0 || slices.Contains(s.scope.Accounts, account)) &&
		(len(s.scope.Regions) == 0 || slices.Contains(s.scope.Regions, region))
}

// countEvents counts rows of the relation by UTC day and by category.
func (s *session) countEvents(ctx context.Context, t *counters) error {
	err := each(ctx, s.db, "SELECT coalesce(account_id, ''), coalesce(awsregion, ''), CAST(event_time AS DATE), count(*), "+
		"sum(copies)::BIGINT, min(event_time), max(event_time) FROM events GROUP BY ALL",
		func(scan func(...any) error) error {
			var account, region string
			var day time.Time
			var events, copies int64
			var first, last stdsql.NullTime
			if err := scan(&account, &region, &day, &events, &copies, &first, &last); err != nil {
				return err
			}
			t.events += events
			t.records += copies
			if !t.first.Valid || first.Time.Before(t.first.Time) {
				t.first = first
			}
			if !t.last.Valid || last.Time.After(t.last.Time) {
				t.last = last
			}
			t.cell(account, region, day.UTC()).Events += events
			return nil
		})
	if err != nil {
		return err
	}
	return each(ctx, s.db, "SELECT coalesce(account_id, ''), category, count(*) FROM events GROUP BY ALL",
		func(scan func(...any) error) error {
			var account, category string
			var n int64
			if err := scan(&account, &category, &n); err != nil {
				return err
			}
			t.categories[[2]string{account, category}] += n
			return nil
		})
}

// countRecords counts the records that are not in events: without a time, outside the period or the scope, of other categories.
func (s *session) countRecords(ctx context.Context, t *counters) error {
	census, err := s.statement(relation.Census, sql.Name(relation.Records))
	if err != nil {
		return err
	}
	return each(ctx, s.db, census, func(scan func(...any) error) error {
		var account stdsql.NullString
		var category string
		var dated, within, inScope bool
		var n int64
		if err := scan(&account, &category, &dated, &within, &inScope, &n); err != nil {
			return err
		}
		switch {
		case !inScope:
			t.outside += n
		case !dated:
			t.undated += n
		case !within:
			t.outside += n
		case category != "management" && !strings.HasPrefix(category, "data:"):
			t.leftOut += n
			t.categories[[2]string{account.String, category}] += n
		}
		return nil
	})
}

// countLoose lays files outside the S3 layout by their records' own day.
func (s *session) countLoose(ctx context.Context, t *counters) error {
	if !s.loose {
		return nil
	}
	deliveries, err := s.statement(relation.Deliveries, sql.Name(relation.Records))
	if err != nil {
		return err
	}
	return each(ctx, s.db, deliveries, func(scan func(...any) error) error {
		var account, region stdsql.NullString
		var day time.Time
		var files int64
		if err := scan(&account, &region, &day, &files); err != nil {
			return err
		}
		t.cell(account.String, region.String, day.UTC()).Files += files
		return nil
	})
}

// listConflicts lists the events whose copies differ, with the log files that hold them.
func (s *session) listConflicts(ctx context.Context, t *counters) error {
	if !s.differ {
		return nil
	}
	marked := "SELECT eventid FROM " + sql.Name(relation.Events) + " WHERE copies_differ"
	if s.scope.HistoryDays > 0 {
		marked += " UNION ALL SELECT eventid FROM " + sql.Name(relation.History) + " WHERE copies_differ"
	}
	query, err := s.statement(relation.Conflicts, "(SELECT * FROM records WHERE eventid IN ("+marked+"))")
	if err != nil {
		return err
	}
	defer t.conflicts.End()
	return each(ctx, s.db, query, func(scan func(...any) error) error {
		var account stdsql.NullString
		var id, content, file string
		if err := scan(&account, &id, &content, &file); err != nil {
			return err
		}
		t.conflicts.Add(account.String, id, content, file, true)
		return nil
	})
}

// each runs a statement of ours and hands every row to f.
func each(ctx context.Context, db *connection.Database, query string, f func(scan func(...any) error) error) error {
	found, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		if err := f(found.Scan); err != nil {
			return err
		}
	}
	return found.Err()
}
