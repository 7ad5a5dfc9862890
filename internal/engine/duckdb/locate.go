package duckdb

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/duckdb/cache"
	"trailscribe/internal/engine/duckdb/connection"
	"trailscribe/internal/sql"
)

// Locate asks the cache in which files the events are, without making the relation events, and reads only these files.
func (e *Engine) Locate(ctx context.Context, scope engine.Scope, ids []string) (engine.Located, error) {
	snapshot, err := e.refresh(ctx, scope)
	if err != nil {
		return engine.Located{}, err
	}
	defer snapshot.Release()
	var out engine.Located
	for f := range snapshot.Files() {
		switch f.State {
		case cache.Read:
			out.Files++
		case cache.Refused:
			out.Refused++
		}
	}
	places, err := e.places(ctx, snapshot, ids)
	if err != nil {
		return out, fault(ctx, fmt.Errorf("look for the events in the cache: %w", err))
	}
	for _, key := range slices.Sorted(maps.Keys(places)) {
		found, err := e.recordsOf(ctx, key, places[key])
		if err != nil {
			return out, fault(ctx, fmt.Errorf("read %s again: %w", key, err))
		}
		out.Records = append(out.Records, found...)
	}
	slices.SortFunc(out.Records, func(a, b engine.Location) int {
		return cmp.Or(cmp.Compare(a.EventID, b.EventID), cmp.Compare(a.File, b.File), cmp.Compare(a.Number, b.Number))
	})
	return out, nil
}

// places are the numbers of the records with these event ids, by the key of their file.
func (e *Engine) places(ctx context.Context, snapshot *cache.Snapshot, ids []string) (map[string][]int64, error) {
	files := snapshot.Parquet()
	if len(files) == 0 || len(ids) == 0 {
		return nil, nil
	}
	b := newBudget(e.machine, e.o.Memory, e.o.Threads, batchText(snapshot.Files()))
	db, err := connection.Open(ctx, connection.Options{Threads: b.threads, Memory: b.memory, Dirs: []string{e.o.CacheDir}, Clean: true})
	if err != nil {
		return nil, fmt.Errorf("start the embedded database: %w", err)
	}
	defer db.Close()
	from, err := parquet(files)
	if err != nil {
		return nil, err
	}
	value := sql.Literals{Dialect: sql.DuckDB}
	text := "SELECT file, seq FROM " + from + " WHERE eventid IN (" + value.List(ids) + ") ORDER BY file, seq"
	if value.Err != nil {
		return nil, value.Err
	}
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string][]int64{}
	for rows.Next() {
		var key string
		var number int64
		if err := rows.Scan(&key, &number); err != nil {
			return nil, err
		}
		out[key] = append(out[key], number)
	}
	return out, rows.Err()
}

// recordsOf reads the records of these numbers, in order, as they stand in a log file. The whole file is read for its digest.
func (e *Engine) recordsOf(ctx context.Context, key string, numbers []int64) ([]engine.Location, error) {
	body, _, err := e.o.Source.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	log := cloudtrail.Read(body, e.o.Limits)
	var out []engine.Location
	n := int64(0)
	for r, err := range log.Records() {
		if err != nil {
			return nil, err
		}
		if n++; n%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if len(numbers) > 0 && numbers[0] == n {
			numbers = numbers[1:]
			id, _ := r.Text("eventid")
			out = append(out, engine.Location{EventID: id, File: key, Number: n, Raw: bytes.Clone(r.Raw)})
		}
	}
	if len(numbers) > 0 {
		return nil, errors.New("the file has changed since it was listed; run the command again")
	}
	sum := log.Stat().SHA256
	for i := range out {
		out[i].SHA256 = sum
	}
	return out, nil
}

var _ engine.Locator = (*Engine)(nil)
